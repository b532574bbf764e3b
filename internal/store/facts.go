package store

import (
	"fmt"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/replication"
)

// facts is what the pushes of a commit have read and written so far. They hold the
// write lock, so that what was read once holds until its end. Each reader asks for what is
// not known yet with one query for many; Expect asks for a whole batch at once.
type facts struct {
	stored       map[string]*storedOutcome // by mutation; nil: none
	counters     map[counterKey]bool
	fates        map[Key][]fate
	works        map[string]*app.Work
	tenures      map[string]app.Tenure // of the person whose push is judged
	tenuresOf    tenant
	visits       map[string]*app.Visit
	participants map[string]string          // -> intervention
	marks        map[string]map[string]bool // visit -> participant -> present
	present      map[string]int64           // visit -> how many
	listed       map[string]map[string]bool // visit -> dni
	checklists   map[string]bool
	there        map[Key]bool
}

func newFacts() *facts {
	return &facts{
		stored: map[string]*storedOutcome{}, counters: map[counterKey]bool{}, fates: map[Key][]fate{}, works: map[string]*app.Work{},
		visits: map[string]*app.Visit{}, participants: map[string]string{}, marks: map[string]map[string]bool{}, present: map[string]int64{},
		listed: map[string]map[string]bool{}, checklists: map[string]bool{}, there: map[Key]bool{},
	}
}

// unknown are the keys that m does not have yet, each once.
func unknown[K comparable, V any](m map[K]V, keys []K) []K {
	var out []K
	seen := make(map[K]bool, len(keys))
	for _, k := range keys {
		if _, known := m[k]; !known && !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// Expect implements app.Outbound.
func (o *outbound) Expect(device string, batch []app.Mutation) error {
	var ids, visits, participants, works, visited []string
	counters := make([]counterKey, len(batch))
	records := map[string][]string{}
	for i, m := range batch {
		ids = append(ids, m.ID)
		counters[i] = counterKey{device, m.Counter}
		if replication.Find(m.Collection) == nil || m.Op != "create" {
			continue
		}
		records[m.Collection] = append(records[m.Collection], m.Record)
		switch m.Collection {
		case "visits":
			works = append(works, text(m.Fields, "intervention"))
		case "visit_marks":
			participants = append(participants, text(m.Fields, "participant"))
			visited = append(visited, text(m.Fields, "visit"))
		}
		visits = append(visits, text(m.Fields, "visit"))
	}
	for _, load := range []func() error{
		func() error { return o.loadStored(ids) },
		func() error { return o.loadCounters(counters) },
		func() error { return o.loadVisits(visits) },
		func() error { return o.loadParticipants(participants) },
		func() error { return o.loadMarks(visited) },
		func() error { return o.loadWorks(append(works, o.visitedWorks()...)) },
		func() error { return o.expectRules(batch) },
	} {
		if err := load(); err != nil {
			return err
		}
	}
	for _, collection := range sortedKeys(records) {
		if !pushed[collection] {
			continue
		}
		if err := o.loadThere(collection, records[collection]); err != nil {
			return err
		}
		if err := o.loadFates(collection, records[collection]); err != nil {
			return err
		}
	}
	return nil
}

// pushed are the collections whose records devices create.
var pushed = map[string]bool{"visits": true, "visit_marks": true, "findings": true, "unlisted_workers": true}

func (o *outbound) visitedWorks() []string {
	var out []string
	for _, v := range o.facts.visits {
		if v != nil {
			out = append(out, v.Intervention)
		}
	}
	return out
}

func (o *outbound) loadWorks(ids []string) error {
	ids = unknown(o.facts.works, ids)
	if len(ids) == 0 {
		return nil
	}
	works, err := findWorks(o.db, ids)
	for _, id := range ids {
		o.facts.works[id] = nil
	}
	for i := range works {
		o.facts.works[works[i].ID] = &works[i]
	}
	return err
}

// Work implements app.Outbound.
func (o *outbound) Work(intervention string) (app.Work, bool, error) {
	err := o.loadWorks([]string{intervention})
	if w := o.facts.works[intervention]; w != nil {
		return *w, true, err
	}
	return app.Work{}, false, err
}

// tenant is whose tenures are known, and of what day.
type tenant struct {
	user  string
	today day.Day
}

// Tenure implements app.Outbound.
func (o *outbound) Tenure(user, intervention string, today day.Day) (app.Tenure, error) {
	if of := (tenant{user, today}); o.facts.tenures == nil || o.facts.tenuresOf != of {
		var rows []struct {
			Intervention string `db:"intervention"`
			From         string `db:"from_on"`
			To           string `db:"to_on"`
		}
		if err := o.rows(&rows, `SELECT intervention, from_on, to_on FROM assignments WHERE user = {:u} AND from_on <= {:d}`,
			dbx.Params{"u": user, "d": string(today)}); err != nil {
			return app.Never, err
		}
		o.facts.tenures, o.facts.tenuresOf = map[string]app.Tenure{}, of
		for _, r := range rows {
			tenure := max(o.facts.tenures[r.Intervention], app.Ended)
			if today.Within(day.Day(r.From), day.Day(r.To)) {
				tenure = app.Now
			}
			o.facts.tenures[r.Intervention] = tenure
		}
	}
	return o.facts.tenures[intervention], nil
}

func (o *outbound) loadVisits(ids []string) error {
	ids = unknown(o.facts.visits, ids)
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		ID           string `db:"id"`
		Intervention string `db:"intervention"`
		Supervisor   string `db:"supervisor"`
		State        string `db:"state"`
		Headcount    int64  `db:"headcount"`
	}
	err := o.rows(&rows, `SELECT id, intervention, supervisor, state, CAST(headcount AS INTEGER) AS headcount FROM visits
		WHERE id IN (SELECT value FROM json_each({:ids}))`, dbx.Params{"ids": jsonList(ids)})
	for _, id := range ids {
		o.facts.visits[id] = nil
	}
	for _, r := range rows {
		o.facts.visits[r.ID] = &app.Visit{Intervention: r.Intervention, Supervisor: r.Supervisor, State: r.State, Headcount: r.Headcount}
	}
	return err
}

// Visit implements app.Outbound.
func (o *outbound) Visit(id string) (app.Visit, bool, error) {
	err := o.loadVisits([]string{id})
	if v := o.facts.visits[id]; v != nil {
		return *v, true, err
	}
	return app.Visit{}, false, err
}

func (o *outbound) loadParticipants(ids []string) error {
	ids = unknown(o.facts.participants, ids)
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		ID           string `db:"id"`
		Intervention string `db:"intervention"`
	}
	err := o.rows(&rows, `SELECT id, intervention FROM participants WHERE id IN (SELECT value FROM json_each({:ids}))`, dbx.Params{"ids": jsonList(ids)})
	for _, id := range ids {
		o.facts.participants[id] = ""
	}
	for _, r := range rows {
		o.facts.participants[r.ID] = r.Intervention
	}
	return err
}

// ParticipantIn implements app.Outbound.
func (o *outbound) ParticipantIn(participant, intervention string) (bool, error) {
	err := o.loadParticipants([]string{participant})
	return intervention != "" && o.facts.participants[participant] == intervention, err
}

func (o *outbound) loadMarks(visits []string) error {
	visits = unknown(o.facts.marks, visits)
	if len(visits) == 0 {
		return nil
	}
	var rows []struct {
		Visit       string `db:"visit"`
		Participant string `db:"participant"`
		Present     bool   `db:"present"`
	}
	err := o.rows(&rows, `SELECT visit, participant, mark = 'presente' AS present FROM visit_marks
		WHERE visit IN (SELECT value FROM json_each({:ids}))`, dbx.Params{"ids": jsonList(visits)})
	for _, v := range visits {
		o.facts.marks[v] = map[string]bool{}
	}
	for _, r := range rows {
		o.facts.mark(r.Visit, r.Participant, r.Present)
	}
	return err
}

func (f *facts) mark(visit, participant string, present bool) {
	f.marks[visit][participant] = present
	if present {
		f.present[visit]++
	}
}

// Marked implements app.Outbound.
func (o *outbound) Marked(visit, participant string) (bool, error) {
	err := o.loadMarks([]string{visit})
	_, marked := o.facts.marks[visit][participant]
	return marked, err
}

// PresentIn implements app.Outbound.
func (o *outbound) PresentIn(visit string) (int64, error) {
	err := o.loadMarks([]string{visit})
	return o.facts.present[visit], err
}

// Listed implements app.Outbound.
func (o *outbound) Listed(visit, dni string) (bool, error) {
	if o.facts.listed[visit] == nil {
		people, err := column(o.db, `SELECT dni FROM unlisted_workers WHERE visit = {:v}`, dbx.Params{"v": visit})
		if err != nil {
			return false, err
		}
		o.facts.listed[visit] = map[string]bool{}
		for _, p := range people {
			o.facts.listed[visit][p] = true
		}
	}
	return o.facts.listed[visit][dni], nil
}

// ChecklistExists implements app.Outbound.
func (o *outbound) ChecklistExists(key string, version int64) (bool, error) {
	name := fmt.Sprintf("%s/%d", key, version)
	exists, known := o.facts.checklists[name]
	if known {
		return exists, nil
	}
	exists, err := o.exists(`SELECT 1 FROM checklists WHERE key = {:k} AND version = {:v}`, dbx.Params{"k": key, "v": version})
	o.facts.checklists[name] = exists
	return exists, err
}

func (o *outbound) loadThere(collection string, records []string) error {
	var asked []Key
	for _, r := range records {
		asked = append(asked, Key{collection, r})
	}
	asked = unknown(o.facts.there, asked)
	if len(asked) == 0 {
		return nil
	}
	ids := make([]string, len(asked))
	for i, k := range asked {
		ids[i] = k.Record
		o.facts.there[k] = false
	}
	there, err := column(o.db, `SELECT id FROM `+collection+` WHERE id IN (SELECT value FROM json_each({:ids}))`, dbx.Params{"ids": jsonList(ids)})
	for _, id := range there {
		o.facts.there[Key{collection, id}] = true
	}
	return err
}

// Exists implements app.Outbound.
func (o *outbound) Exists(collection, record string) (bool, error) {
	err := o.loadThere(collection, []string{record})
	return o.facts.there[Key{collection, record}], err
}

// wrote keeps up with what the pushes write.
func (f *facts) wrote(op, collection, record string, fields map[string]any) {
	f.there[Key{collection, record}] = op != "delete"
	if op != "create" {
		if collection == "unlisted_workers" {
			clear(f.listed)
		}
		return
	}
	visit := text(fields, "visit")
	switch collection {
	case "visits":
		headcount, _ := fields["headcount"].(int64)
		f.visits[record] = &app.Visit{
			Intervention: text(fields, "intervention"), Supervisor: text(fields, "supervisor"), State: text(fields, "state"), Headcount: headcount,
		}
	case "visit_marks":
		if f.marks[visit] != nil {
			f.mark(visit, text(fields, "participant"), fields["mark"] == "presente")
		}
	case "unlisted_workers":
		if f.listed[visit] != nil {
			f.listed[visit][text(fields, "dni")] = true
		}
	}
}
