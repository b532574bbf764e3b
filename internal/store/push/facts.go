package push

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/record"
	"chaski/internal/domain/visit"
	"chaski/internal/records"
	"chaski/internal/store"
	"chaski/internal/store/review"
	"chaski/internal/store/sqlite"
)

// facts is what the pushes of a commit have read and written so far. They hold the
// write lock, so that what was read once holds until its end. Each reader asks for what is
// not known yet with one query for many; Expect asks for a whole batch at once.
type facts struct {
	stored     map[string]*storedOutcome // by mutation; nil: none
	counters   map[counterKey]bool
	fates      map[store.Key][]fate
	works      map[string]*app.Work
	tenures    map[string]app.Tenure // of the person whose push is judged
	tenuresOf  tenant
	parents    map[store.Key]*app.Parent
	rosters    map[string]string // participant -> intervention
	taken      map[takenIn]map[string]bool
	present    map[string]int64 // visit -> how many
	executes   map[[2]string]app.Tenure
	checklists map[string]bool
	there      map[store.Key]bool
}

// takenIn is what the records of one row say in a field that each may say once.
type takenIn struct{ collection, field, of string }

func newFacts() *facts {
	return &facts{
		stored: map[string]*storedOutcome{}, counters: map[counterKey]bool{}, fates: map[store.Key][]fate{}, works: map[string]*app.Work{},
		parents: map[store.Key]*app.Parent{}, rosters: map[string]string{}, taken: map[takenIn]map[string]bool{}, present: map[string]int64{},
		executes: map[[2]string]app.Tenure{}, checklists: map[string]bool{}, there: map[store.Key]bool{},
	}
}

// Expect implements app.Outbound.
func (o *outbound) Expect(device string, batch []app.Mutation) error {
	var ids, participants, works, marked []string
	counters := make([]counterKey, len(batch))
	made, parents := map[string][]string{}, map[string][]string{}
	taken := map[takenIn][]string{}
	for i, m := range batch {
		ids = append(ids, m.ID)
		counters[i] = counterKey{device, m.Counter}
		t := records.Find(m.Collection)
		if m.Op != "create" || !records.Made(m.Collection) {
			continue
		}
		made[t.Name] = append(made[t.Name], m.Record)
		if t.Parent == "" {
			works = append(works, review.Text(m.Fields, "intervention"))
		} else {
			parents[t.ParentType()] = append(parents[t.ParentType()], review.Text(m.Fields, t.Parent))
		}
		for _, c := range t.Constraints {
			switch c.Rule {
			case record.BelongsTo:
				participants = append(participants, review.Text(m.Fields, c.Field))
			case record.UniqueIn:
				k := takenIn{t.Name, c.Field, c.In}
				taken[k] = append(taken[k], review.Text(m.Fields, c.In))
			}
		}
		if t.Name == "visit_marks" {
			marked = append(marked, review.Text(m.Fields, "visit"))
		}
	}
	loads := []func() error{
		func() error { return o.loadStored(ids) },
		func() error { return o.loadCounters(counters) },
	}
	for _, collection := range slices.Sorted(maps.Keys(parents)) {
		loads = append(loads, func() error { return o.loadParents(collection, parents[collection]) })
	}
	loads = append(loads,
		func() error { return o.loadRosters(participants) },
		func() error { return o.loadPresent(marked) },
		func() error { return o.loadWorks(append(works, o.parentWorks()...)) },
		func() error { return o.expectRules(batch) })
	for k, of := range taken {
		loads = append(loads, func() error { return o.loadTaken(k.collection, record.Constraint{Field: k.field, In: k.of}, of) })
	}
	for _, collection := range slices.Sorted(maps.Keys(made)) {
		loads = append(loads,
			func() error { return o.loadThere(collection, made[collection]) },
			func() error { return o.loadFates(collection, made[collection]) })
	}
	for _, load := range loads {
		if err := load(); err != nil {
			return err
		}
	}
	return nil
}

func (o *outbound) parentWorks() []string {
	var out []string
	for _, p := range o.facts.parents {
		if p != nil {
			out = append(out, p.Work)
		}
	}
	return out
}

func (o *outbound) loadWorks(ids []string) error {
	ids = store.Unknown(o.facts.works, ids)
	if len(ids) == 0 {
		return nil
	}
	works, err := review.FindWorks(o.db, ids)
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

// loadParents reads records that others belong to: of which work, whose, and what
// the rules of their kind ask. Who made one is a field of it, or remembered with it.
func (o *outbound) loadParents(collection string, ids []string) error {
	keys := make([]store.Key, len(ids))
	for i, id := range ids {
		keys[i] = store.Key{collection, id}
	}
	keys = store.Unknown(o.facts.parents, keys)
	t := records.Find(collection)
	if len(keys) == 0 || t == nil {
		return nil
	}
	for i, k := range keys {
		o.facts.parents[k] = nil
		ids[i] = k.Record
	}
	var rows []struct {
		ID        string `db:"id"`
		Work      string `db:"work"`
		Maker     string `db:"maker"`
		Unmade    bool   `db:"unmade"`
		Headcount int64  `db:"headcount"`
	}
	maker, unmade, headcount := `coalesce(s.made_by, '')`, `0`, `0`
	if t.Stamps.Maker != "" {
		maker = `p.` + t.Stamps.Maker
	}
	if hidden := t.Hidden(); hidden.Field != "" {
		unmade = `p.` + hidden.Field + ` = {:hidden}`
	}
	if t.Field("headcount") != nil {
		headcount = `CAST(p.headcount AS INTEGER)`
	}
	err := o.rows(&rows, `SELECT p.id, p.intervention AS work, `+maker+` AS maker, `+unmade+` AS unmade, `+headcount+` AS headcount
		FROM `+collection+` p LEFT JOIN sync_rows s ON s.collection = {:c} AND s.record = p.id
		WHERE p.id IN (SELECT value FROM json_each({:ids}))`,
		dbx.Params{"c": collection, "ids": sqlite.JSONList(ids[:len(keys)]), "hidden": t.Hidden().Value})
	for _, r := range rows {
		o.facts.parents[store.Key{collection, r.ID}] = &app.Parent{Work: r.Work, Maker: r.Maker, Unmade: r.Unmade, Headcount: r.Headcount}
	}
	return err
}

// Parent implements app.Outbound.
func (o *outbound) Parent(collection, id string) (app.Parent, bool, error) {
	err := o.loadParents(collection, []string{id})
	if p := o.facts.parents[store.Key{collection, id}]; p != nil {
		return *p, true, err
	}
	return app.Parent{}, false, err
}

// Executes implements app.Outbound.
func (o *outbound) Executes(entity, intervention string) (app.Tenure, error) {
	k := [2]string{entity, intervention}
	tenure, known := o.facts.executes[k]
	if known {
		return tenure, nil
	}
	states, err := sqlite.Column(o.db, `SELECT i.state FROM convenios c JOIN interventions i ON i.id = c.intervention
		WHERE c.executor = {:e} AND c.intervention = {:i}`, dbx.Params{"i": intervention, "e": entity})
	switch {
	case err != nil:
		return app.Never, err
	case len(states) > 0 && slices.Contains(store.EndedStates, states[0]):
		tenure = app.Ended
	case len(states) > 0:
		tenure = app.Now
	}
	o.facts.executes[k] = tenure
	return tenure, nil
}

func (o *outbound) loadRosters(ids []string) error {
	ids = store.Unknown(o.facts.rosters, ids)
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		ID           string `db:"id"`
		Intervention string `db:"intervention"`
	}
	err := o.rows(&rows, `SELECT id, intervention FROM participants WHERE id IN (SELECT value FROM json_each({:ids}))`, dbx.Params{"ids": sqlite.JSONList(ids)})
	for _, id := range ids {
		o.facts.rosters[id] = ""
	}
	for _, r := range rows {
		o.facts.rosters[r.ID] = r.Intervention
	}
	return err
}

// InRoster implements app.Outbound.
func (o *outbound) InRoster(participant, intervention string) (bool, error) {
	err := o.loadRosters([]string{participant})
	return intervention != "" && o.facts.rosters[participant] == intervention, err
}

// loadTaken reads what the records of some rows say in a field. It is asked before
// one of them is written, so that none of those gathered is missing.
func (o *outbound) loadTaken(collection string, c record.Constraint, of []string) error {
	var asked []takenIn
	for _, id := range of {
		asked = append(asked, takenIn{collection, c.Field, id})
	}
	asked = store.Unknown(o.facts.taken, asked)
	if len(asked) == 0 {
		return nil
	}
	ids := make([]string, len(asked))
	for i, k := range asked {
		ids[i] = k.of
		o.facts.taken[k] = map[string]bool{}
	}
	var rows []struct {
		Of    string `db:"of"`
		Value string `db:"value"`
	}
	err := o.rows(&rows, `SELECT `+c.In+` AS "of", `+c.Field+` AS value FROM `+collection+` WHERE `+c.In+` IN (SELECT value FROM json_each({:ids}))`,
		dbx.Params{"ids": sqlite.JSONList(ids)})
	for _, r := range rows {
		o.facts.taken[takenIn{collection, c.Field, r.Of}][r.Value] = true
	}
	return err
}

// Taken implements app.Outbound.
func (o *outbound) Taken(collection string, c record.Constraint, of, value string) (bool, error) {
	err := o.loadTaken(collection, c, []string{of})
	return o.facts.taken[takenIn{collection, c.Field, of}][value], err
}

func (o *outbound) loadPresent(visits []string) error {
	visits = store.Unknown(o.facts.present, visits)
	if len(visits) == 0 {
		return nil
	}
	var rows []struct {
		Visit string `db:"visit"`
		N     int64  `db:"n"`
	}
	err := o.rows(&rows, `SELECT visit, count(*) AS n FROM visit_marks WHERE visit IN (SELECT value FROM json_each({:ids})) AND mark = 'presente' GROUP BY visit`,
		dbx.Params{"ids": sqlite.JSONList(visits)})
	for _, v := range visits {
		o.facts.present[v] = 0
	}
	for _, r := range rows {
		o.facts.present[r.Visit] = r.N
	}
	return err
}

// PresentIn implements app.Outbound.
func (o *outbound) PresentIn(visit string) (int64, error) {
	err := o.loadPresent([]string{visit})
	return o.facts.present[visit], err
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
	var asked []store.Key
	for _, r := range records {
		asked = append(asked, store.Key{collection, r})
	}
	asked = store.Unknown(o.facts.there, asked)
	if len(asked) == 0 {
		return nil
	}
	ids := make([]string, len(asked))
	for i, k := range asked {
		ids[i] = k.Record
		o.facts.there[k] = false
	}
	there, err := sqlite.Column(o.db, `SELECT id FROM `+collection+` WHERE id IN (SELECT value FROM json_each({:ids}))`, dbx.Params{"ids": sqlite.JSONList(ids)})
	for _, id := range there {
		o.facts.there[store.Key{collection, id}] = true
	}
	return err
}

// Exists implements app.Outbound.
func (o *outbound) Exists(collection, record string) (bool, error) {
	err := o.loadThere(collection, []string{record})
	return o.facts.there[store.Key{collection, record}], err
}

// wrote keeps up with what the pushes write.
func (f *facts) wrote(w app.Write) {
	f.there[store.Key{w.Collection, w.Record}] = w.Op != "delete"
	t := records.Find(w.Collection)
	if w.Op != "create" {
		delete(f.parents, store.Key{w.Collection, w.Record}) // read again
		for _, c := range t.Constraints {
			f.forget(w.Collection, c.Field)
		}
		return
	}
	if len(records.Children(w.Collection)) > 0 {
		headcount, _ := w.Fields["headcount"].(int64)
		hidden := t.Hidden()
		f.parents[store.Key{w.Collection, w.Record}] = &app.Parent{
			Work: review.Text(w.Fields, "intervention"), Maker: w.Maker, Headcount: headcount,
			Unmade: hidden.Field != "" && review.Text(w.Fields, hidden.Field) == hidden.Value,
		}
	}
	for _, c := range t.Constraints {
		if c.Rule != record.UniqueIn {
			continue
		}
		if taken := f.taken[takenIn{w.Collection, c.Field, review.Text(w.Fields, c.In)}]; taken != nil {
			taken[review.Text(w.Fields, c.Field)] = true
		}
	}
	if n, known := f.present[review.Text(w.Fields, "visit")]; known && w.Collection == "visit_marks" && w.Fields["mark"] == visit.Present {
		f.present[review.Text(w.Fields, "visit")] = n + 1
	}
}

func (f *facts) forget(collection, field string) {
	for k := range f.taken {
		if k.collection == collection && k.field == field {
			delete(f.taken, k)
		}
	}
}

// decided: what was known of the mutation and its record's fate is known no more.
func (f *facts) decided(d app.Decision) {
	delete(f.stored, d.Mutation.ID)
	delete(f.fates, store.Key{d.Mutation.Collection, d.Mutation.Record})
}
