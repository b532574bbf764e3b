package demo

import (
	"fmt"

	"chaski/internal/domain/day"
)

// cover says what is wrong with the insurance of a work.
type cover int

const (
	coverFull        cover = iota
	coverExpired           // the policy ended yesterday
	coverMissesNew         // the newest workers are not named
	coverNone              // no policy at all
	coverLateReplace       // a void policy, then another; replacements named days late
)

// work is one intervention of the running exercise. Days are counted in working
// days from the business date.
type work struct {
	key, name, place string
	ubigeo, entity   string
	convenio         string // its code without the year of the money
	frame            string
	state            string
	jobs             int
	start            int // working days from today, negative: in the past
	length           int // working days
	earlierMoney     bool
	cover            cover
	newest           int // workers whose alta was two working days ago
	replaced         int // cupos that changed hands
	sheets           sheets
	unvalidated      int // how many of the latest sheets the unit has not validated
	supervisor       string
	until            string // the supervisor whose assignment ended last month
	visits           []int  // working days from today
	noPlace          bool   // its visits were made without GPS
}

// sheets says which daily sheets the executor has sent.
type sheets int

const (
	sheetsAll sheets = iota
	sheetsNone
	sheetsUnvalidated // sent, none validated by the unit
)

// firstVisitName is the work without any jornal: its first visit moves the
// figure of its AO.
const firstVisitName = "Limpieza del canal Unu Ñan, sector Retama Alta"

const (
	ordinary = "ordinary"
	ley      = "ley_31728"
	first    = "supervisor@demo.pe"
	second   = "supervisora2@demo.pe"
	third    = "supervisor3@demo.pe"
)

var works = []work{
	{
		key: "c1", name: "Mantenimiento del camino de herradura Qori Ñan", place: "Sector Molle Pata", ubigeo: "080405", entity: "qantu",
		convenio: "08-0011-AII", frame: ordinary, state: "en_ejecucion", jobs: 32, start: -18, length: 42, replaced: 2,
		unvalidated: 3, supervisor: first, visits: []int{-14, -5},
	},
	{
		key: "c2", name: firstVisitName, place: "Bocatoma Retama Alta", ubigeo: "081202", entity: "chaska",
		convenio: "08-0012-AII", frame: ordinary, state: "en_ejecucion", jobs: 24, start: -2, length: 42,
		sheets: sheetsNone, supervisor: first,
	},
	{
		key: "c3", name: "Limpieza y forestación de la ladera Tarwi Orqo", place: "Ladera Tarwi Orqo", ubigeo: "081201", entity: "chaska",
		convenio: "08-0013-AII", frame: ordinary, state: "en_ejecucion", jobs: 150, start: -12, length: 42,
		cover: coverMissesNew, newest: 3, replaced: 5, unvalidated: 3, supervisor: first, visits: []int{-9, -3},
	},
	{
		key: "c4", name: "Limpieza de la quebrada Ukuku Wayq'o", place: "Quebrada Ukuku", ubigeo: "080102", entity: "ukuku",
		convenio: "08-0014-AII", frame: ley, state: "en_ejecucion", jobs: 12, start: -16, length: 32, cover: coverExpired,
		unvalidated: 2, supervisor: first, visits: []int{-8}, noPlace: true,
	},
	{
		key: "c5", name: "Mantenimiento del local comunal Kiwicha Wasi", place: "Plaza Kiwicha", ubigeo: "081211", entity: "chaska",
		convenio: "08-0015-AII", frame: ordinary, state: "en_ejecucion", jobs: 18, start: -7, length: 42, cover: coverNone,
		sheets: sheetsUnvalidated, supervisor: first, visits: []int{-3},
	},
	{
		key: "c6", name: "Limpieza de acequias Sara Mayu", place: "Acequia Sara Mayu", ubigeo: "080401", entity: "sara",
		convenio: "08-0016-AII", frame: ley, state: "en_ejecucion", jobs: 40, start: -24, length: 32, cover: coverLateReplace,
		replaced: 4, unvalidated: 3, supervisor: second, until: first, visits: []int{-20, -6},
	},
	{
		key: "c7", name: "Mantenimiento del parque Lucero de los Andes", place: "Parque Lucero", ubigeo: "080403", entity: "sara",
		convenio: "08-0017-AII", frame: ordinary, state: "en_ejecucion", jobs: 28, start: -15, length: 42, earlierMoney: true,
		replaced: 1, unvalidated: 3, supervisor: second, visits: []int{-7},
	},
	{
		key: "c8", name: "Limpieza de la laguna Wallata Qocha", place: "Laguna Wallata", ubigeo: "080402", entity: "qantu",
		convenio: "08-0018-AII", frame: ordinary, state: "terminada", jobs: 20, start: -85, length: 42, replaced: 2,
		supervisor: second, visits: []int{-70, -50},
	},
	{
		key: "c9", name: "Mantenimiento del cerco vivo Killa Pampa", place: "Killa Pampa", ubigeo: "080406", entity: "killa",
		convenio: "08-0019-AII", frame: ordinary, state: "participantes_seleccionados", jobs: 16, start: 6, length: 42,
		sheets: sheetsNone, supervisor: first,
	},
	{
		key: "p1", name: "Limpieza del dren El Algarrobo", place: "Dren El Algarrobo", ubigeo: "200105", entity: "algarrobo",
		convenio: "20-0021-AII", frame: ordinary, state: "en_ejecucion", jobs: 36, start: -19, length: 42, replaced: 2,
		unvalidated: 3, supervisor: third, visits: []int{-13, -5},
	},
	{
		key: "p2", name: "Mantenimiento del camino vecinal El Zapote", place: "Caserío El Zapote", ubigeo: "200405", entity: "faique",
		convenio: "20-0022-AII", frame: ley, state: "en_ejecucion", jobs: 22, start: -13, length: 32, unvalidated: 2,
		supervisor: third, visits: []int{-6},
	},
	{
		key: "p3", name: "Limpieza de la ribera Manglar Dulce", place: "Ribera Manglar Dulce", ubigeo: "240102", entity: "manglar",
		convenio: "24-0023-AII", frame: ordinary, state: "terminada", jobs: 26, start: -62, length: 42, replaced: 2,
		supervisor: third, visits: []int{-45},
	},
	{
		key: "p4", name: "Forestación del bosque seco El Overo", place: "Bosque El Overo", ubigeo: "140310", entity: "faique",
		convenio: "14-0024-AII", frame: ordinary, state: "en_ejecucion", jobs: 14, start: -4, length: 42,
		sheets: sheetsUnvalidated, supervisor: third,
	},
}

// site is a work placed in time, with the ids its rows share.
type site struct {
	work
	id, convenioID, code string
	starts, ends         day.Day
	fundingYear          int
	people               []person
	policies             []policy
}

// plan places a work in time. Its money is of the year it starts in, or of the
// year before. The work of the first visit always starts in this year, or there
// would be no AO to move.
func (l *loader) plan(w work) *site {
	starts := workday(l.today, w.start)
	if newYear := workday(day.Day(fmt.Sprintf("%04d-01-01", l.year())), 0); w.key == "c2" && starts < newYear {
		starts = min(newYear, l.today)
	}
	s := &site{
		work: w, id: l.id("interventions", w.key), convenioID: l.id("convenios", w.key),
		starts: starts, ends: workday(starts, w.length-1), fundingYear: starts.Month().Year(),
	}
	if w.earlierMoney {
		s.fundingYear--
	}
	s.code = fmt.Sprintf("%s-%02d", w.convenio, s.fundingYear%100)
	return s
}

func allWorks(l *loader) {
	jobs, people := 0, 0
	for _, w := range works {
		s := l.work(w)
		jobs, people = jobs+s.jobs, people+len(s.people)
	}
	l.say(fmt.Sprintf("%d actividades, %d cupos, %d participantes ficticios", len(works), jobs, people))
}

// work writes all of one, what is referred to first.
func (l *loader) work(w work) *site {
	s := l.plan(w)
	l.header(s)
	l.transfer(s)
	l.assign(s)
	l.roster(s)
	l.insure(s)
	l.attendance(s)
	l.visits(s)
	return s
}

func (l *loader) header(s *site) {
	d := districtOf(s.ubigeo)
	rng := l.rng("place " + s.key)
	l.put("interventions", s.key, values{
		"kind": "aii", "name": s.name, "ut": unitID(d.UT),
		"district": districtID(d.Ubigeo), "state": s.state, "starts_on": string(s.starts), "ends_on": string(s.ends),
		"place": s.place, "lat_e6": d.latE6 + rng.Int64N(20_000) - 10_000, "lon_e6": d.lonE6 + rng.Int64N(20_000) - 10_000,
	})
	e := l.id("entities", s.entity)
	l.put("convenios", s.key, values{
		"code": s.code, "intervention": s.id, "proposer": e, "executor": e,
		"funding_year": s.fundingYear, "funding_frame": s.frame, "amount": s.amount(), "signed_on": string(workday(s.accrued(), -15)),
	})
}

// amount is the agreement's money in céntimos: the 2023 averages per job of the
// Ficha, S/ 2,990 ordinary and S/ 2,268 under Ley 31728.
func (s *site) amount() int64 {
	if s.frame == ley {
		return int64(s.jobs) * 2268_00
	}
	return int64(s.jobs) * 2990_00
}

// accrued is when the money was accrued: a month before the start, within the
// year it belongs to.
func (s *site) accrued() day.Day {
	if s.earlierMoney {
		return day.Day(fmt.Sprintf("%04d-12-18", s.fundingYear))
	}
	return max(workday(s.starts, -20), workday(day.Day(fmt.Sprintf("%04d-01-01", s.fundingYear)), 0))
}

// transfer: one ministerial resolution a month and frame covers all agreements
// of it. What has not started yet is approved, not accrued.
func (l *loader) transfer(s *site) {
	on := s.accrued()
	if on > l.today {
		on = workday(l.today, -1)
	}
	number := resolutionNumber(on.Month(), s.frame)
	if l.resolutions[number] == "" {
		l.resolutions[number] = l.put("resolutions", number, values{"number": number, "published_on": string(workday(day.Day(string(on.Month())+"-01"), 0))})
	}
	v := values{"convenio": s.convenioID, "resolution": l.resolutions[number], "state": "devengada", "accrued_on": string(on), "amount": s.amount()}
	switch s.state {
	case "participantes_seleccionados":
		v["state"], v["accrued_on"] = "aprobada", ""
	case "terminada":
		v["state"] = "girada"
	}
	if v["state"] != "aprobada" && s.fundingYear == l.year() {
		l.paid[paid{s.frame, on.Month()}] += s.amount()
	}
	l.put("transfers", s.key, v)
}

// resolutionNumber is one a month and frame: "RM 101-2026-TR" is the
// ordinary one of October.
func resolutionNumber(m day.Month, frame string) string {
	last := 1
	if frame == ley {
		last = 2
	}
	return fmt.Sprintf("RM %s%d-%d-TR", string(m)[5:], last, m.Year())
}

// assign: from ten days before the start; one work changed hands at the end of
// last month.
func (l *loader) assign(s *site) {
	from := min(s.starts.Add(-10), l.today)
	give := func(email string, from, to day.Day, reason string) {
		l.put("assignments", s.key+" "+email, values{
			"user": l.id("users", email), "intervention": s.id,
			"from_on": string(from), "to_on": string(to), "reason": reason,
		})
	}
	if s.until == "" {
		give(s.supervisor, from, "", "Asignación inicial")
		return
	}
	ended := lastDayBefore(l.today.Month())
	give(s.until, min(from, ended), ended, "Asignación inicial")
	give(s.supervisor, ended.Add(1), "", "Reasignación por carga de trabajo")
}

// supervisorOn is who was assigned on a day.
func (l *loader) supervisorOn(s *site, d day.Day) string {
	if s.until != "" && d <= lastDayBefore(l.today.Month()) {
		return s.until
	}
	return s.supervisor
}
