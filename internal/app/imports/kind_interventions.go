package imports

import (
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

var interventionSpec = Spec{
	Kind: Interventions, Title: "Intervenciones con su convenio",
	About: "Una fila por intervención (AII o PI), identificada por su código de convenio. Las entidades y los usuarios se importan antes.",
	Fields: append([]Field{
		convenioField,
		{
			Name: "name", Label: "Nombre de la intervención", Type: TypeText, Required: true, Example: "Limpieza del canal de riego Qantu",
			Synonyms: list{"nombre", "intervencion", "nombre aii", "denominacion", "actividad", "proyecto", "obra"},
		},
		{Name: "ubigeo", Label: "Ubigeo", Type: TypeUbigeo, Required: true, Example: "080405", Synonyms: list{"ubigeo inei", "distrito", "cod ubigeo"}},
		{
			Name: "ut", Label: "Unidad territorial", Type: TypePattern, Pattern: utPattern, Example: "UT07",
			Synonyms: list{"ut", "codigo ut", "unidad"}, Hint: "vacía: la del distrito",
		},
		{
			Name: "state", Label: "Estado", Type: TypeChoice, Choices: choicesOf["intervention_state"], Example: "En ejecución",
			Synonyms: list{"situacion", "estado de la intervencion"}, Hint: "vacío en una nueva: Transferida",
		},
		{Name: "starts_on", Label: "Inicio", Type: TypeDay, Required: true, Example: "02/11/2026", Synonyms: list{"fecha de inicio", "fecha inicio", "desde"}},
		{Name: "ends_on", Label: "Término", Type: TypeDay, Required: true, Example: "18/12/2026", Synonyms: list{"fecha de termino", "fecha termino", "fin", "fecha de fin", "hasta"}},
		rucField("proposer", "RUC del proponente", "20131312955", true, "ruc proponente", "organismo proponente", "proponente", "ruc op"),
		rucField("executor", "RUC del ejecutor", "", false, "ruc ejecutor", "organismo ejecutor", "ejecutor", "ruc oe"),
		{Name: "funding_year", Label: "Año del recurso", Type: TypeYear, Required: true, Example: "2026", Synonyms: list{"año recurso", "anio recurso", "año de recurso"}},
		frameField,
		{Name: "amount", Label: "Monto del convenio (S/)", Type: TypeMoney, Required: true, Example: "150000.00", Synonyms: list{"monto", "monto convenio", "monto del convenio", "monto s"}},
		{Name: "signed_on", Label: "Fecha de firma", Type: TypeDay, Example: "20/10/2026", Synonyms: list{"fecha de convenio", "fecha convenio", "suscripcion"}},
		{Name: "place", Label: "Lugar", Type: TypeText, Example: "Sector Qantu Alto", Synonyms: list{"ubicacion", "direccion", "localidad"}},
		{Name: "lat_e6", Label: "Latitud", Type: TypeDegrees, Example: "-13.4222", Synonyms: list{"lat", "y"}},
		{Name: "lon_e6", Label: "Longitud", Type: TypeDegrees, Example: "-71.8489", Synonyms: list{"lon", "lng", "long", "x"}},
		{
			Name: "supervisor", Label: "Correo del supervisor", Type: TypeEmail, Example: "rosa.quispe@example.org",
			Synonyms: list{"supervisor", "correo supervisor"}, Hint: "se le asigna desde el inicio; puede quedar vacío",
		},
	}, placeFields...),
	plan: planIntervention,
}

func planIntervention(b *Book, l *Line) {
	code := l.text("convenio_code")
	l.label = code
	if l.text("ends_on") < l.text("starts_on") {
		l.bad("ends_on", fault.New(fault.ImportDatesOrder, ""))
	}
	proposer := b.entity(l, "proposer")
	executor := proposer
	if l.has("executor") {
		executor = b.entity(l, "executor")
	}
	district := b.district(l, "ubigeo")
	ut := b.unitFor(l, district)
	if proposer == nil || executor == nil || district == nil || ut == "" {
		return
	}
	fields := l.copyTo(Values{"district": district.ID, "ut": ut}, "name", "state", "starts_on", "ends_on", "place", "lat_e6", "lon_e6")
	convenio := b.find("convenios", Values{"code": code})
	var work *Rec
	if convenio != nil {
		if work = b.byID("interventions", convenio.Fields.Text("intervention")); work == nil {
			return
		}
		if !b.moves(l, work, district, ut) {
			delete(fields, "district")
			delete(fields, "ut")
		}
		l.bad("", b.set(work, l.Row, fields))
		l.touch = append(l.touch, work)
	} else {
		kind := strings.ToLower(strings.Split(code, "-")[2])
		work = l.put(b, "interventions", Values{"id": code}, fields, Values{"kind": kind, "state": "transferida"})
	}
	l.put(b, "convenios", Values{"code": code}, l.copyTo(Values{"proposer": proposer.ID, "executor": executor.ID},
		"funding_year", "funding_frame", "amount", "signed_on"), Values{"intervention": work.ID})
	if l.has("supervisor") {
		b.assign(l, work)
	}
}

// unitFor is the unit a row names, or that of its district.
func (b *Book) unitFor(l *Line, district *Rec) string {
	if l.has("ut") {
		if u := b.unit(l, "ut"); u != nil {
			return u.ID
		}
		return ""
	}
	if district == nil {
		return ""
	}
	if ut := district.Fields.Text("ut"); ut != "" {
		return ut
	}
	for _, j := range b.those("jurisdictions", nil, "district", district.ID) {
		if b.today.Within(day.Day(j.Fields.Text("valid_from")), day.Day(j.Fields.Text("valid_to"))) {
			return j.Fields.Text("ut")
		}
	}
	l.bad("ut", fault.New(fault.ImportUTMissing, ""))
	return ""
}

// assign gives a work to a supervisor from its first day, unless he has it.
func (b *Book) assign(l *Line, work *Rec) {
	user := b.find("users", Values{"email": l.text("supervisor")})
	switch {
	case user == nil:
		l.bad("supervisor", fault.New(fault.ImportUserUnknown, "").With("value", l.text("supervisor")))
		return
	case user.Fields.Text("role") != "supervisor":
		l.bad("supervisor", fault.New(fault.ImportNotSupervisor, "").With("value", l.text("supervisor")))
		return
	}
	if b.where("assignments", work.ID, func(v Values) bool {
		return v.Text("user") == user.ID && (v.Text("to_on") == "" || v.Text("to_on") >= string(b.today))
	}) != nil {
		return
	}
	l.put(b, "assignments", Values{"user": user.ID, "intervention": work.ID, "from_on": l.text("starts_on")}, nil, nil)
}
