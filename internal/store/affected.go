package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
)

// affected are the source rows whose contribution may differ after a change.
type affected struct {
	cupos   map[string]bool // ids; each is recomputed under its own intervention
	whole   map[string]bool // interventions of which every cupo is
	sources map[Key]bool    // transfers, balances, budget rows
}

func newAffected() *affected {
	return &affected{cupos: map[string]bool{}, whole: map[string]bool{}, sources: map[Key]bool{}}
}

// note adds what one change touches. The old content is remembered, so a row
// that moved or went away is found in both its places.
func (d *drain) note(ch change) error {
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
	case "cupos":
		a.cupos[k.Record] = true
	case "participants":
		a.cupos[p.Text("cupo")] = true
	case "visit_marks":
		return d.noteParticipants([]string{p.Text("participant")})
	case "visits":
		participants, err := column(d.db, `SELECT participant FROM visit_marks WHERE visit = {:id}`, dbx.Params{"id": k.Record})
		if err != nil {
			return err
		}
		return d.noteParticipants(participants)
	case "attendance_sheets":
		return d.noteParticipants(markedIn(p["marks"]))
	case "interventions":
		a.whole[k.Record] = true
	case "convenios":
		a.whole[p.Text("intervention")] = true
		return d.noteTransfers(`convenio = {:id}`, dbx.Params{"id": k.Record})
	case "resolutions":
		return d.noteTransfers(`resolution = {:id}`, dbx.Params{"id": k.Record})
	case "transfers":
		a.sources[k] = true
		return d.noteTransfers(`convenio = {:c} AND resolution = {:r}`, dbx.Params{"c": p.Text("convenio"), "r": p.Text("resolution")})
	case "opening_balances", "budget_execution":
		a.sources[k] = true
	case "aos":
		return d.noteAO(k.Record, p)
	}
	return nil
}

func markedIn(marks any) []string {
	m, _ := marks.(map[string]any)
	out := make([]string, 0, len(m))
	for participant := range m {
		out = append(out, participant)
	}
	return out
}

func (d *drain) noteParticipants(participants []string) error {
	for len(participants) > 0 {
		n := min(chunk, len(participants))
		var cupos []string
		if err := d.db.Select("cupo").Distinct(true).From("participants").
			Where(dbx.In("id", anys(participants[:n])...)).Column(&cupos); err != nil {
			return err
		}
		for _, c := range cupos {
			d.affected.cupos[c] = true
		}
		participants = participants[n:]
	}
	return nil
}

func (d *drain) noteTransfers(where string, params dbx.Params) error {
	ids, err := column(d.db, `SELECT id FROM transfers WHERE `+where, params)
	for _, id := range ids {
		d.affected.sources[Key{"transfers", id}] = true
	}
	return err
}

// noteAO: an AO appeared, went, or serves another scope; the contributions of
// both scopes have to find their AO anew. Rare: planning changes, not work.
func (d *drain) noteAO(id string, p replication.Payload) error {
	year, _ := replication.IntOf(p["exercise"])
	var rows []struct {
		Collection string `db:"source_collection"`
		Record     string `db:"source_record"`
	}
	err := d.db.NewQuery(`SELECT source_collection, source_record FROM progress_contributions
		WHERE ao = {:ao} OR (measure = {:m} AND funding_year = {:y} AND funding_frame = {:f})`).
		Bind(dbx.Params{"ao": id, "m": p.Text("unit_measure"), "y": year, "f": p.Text("funding_frame")}).All(&rows)
	for _, r := range rows {
		if r.Collection == "cupos" {
			d.affected.cupos[r.Record] = true
		} else {
			d.affected.sources[Key{r.Collection, r.Record}] = true
		}
	}
	if err != nil {
		return err
	}
	budget, err := column(d.db, `SELECT id FROM budget_execution WHERE ao = {:ao}`, dbx.Params{"ao": id})
	for _, b := range budget {
		d.affected.sources[Key{"budget_execution", b}] = true
	}
	return err
}
