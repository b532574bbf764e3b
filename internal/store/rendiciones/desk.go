package rendiciones

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/record"
	"chaski/internal/domain/rendicion"
	"chaski/internal/replication"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
	"chaski/internal/store/uploads"
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

func (d *rendicionDesk) create(collection, id string, fields map[string]any) (string, error) {
	c, err := d.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return "", err
	}
	r := core.NewRecord(c)
	r.Id = id
	for name, value := range fields {
		r.Set(name, value)
	}
	return r.Id, d.app.SaveWithContext(d.ctx, r)
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

// Open implements app.RendicionDesk.
func (d *rendicionDesk) Open(x app.Rendicion) (string, error) {
	if x.ID != "" {
		return x.ID, nil
	}
	id := replication.DerivedID("rendicion", x.Work.ID)
	return d.create("rendiciones", id, map[string]any{"intervention": x.Work.ID, "state": string(x.State)})
}

// SetLine implements app.RendicionDesk.
func (d *rendicionDesk) SetLine(id, intervention string, l rendicion.Line, amount int64) error {
	ids, err := sqlite.Column(d.db, `SELECT id FROM rendicion_lines WHERE rendicion = {:r} AND kind = {:k}`, dbx.Params{"r": id, "k": string(l)})
	if err != nil {
		return err
	}
	if len(ids) == 0 { // of a rendición that this very transaction opened
		_, err := d.create("rendicion_lines", store.LineID(id, l), map[string]any{"rendicion": id, "intervention": intervention, "kind": string(l), "amount": amount})
		return err
	}
	return d.update("rendicion_lines", ids[0], map[string]any{"amount": amount})
}

// Answer implements app.RendicionDesk.
func (d *rendicionDesk) Answer(observation, text string) error {
	return d.update("rendicion_observations", observation, map[string]any{"answer": text})
}

// AddDocument implements app.RendicionDesk. The file lies in the storage already,
// so the row is written with its name alone: PocketBase's validation would
// demand the bytes again.
func (d *rendicionDesk) AddDocument(id string, f app.StoredFile, by string) error {
	c, err := d.app.FindCachedCollectionByNameOrId("rendicion_documents")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Id = f.Document
	for name, value := range map[string]any{
		"rendicion": id, "intervention": f.Intervention, "kind": string(f.Kind), "file": f.File, "sha256": f.SHA256,
		"size": f.Size, "mime": f.MIME, "name": f.Name, "sent_name": f.SentName, "uploaded_by": by, "uploaded_at": d.engine.Now(),
		"recorded_by": by, "received_at": d.engine.Now(), "stored_at": d.engine.Now(), "source": record.FromFile, "captured_at": d.engine.Now().UTC().Format(time.RFC3339),
	} {
		r.Set(name, value)
	}
	for name, value := range uploads.ScannedFields(f.Scanned) {
		r.Set(name, value)
	}
	return d.app.SaveNoValidateWithContext(d.ctx, r)
}

// Release implements app.RendicionDesk.
func (d *rendicionDesk) Release(document, by, reason string) error {
	return d.update("rendicion_documents", document, map[string]any{"released_by": by, "released_at": d.engine.Now(), "release_reason": reason})
}

// Supersede implements app.RendicionDesk.
func (d *rendicionDesk) Supersede(document, by string) error {
	return d.update("rendicion_documents", document, map[string]any{"superseded_by": by})
}

// Observe implements app.RendicionDesk.
func (d *rendicionDesk) Observe(id, intervention string, round int64, o app.NewObservation, by string) error {
	_, err := d.create("rendicion_observations", "", map[string]any{
		"rendicion": id, "intervention": intervention, "target": string(o.Target), "item": o.Item, "also": o.Also, "text": o.Text,
		"state": rendicion.ObservationOpen, "round": round, "made_by": by, "made_at": d.engine.Now(),
	})
	return err
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
	_, err := d.create("rendicion_submissions", "", map[string]any{
		"rendicion": id, "intervention": intervention, "round": s.Round, "content": content, "sha256": s.SHA256, "receipt": s.Receipt,
		"presented_at": d.engine.Now(), "presented_by": by,
	})
	return err
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
