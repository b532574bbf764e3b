package store

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/insurance"
	"chaski/internal/replication"
)

// ReviewBook implements app.ReviewBook.
type ReviewBook struct {
	engine *Engine
	app    core.App
}

// NewReviewBook reads what waits for reviewers.
func NewReviewBook(e *Engine, a core.App) *ReviewBook { return &ReviewBook{e, a} }

// Conflicts implements app.ReviewBook.
func (b *ReviewBook) Conflicts(ut string, q app.ConflictQuery) ([]app.Conflict, int64, error) {
	db := b.app.ConcurrentDB()
	where := ` WHERE ({:ut} = '' OR i.ut = {:ut}) AND ({:s} = '' OR c.state = {:s}) AND ({:id} = '' OR c.id = {:id})`
	params := dbx.Params{"ut": ut, "s": q.State, "id": q.ID, "n": q.Limit, "o": q.Offset}
	var rows []conflictRow
	if err := db.NewQuery(`SELECT ` + conflictColumns + where + ` ORDER BY c.created DESC, c.id LIMIT {:n} OFFSET {:o}`).Bind(params).All(&rows); err != nil {
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
		if out[i], err = r.conflict(); err != nil {
			return nil, 0, err
		}
	}
	return out, total, nil
}

// ParticipantName implements app.ReviewBook.
func (b *ReviewBook) ParticipantName(participant string) (string, error) {
	names, err := column(b.app.ConcurrentDB(), `SELECT given_names || ' ' || surnames FROM participants WHERE id = {:p}`, dbx.Params{"p": participant})
	return strings.Join(names, ""), err
}

// Participants implements app.ReviewBook.
func (b *ReviewBook) Participants(ids []string) (map[string]app.MarkSeen, error) {
	var rows []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
		DNI  string `db:"dni"`
		Cupo int64  `db:"number"`
	}
	err := b.app.ConcurrentDB().NewQuery(`SELECT p.id, p.given_names || ' ' || p.surnames AS name, p.dni, c.number
		FROM participants p JOIN cupos c ON c.id = p.cupo WHERE p.id IN (SELECT value FROM json_each({:ids}))`).
		Bind(dbx.Params{"ids": jsonList(ids)}).All(&rows)
	out := make(map[string]app.MarkSeen, len(rows))
	for _, r := range rows {
		out[r.ID] = app.MarkSeen{Participant: r.ID, Name: r.Name, DNI: r.DNI, Cupo: r.Cupo}
	}
	return out, err
}

// Checklist implements app.ReviewBook.
func (b *ReviewBook) Checklist(key string, version int64, answers string) (string, []app.Answer, error) {
	var rows []struct {
		Title string `db:"title"`
		Items string `db:"items"`
	}
	err := b.app.ConcurrentDB().NewQuery(`SELECT title, items FROM checklists WHERE key = {:k} AND version = {:v}`).
		Bind(dbx.Params{"k": key, "v": version}).All(&rows)
	if err != nil || len(rows) == 0 {
		return "", answersOf("", answers), err
	}
	return rows[0].Title, answersOf(rows[0].Items, answers), nil
}

// Insurance implements app.ReviewBook.
func (b *ReviewBook) Insurance(intervention string) ([]insurance.Policy, []insurance.Insured, error) {
	return insuranceOf(b.app.ConcurrentDB(), intervention)
}

// Parked implements app.ReviewBook.
func (b *ReviewBook) Parked() ([]app.ParkedMutation, error) {
	return (&parkedReader{db: b.app.ConcurrentDB()}).read()
}

// Parked implements app.Outbound.
func (o *outbound) Parked() ([]app.ParkedMutation, error) {
	if err := o.settle(); err != nil {
		return nil, err
	}
	return (&parkedReader{db: o.db}).read()
}

// parkedReader reads what waits for review and finds what each is about.
type parkedReader struct {
	db     dbx.Builder
	visits map[string]parkedVisit // by id: those that wait, and those there
	works  map[string]app.Work
	homes  map[Key]string // the visit of a record that waits
}

type parkedVisit struct {
	Intervention string `db:"intervention"`
	VisitedOn    string `db:"visited_on"`
	Kind         string `db:"kind"`
	Headcount    int64  `db:"headcount"`
	Note         string `db:"note"`
	there        bool
}

type parkedRow struct {
	Body       string `db:"body"`
	Hash       string `db:"hash"`
	User       string `db:"user"`
	UserName   string `db:"user_name"`
	Device     string `db:"device"`
	DeviceName string `db:"device_name"`
	Outcome    string `db:"outcome"`
	ReceivedAt string `db:"received_at"`
}

func (p *parkedReader) read() ([]app.ParkedMutation, error) {
	var rows []parkedRow
	err := p.db.NewQuery(`SELECT m.body, m.hash, m.user, coalesce(u.name, '') AS user_name, m.device, coalesce(d.name, '') AS device_name,
		m.outcome, m.received_at FROM sync_mutations m LEFT JOIN users u ON u.id = m.user LEFT JOIN devices d ON d.id = m.device
		WHERE m.status = 'parked' ORDER BY m.seq, m.rowid`).All(&rows)
	if err != nil {
		return nil, err
	}
	p.visits, p.works, p.homes = map[string]parkedVisit{}, map[string]app.Work{}, map[Key]string{}
	out := make([]app.ParkedMutation, len(rows))
	for i, r := range rows {
		if out[i], err = r.parked(); err != nil {
			return nil, err
		}
		p.waiting(out[i].Mutation)
	}
	for i := range out {
		if err := p.about(&out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r parkedRow) parked() (app.ParkedMutation, error) {
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
	out.ReceivedAt, err = time.Parse(stampLayout, r.ReceivedAt)
	return out, err
}

// waiting notes a record that a parked mutation would create.
func (p *parkedReader) waiting(m app.Mutation) {
	switch {
	case m.Op != "create":
	case m.Collection == "visits":
		headcount, _ := m.Fields["headcount"].(json.Number)
		n, _ := headcount.Int64() // 0 for what is no number
		p.visits[m.Record] = parkedVisit{Intervention: text(m.Fields, "intervention"), VisitedOn: text(m.Fields, "visited_on"), Kind: text(m.Fields, "kind"), Note: text(m.Fields, "note"), Headcount: n}
	default:
		p.homes[Key{m.Collection, m.Record}] = text(m.Fields, "visit")
	}
}

func text(fields map[string]any, name string) string {
	s, _ := fields[name].(string)
	return s
}

// about finds the visit and the intervention of a parked mutation.
func (p *parkedReader) about(m *app.ParkedMutation) error {
	intervention := ""
	switch x := m.Mutation; {
	case x.Collection == "conflicts":
		out, err := column(p.db, `SELECT intervention FROM conflicts WHERE id = {:id}`, dbx.Params{"id": x.Record})
		if err != nil {
			return err
		}
		if len(out) > 0 {
			intervention = out[0]
		}
	case x.Collection == "visits":
		m.Visit = x.Record
	case x.Op == "create":
		m.Visit = text(x.Fields, "visit")
	default:
		var err error
		if m.Visit, intervention, err = p.home(Key{x.Collection, x.Record}); err != nil {
			return err
		}
	}
	if m.Visit != "" {
		v, err := p.visit(m.Visit)
		if err != nil {
			return err
		}
		m.VisitThere, m.VisitedOn, m.VisitKind, m.Headcount, m.VisitNote = v.there, v.VisitedOn, v.Kind, v.Headcount, v.Note
		if v.Intervention != "" {
			intervention = v.Intervention
		}
	}
	work, err := p.work(intervention)
	m.Intervention = work
	return err
}

// home is the visit of a record that is there, was there, or waits.
func (p *parkedReader) home(k Key) (visit, intervention string, err error) {
	if visit := p.homes[k]; visit != "" {
		return visit, "", nil
	}
	row, err := findSyncRow(p.db, k)
	if err != nil {
		return "", "", err
	}
	data := decodePayload(row.Payload)
	if data == nil {
		data = decodePayload(row.Gone)
	}
	return data.Text("visit"), data.Text("intervention"), nil
}

func (p *parkedReader) visit(id string) (parkedVisit, error) {
	if v, known := p.visits[id]; known {
		return v, nil
	}
	var rows []parkedVisit
	err := p.db.NewQuery(`SELECT intervention, visited_on, kind, CAST(headcount AS INTEGER) AS headcount, note FROM visits WHERE id = {:id}`).
		Bind(dbx.Params{"id": id}).All(&rows)
	if err != nil || len(rows) == 0 {
		return parkedVisit{}, err
	}
	rows[0].there = true
	p.visits[id] = rows[0]
	return rows[0], nil
}

func (p *parkedReader) work(id string) (app.Work, error) {
	if w, known := p.works[id]; known {
		return w, nil
	}
	w, _, err := findWork(p.db, id)
	p.works[id] = w
	return w, err
}

// ruleWork is what a rule must know of an intervention.
type ruleWork struct {
	ID     string `db:"id"`
	UT     string `db:"ut"`
	Starts string `db:"starts_on"`
	Ends   string `db:"ends_on"`
	Code   string `db:"code"`
	Name   string `db:"name"`
	UTName string `db:"ut_name"`
}

func findWork(db dbx.Builder, intervention string) (app.Work, bool, error) {
	works, err := findWorks(db, []string{intervention})
	if err != nil || len(works) == 0 {
		return app.Work{}, false, err
	}
	return works[0], true, nil
}

func findWorks(db dbx.Builder, ids []string) ([]app.Work, error) {
	var rows []ruleWork
	err := db.NewQuery(`SELECT i.id, i.name, i.ut, u.name AS ut_name, i.starts_on, i.ends_on, c.code FROM interventions i
		JOIN uts u ON u.id = i.ut JOIN convenios c ON c.intervention = i.id WHERE i.id IN (SELECT value FROM json_each({:ids}))`).
		Bind(dbx.Params{"ids": jsonList(ids)}).All(&rows)
	out := make([]app.Work, len(rows))
	for i, r := range rows {
		out[i] = app.Work{
			ID: r.ID, Name: r.Name, UT: r.UT, UTName: r.UTName, Starts: day.Day(r.Starts), Ends: day.Day(r.Ends), ConvenioCode: r.Code,
		}
	}
	return out, err
}

// Review implements app.Outbound: a parked outcome is decided once, and the
// author's devices learn it by a row of his own bucket.
func (o *outbound) Review(by app.Review, decisions []app.Decision) error {
	o.writes++
	if err := o.receipts(judgedPush{decisions: decisions}); err != nil {
		return err
	}
	for _, d := range decisions {
		if err := o.replaceOutcome(d); err != nil {
			return err
		}
		user, err := column(o.db, `SELECT user FROM sync_mutations WHERE id = {:id}`, dbx.Params{"id": d.Mutation.ID})
		if err != nil {
			return err
		}
		out := d.Outcome
		if err := o.Apply("create", "mutation_reviews", replication.DerivedID("review", d.Mutation.ID), map[string]any{
			"mutation": d.Mutation.ID, "user": user[0], "collection": d.Mutation.Collection, "record": d.Mutation.Record, "status": out.Status,
			"errors": by.Problems(out.Errors), "reason": by.Reason, "decided_by_name": by.ByName, "decided_at": by.At,
			"seq": out.Seq, "rev": out.Rev, "receipt": out.Receipt,
		}); err != nil {
			return err
		}
	}
	return nil
}

var errDecidedTwice = errors.New("a parked outcome was decided twice")

func (o *outbound) replaceOutcome(d app.Decision) error {
	outcome, bases, err := encodeOutcome(d)
	if err != nil {
		return err
	}
	done, err := o.db.NewQuery(`UPDATE sync_mutations SET status = {:s}, outcome = {:o}, seq = {:seq}, bases = {:b}
		WHERE id = {:id} AND status = 'parked'`).Bind(dbx.Params{
		"s": d.Outcome.Status, "o": outcome, "seq": d.Outcome.Seq, "b": bases, "id": d.Mutation.ID,
	}).Execute()
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fault.Wrap(fault.Internal, errDecidedTwice))
	}
	return nil
}
