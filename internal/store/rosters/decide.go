package rosters

import (
	"context"
	"encoding/json"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/store"
)

// Book implements app.MovementBook.
type Book struct {
	engine *store.Engine
	app    core.App
}

// New reads and decides the movements.
func New(e *store.Engine, a core.App) *Book { return &Book{e, a} }

// seenColumns: who comes may be gone again, then what was said of him is left.
const seenColumns = `SELECT m.id, m.intervention, i.name, i.ut, coalesce(c.code, '') AS convenio, m.kind, m.state, m.state_reason, m.reason,
	m.effective_on, m.leaves_on,
	coalesce(x.id, '') AS leaver, coalesce(x.surnames || ', ' || x.given_names, '') AS leaves,
	coalesce(y.id, '') AS comer, coalesce(y.surnames || ', ' || y.given_names, CASE WHEN m.surnames <> '' THEN m.surnames || ', ' || m.given_names ELSE '' END) AS comes,
	coalesce(k.number, 0) AS cupo, coalesce(u.name, '') AS recorded_by, replace(m.received_at, ' ', 'T') AS received_at, coalesce(l.rev, 0) AS revision,
	(SELECT json_group_array(DISTINCT w.name) FROM participants o JOIN interventions w ON w.id = o.intervention
		WHERE y.id IS NOT NULL AND o.dni = y.dni AND o.intervention <> y.intervention
		AND o.alta_on <= coalesce(nullif(y.baja_on, ''), '9999-12-31') AND (o.baja_on = '' OR o.baja_on >= y.alta_on)) AS elsewhere
	FROM movements m JOIN interventions i ON i.id = m.intervention LEFT JOIN convenios c ON c.intervention = i.id
	LEFT JOIN participants x ON x.id = CASE m.kind WHEN 'baja' THEN m.participant WHEN 'reemplazo' THEN m.replaces ELSE '' END
	LEFT JOIN participants y ON y.id = CASE m.kind WHEN 'baja' THEN '' ELSE m.participant END
	LEFT JOIN cupos k ON k.id = coalesce(nullif(m.cupo, ''), y.cupo, x.cupo)
	LEFT JOIN users u ON u.id = m.recorded_by LEFT JOIN sync_rows l ON l.collection = 'movements' AND l.record = m.id `

type seenRow struct {
	app.MovementSeen
	Leaver    string `db:"leaver"`
	Comer     string `db:"comer"`
	Elsewhere string `db:"elsewhere"`
}

func seen(db dbx.Builder, rest string, params dbx.Params) ([]app.MovementSeen, error) {
	var rows []seenRow
	if err := db.NewQuery(seenColumns + rest).Bind(params).All(&rows); err != nil {
		return nil, err
	}
	out := make([]app.MovementSeen, len(rows))
	for i, r := range rows {
		out[i] = r.MovementSeen
		if err := json.Unmarshal([]byte(r.Elsewhere), &out[i].Elsewhere); err != nil {
			return nil, err
		}
		for _, id := range []string{r.Leaver, r.Comer} {
			if id != "" {
				out[i].People = append(out[i].People, id)
			}
		}
	}
	return out, nil
}

// Movements implements app.MovementBook.
func (b *Book) Movements(ut, state string, limit, offset int) ([]app.MovementSeen, int64, error) {
	if err := b.engine.CatchUp(b.app); err != nil {
		return nil, 0, err
	}
	db, params := b.app.ConcurrentDB(), dbx.Params{"ut": ut, "s": state}
	const where = `WHERE i.ut = {:ut} AND m.state = {:s} `
	var total int64
	if err := db.NewQuery(`SELECT count(*) FROM movements m JOIN interventions i ON i.id = m.intervention ` + where).Bind(params).Row(&total); err != nil {
		return nil, 0, err
	}
	params["n"], params["o"] = limit, offset
	out, err := seen(db, where+`ORDER BY m.effective_on, m.id LIMIT {:n} OFFSET {:o}`, params)
	return out, total, err
}

// Change implements app.MovementBook.
func (b *Book) Change(ctx context.Context, fn func(app.MovementDesk) error) error {
	if err := b.engine.CatchUp(b.app); err != nil {
		return err
	}
	return b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		return fn(&desk{Page{tx.NonconcurrentDB()}, b.engine, tx, ctx})
	})
}

// desk implements app.MovementDesk.
type desk struct {
	Page
	engine *store.Engine
	app    core.App
	ctx    context.Context
}

// Seen implements app.MovementDesk.
func (d *desk) Seen(id string) (app.MovementSeen, bool, error) {
	found, err := seen(d.DB, `WHERE m.id = {:id}`, dbx.Params{"id": id})
	if err != nil || len(found) == 0 {
		return app.MovementSeen{}, false, err
	}
	return found[0], true, nil
}

// Apply implements app.RosterDesk, for what is there already.
func (d *desk) Apply(w app.Write) error {
	r, err := d.app.FindRecordById(w.Collection, w.Record)
	if err != nil {
		return err
	}
	if w.Op == "delete" {
		return d.app.DeleteWithContext(d.ctx, r)
	}
	for name, value := range w.Fields {
		r.Set(name, value)
	}
	return d.app.SaveWithContext(d.ctx, r)
}

// Audit implements app.MovementDesk.
func (d *desk) Audit(actor, action, movement string, detail any) error {
	return store.WriteAudit(d.app, store.Audit{Actor: actor, Action: action, Key: store.Key{"movements", movement}, Detail: detail, At: d.engine.Now()})
}
