package board

import (
	"maps"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// headOf joins, to the rows r of a kind, what they are parts of at last: that one
// says of which work they are, of what day, and who made them. It is r itself for
// what is a part of nothing. What is only planned is no record yet.
func headOf(t *record.Type) (alias, from string, head *record.Type) {
	alias, from, head = "r", " FROM "+t.Name+" r", t
	for n := 1; head.Parent != ""; n++ {
		up := records.Find(head.ParentType())
		next := "h" + strconv.Itoa(n)
		from += " JOIN " + up.Name + " " + next + " ON " + next + ".id = " + alias + "." + head.Parent
		alias, head = next, up
	}
	from += " JOIN interventions i ON i.id = " + alias + "." + head.Work()
	if hidden := head.Hidden(); hidden.Field != "" {
		from += " AND " + alias + "." + hidden.Field + " <> '" + hidden.Value + "'"
	}
	return alias, from, head
}

// WorkOf implements app.Snapshot.
func (s *snapshot) WorkOf(kind, id string) (work, ut string, err error) {
	_, from, _ := headOf(records.Find(kind))
	var rows []struct{ ID, UT string }
	if err = s.all(&rows, `SELECT i.id, i.ut`+from+` WHERE r.id = {:id}`, dbx.Params{"id": id}); err != nil || len(rows) == 0 {
		return "", "", err
	}
	return rows[0].ID, rows[0].UT, nil
}

// Records implements app.Snapshot: what the ledger serves, read from there.
func (s *snapshot) Records(q app.RecordQuery) ([]app.Recorded, int64, error) {
	t := records.Find(q.Kind)
	where, params := `i.id = {:of}`, dbx.Params{"of": q.Intervention}
	if q.Parent != "" {
		where, params = `r.`+t.Parent+` = {:of}`, dbx.Params{"of": q.Parent}
	}
	if states := records.Waiting(q.Kind); q.Waiting && len(states) > 0 {
		where += ` AND r.state IN ` + store.Among(states)
	}
	_, from, _ := recordedFrom(t)
	params["kind"] = t.Name
	var total int64
	if err := s.db.NewQuery(`SELECT count(*)` + from + ` WHERE ` + where).Bind(params).Row(&total); err != nil {
		return nil, 0, err
	}
	params["n"], params["o"] = q.Limit, q.Offset
	out, err := s.recorded(t, where+` ORDER BY "on" DESC, r.created DESC, r.id LIMIT {:n} OFFSET {:o}`, params)
	if err != nil || !q.Files {
		return out, total, err
	}
	return out, total, s.withFiles(q.Kind, out)
}

// withFiles gives each of some records of a kind its files.
func (s *snapshot) withFiles(kind string, rows []app.Recorded) error {
	place := map[string]int{}
	for i, r := range rows {
		place[r.ID] = i
	}
	ids := sqlite.JSONList(slices.Collect(maps.Keys(place)))
	for _, t := range records.FilesOf(kind) {
		files, err := s.recorded(t, `r.`+t.Parent+` IN (SELECT value FROM json_each({:ids})) ORDER BY r.created, r.id`, dbx.Params{"kind": t.Name, "ids": ids})
		if err != nil {
			return err
		}
		for _, f := range files {
			parent, _ := f.Data[t.Parent].(string)
			of := &rows[place[parent]]
			of.Files = append(of.Files, f)
		}
	}
	return nil
}

// recordedFrom joins, to what headOf does, what the ledger serves of each row.
func recordedFrom(t *record.Type) (alias, from string, head *record.Type) {
	alias, from, head = headOf(t)
	return alias, from + ` JOIN sync_rows s ON s.collection = {:kind} AND s.record = r.id AND s.payload IS NOT NULL`, head
}

type recordedRow struct {
	app.Recorded
	Payload string
}

// recorded are the rows r of a kind for which the rest of a statement holds; its
// params name the kind.
func (s *snapshot) recorded(t *record.Type, rest string, params dbx.Params) ([]app.Recorded, error) {
	alias, from, head := recordedFrom(t)
	said := func(field string) string { // of the head; '' for what nothing says
		if field == "" {
			return "''"
		}
		return alias + "." + field
	}
	by, byOf := head.Stamps, said // who made it, and when: what it says itself, or its head
	if t.Stamps.Maker != "" {
		by, byOf = t.Stamps, func(field string) string { return "r." + field }
	}
	person := `''`
	if about := t.About(); about != "" {
		person = `coalesce((SELECT p.given_names || ' ' || p.surnames FROM participants p WHERE p.id = r.` + about + `), '')`
	}
	var rows []recordedRow
	err := s.all(&rows, `SELECT r.id, s.rev, s.payload, `+person+` AS person, `+byOf(by.Maker)+` AS maker, coalesce(u.name, '') AS maker_name, `+
		said(head.Day)+` AS "on", replace(`+byOf(by.Received)+`, ' ', 'T') AS received_at`+from+` LEFT JOIN users u ON u.id = `+byOf(by.Maker)+
		` WHERE `+rest, params)
	out := make([]app.Recorded, len(rows))
	for i, r := range rows {
		out[i] = r.Recorded
		out[i].Kind = t.Name
		out[i].Data = store.DecodePayload(r.Payload)
	}
	return out, err
}
