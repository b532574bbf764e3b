package imports

import (
	"regexp"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// Kind is what a file is about.
type Kind string

// The kinds, in the order in which a new institution needs them.
const (
	Entities      Kind = "entities"
	Planning      Kind = "planning"
	Users         Kind = "users"
	Interventions Kind = "interventions"
	Rosters       Kind = "rosters"
	Transfers     Kind = "transfers"
	Budget        Kind = "budget_execution"
)

// Spec is what a kind of file holds and what its rows become.
type Spec struct {
	Kind   Kind
	Title  string
	About  string // what a row is, and what must be there before
	Fields []Field
	// AdminOnly: the file decides who may sign in.
	AdminOnly bool
	plan      func(*Book, *Line)
	// whole plans, at the end of the file, the lines that plan held back.
	whole   func(*Book)
	compose func(*Line) // makes fields of others once a row is read; may be nil
	// category answers the fields that a row gives to those below it, by its text;
	// nil for a text of another sort. May be nil.
	category func(string) map[string]any
	// group is the field that says which rows belong together: a row creates,
	// changes and asks for nothing that rows of another group do. Such a file may
	// have MaxStaged rows, and is planned a group at a time. "" for none.
	group string
}

// MaxRows is how many rows a file of the kind may have.
func (s *Spec) MaxRows() int {
	if s.group != "" {
		return MaxStaged
	}
	return MaxRows
}

// Field finds a field by name, or nil.
func (s *Spec) Field(name string) *Field {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i]
		}
	}
	return nil
}

// Specs lists every kind.
var Specs = []*Spec{&entitySpec, &planningSpec, &userSpec, &interventionSpec, &rosterSpec, &transferSpec, &budgetSpec}

// specOf finds a kind.
func specOf(kind Kind) (*Spec, error) {
	for _, s := range Specs {
		if s.Kind == kind {
			return s, nil
		}
	}
	return nil, fault.New(fault.NotFound, "kind")
}

// SpecOf finds the kind a person may import.
func SpecOf(a actor.Actor, kind Kind) (*Spec, error) {
	if !May(a) {
		return nil, fault.New(fault.Forbidden, "")
	}
	s, err := specOf(kind)
	if err == nil && s.AdminOnly && !a.Role.May(actor.ImportPeople) {
		return nil, fault.New(fault.Forbidden, "")
	}
	return s, err
}

// May says whether a person imports at all.
func May(a actor.Actor) bool { return a.Role.May(actor.ImportData) }

// choicesOf are the closed lists by the column that keeps them.
var choicesOf = map[string][]Choice{
	"funding_frame": {
		{"ordinary", "Ordinario", list{"recursos ordinarios", "pia", "ro", "ordinary"}},
		{"ley_31728", "Ley 31728", list{"ley n 31728", "31728", "ley"}},
	},
	"unit_measure": {
		{"transfer", "Transferencia", list{"transferencia financiera"}},
		{"technical_assistance", "Asistencia técnica", list{"at", "asistencia"}},
		{"job", "Empleo temporal", list{"empleo", "empleos"}},
		{"management_report", "Informe", list{"informe de gestion"}},
	},
	"budget_category": {
		{"PP0073", "PP 0073", list{"73", "0073", "pp 73"}},
		{"APNOP9002", "APNOP 9002", list{"9002", "pp 9002", "apnop"}},
	},
	"role": {
		{"supervisor", "Supervisor", list{"supervisora", "supervisor de ut"}},
		{"ut_coordinator", "Coordinador de UT", list{"coordinador", "coordinadora", "coordinadora de ut"}},
		{"executor", "Organismo ejecutor", list{"ejecutor", "ejecutora", "responsable tecnico"}},
		{"central_analyst", "Analista central", list{"analista"}},
		{"central_reviewer", "Revisor central", list{"revisor", "revisora", "revisora central"}},
		{"director", "Director", list{"directora", "director ejecutivo"}},
		{"auditor", "Auditor", list{"auditora"}},
		{"data_officer", "Oficial de datos", list{"oficial de datos personales"}},
		{"admin", "Administrador", list{"administradora"}},
	},
	"sex": {{"F", "F", list{"femenino", "mujer"}}, {"M", "M", list{"masculino", "hombre", "varon", "h"}}},
	"intervention_state": {
		{"transferida", "Transferida", nil},
		{"requisitos_conformes", "Requisitos conformes", nil},
		{"participantes_seleccionados", "Participantes seleccionados", nil},
		{"en_ejecucion", "En ejecución", list{"ejecucion", "en curso"}},
		{"suspendida", "Suspendida", nil},
		{"terminada", "Terminada", list{"concluida", "culminada"}},
		{"rc_presentada", "Rendición presentada", nil},
		{"rc_observada", "Rendición observada", nil},
		{"rc_conforme", "Rendición conforme", nil},
		{"cerrada", "Cerrada", nil},
		{"desistida", "Desistida", nil},
		{"resuelta", "Resuelta", nil},
	},
	"transfer_state": {
		{"programada", "Programada", nil},
		{"en_rm", "En resolución", list{"en rm"}},
		{"aprobada", "Aprobada", nil},
		{"devengada", "Devengada", list{"devengado"}},
		{"girada", "Girada", list{"girado", "pagada"}},
		{"anulada", "Anulada", list{"anulado"}},
	},
}

var (
	utPattern      = regexp.MustCompile(`^UT\d{2}$`)
	aoCodePattern  = regexp.MustCompile(`^AOI\d{11}$`)
	aeiPattern     = regexp.MustCompile(`^AEI\.\d{2}\.\d{2}$`)
	versionPattern = regexp.MustCompile(`^(?i)(pia|v\.?\s?[1-9]\d?)$`)
)

func rucField(name, label, example string, required bool, synonyms ...string) Field {
	return Field{Name: name, Label: label, Type: TypeRUC, Required: required, Synonyms: synonyms, Example: example, Hint: "11 dígitos, como texto"}
}

var convenioField = Field{
	Name: "convenio_code", Label: "Código de convenio", Type: TypeConvenio, Required: true,
	Synonyms: list{"convenio", "cod convenio", "n convenio", "numero de convenio", "codigo convenio"}, Example: "11-0004-AII-09",
}

var exerciseField = Field{
	Name: "exercise", Label: "Ejercicio", Type: TypeYear, Required: true,
	Synonyms: list{"año", "anio", "ano eje", "año ejecucion", "ejercicio fiscal", "año fiscal"}, Example: "2026",
}

var frameField = Field{
	Name: "funding_frame", Label: "Marco de financiamiento", Type: TypeChoice, Required: true, Choices: choicesOf["funding_frame"],
	Synonyms: list{"marco", "fuente", "financiamiento"}, Example: "Ordinario",
}
