package store

import (
	"sort"

	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// affected is what may count differently after a change.
type affected struct {
	works   map[string]bool  // interventions whose jobs and people are recounted
	said    map[string]daily // by intervention: what marks came, went or changed
	visits  []string         // that are new, with whatever marks they have
	sources map[Key]bool     // every other row that adds to a figure
}

func newAffected() *affected {
	return &affected{works: map[string]bool{}, said: map[string]daily{}, sources: map[Key]bool{}}
}

func (a *affected) orderedSources() []Key { return sortedSources(a.sources) }

func sortedSources[V any](m map[Key]V) []Key {
	out := make([]Key, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		return a.Collection < b.Collection || a.Collection == b.Collection && a.Record < b.Record
	})
	return out
}

// note adds what one change touches. The old content is remembered, so a row
// that moved or went away is found in both its places.
func (d *drain) note(ch change) error {
	if ch.key.Collection == "visits" && ch.old == nil {
		d.affected.visits = append(d.affected.visits, ch.key.Record)
		return nil
	}
	for _, p := range []replication.Payload{ch.old, ch.now} {
		if p == nil {
			continue
		}
		if err := d.noteContent(ch.key, p); err != nil {
			return err
		}
	}
	return nil
}

func (d *drain) noteContent(k Key, p replication.Payload) error {
	a := d.affected
	switch k.Collection {
	case "cupos", "participants", "visits":
		a.works[p.Text("intervention")] = true
	case "attendance_sheets":
		a.saySheet(p)
	case "visit_marks":
		// Of its visit, whatever its own intervention says.
		work, err := d.around.Value("visits", p.Text("visit"), "intervention")
		if err != nil {
			return err
		}
		on, err := d.around.Value("visits", p.Text("visit"), "visited_on")
		a.say(work, p.Text("participant"), on)
		return err
	case "insurance_policies", "insurance_certificates", "insured_persons":
		rules, err := d.refusing()
		if len(rules) > 0 {
			a.works[p.Text("intervention")] = true
		}
		return err
	case "parameters":
		if p.Text("key") == paramUncovered {
			return d.noteWorks(`SELECT id FROM interventions`, nil)
		}
	case "interventions":
		a.works[k.Record] = true
	case "convenios":
		a.works[p.Text("intervention")] = true
		return d.noteSources("transfers", `convenio = {:id}`, dbx.Params{"id": k.Record})
	case "resolutions":
		return d.noteSources("transfers", `resolution = {:id}`, dbx.Params{"id": k.Record})
	case "transfers":
		a.sources[k] = true
		return d.noteSources(k.Collection, `convenio = {:c} AND resolution = {:r}`, dbx.Params{"c": p.Text("convenio"), "r": p.Text("resolution")})
	case "technical_assistances":
		a.sources[k] = true
		return d.noteSources(k.Collection, `entity = {:e} AND held_on = {:d} AND modality = {:m} AND topic = {:t}`,
			dbx.Params{"e": p.Text("entity"), "d": p.Text("held_on"), "m": p.Text("modality"), "t": p.Text("topic")})
	case "management_reports":
		a.sources[k] = true
		return d.noteSources(k.Collection, `unit = {:u} AND ut = {:ut} AND kind = {:k} AND period = {:p}`,
			dbx.Params{"u": p.Text("unit"), "ut": p.Text("ut"), "k": p.Text("kind"), "p": p.Text("period")})
	case "opening_balances", "budget_execution":
		a.sources[k] = true
	case "aos":
		return d.noteAO(k.Record, p)
	}
	return nil
}

func (d *drain) noteSources(collection, where string, params dbx.Params) error {
	ids, err := sqlite.Column(d.db, `SELECT id FROM `+collection+` WHERE `+where, params)
	for _, id := range ids {
		d.affected.sources[Key{collection, id}] = true
	}
	return err
}

func (d *drain) noteWorks(sql string, params dbx.Params) error {
	ids, err := sqlite.Column(d.db, sql, params)
	for _, id := range ids {
		d.affected.works[id] = true
	}
	return err
}

// noteAO: an AO appeared, went, or serves another scope; the contributions of
// both scopes have to find their AO anew. Rare: planning changes, not work.
func (d *drain) noteAO(id string, p replication.Payload) error {
	year, _ := replication.IntOf(p["exercise"])
	var rows []struct {
		Collection   string `db:"source_collection"`
		Record       string `db:"source_record"`
		Intervention string `db:"intervention"`
	}
	err := d.db.NewQuery(`SELECT source_collection, source_record, intervention FROM progress_contributions
		WHERE ao = {:ao} OR (measure = {:m} AND funding_year = {:y} AND funding_frame = {:f})`).
		Bind(dbx.Params{"ao": id, "m": p.Text("unit_measure"), "y": year, "f": p.Text("funding_frame")}).All(&rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Collection == "cupos" {
			d.affected.works[r.Intervention] = true
		} else {
			d.affected.sources[Key{r.Collection, r.Record}] = true
		}
	}
	for _, collection := range []string{"budget_execution", "management_reports"} {
		if err := d.noteSources(collection, `ao = {:ao}`, dbx.Params{"ao": id}); err != nil {
			return err
		}
	}
	return nil
}
