// Package review reads what waits for somebody's decision: conflicts and parked work.
package review

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/insurance"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/replication"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// Book implements app.ReviewBook.
type Book struct {
	engine *store.Engine
	app    core.App
}

// New reads what waits for reviewers.
func New(e *store.Engine, a core.App) *Book { return &Book{e, a} }

// Conflicts implements app.ReviewBook.
func (b *Book) Conflicts(ut string, q app.ConflictQuery) ([]app.Conflict, int64, error) {
	db := b.app.ConcurrentDB()
	where := ` WHERE ({:ut} = '' OR i.ut = {:ut}) AND ({:s} = '' OR c.state = {:s}) AND ({:id} = '' OR c.id = {:id})`
	params := dbx.Params{"ut": ut, "s": q.State, "id": q.ID, "n": q.Limit, "o": q.Offset}
	var rows []ConflictRow
	if err := db.NewQuery(`SELECT ` + ConflictColumns + where + ` ORDER BY c.created DESC, c.id LIMIT {:n} OFFSET {:o}`).Bind(params).All(&rows); err != nil {
		return nil, 0, err
	}
	var total int64
	err := db.NewQuery(`SELECT count(*) FROM conflicts c LEFT JOIN interventions i ON i.id = c.intervention` + where).
		Bind(dbx.Params{"ut": ut, "s": q.State, "id": q.ID}).Row(&total)
	if err != nil {
		return nil, 0, err
	}
	out := make([]app.Conflict, len(rows))
	for i, r := range rows {
		if out[i], err = r.Read(); err != nil {
			return nil, 0, err
		}
	}
	return out, total, nil
}

// ParticipantName implements app.ReviewBook.
func (b *Book) ParticipantName(participant string) (string, error) {
	names, err := sqlite.Column(b.app.ConcurrentDB(), `SELECT given_names || ' ' || surnames FROM participants WHERE id = {:p}`, dbx.Params{"p": participant})
	return strings.Join(names, ""), err
}

// Participants implements app.ReviewBook.
func (b *Book) Participants(ids []string) (map[string]app.MarkSeen, error) {
	var rows []app.MarkSeen
	err := b.app.ConcurrentDB().NewQuery(`SELECT p.id AS participant, p.given_names || ' ' || p.surnames AS name, p.dni, c.number AS cupo
		FROM participants p JOIN cupos c ON c.id = p.cupo WHERE p.id IN (SELECT value FROM json_each({:ids}))`).
		Bind(dbx.Params{"ids": sqlite.JSONList(ids)}).All(&rows)
	out := make(map[string]app.MarkSeen, len(rows))
	for _, r := range rows {
		out[r.Participant] = r
	}
	return out, err
}

// Checklist implements app.ReviewBook.
func (b *Book) Checklist(key string, version int64) (title, items, shots string, err error) {
	var rows []struct{ Title, Items, Shots string }
	err = b.app.ConcurrentDB().NewQuery(`SELECT title, items, coalesce(shots, '') AS shots FROM checklists WHERE key = {:k} AND version = {:v}`).
		Bind(dbx.Params{"k": key, "v": version}).All(&rows)
	if err != nil || len(rows) == 0 {
		return "", "", "", err
	}
	return rows[0].Title, rows[0].Items, rows[0].Shots, nil
}

// Insurance implements app.ReviewBook.
func (b *Book) Insurance(intervention string) (insurance.Papers, error) {
	return store.InsuranceOf(b.app.ConcurrentDB(), intervention, b.engine.Today())
}

// Bytes implements app.ReviewBook.
func (b *Book) Bytes(collection string, ids []string) (map[string][]app.Bytes, error) {
	return store.BytesOf(b.app.ConcurrentDB(), collection, ids)
}

// Parked implements app.ReviewBook.
func (b *Book) Parked() ([]app.ParkedMutation, error) {
	return (&ParkedReader{DB: b.app.ConcurrentDB()}).Read()
}

// ParkedReader reads what waits for review and finds what each is about.
type ParkedReader struct {
	DB    dbx.Builder
	said  map[store.Key]saidOf // by records that wait, and by those that were asked for
	works map[string]app.Work
}

// saidOf is what a record says, or said at last, or would say.
type saidOf struct {
	fields replication.Payload
	there  bool
}

// ParkedRow is a stored mutation that may be judged again.
type ParkedRow struct {
	Body       string `db:"body"`
	Hash       string `db:"hash"`
	User       string `db:"user"`
	UserName   string `db:"user_name"`
	Device     string `db:"device"`
	DeviceName string `db:"device_name"`
	Outcome    string `db:"outcome"`
	ReceivedAt string `db:"received_at"`
}

// ParkedColumns are those of ParkedRow.
const ParkedColumns = `m.body, m.hash, m.user, coalesce(u.name, '') AS user_name, m.device, coalesce(d.name, '') AS device_name, m.outcome, m.received_at`

// Read answers all that waits, in the order received.
func (p *ParkedReader) Read() ([]app.ParkedMutation, error) {
	var rows []ParkedRow
	err := p.DB.NewQuery(`SELECT ` + ParkedColumns + ` FROM sync_mutations m LEFT JOIN users u ON u.id = m.user LEFT JOIN devices d ON d.id = m.device
		WHERE m.status = 'parked' ORDER BY m.seq, m.rowid`).All(&rows)
	if err != nil {
		return nil, err
	}
	p.said, p.works = map[store.Key]saidOf{}, map[string]app.Work{}
	out := make([]app.ParkedMutation, len(rows))
	for i, r := range rows {
		if out[i], err = r.Parked(); err != nil {
			return nil, err
		}
		if m := out[i].Mutation; m.Op == "create" {
			p.said[store.Key{m.Collection, m.Record}] = saidOf{fields: m.Fields}
		}
	}
	for i := range out {
		if err := p.about(&out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Parked is it as the use cases know it.
func (r ParkedRow) Parked() (app.ParkedMutation, error) {
	out, err := app.NewParked(json.RawMessage(r.Body))
	if err != nil {
		return out, err
	}
	var o app.Outcome
	if err := json.Unmarshal([]byte(r.Outcome), &o); err != nil {
		return out, err
	}
	if len(o.Errors) > 0 {
		out.Why = o.Errors[0].Code
	}
	out.Hash, out.User, out.UserName, out.Device, out.DeviceName = r.Hash, r.User, r.UserName, r.Device, r.DeviceName
	out.ReceivedAt, err = time.Parse(store.StampLayout, r.ReceivedAt)
	return out, err
}

// about finds what a parked mutation hangs on at last, and the intervention.
func (p *ParkedReader) about(m *app.ParkedMutation) error {
	k := store.Key{m.Mutation.Collection, m.Mutation.Record}
	said, err := p.says(k)
	if err != nil {
		return err
	}
	if m.Mutation.Op == "create" { // not what somebody else's of the same name says
		said = saidOf{fields: m.Mutation.Fields}
	}
	intervention := said.fields.Text("intervention")
	for t := records.Find(k.Collection); t != nil && t.Parent != ""; t = records.Find(k.Collection) {
		up := store.Key{t.ParentType(), said.fields.Text(t.Parent)}
		if up.Record == "" {
			break
		}
		k = up
		if said, err = p.says(k); err != nil {
			return err
		}
		if work := said.fields.Text("intervention"); work != "" {
			intervention = work
		}
	}
	m.Root = k.Collection + "/" + k.Record
	if k.Collection == "visits" {
		m.Visit, m.VisitThere, m.Headcount = k.Record, said.there, wholeOf(said.fields["headcount"])
		m.VisitedOn, m.VisitKind, m.VisitNote = said.fields.Text("visited_on"), said.fields.Text("kind"), said.fields.Text("note")
	}
	m.Intervention, err = p.work(intervention)
	return err
}

func wholeOf(v any) int64 {
	n, _ := record.Whole(v) // 0 for what is no number
	return n
}

// says is what is known of a record that is there, was there, or waits.
func (p *ParkedReader) says(k store.Key) (saidOf, error) {
	if said, known := p.said[k]; known {
		return said, nil
	}
	row, err := store.FindSyncRow(p.DB, k)
	said := saidOf{store.DecodePayload(row.Payload), row.Payload != ""}
	if !said.there {
		said.fields = store.DecodePayload(row.Gone)
	}
	p.said[k] = said
	return said, err
}

func (p *ParkedReader) work(id string) (app.Work, error) {
	if w, known := p.works[id]; known {
		return w, nil
	}
	w, _, err := findWork(p.DB, id)
	p.works[id] = w
	return w, err
}

func findWork(db dbx.Builder, intervention string) (app.Work, bool, error) {
	works, err := FindWorks(db, []string{intervention})
	if err != nil || len(works) == 0 {
		return app.Work{}, false, err
	}
	return works[0], true, nil
}

// FindWorks are those of these works that exist.
func FindWorks(db dbx.Builder, ids []string) ([]app.Work, error) {
	var out []app.Work
	err := db.NewQuery(`SELECT i.id, i.name, i.ut, u.name AS utname, i.starts_on AS starts, i.ends_on AS ends, c.code AS convenio_code FROM interventions i
		JOIN uts u ON u.id = i.ut JOIN convenios c ON c.intervention = i.id WHERE i.id IN (SELECT value FROM json_each({:ids}))`).
		Bind(dbx.Params{"ids": sqlite.JSONList(ids)}).All(&out)
	return out, err
}

// ConflictRow is a conflict as it is kept.
type ConflictRow struct {
	app.Conflict
	Values string
}

// ConflictColumns are those of ConflictRow, with the tables they come from.
const ConflictColumns = `c.id, c.kind, c.collection, c.record, c.intervention, c.label, coalesce(i.ut, '') AS ut, c."values", c.rev, coalesce(s.rev, 0) AS version, c.mutation,
	c.author, c.author_name, c.author_at, c.other, c.other_name, c.other_at, c.rule, c.state, c.resolution, c.resolved_by,
	c.resolved_by_name, c.resolved_at FROM conflicts c LEFT JOIN interventions i ON i.id = c.intervention
	LEFT JOIN sync_rows s ON s.collection = 'conflicts' AND s.record = c.id`

// Read is it as the use cases know it.
func (r ConflictRow) Read() (app.Conflict, error) {
	err := json.Unmarshal([]byte(r.Values), &r.Conflict.Values)
	return r.Conflict, err
}
