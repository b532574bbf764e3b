package demo

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
	"github.com/pocketbase/pocketbase/tools/types"

	"chaski/internal/catalog"
	"chaski/internal/demo/fictitious"
	"chaski/internal/demo/national"
)

// inserter writes rows by prepared statements, past PocketBase's hooks and
// validation; a test saves a sample of the same rows through both.
type inserter struct {
	db      dbx.Builder
	now     string
	queries map[string]*statement
	rows    int
	err     error // the first; nothing is written after it
}

type statement struct {
	query  *dbx.Query
	names  []string
	params dbx.Params
}

// deskColumns are of the collections written beside those of the works.
var deskColumns = map[string][]string{
	"resolutions": {"number", "published_on", "state"},
	"entities":    {"ruc", "name", "district"},
	"users": {
		"email", "password", "tokenKey", "emailVisibility", "verified", "name", "role", "ut", "entity", "active", "demo",
	},
	"technical_assistances": {
		"ut", "entity", "held_on", "modality", "scope", "channel", "topic", "session", "attendees", "funding_frame", "funding_year",
		"state", "evidence", "validated_by",
	},
	"management_reports": {"unit", "ut", "ao", "kind", "period", "number", "approved_on", "state", "sha256"},
	"budget_execution":   {"ao", "month", "clasificador", "amount"},
}

func columnsOf(collection string) []string {
	if c := national.Columns[collection]; c != nil {
		return c
	}
	return deskColumns[collection]
}

func newInserter(tx core.App) *inserter {
	return &inserter{db: tx.NonconcurrentDB(), now: types.NowDateTime().String(), queries: map[string]*statement{}}
}

func (in *inserter) close() {
	for _, s := range in.queries {
		_ = s.query.Close() // the transaction ends anyway
	}
}

// row writes one, unless something failed before.
func (in *inserter) row(collection, id string, values ...any) {
	if in.err == nil {
		in.err = in.put(collection, id, values...)
	}
}

func (in *inserter) put(collection, id string, values ...any) error {
	s := in.queries[collection]
	if s == nil {
		columns := columnsOf(collection)
		s = &statement{params: dbx.Params{"id": "", "created": in.now}}
		for i := range columns {
			s.names = append(s.names, fmt.Sprintf("p%d", i))
		}
		// FAIL: an error undoes the transaction, so no statement need keep the
		// pages by which it alone could be undone (as store does for imports).
		s.query = in.db.NewQuery(fmt.Sprintf(`INSERT OR FAIL INTO %s (id, %s, created, updated) VALUES ({:id}, {:%s}, {:created}, {:created})`,
			collection, strings.Join(columns, ", "), strings.Join(s.names, "}, {:"))).Prepare()
		in.queries[collection] = s
	}
	if len(values) != len(s.names) {
		return fmt.Errorf("%d values for %s", len(values), collection)
	}
	s.params["id"] = id
	for i, v := range values {
		s.params[s.names[i]] = v
	}
	in.rows++
	_, err := s.query.Bind(s.params).Execute()
	return err
}

// bodies writes resolutions, municipalities and the staff of the units, and
// learns the ids that works refer to.
func (w *nationalWriter) bodies(in *inserter) {
	id := func(collection, key string) string { return recordID(w.options.Seed, collection, key) }
	items := catalog.Checklists()[0]
	w.refs = &national.Refs{
		District: map[string]string{}, UT: map[string]string{},
		Supervisor:   func(ut string, n int) string { return id("users", supervisorEmail(ut, n)) },
		Coordinator:  func(ut string) string { return id("users", coordinatorEmail(ut)) },
		ChecklistKey: items.Key, ChecklistVersion: items.Version,
	}
	for _, i := range items.Items {
		w.refs.Items = append(w.refs.Items, i.Key)
	}
	for _, d := range w.plan.Places {
		w.refs.District[d.Ubigeo], w.refs.UT[d.UT] = districtID(d.Ubigeo), unitID(d.UT)
	}
	for _, r := range w.plan.Resolutions {
		rid := id("resolutions", r.Name)
		w.refs.Resolution = append(w.refs.Resolution, rid)
		in.row("resolutions", rid, r.Name, string(r.Published), "publicada")
	}
	for _, e := range w.plan.Entities {
		eid := id("entities", e.RUC)
		w.refs.Entity = append(w.refs.Entity, eid)
		in.row("entities", eid, e.RUC, e.Name, districtID(w.plan.Places[e.Place].Ubigeo))
	}
	w.staff(in)
}

func supervisorEmail(ut string, n int) string {
	return fmt.Sprintf("supervisor%d.%s@demo.pe", n+1, strings.ToLower(ut))
}

func coordinatorEmail(ut string) string { return "coordinador." + strings.ToLower(ut) + "@demo.pe" }

// staff: a coordinator and the supervisors of each unit. They share the demo's
// password and so may share its hash, which takes long to make.
func (w *nationalWriter) staff(in *inserter) {
	var hash string
	if err := in.db.NewQuery(`SELECT password FROM users WHERE email = {:e}`).
		Bind(dbx.Params{"e": Accounts[0].Email}).Row(&hash); err != nil {
		in.err = err
		return
	}
	put := func(email, role, ut string) {
		rng := fictitious.Draw(w.options.Seed, "staff "+email)
		sex := []string{"F", "M"}[rng.IntN(2)]
		in.row("users", recordID(w.options.Seed, "users", email), email, hash, security.RandomString(50), false, true,
			fictitious.Given(sex, rng)+" "+fictitious.Surnames(rng)+" (demo)", role, unitID(ut), "", true, true)
	}
	for _, u := range catalog.Units() {
		put(coordinatorEmail(u.Code), "ut_coordinator", u.Code)
		for n := range national.Supervisors {
			put(supervisorEmail(u.Code, n), "supervisor", u.Code)
		}
	}
}

// desks writes what units and central staff did.
func (w *nationalWriter) desks(in *inserter) {
	id := func(collection, key string) string { return recordID(w.options.Seed, collection, key) }
	ao := func(key string) string { return id("aos", fmt.Sprintf("%d %s", national.Year, key)) }
	for _, a := range w.plan.Assistances {
		ut, by := w.plan.Places[w.plan.Entities[a.Entity].Place].UT, ""
		if a.State == "validada" {
			by = w.refs.Coordinator(ut)
		}
		in.row("technical_assistances", id("technical_assistances", a.Key), unitID(ut), w.refs.Entity[a.Entity], string(a.On),
			a.Modality, a.Scope, a.Channel, a.Topic, a.Session, a.People, a.Frame, national.Year, a.State, a.Evidence, by)
	}
	for _, r := range w.plan.Reports {
		ut := ""
		if r.UT != "" {
			ut = unitID(r.UT)
		}
		in.row("management_reports", id("management_reports", r.Number), r.Unit, ut, ao(r.AO), r.Kind, r.Period, r.Number,
			string(r.Approved), r.State, "")
	}
	for _, s := range w.plan.Budget() {
		in.row("budget_execution", id("budget_execution", fmt.Sprintf("2023 %s %s %s", s.AO, s.Clasificador, s.Month)),
			ao(s.AO), string(s.Month), s.Clasificador, s.Amount)
	}
}
