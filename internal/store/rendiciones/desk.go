package rendiciones

import (
	"context"
	"encoding/json"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/rendicion"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// Desk writes in a transaction that others opened over the ledger.
func Desk(ctx context.Context, e *store.Engine, tx core.App) app.RendicionDesk {
	return &rendicionDesk{rendicionPage: rendicionPage{app: tx, db: tx.NonconcurrentDB()}, engine: e, ctx: ctx}
}

// rendicionDesk implements app.RendicionDesk.
type rendicionDesk struct {
	rendicionPage
	engine *store.Engine
	ctx    context.Context
}

func (d *rendicionDesk) create(collection string, fields map[string]any) error {
	c, err := d.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	for name, value := range fields {
		r.Set(name, value)
	}
	return d.app.SaveWithContext(d.ctx, r)
}

func (d *rendicionDesk) update(collection, id string, fields map[string]any) error {
	r, err := d.app.FindRecordById(collection, id)
	if err != nil {
		return err
	}
	for name, value := range fields {
		r.Set(name, value)
	}
	return d.app.SaveWithContext(d.ctx, r)
}

// Supersede implements app.RendicionDesk.
func (d *rendicionDesk) Supersede(document, by string) error {
	return d.update("rendicion_documents", document, map[string]any{"superseded_by": by})
}

// Observe implements app.RendicionDesk.
func (d *rendicionDesk) Observe(id, intervention string, round int64, o app.NewObservation, by string) error {
	return d.create("rendicion_observations", map[string]any{
		"rendicion": id, "intervention": intervention, "target": string(o.Target), "item": o.Item, "also": o.Also, "text": o.Text,
		"state": rendicion.ObservationOpen, "round": round, "made_by": by, "made_at": d.engine.Now(),
	})
}

// SetObservation implements app.RendicionDesk.
func (d *rendicionDesk) SetObservation(o app.RendicionObservation, by string) error {
	fields := map[string]any{"state": o.State}
	switch o.State {
	case rendicion.ObservationAnswered:
		fields["presented_answer"] = o.Answer
	case rendicion.ObservationLifted:
		fields["lifted_by"], fields["lifted_at"] = by, d.engine.Now()
	}
	return d.update("rendicion_observations", o.ID, fields)
}

// Presented implements app.RendicionDesk.
func (d *rendicionDesk) Presented(id string) error {
	ids, err := sqlite.Column(d.db, `SELECT id FROM rendicion_lines WHERE rendicion = {:r} AND presented <> amount ORDER BY id`, dbx.Params{"r": id})
	for _, line := range ids {
		r, err := d.app.FindRecordById("rendicion_lines", line)
		if err != nil {
			return err
		}
		r.Set("presented", r.GetInt("amount"))
		if err := d.app.SaveWithContext(d.ctx, r); err != nil {
			return err
		}
	}
	return err
}

// AddSubmission implements app.RendicionDesk.
func (d *rendicionDesk) AddSubmission(id, intervention string, s app.RendicionSubmission, content json.RawMessage, by string) error {
	return d.create("rendicion_submissions", map[string]any{
		"rendicion": id, "intervention": intervention, "round": s.Round, "content": content, "sha256": s.SHA256, "receipt": s.Receipt,
		"presented_at": d.engine.Now(), "presented_by": by,
	})
}

// SetState implements app.RendicionDesk.
func (d *rendicionDesk) SetState(id, intervention string, to rendicion.State, fields map[string]any) error {
	r, err := d.app.FindRecordById("rendiciones", id)
	if err != nil {
		return err
	}
	for name, value := range fields {
		r.Set(name, value)
	}
	r.Set("state", string(to))
	r.Set("revision", r.GetInt("revision")+1)
	if err := d.app.SaveWithContext(d.ctx, r); err != nil {
		return err
	}
	return d.update("interventions", intervention, map[string]any{"state": to.Work()})
}

// Touch implements app.RendicionDesk.
func (d *rendicionDesk) Touch(id string) error {
	r, err := d.app.FindRecordById("rendiciones", id)
	if err != nil {
		return err
	}
	return d.update("rendiciones", id, map[string]any{"revision": r.GetInt("revision") + 1})
}

// Audit implements app.RendicionDesk.
func (d *rendicionDesk) Audit(actor, action, intervention string, detail any) error {
	return store.WriteAudit(d.app, store.Audit{Actor: actor, Action: action, Key: store.Key{"interventions", intervention}, Detail: detail, At: d.engine.Now()})
}
