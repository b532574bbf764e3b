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
		return fn(Desk(ctx, b.engine, tx))
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
const workColumns = `i.id AS "work.id", i.name AS "work.name", i.state AS "work.state", i.ut AS "work.ut", u.name AS "work.utname",
	i.starts_on AS "work.starts", i.ends_on AS "work.ends", coalesce(c.code, '') AS "work.convenio_code", coalesce(c.executor, '') AS "work.executor",
	coalesce(e.name, '') AS "work.executor_name", coalesce(r.id, '') AS id, coalesce(r.state, '') AS state, coalesce(r.revision, 0) AS revision,
	coalesce(r.round, 0) AS round, coalesce(r.transferred, 0) AS presented, coalesce(r.due_on, '') AS due_then, coalesce(r.presented_on, '') AS presented_on,
	replace(coalesce(r.presented_at, ''), ' ', 'T') AS presented_at, coalesce(r.observed_on, '') AS observed_on, coalesce(r.receipt, '') AS receipt,
	coalesce(r.decided_on, '') AS decided_on, coalesce(d.name, '') AS decided_by, coalesce(place.ubigeo, '') AS ubigeo,
	coalesce(r.presents, '') AS seen`

const workTables = ` FROM interventions i JOIN uts u ON u.id = i.ut LEFT JOIN convenios c ON c.intervention = i.id
	LEFT JOIN entities e ON e.id = c.executor LEFT JOIN rendiciones r ON r.intervention = i.id LEFT JOIN users d ON d.id = r.decided_by
	LEFT JOIN districts place ON place.id = i.district `

type workRow struct {
	app.Rendicion
	Ubigeo string
	Open   int64
	Seen   string
}

// read is the rendición with its work, as the row says.
func (w workRow) read() app.Rendicion {
	r := w.Rendicion
	r.State, r.Work.Department = w.state(), calendar.DepartmentOf(w.Ubigeo)
	return r
}

// state of the rendición; without a row it follows the intervention's.
func (w workRow) state() rendicion.State {
	if w.State != "" && w.State != rendicion.Pending {
		return w.State
	}
	s, _ := rendicion.StateOf(w.Work.State)
	return s
}

// Rendicion implements app.RendicionPage.
func (p *rendicionPage) Rendicion(intervention string) (app.Rendicion, bool, error) {
	var rows []workRow
	err := p.all(&rows, `SELECT `+workColumns+workTables+`WHERE i.id = {:i}`, dbx.Params{"i": intervention})
	if err != nil || len(rows) == 0 {
		return app.Rendicion{}, false, err
	}
	w := rows[0]
	x := w.read()
	x.Amounts = map[rendicion.Line]int64{}
	err = p.db.NewQuery(`SELECT ` + store.Transferred("(SELECT id FROM convenios WHERE intervention = {:i})")).
		Bind(dbx.Params{"i": intervention}).Row(&x.Transferred)
	if err != nil || x.ID == "" {
		return x, true, err
	}
	if w.Seen != "" {
		if err := json.Unmarshal([]byte(w.Seen), &x.LastSeen); err != nil {
			return x, true, err
		}
	}
	for _, fill := range []func(*app.Rendicion) error{p.lines, p.documents, p.observations, p.submissions} {
		if err := fill(&x); err != nil {
			return x, true, err
		}
	}
	return x, true, nil
}

// reopens: see app.Rendicion.
var reopens = `i.state = '` + rendicion.Approved.Work() + `' AND r.state = '` + string(rendicion.Approved) + `' AND r.round > 0 AND r.transferred <> ` + store.Transferred("c.id")

func (p *rendicionPage) lines(x *app.Rendicion) error {
	var rows []struct {
		Kind   string `db:"kind"`
		Amount int64  `db:"amount"`
	}
	err := p.all(&rows, `SELECT kind, CAST(amount AS INTEGER) AS amount FROM rendicion_lines WHERE rendicion = {:r} AND amount <> 0`, dbx.Params{"r": x.ID})
	for _, r := range rows {
		x.Amounts[rendicion.Line(r.Kind)] = r.Amount
	}
	return err
}

func (p *rendicionPage) documents(x *app.Rendicion) error {
	return p.all(&x.Documents, `SELECT d.id, d.kind, d.name, d.sha256, CAST(d.size AS INTEGER) AS size, d.mime, d.file,
		replace(d.uploaded_at, ' ', 'T') AS uploaded_at, coalesce(u.name, '') AS uploaded_by, d.superseded_by, d.sent_name,
		replace(d.stored_at, ' ', 'T') AS stored_at, d.refusal, coalesce(f.scan, d.scan) AS scan, coalesce(f.quarantine, d.quarantine) AS quarantine, coalesce(f.finding, d.finding) AS finding,
		coalesce(replace(o.released_at, ' ', 'T'), '') AS released_at, coalesce(l.name, '') AS released_by, coalesce(o.reason, '') AS release_reason
		FROM rendicion_documents d LEFT JOIN users u ON u.id = d.uploaded_by
		LEFT JOIN file_releases o ON o.collection = 'rendicion_documents' AND o.record = d.id AND o.sha256 = d.sha256 LEFT JOIN users l ON l.id = o.released_by
		LEFT JOIN files f ON d.file = '' AND d.stored_at <> '' AND f.sha256 = d.sha256
		WHERE d.rendicion = {:r} ORDER BY d.uploaded_at, d.rowid`, dbx.Params{"r": x.ID})
}

func (p *rendicionPage) observations(x *app.Rendicion) error {
	var rows []struct {
		app.RendicionObservation
		Also string
	}
	err := p.all(&rows, `SELECT o.id, o.target, o.item, coalesce(o.also, '') AS also, o.text, o.state, CAST(o.round AS INTEGER) AS round,
		coalesce(u.name, '') AS made_by, replace(o.made_at, ' ', 'T') AS made_at, o.answer, replace(o.lifted_at, ' ', 'T') AS lifted,
		coalesce(l.name, '') AS lifted_by
		FROM rendicion_observations o LEFT JOIN users u ON u.id = o.made_by LEFT JOIN users l ON l.id = o.lifted_by
		WHERE o.rendicion = {:r} ORDER BY o.made_at, o.rowid`, dbx.Params{"r": x.ID})
	for _, r := range rows {
		o := r.RendicionObservation
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
		app.RendicionSubmission
		Content string
	}
	err := p.all(&rows, `SELECT CAST(s.round AS INTEGER) AS round, s.receipt, s.sha256, replace(s.presented_at, ' ', 'T') AS presented_at,
		coalesce(u.name, '') AS presented_by, s.content
		FROM rendicion_submissions s LEFT JOIN users u ON u.id = s.presented_by WHERE s.rendicion = {:r} ORDER BY s.round`, dbx.Params{"r": x.ID})
	for _, r := range rows {
		s := r.RendicionSubmission
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
		r := w.read()
		out[i] = app.RendicionItem{
			Work: r.Work, State: r.State, PresentedOn: r.PresentedOn, PresentedAt: r.PresentedAt, Open: w.Open, Round: r.Round, Reopens: r.Reopens,
			Deadline: app.Deadline{Due: r.DueThen}, ObservedOn: r.ObservedOn,
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
