package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"chaski/internal/domain/day"
	"chaski/internal/domain/identity"
	"chaski/internal/domain/insurance"
)

// row is one row of a base table.
type row struct {
	Collection string
	ID         string
	Fields     map[string]any
}

// The fixture's calendar. Works stay open for years, so that a visit made today
// falls within them.
const (
	worksFrom = "2026-09-01"
	worksTo   = "2035-12-31"
	writtenAt = "2026-11-01 12:00:00.000Z" // created and updated of every row
)

var givenNames = []string{
	"Saturnina", "Efraín", "Nélida", "Óscar", "Rosa", "Hernán", "Irma", "Delia", "Julia", "Teófilo", "Asunta", "Wilber",
	"Maruja", "Fortunato", "Yolanda", "Celestino", "Bertha", "Rómulo", "Epifania", "Grimaldo",
}

// Plants, birds and stars of the Andes: plainly invented people.
var surnames = []string{
	"Retama", "Killa", "Quinual", "Wallata", "Zapote", "Chilalo", "Molle", "Taruka", "Overo", "Chirimoyo", "Tarwi", "Qori",
	"Cantuta", "Puma", "Ichu", "Cóndor", "Sauco", "Lucero", "Qolle", "Pisonay", "Yareta", "Chachacoma", "Huayruro", "Allqamari",
}

// builder makes the rows of one device.
type builder struct {
	spec
	rnd  *rand.Rand
	rows []row
	dni  int
}

func (b *builder) add(collection, id string, fields map[string]any) {
	b.rows = append(b.rows, row{collection, id, fields})
}

// rows are all rows of the device's unit, parents first. With ordinal units of
// the same harness differ in everything that must be unique.
func (s spec) rows(ordinal int) []row {
	b := &builder{spec: s, rnd: rand.New(rand.NewPCG(uint64(s.Seed), 1)), dni: 99_500_000 + ordinal*100_000}
	ut := s.id("ut")
	b.add("uts", ut, map[string]any{"code": s.Unit, "name": "Unidad de medición " + s.Unit})
	for n := range s.Districts {
		// Of a province that there is not.
		b.add("districts", s.id("district %d", n), map[string]any{
			"ubigeo": fmt.Sprintf("25%s%02d", s.Unit[2:], n+1), "name": fmt.Sprintf("Distrito %d", n+1),
			"province": "Provincia de medición", "department": "Departamento de medición", "valid_from": "2020-01-01",
		})
		b.add("jurisdictions", s.id("jurisdiction %d", n), map[string]any{"district": s.id("district %d", n), "ut": ut, "valid_from": "2020-01-01"})
	}
	for n := range s.Entities {
		first := fmt.Sprintf("2098%s%04d", s.Unit[2:], n)
		b.add("entities", s.id("entity %d", n), map[string]any{
			"ruc": first + identity.RUCCheck(first), "name": fmt.Sprintf("Municipalidad Distrital de %s %d (medición)", b.pick(surnames), n+1),
			"district": s.id("district %d", n%s.Districts),
		})
	}
	for n := range s.Works + s.OtherWorks {
		b.header(ut, n)
	}
	for n := range s.Works {
		b.add("assignments", s.id("assignment %d", n), map[string]any{"user": s.user(), "intervention": s.work(n), "from_on": worksFrom})
		b.site(n)
	}
	return b.rows
}

func (b *builder) pick(from []string) string { return from[b.rnd.IntN(len(from))] }

func (b *builder) header(ut string, n int) {
	state := "en_ejecucion"
	if n >= b.Works {
		state = "terminada"
	}
	b.add("interventions", b.work(n), map[string]any{
		"kind": "aii", "name": fmt.Sprintf("Limpieza, mantenimiento y acondicionamiento del canal de riego %s %d", b.pick(surnames), n+1),
		"ut": ut, "district": b.id("district %d", n%b.Districts), "state": state, "starts_on": worksFrom, "ends_on": worksTo,
		"place": "Sector " + b.pick(surnames), "lat_e6": -13_500_000 + b.rnd.IntN(400_000), "lon_e6": -72_000_000 + b.rnd.IntN(400_000),
	})
	b.add("convenios", b.id("convenio %d", n), map[string]any{
		"code": b.convenio(n), "intervention": b.work(n), "proposer": b.id("entity %d", n%b.Entities),
		"executor": b.id("entity %d", n%b.Entities), "funding_year": 2026, "funding_frame": "ordinary", "amount": 12_345_600,
	})
}

// site is one work with its people, cover, attendance and visits.
func (b *builder) site(w int) {
	work, people := b.work(w), b.roster(w)
	for n := range b.Policies {
		b.add("insurance_policies", b.insurancePolicy(w, n), map[string]any{
			"intervention": work, "number": fmt.Sprintf("MED-%s-%03d-%d", b.Unit, w, n), "insurer_ruc": "2099000901" + identity.RUCCheck("2099000901"),
			"insurer_name": "Seguros Vicuña Dorada S.A. (medición)", "kind": "Accidentes personales",
			"valid_from": worksFrom, "valid_to": worksTo, "state": "emitida",
		})
		b.add("insurance_certificates", b.id("certificate %d %d", w, n), map[string]any{
			"insurance_policy": b.insurancePolicy(w, n), "intervention": work, "number": fmt.Sprintf("C-%03d-%d", w, n),
			"issued_on": worksFrom, "insured": people, "state": "conforme",
		})
	}
	for n := range people {
		b.person(w, n)
	}
	for n := range b.Movements {
		b.add("movements", b.id("movement %d %d", w, n), map[string]any{
			"intervention": work, "participant": b.participant(w, n%people), "kind": "alta", "effective_on": worksFrom, "state": "validado",
		})
	}
	date := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for n := range b.Sheets {
		b.sheet(w, n, nextWorkday(&date))
	}
	for n := range b.Visits {
		b.visit(w, n)
	}
}

func nextWorkday(t *time.Time) string {
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		*t = t.AddDate(0, 0, 1)
	}
	out := t.Format(time.DateOnly)
	*t = t.AddDate(0, 0, 1)
	return out
}

func (b *builder) person(w, n int) {
	work := b.work(w)
	b.dni++
	dni := fmt.Sprintf("%08d", b.dni)
	cupo := b.id("cupo %d %d", w, n)
	b.add("cupos", cupo, map[string]any{"intervention": work, "number": n + 1, "state": "activo"})
	b.add("participants", b.participant(w, n), map[string]any{
		"intervention": work, "cupo": cupo, "dni": dni, "given_names": b.pick(givenNames) + " " + b.pick(givenNames),
		"surnames": b.pick(surnames) + " " + b.pick(surnames), "sex": []string{"F", "M"}[b.rnd.IntN(2)],
		"birth_date": fmt.Sprintf("%d-%02d-%02d", 1963+b.rnd.IntN(44), 1+b.rnd.IntN(12), 1+b.rnd.IntN(28)), "alta_on": worksFrom,
	})
	proves := insurance.Follow(nil, insurance.Claim{From: worksFrom, To: worksTo}, day.Of(written()), true)
	raw, _ := json.Marshal(proves) // texts and a truth value
	b.add("insured_persons", b.id("insured %d %d", w, n), map[string]any{
		"insurance_policy": b.insurancePolicy(w, n%b.Policies), "intervention": work, "dni": dni, "from_on": worksFrom,
		"proves": string(raw), // as Chaski works it out: the others keep and send as much
	})
}

func (b *builder) sheet(w, n int, date string) {
	marks, present := map[string]string{}, 0
	for p := range b.roster(w) {
		mark := b.mark()
		if mark == "presente" {
			present++
		}
		marks[b.participant(w, p)] = mark
	}
	raw, _ := json.Marshal(marks) // strings always encode
	b.add("attendance_sheets", b.id("sheet %d %d", w, n), map[string]any{
		"intervention": b.work(w), "day": date, "marks": string(raw), "headcount": present, "state": "validada",
	})
}

// mark: nine in ten are there.
func (b *builder) mark() string {
	if b.rnd.IntN(10) == 0 {
		return "ausente"
	}
	return "presente"
}

func (b *builder) visit(w, n int) {
	visit, work, day := b.id("visit %d %d", w, n), b.work(w), fmt.Sprintf("2026-10-%02d", 1+7*n%28)
	b.add("visits", visit, map[string]any{
		"intervention": work, "convenio_code": b.convenio(w), "supervisor": b.user(), "kind": "in_situ", "state": "sincronizada",
		"visited_on": day, "device_started_at": day + "T09:12:00-05:00", "device_ended_at": day + "T10:40:00-05:00",
		"lat_e6": -13_500_000 + b.rnd.IntN(400_000), "lon_e6": -72_000_000 + b.rnd.IntN(400_000), "accuracy_m": 4 + b.rnd.IntN(30),
		"headcount": b.roster(w), "roster_size": b.roster(w), "roster_as_of": day, "answers": `{"agua":"si","botiquin":"si","cartel":"no","epp":"si"}`,
		"note": "Avance conforme; falta cartel en el acceso.", "received_at": day + " 15:45:10.000Z",
	})
	for p := range b.roster(w) {
		b.add("visit_marks", b.id("mark %d %d %d", w, n, p), map[string]any{
			"visit": visit, "intervention": work, "participant": b.participant(w, p), "mark": b.mark(), "coverage_seen": "cubierto",
		})
	}
	for f := range b.Findings {
		b.add("findings", b.id("finding %d %d %d", w, n, f), map[string]any{
			"visit": visit, "intervention": work, "severity": "leve", "description": "No hay cartel de la actividad en el acceso principal.",
			"corrective_measure": "Colocar el cartel", "responsible": "Responsable técnico", "due_on": "2026-12-15", "state": "abierto",
		})
	}
	for u := range b.Unlisted {
		b.dni++
		b.add("unlisted_workers", b.id("unlisted %d %d %d", w, n, u), map[string]any{
			"visit": visit, "intervention": work, "dni": fmt.Sprintf("%08d", b.dni), "given_names": b.pick(givenNames),
			"surnames": b.pick(surnames) + " " + b.pick(surnames), "note": "Dice que empezó ayer",
		})
	}
}
