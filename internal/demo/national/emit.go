package national

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"chaski/internal/demo/fictitious"
	"chaski/internal/domain/day"
)

// Columns of the collections that Emit writes, in the order of a row's values.
var Columns = map[string][]string{
	"interventions": {"kind", "name", "ut", "district", "state", "starts_on", "ends_on", "place", "lat_e6", "lon_e6"},
	"convenios":     {"code", "intervention", "proposer", "executor", "funding_year", "funding_frame", "amount", "signed_on"},
	"transfers":     {"convenio", "resolution", "state", "accrued_on", "amount"},
	"assignments":   {"user", "intervention", "from_on", "to_on", "reason"},
	"cupos":         {"intervention", "number", "state"},
	"participants": {
		"intervention", "cupo", "dni", "given_names", "surnames", "sex", "birth_date", "alta_on", "baja_on",
	},
	"participant_conditions": {"participant", "intervention", "condition", "source", "accredited_on"},
	"movements":              {"intervention", "participant", "kind", "effective_on", "reason", "replaces", "state"},
	"insurance_policies":     {"intervention", "number", "insurer_ruc", "insurer_name", "kind", "valid_from", "valid_to", "state"},
	"insurance_certificates": {"insurance_policy", "intervention", "number", "issued_on", "insured", "state"},
	"insured_persons":        {"insurance_policy", "intervention", "dni", "from_on", "to_on"},
	"attendance_sheets":      {"intervention", "day", "marks", "headcount", "state", "validated_by"},
	"visits": {
		"intervention", "convenio_code", "supervisor", "kind", "state", "visited_on", "device_started_at", "device_ended_at",
		"lat_e6", "lon_e6", "accuracy_m", "location_reason", "headcount", "roster_size", "roster_as_of",
		"checklist_key", "checklist_version", "answers", "note", "device", "received_at",
	},
	"visit_marks": {"visit", "intervention", "participant", "mark", "coverage_seen"},
	"rendiciones": {
		"intervention", "state", "revision", "round", "transferred", "due_on", "presented_on", "presented_at", "decided_on",
	},
	"rendicion_lines": {"rendicion", "intervention", "kind", "amount", "presented"},
	"rendicion_observations": {
		"rendicion", "intervention", "target", "item", "text", "state", "round", "made_at", "answer", "lifted_at",
	},
	"findings": {
		"visit", "intervention", "severity", "description", "corrective_measure", "responsible", "due_on", "state",
	},
}

// Refs finds the ids of rows that works refer to.
type Refs struct {
	District    map[string]string // by ubigeo
	UT          map[string]string // by code
	Entity      []string          // by position in the plan
	Resolution  []string
	Supervisor  func(ut string, n int) string
	Coordinator func(ut string) string
	// Checklist the visits used, with its version and items.
	ChecklistKey     string
	ChecklistVersion int
	Items            []string
}

// Sink takes a row; values are in the order of Columns. An error ends Emit.
type Sink func(collection, id string, values ...any) error

const base36 = "0123456789abcdefghijklmnopqrstuvwxyz"

// rowsOfWork is above the number of rows of any work; ids of works follow each
// other, so that a load appends to the database's trees instead of scattering.
const rowsOfWork = 1 << 14

// id of the n-th row of a work: six characters in order, nine by the seed.
func (p *Plan) id(work, n int) string {
	var b [15]byte
	at := uint64(work)*rowsOfWork + uint64(n)
	h := mix(at ^ uint64(p.Seed)*0x9e3779b97f4a7c15)
	for i := 5; i >= 0; i-- {
		b[i] = base36[at%36]
		at /= 36
	}
	for i := 6; i < 15; i++ {
		b[i] = base36[h%36]
		h /= 36
	}
	return string(b[:])
}

// mix is splitmix64's finaliser.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// emitter writes one work.
type emitter struct {
	*Plan
	*Work
	refs   *Refs
	sink   Sink
	rng    *rand.Rand
	n      int // rows so far
	me     string
	policy string
	people []onRoster
	err    error
}

// onRoster is a row of the roster as the other rows need it.
type onRoster struct {
	id, cupo, dni string
	from, to      int // sheets, to included
	alta, baja    day.Day
	taken         bool // over from another
	never         bool // on the roster, never at work
	insured       day.Day
}

// Emit hands over every row of a work, what is referred to first.
func (p *Plan) Emit(w *Work, refs *Refs, sink Sink) error {
	e := &emitter{Plan: p, Work: w, refs: refs, sink: sink, rng: p.rng(w.Code)}
	e.header()
	e.transfer()
	if w.Executed {
		e.assign()
	}
	e.roster()
	if w.Executed {
		e.insure()
		e.sheets()
		e.visitRows()
		e.account()
	}
	if e.n >= rowsOfWork {
		return fmt.Errorf("%s: %d rows", w.Code, e.n)
	}
	return e.err
}

func (e *emitter) put(collection string, values ...any) string {
	id := e.id(e.N, e.n)
	e.n++
	if e.err == nil {
		if e.err = e.sink(collection, id, values...); e.err != nil {
			e.err = fmt.Errorf("%s: %s: %w", e.Code, collection, e.err)
		}
	}
	return id
}

func (e *emitter) header() {
	at := e.Places[e.Place]
	e.me = e.put("interventions", e.Kind, e.Name, e.refs.UT[at.UT], e.refs.District[at.Ubigeo], e.State,
		string(e.Starts), string(e.Ends), e.Site, 0, 0)
}

func (e *emitter) transfer() {
	signed := e.Calendar.Add(e.Starts, -30)
	if e.Resolution >= 0 {
		signed = e.Calendar.Add(e.Resolutions[e.Resolution].Published, -10)
	}
	entity := e.refs.Entity[e.Entity]
	convenio := e.put("convenios", e.Code, e.me, entity, entity, e.FundingYear, e.Frame, e.Amount, string(signed))
	if e.Resolution < 0 {
		return
	}
	resolution := e.refs.Resolution[e.Resolution]
	state := "girada"
	if !e.Executed {
		state = "devengada"
	}
	e.put("transfers", convenio, resolution, state, string(e.Accrued), e.Amount)
	switch e.N % 300 { // what must not count
	case 7: // the same one entered twice, later, and voided: no path stores two in force
		e.put("transfers", convenio, resolution, "anulada", string(e.Calendar.Add(e.Accrued, 1)), e.Amount)
	case 107:
		e.put("transfers", convenio, resolution, "anulada", string(e.Accrued), e.Amount)
	case 207: // a second one that was never accrued
		e.put("transfers", convenio, e.refs.Resolution[(e.Resolution+1)%len(e.refs.Resolution)], "en_rm", "", e.Amount/10)
	}
}

func (e *emitter) assign() {
	ut := e.Places[e.Place].UT
	e.put("assignments", e.refs.Supervisor(ut, e.N%Supervisors), e.me, string(e.Starts.Add(-10)), string(e.Ends.Add(30)), "Asignación del ejercicio 2023")
}

func (e *emitter) roster() {
	number := 0
	cupo := func(state string) string {
		number++
		return e.put("cupos", e.me, number, state)
	}
	for _, s := range e.Seats {
		id := cupo("activo")
		first := onRoster{cupo: id, from: s.From, to: len(e.Days) - 1, alta: e.Days[s.From], baja: e.Ends}
		if s.Second < 0 {
			e.person(s.First, first, "")
			continue
		}
		// The last day worked lies before the other's first.
		first.to, first.baja = s.Handed-1, e.Calendar.Add(e.Days[s.Handed], -1)
		out := e.person(s.First, first, "")
		e.person(s.Second, onRoster{
			cupo: id, from: s.Handed, to: len(e.Days) - 1, alta: e.Days[s.Handed], baja: e.Ends, taken: true,
		}, out)
	}
	for _, x := range e.Extra {
		state := "activo"
		if x.Void {
			state = "anulado"
		}
		id := cupo(state)
		if x.Person >= 0 {
			e.person(x.Person, onRoster{
				cupo: id, from: 0, to: len(e.Days) - 1, alta: e.Starts, baja: e.Ends, never: !x.Void,
			}, "")
		}
	}
}

var sources = [4][]string{{"CMAN"}, {"MIMP"}, {"OMAPED", "OREDIS"}, {"CONTIGO"}}

// person writes a row of the roster with its conditions and movements, and
// answers its id.
func (e *emitter) person(n int, r onRoster, replaces string) string {
	sex := "M"
	if e.People.Women[n] {
		sex = "F"
	}
	// By person, not by work: who comes again has the same name.
	who := rand.New(rand.NewPCG(uint64(e.Seed), mix(uint64(n))))
	r.dni, r.insured = e.DNI(n), r.alta
	given, surnames := fictitious.Given(sex, who), fictitious.Surnames(who)
	r.id = e.put("participants", e.me, r.cupo, r.dni, given, surnames, sex, string(e.People.Birth[n]), string(r.alta), string(r.baja))
	for c, name := range Conditions {
		if e.People.Conditions[n]&(1<<c) != 0 {
			source := sources[c][who.IntN(len(sources[c]))]
			if who.IntN(12) == 0 {
				source = "DECLARACION"
			}
			e.put("participant_conditions", r.id, e.me, name, source, string(r.alta.Add(-who.IntN(200))))
		}
	}
	e.movement(&r, replaces)
	e.people = append(e.people, r)
	return r.id
}

var reasons = []string{"Consiguió otro trabajo", "Motivos de salud", "Inasistencias", "Cambio de domicilio", "Motivos familiares"}

// movement: some certificates come late, and until then the person works
// uncovered; a few never come.
func (e *emitter) movement(r *onRoster, replaces string) {
	kind, state := "alta", "cubierto"
	if replaces != "" {
		kind = "reemplazo"
		e.put("movements", e.me, replaces, "baja", string(e.Calendar.Add(r.alta, -1)), pick(e.rng, reasons), "", "validado")
	}
	late := e.rng.IntN(1000)
	switch {
	case r.never:
		state = "anulado"
	case late < 4:
		r.insured, state = "", "vencido_sin_constancia"
	case late < 8 || r.taken && late < 90:
		r.insured, state = r.alta.Add(2+e.rng.IntN(7)), "vencido_sin_constancia"
		if r.insured > r.baja {
			r.insured = ""
		}
	}
	e.put("movements", e.me, r.id, kind, string(r.alta), "", replaces, state)
}

var insurers = []string{"Seguros Vicuña Dorada S.A. (demo)", "La Wallata Compañía de Seguros (demo)"}

// insure writes the policy, its first certificate, one for each day on which
// people changed, and who is named from when.
func (e *emitter) insure() {
	n := e.N % len(insurers)
	e.policy = e.put("insurance_policies", e.me, "DEMO-"+e.Code, fictitious.RUC(901+n), insurers[n], "Accidentes personales",
		string(e.Starts), string(e.Ends), "emitida")
	issued := map[day.Day]int{}
	var order []day.Day
	for _, r := range e.people {
		if r.insured == "" {
			continue
		}
		e.put("insured_persons", e.policy, e.me, r.dni, string(r.insured), string(r.baja))
		on := e.Starts
		if r.taken || r.insured != r.alta {
			on = r.insured
		}
		if issued[on] == 0 {
			order = append(order, on)
		}
		issued[on]++
	}
	for i, on := range order {
		state := "conforme"
		if e.rng.IntN(25) == 0 {
			state = "observada"
		}
		e.put("insurance_certificates", e.policy, e.me, fmt.Sprintf("C-%s-%02d", e.Code, i+1), string(on), issued[on], state)
	}
}

// present says whether a person was at work on the day of a sheet. On his first
// one he always was: everybody on a counted cupo has a jornal.
func (e *emitter) present(i, d int) bool {
	r := e.people[i]
	return !r.never && (d == r.from || mix(uint64(e.Seed)^uint64(e.N)<<32^uint64(i)<<12^uint64(d))%100 < 93)
}

func (e *emitter) on(i, d int) bool { return d >= e.people[i].from && d <= e.people[i].to }

// sheets writes the executor's daily sheets. Marks are in the order of ids.
func (e *emitter) sheets() {
	coordinator := e.refs.Coordinator(e.Places[e.Place].UT)
	var marks strings.Builder
	for d, on := range e.Days {
		marks.Reset()
		marks.Grow(len(e.people) * 30)
		present := 0
		for i := range e.people {
			if !e.on(i, d) {
				continue
			}
			sep, mark := `,"`, `":"ausente"`
			if marks.Len() == 0 {
				sep = `{"`
			}
			if e.present(i, d) {
				mark = `":"presente"`
				present++
			}
			marks.WriteString(sep)
			marks.WriteString(e.people[i].id)
			marks.WriteString(mark)
		}
		marks.WriteString("}")
		state, by := "validada", coordinator
		if d == e.Unvalidated {
			state, by = "observada", ""
		}
		e.put("attendance_sheets", e.me, string(on), marks.String(), present, state, by)
	}
}
