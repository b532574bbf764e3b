// Package rendiciones keeps the rendiciones de cuentas and their documents.
package rendiciones

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/rendicion"
	"chaski/internal/store"
	"chaski/internal/store/catalogue"
	"chaski/internal/store/parameters"
	"chaski/internal/store/sqlite"
)

// New answers the use cases of the rendición over the database.
func New(e *store.Engine, a core.App) app.Rendiciones {
	return app.NewRendiciones(&rendicionBook{e, a}, func() time.Time { return e.Now() })
}

// rendicionBook implements app.RendicionBook.
type rendicionBook struct {
	engine *store.Engine
	app    core.App
}

// Read opens one read transaction over the ledger, brought up to date.
func (b *rendicionBook) Read(fn func(app.RendicionPage) error) error {
	if err := b.engine.CatchUp(b.app); err != nil {
		return err
	}
	db, ok := b.app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return errors.New("rendición inside a transaction")
	}
	return db.Transactional(func(tx *dbx.Tx) error { return fn(&rendicionPage{app: b.app, db: tx}) })
}

// Write opens one transaction that drains once at its end.
func (b *rendicionBook) Write(ctx context.Context, fn func(app.RendicionDesk) error) error {
	return b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		return fn(&rendicionDesk{rendicionPage: rendicionPage{app: tx, db: tx.NonconcurrentDB()}, engine: b.engine, ctx: ctx})
	})
}

// rendicionPage implements app.RendicionPage.
type rendicionPage struct {
	app core.App
	db  dbx.Builder
}

func (p *rendicionPage) all(dest any, sql string, params dbx.Params) error {
	return p.db.NewQuery(sql).Bind(params).All(dest)
}

// workColumns are those of an intervention with its agreement and its rendición.
const workColumns = `i.id AS work, i.name, i.state AS work_state, i.ut, u.name AS ut_name, i.starts_on, i.ends_on,
	coalesce(c.id, '') AS convenio, coalesce(c.code, '') AS code, coalesce(c.executor, '') AS executor, coalesce(e.name, '') AS executor_name,
	coalesce(r.id, '') AS id, coalesce(r.state, '') AS state, coalesce(r.revision, 0) AS revision, coalesce(r.round, 0) AS round,
	coalesce(r.transferred, 0) AS transferred, coalesce(r.due_on, '') AS due_on, coalesce(r.presented_on, '') AS presented_on,
	coalesce(r.presented_at, '') AS presented_at, coalesce(r.observed_on, '') AS observed_on, coalesce(r.receipt, '') AS receipt, coalesce(r.decided_on, '') AS decided_on,
	coalesce(d.name, '') AS decided_by, coalesce(place.ubigeo, '') AS ubigeo`

const workTables = ` FROM interventions i JOIN uts u ON u.id = i.ut LEFT JOIN convenios c ON c.intervention = i.id
	LEFT JOIN entities e ON e.id = c.executor LEFT JOIN rendiciones r ON r.intervention = i.id LEFT JOIN users d ON d.id = r.decided_by
	LEFT JOIN districts place ON place.id = i.district `

type workRow struct {
	Work         string `db:"work"`
	Ubigeo       string `db:"ubigeo"`
	Name         string `db:"name"`
	WorkState    string `db:"work_state"`
	UT           string `db:"ut"`
	UTName       string `db:"ut_name"`
	Starts       string `db:"starts_on"`
	Ends         string `db:"ends_on"`
	Convenio     string `db:"convenio"`
	Code         string `db:"code"`
	Executor     string `db:"executor"`
	ExecutorName string `db:"executor_name"`
	ID           string `db:"id"`
	State        string `db:"state"`
	Revision     int64  `db:"revision"`
	Round        int64  `db:"round"`
	Transferred  int64  `db:"transferred"`
	DueOn        string `db:"due_on"`
	PresentedOn  string `db:"presented_on"`
	PresentedAt  string `db:"presented_at"`
	ObservedOn   string `db:"observed_on"`
	Receipt      string `db:"receipt"`
	DecidedOn    string `db:"decided_on"`
	DecidedBy    string `db:"decided_by"`
	Open         int64  `db:"open"`
	Reopens      bool   `db:"reopens"`
}

func (w workRow) work() app.RendicionWork {
	return app.RendicionWork{
		ID: w.Work, Name: w.Name, State: w.WorkState, ConvenioCode: w.Code, UT: w.UT, UTName: w.UTName,
		Executor: w.Executor, ExecutorName: w.ExecutorName, Starts: day.Day(w.Starts), Ends: day.Day(w.Ends),
		Department: calendar.DepartmentOf(w.Ubigeo),
	}
}

// state of the rendición; without a row it follows the intervention's.
func (w workRow) state() rendicion.State {
	if w.State != "" && w.State != string(rendicion.Pending) {
		return rendicion.State(w.State)
	}
	s, _ := rendicion.StateOf(w.WorkState)
	return s
}

// Rendicion implements app.RendicionPage.
func (p *rendicionPage) Rendicion(intervention string) (app.Rendicion, bool, error) {
	var rows []workRow
	err := p.all(&rows, `SELECT `+workColumns+`, 0 AS open, 0 AS reopens`+workTables+`WHERE i.id = {:i}`, dbx.Params{"i": intervention})
	if err != nil || len(rows) == 0 {
		return app.Rendicion{}, false, err
	}
	w := rows[0]
	x := app.Rendicion{
		ID: w.ID, Work: w.work(), State: w.state(), Revision: w.Revision, Round: w.Round, Presented: w.Transferred,
		Amounts: map[rendicion.Line]int64{}, PresentedOn: day.Day(w.PresentedOn), PresentedAt: store.WireInstant(w.PresentedAt),
		Receipt: w.Receipt, DueThen: day.Day(w.DueOn), ObservedOn: day.Day(w.ObservedOn), DecidedOn: day.Day(w.DecidedOn), DecidedBy: w.DecidedBy,
	}
	err = p.db.NewQuery(`SELECT ` + transferred("{:c}")).Bind(dbx.Params{"c": w.Convenio}).Row(&x.Transferred)
	if err != nil || w.ID == "" {
		return x, true, err
	}
	for _, fill := range []func(*app.Rendicion) error{p.lines, p.documents, p.observations, p.submissions} {
		if err := fill(&x); err != nil {
			return x, true, err
		}
	}
	return x, true, nil
}

// transferred to a convenio is what the figures count.
func transferred(convenio string) string {
	return `(SELECT coalesce(sum(p.amount), 0) FROM transfers t JOIN progress_contributions p
		ON p.source_collection = 'transfers' AND p.source_record = t.id WHERE t.convenio = ` + convenio + `)`
}

// reopens: see app.Rendicion.
var reopens = `i.state = '` + rendicion.Approved.Work() + `' AND r.state = '` + string(rendicion.Approved) + `' AND r.round > 0 AND r.transferred <> ` + transferred("c.id")

func (p *rendicionPage) lines(x *app.Rendicion) error {
	var rows []struct {
		Kind   string `db:"kind"`
		Amount int64  `db:"amount"`
	}
	err := p.all(&rows, `SELECT kind, CAST(amount AS INTEGER) AS amount FROM rendicion_lines WHERE rendicion = {:r}`, dbx.Params{"r": x.ID})
	for _, r := range rows {
		x.Amounts[rendicion.Line(r.Kind)] = r.Amount
	}
	return err
}

func (p *rendicionPage) documents(x *app.Rendicion) error {
	var rows []struct {
		ID       string `db:"id"`
		Kind     string `db:"kind"`
		Name     string `db:"name"`
		SHA256   string `db:"sha256"`
		Size     int64  `db:"size"`
		MIME     string `db:"mime"`
		File     string `db:"file"`
		At       string `db:"uploaded_at"`
		By       string `db:"by_name"`
		Replaced string `db:"superseded_by"`
		Sent     string `db:"sent_name"`
		Scan     string `db:"scan"`
		Why      string `db:"quarantine"`
		Finding  string `db:"finding"`
		Released string `db:"released_at"`
		Releaser string `db:"releaser"`
		Reason   string `db:"release_reason"`
	}
	err := p.all(&rows, `SELECT d.id, d.kind, d.name, d.sha256, CAST(d.size AS INTEGER) AS size, d.mime, d.file, d.uploaded_at,
		coalesce(u.name, '') AS by_name, d.superseded_by, d.sent_name, d.scan, d.quarantine, d.finding, d.released_at,
		coalesce(l.name, '') AS releaser, d.release_reason
		FROM rendicion_documents d LEFT JOIN users u ON u.id = d.uploaded_by LEFT JOIN users l ON l.id = d.released_by
		WHERE d.rendicion = {:r} ORDER BY d.uploaded_at, d.rowid`, dbx.Params{"r": x.ID})
	for _, r := range rows {
		x.Documents = append(x.Documents, app.RendicionDocument{
			ID: r.ID, Kind: rendicion.Document(r.Kind), Name: r.Name, SHA256: r.SHA256, Size: r.Size, MIME: r.MIME, File: r.File,
			UploadedAt: store.WireInstant(r.At), UploadedBy: r.By, SupersededBy: r.Replaced,
			SentName: r.Sent, Scanned: app.Scanned{Scan: r.Scan, Quarantine: r.Why, Finding: r.Finding},
			ReleasedBy: r.Releaser, ReleasedAt: store.WireInstant(r.Released), ReleaseReason: r.Reason,
		})
	}
	return err
}

func (p *rendicionPage) observations(x *app.Rendicion) error {
	var rows []struct {
		ID     string `db:"id"`
		Target string `db:"target"`
		Item   string `db:"item"`
		Also   string `db:"also"`
		Text   string `db:"text"`
		State  string `db:"state"`
		Round  int64  `db:"round"`
		By     string `db:"by_name"`
		At     string `db:"made_at"`
		Answer string `db:"answer"`
		Lifted string `db:"lifted_at"`
		Lifter string `db:"lifter"`
	}
	err := p.all(&rows, `SELECT o.id, o.target, o.item, coalesce(o.also, '') AS also, o.text, o.state, CAST(o.round AS INTEGER) AS round,
		coalesce(u.name, '') AS by_name, o.made_at, o.answer, o.lifted_at, coalesce(l.name, '') AS lifter
		FROM rendicion_observations o LEFT JOIN users u ON u.id = o.made_by LEFT JOIN users l ON l.id = o.lifted_by
		WHERE o.rendicion = {:r} ORDER BY o.made_at, o.rowid`, dbx.Params{"r": x.ID})
	for _, r := range rows {
		o := app.RendicionObservation{
			Observation: rendicion.Observation{ID: r.ID, Target: rendicion.Target(r.Target), Item: r.Item, State: r.State, Answer: r.Answer},
			Text:        r.Text, Round: r.Round, MadeBy: r.By, MadeAt: store.WireInstant(r.At), LiftedBy: r.Lifter, Lifted: store.WireInstant(r.Lifted),
		}
		if r.Also != "" && r.Also != "null" {
			if err := json.Unmarshal([]byte(r.Also), &o.Also); err != nil {
				return err
			}
		}
		x.Observations = append(x.Observations, o)
	}
	return err
}

func (p *rendicionPage) submissions(x *app.Rendicion) error {
	var rows []struct {
		Round   int64  `db:"round"`
		Receipt string `db:"receipt"`
		SHA256  string `db:"sha256"`
		At      string `db:"presented_at"`
		By      string `db:"by_name"`
		Content string `db:"content"`
	}
	err := p.all(&rows, `SELECT CAST(s.round AS INTEGER) AS round, s.receipt, s.sha256, s.presented_at, coalesce(u.name, '') AS by_name, s.content
		FROM rendicion_submissions s LEFT JOIN users u ON u.id = s.presented_by WHERE s.rendicion = {:r} ORDER BY s.round`, dbx.Params{"r": x.ID})
	for _, r := range rows {
		s := app.RendicionSubmission{Round: r.Round, Receipt: r.Receipt, SHA256: r.SHA256, PresentedAt: store.WireInstant(r.At), PresentedBy: r.By}
		if err := json.Unmarshal([]byte(r.Content), &s.Content); err != nil {
			return err
		}
		x.Submissions = append(x.Submissions, s)
	}
	return err
}

// Items implements app.RendicionPage.
func (p *rendicionPage) Items(f app.RendicionFilter) ([]app.RendicionItem, error) {
	var rows []workRow
	err := p.all(&rows, `SELECT `+workColumns+`, (SELECT count(*) FROM rendicion_observations o WHERE o.rendicion = r.id AND o.state = 'abierta') AS open, `+
		`coalesce({:reopens} AND `+reopens+`, 0) AS reopens`+
		workTables+`WHERE (i.state IN (SELECT value FROM json_each({:works})) OR {:reopens} AND `+reopens+`) AND ({:e} = '' OR c.executor = {:e}) AND ({:ut} = '' OR i.ut = {:ut})
		ORDER BY i.id`, dbx.Params{"works": sqlite.JSONList(f.Works), "e": f.Executor, "ut": f.UT, "reopens": f.Reopens})
	out := make([]app.RendicionItem, len(rows))
	for i, w := range rows {
		out[i] = app.RendicionItem{
			Work: w.work(), State: w.state(), PresentedOn: day.Day(w.PresentedOn), PresentedAt: store.WireInstant(w.PresentedAt),
			Open: w.Open, Round: w.Round, Reopens: w.Reopens, Deadline: app.Deadline{Due: day.Day(w.DueOn)}, ObservedOn: day.Day(w.ObservedOn),
		}
	}
	return out, err
}

// Holidays implements app.RendicionPage.
func (p *rendicionPage) Holidays() ([]calendar.Holiday, error) { return catalogue.Holidays(p.db) }

// Parameter implements app.RendicionPage.
func (p *rendicionPage) Parameter(key string, on day.Day) (app.RendicionParameter, bool, error) {
	row, found, err := parameters.On(p.db, key, on)
	return app.RendicionParameter{Value: json.RawMessage(row.Value), Norm: row.Norm, Assumption: row.Assumption}, found, err
}
