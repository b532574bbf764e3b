package store

import (
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/attendance"
	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// AuditTakenBack is the action of a validation that ended because its sheet was
// written past the application.
const AuditTakenBack = "attendance.taken_back"

// sheetsOutside holds the sheets that were written past the hooks against the rule
// of their validation, before anything is remembered of them: so all that follows
// (figures, buckets, rules, the trail) sees them as they become.
func (d *drain) sheetsOutside(keys []Key, own map[Key]bool) error {
	var ids []string
	for _, k := range keys {
		if k.Collection == "attendance_sheets" && !own[k] {
			ids = append(ids, k.Record)
		}
	}
	for some := range slices.Chunk(ids, sqlite.Chunk) {
		if err := d.someSheetsOutside(some); err != nil {
			return err
		}
	}
	return nil
}

// signedRow is what a sheet says of its validation.
type signedRow struct {
	ID     string `db:"id"`
	State  string `db:"state"`
	Reason string `db:"state_reason"`
	By     string `db:"validated_by"`
	At     string `db:"validated_at"`
}

func (d *drain) someSheetsOutside(ids []string) error {
	was, err := syncRows(d.db, "attendance_sheets", ids)
	if err != nil || len(was) == 0 {
		return err // new ones have nothing to lose
	}
	loaded, err := LoadPayloads(d.db, replication.Find("attendance_sheets"), ids)
	if err != nil {
		return err
	}
	var rows []signedRow
	if err := d.db.NewQuery(`SELECT id, state, state_reason, validated_by, validated_at FROM attendance_sheets
		WHERE id IN (SELECT value FROM json_each({:ids}))`).Bind(dbx.Params{"ids": sqlite.JSONList(ids)}).All(&rows); err != nil {
		return err
	}
	for _, r := range rows {
		before := DecodePayload(was[r.ID].Payload)
		if before == nil {
			continue
		}
		// What cannot be read is not what was validated either.
		now, readable := loaded.Now[r.ID]
		if err := d.sheetOutside(r, attendance.State(before.Text("state")), !readable || saysElse(before, now)); err != nil {
			return err
		}
	}
	return nil
}

// saysElse: anything but the state and its reason, which are not what is validated, differs.
func saysElse(before, now replication.Payload) bool {
	changed := replication.Changed(before, now)
	delete(changed, "state")
	delete(changed, "state_reason")
	return len(changed) > 0
}

func (d *drain) sheetOutside(r signedRow, was attendance.State, moved bool) error {
	before := attendance.Sheet{State: was}
	if was == attendance.Validated {
		before.ValidatedBy, before.Reason = r.By, r.Reason // who signed is remembered nowhere else
	}
	after := attendance.Sheet{State: attendance.State(r.State), Reason: r.Reason, ValidatedBy: r.By}
	if moved {
		after.Content = "moved"
	}
	now := attendance.Outside(before, after)
	at := r.At
	if now.ValidatedBy == "" {
		at = ""
	}
	if now == after && at == r.At {
		return nil
	}
	if err := d.sql.Exec(`UPDATE attendance_sheets SET state = {:s}, state_reason = {:r}, validated_by = {:b}, validated_at = {:a} WHERE id = {:id}`,
		dbx.Params{"s": string(now.State), "r": now.Reason, "b": now.ValidatedBy, "a": at, "id": r.ID}); err != nil {
		return err
	}
	if was != attendance.Validated {
		return nil // a signature that was none
	}
	return WriteAudit(d.app, Audit{
		Action: AuditTakenBack, Key: Key{"attendance_sheets", r.ID}, At: d.engine.Now(),
		Detail: map[string]any{"before": was, "after": now.State, "reason": now.Reason, "validated_by": r.By},
	})
}
