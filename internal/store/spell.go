package store

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/naturalkey"
	"chaski/internal/store/sqlite"
)

// AuditSpelled is the action by which a number that was stored before it had one
// form got it.
const AuditSpelled = "spell"

// spelled are the fields that are stored in one form. A policy's number is not:
// it is kept as its insurer prints it, and compared by its form.
var spelled = map[string]map[string]func(string) (string, bool){
	"resolutions":      {"number": func(s string) (string, bool) { return naturalkey.Resolution(s), true }},
	"budget_execution": {"clasificador": naturalkey.Clasificador},
	"convenios":        {"code": naturalkey.Convenio},
}

// Spell gives the numbers of a record that somebody is about to save their one
// form; what cannot be read surely stays, for the rules to refuse.
func Spell(r *core.Record) {
	for field, read := range spelled[r.Collection().Name] {
		if was := r.GetString(field); was != "" {
			if form, ok := read(was); ok && form != was {
				r.Set(field, form)
			}
		}
	}
}

// Respelled says whether what a field says now is the form of what it said: the
// scan gave it, nobody edited the row.
func Respelled(collection, field, was, now string) bool {
	read := spelled[collection][field]
	if read == nil {
		return false
	}
	form, ok := read(was)
	return ok && form == now
}

// spell gives rows from before their form. Where it is taken already the row is
// the same thing a second time: it stays as it is, and the rules list it, for a
// person to decide (docs/decisions/0020).
func (e *Engine) spell(tx core.App, collection string, ids []string) error {
	db, own := tx.NonconcurrentDB(), map[Key]bool{}
	for field, read := range spelled[collection] {
		var rows []struct {
			ID  string `db:"id"`
			Was string `db:"was"`
		}
		if err := db.NewQuery(`SELECT id, coalesce([[` + field + `]], '') AS was FROM {{` + collection + `}}
			WHERE id IN (SELECT value FROM json_each({:ids}))`).Bind(dbx.Params{"ids": sqlite.JSONList(ids)}).All(&rows); err != nil {
			return err
		}
		for _, r := range rows {
			form, ok := read(r.Was)
			if r.Was == "" || !ok || form == r.Was {
				continue
			}
			done, err := db.NewQuery(`UPDATE OR IGNORE {{` + collection + `}} SET [[` + field + `]] = {:form} WHERE id = {:id}`).
				Bind(dbx.Params{"form": form, "id": r.ID}).Execute()
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil || n == 0 {
				continue // taken: the unique index of the collection
			}
			k := Key{collection, r.ID}
			own[k] = true
			if err := WriteAudit(tx, Audit{
				Action: AuditSpelled, Key: k, At: e.Now(), Detail: map[string]any{"field": field, "before": r.Was, "after": form},
			}); err != nil {
				return err
			}
		}
	}
	if len(own) == 0 {
		return nil
	}
	// Lenient: what the rows break besides is listed, and does not stop the scan.
	moved, err := e.Drain(tx, own, 0, Manner{Lenient: true})
	if err == nil {
		e.Tell(tx, moved)
	}
	return err
}
