package imports

import (
	"fmt"
	"strconv"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
)

var rosterSpec = Spec{
	Kind: Rosters, Title: "Padrones (cupos y participantes) y su seguro",
	About: "Una fila por participante en un cupo de una intervención, por código de convenio. Las columnas de póliza son opcionales: con ellas la persona queda asegurada.",
	Fields: []Field{
		convenioField,
		{Name: "cupo", Label: "Cupo", Type: TypeWhole, Required: true, Example: "1", Synonyms: list{"n cupo", "numero de cupo", "puesto"}},
		{Name: "dni", Label: "DNI", Type: TypeDNI, Required: true, Example: "99000001", Hint: "8 dígitos, como texto", Synonyms: list{"n dni", "documento", "numero de dni"}},
		{Name: "given_names", Label: "Nombres", Type: TypeText, Required: true, Example: "Juana", Instead: list{"full_name"}, Synonyms: list{"nombre", "nombres del participante"}},
		{Name: "surnames", Label: "Apellidos", Type: TypeText, Required: true, Example: "Quispe Mamani", Instead: list{"paternal", "full_name"}, Synonyms: list{"apellido", "apellidos del participante"}},
		{Name: "paternal", Label: "Apellido paterno", Type: TypeText, Hint: "en lugar de Apellidos", Synonyms: list{"ap paterno", "paterno", "primer apellido", "a paterno"}},
		{Name: "maternal", Label: "Apellido materno", Type: TypeText, Hint: "vacío si tiene uno solo", Synonyms: list{"ap materno", "materno", "segundo apellido", "a materno"}},
		{
			Name: "full_name", Label: "Apellidos y nombres", Type: TypeText, Hint: "en lugar de Apellidos y de Nombres, con coma: QUISPE MAMANI, JUANA",
			Synonyms: list{"apellidos y nombres del participante", "apellidos nombres"},
		},
		{Name: "sex", Label: "Sexo", Type: TypeChoice, Required: true, Choices: choicesOf["sex"], Example: "F", Synonyms: list{"genero"}},
		{Name: "birth_date", Label: "Fecha de nacimiento", Type: TypeDay, Required: true, Example: "15/03/1990", Synonyms: list{"nacimiento", "f nacimiento", "fec nac"}},
		{Name: "alta_on", Label: "Fecha de alta", Type: TypeDay, Required: true, Example: "02/11/2026", Synonyms: list{"alta", "inicio", "fecha de ingreso", "ingreso"}},
		{Name: "baja_on", Label: "Fecha de baja", Type: TypeDay, Example: "", Hint: "último día trabajado", Synonyms: list{"baja", "fecha de salida", "cese"}},
		{Name: "policy_number", Label: "Póliza", Type: TypeText, Example: "POL-2026-001", Synonyms: list{"n poliza", "numero de poliza", "poliza numero"}},
		rucField("insurer_ruc", "RUC de la aseguradora", "20100070970", false, "ruc aseguradora"),
		{Name: "insurer_name", Label: "Aseguradora", Type: TypeText, Example: "Aseguradora de ejemplo", Synonyms: list{"compañia de seguros", "seguro"}},
		{Name: "valid_from", Label: "Póliza desde", Type: TypeDay, Example: "01/11/2026", Synonyms: list{"vigencia desde", "desde", "inicio de vigencia"}},
		{Name: "valid_to", Label: "Póliza hasta", Type: TypeDay, Example: "31/12/2026", Synonyms: list{"vigencia hasta", "hasta", "fin de vigencia"}},
	},
	compose: composeNames,
	plan:    planRoster, group: "convenio_code",
}

// adult is the age from which one may work.
const adult = 18

func planRoster(b *Book, l *Line) {
	convenio := b.convenio(l)
	if convenio == nil {
		return
	}
	work := convenio.Fields.Text("intervention")
	number, dni, alta := l.Values["cupo"].(int64), l.text("dni"), l.text("alta_on")
	l.label = fmt.Sprintf("%s, cupo %d, DNI %s, alta %s", l.text("convenio_code"), number, dni, alta)
	b.checkPerson(l, work)
	cupo := b.find("cupos", Values{"intervention": work, "number": number})
	if cupo != nil && cupo.Fields.Text("state") == "anulado" {
		l.bad("cupo", fault.New(fault.ImportCupoVoid, "").With("value", strconv.FormatInt(number, 10)))
		return
	}
	cupo = l.put(b, "cupos", Values{"intervention": work, "number": number}, nil, Values{"state": "activo"})
	if b.overlaps(l, work, cupo) {
		return
	}
	b.meet(l, work)
	l.put(b, "participants", Values{"intervention": work, "cupo": cupo.ID, "dni": dni, "alta_on": alta},
		l.copyTo(Values{}, "given_names", "surnames", "sex", "birth_date", "baja_on"), nil)
	if l.has("policy_number") {
		b.insure(l, work)
	}
}

// checkPerson: of age, within the work's term, leaving after coming.
func (b *Book) checkPerson(l *Line, work string) {
	alta, baja := l.text("alta_on"), l.text("baja_on")
	if baja != "" && baja < alta {
		l.bad("baja_on", fault.New(fault.ImportDatesOrder, ""))
	}
	birth := l.text("birth_date")
	year, _ := strconv.Atoi(birth[:4])
	if fmt.Sprintf("%04d%s", year+adult, birth[4:]) > alta {
		l.bad("birth_date", fault.New(fault.ImportUnderAge, "").With("age", strconv.Itoa(adult)))
	}
	if w := b.byID("interventions", work); w != nil && (alta < w.Fields.Text("starts_on") || alta > w.Fields.Text("ends_on")) {
		l.bad("alta_on", fault.New(fault.DateOutsideIntervention, "").With("value", alta).
			With("starts_on", w.Fields.Text("starts_on")).With("ends_on", w.Fields.Text("ends_on")))
	}
}

// overlaps refuses two people in one cupo at a time, and one person in two.
func (b *Book) overlaps(l *Line, work string, cupo *Rec) bool {
	alta, baja, dni := l.text("alta_on"), l.text("baja_on"), l.text("dni")
	near := append(append([]*Rec(nil), b.those("participants", work, "cupo", cupo.ID)...), b.those("participants", work, "dni", dni)...)
	for _, r := range near {
		p := r.Fields
		same := p.Text("cupo") == cupo.ID && p.Text("dni") == dni && p.Text("alta_on") == alta
		apart := p.Text("baja_on") != "" && p.Text("baja_on") < alta || baja != "" && baja < p.Text("alta_on")
		switch {
		case same || apart:
		case p.Text("cupo") == cupo.ID:
			l.bad("cupo", fault.New(fault.ImportCupoTaken, "").With("dni", identity.Mask(p.Text("dni"))).With("from", p.Text("alta_on")))
			return true
		case p.Text("dni") == dni:
			l.bad("dni", fault.New(fault.ImportPersonTwice, "").With("value", dni).With("from", p.Text("alta_on")))
			return true
		}
	}
	return false
}

// insure adds the person to the policy of the row.
func (b *Book) insure(l *Line, work string) {
	missing := false
	for _, field := range []string{"insurer_ruc", "insurer_name", "valid_from", "valid_to"} {
		if !l.has(field) {
			l.bad(field, fault.New(fault.ImportPolicyIncomplete, ""))
			missing = true
		}
	}
	if missing {
		return
	}
	if l.text("valid_to") < l.text("valid_from") {
		l.bad("valid_to", fault.New(fault.ImportDatesOrder, ""))
		return
	}
	policy := l.put(b, "insurance_policies", Values{"intervention": work, "number": l.text("policy_number"), "insurer_ruc": l.text("insurer_ruc")},
		l.copyTo(Values{}, "insurer_name", "valid_from", "valid_to"), Values{"state": "emitida"})
	from := max(l.text("alta_on"), l.text("valid_from"))
	dni := l.text("dni")
	for _, r := range b.those("insured_persons", work, "dni", dni) {
		v := r.Fields
		if v.Text("insurance_policy") == policy.ID && v.Text("from_on") <= from && (v.Text("to_on") == "" || v.Text("to_on") >= from) {
			return
		}
	}
	l.put(b, "insured_persons", Values{"insurance_policy": policy.ID, "intervention": work, "dni": dni, "from_on": from}, nil, nil)
}
