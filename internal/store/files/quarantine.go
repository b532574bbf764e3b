package files

import (
	"context"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/store"
)

// released says, in SQL, whether what was brought for a record was let out. It names the
// content too: another under the same record was never looked at.
func released(collection, record, sha256 string) string {
	return `EXISTS (SELECT 1 FROM file_releases o WHERE o.collection = ` + collection + ` AND o.record = ` + record + ` AND o.sha256 = ` + sha256 + `)`
}

// held are, in SQL, the parts of records whose content waits: of every kind of file, for
// an upload says what it was brought for; and documents of before that were not moved.
var held = `held AS MATERIALIZED (
	SELECT u.collection, u.record, u.owner, u.part, f.sha256, f.stored_at, f.quarantine, f.finding
		FROM files f JOIN uploads u ON u.sha256 = f.sha256 AND u.state = 'done' AND u.collection <> ''
		WHERE f.quarantine <> '' AND NOT ` + released("u.collection", "u.record", "f.sha256") + `
	UNION SELECT '` + documents + `', d.id, d.recorded_by, 'file', d.sha256, d.stored_at, d.quarantine, d.finding
		FROM ` + documents + ` d WHERE d.quarantine <> '' AND d.file <> '' AND NOT ` + released("'"+documents+"'", "d.id", "d.sha256") + `)`

// visitOf is, in SQL, the visit that a row r of a kind belongs to.
func visitOf(t *record.Type) string {
	if t.Field("visit") != nil {
		return `r.visit`
	}
	if up := records.Find(t.ParentType()); up != nil && up.Field("visit") != nil {
		return `coalesce((SELECT p.visit FROM ` + up.Name + ` p WHERE p.id = r.` + t.Parent + `), '')`
	}
	return `''`
}

// waiting are, in SQL, the files that wait: one row a record that is there, or parked.
func waiting() string {
	var of []string
	for _, t := range Kinds() {
		replaced := `0`
		if t.Field("superseded_by") != nil {
			replaced = `r.superseded_by <> ''`
		}
		of = append(of, `SELECT h.*, r.name, CAST(r.size AS INTEGER) AS size, r.captured_at, `+visitOf(t)+` AS visit, r.intervention, r.recorded_by AS user, 0 AS parked, `+replaced+` AS replaced
			FROM held h JOIN `+t.Name+` r ON r.id = h.record AND h.sha256 = CASE h.part WHEN 'thumb' THEN r.thumb ELSE r.sha256 END WHERE h.collection = '`+t.Name+`'`)
	}
	of = append(of, `SELECT h.*, coalesce(m.body ->> '$.fields.name', ''), CAST(m.body ->> '$.fields.size' AS INTEGER), m.body ->> '$.fields.captured_at', '', '', m.user, 1, 0
		FROM held h JOIN sync_mutations m ON m.collection = h.collection AND m.record = h.record AND m.user = h.owner AND m.status = 'parked' AND m.body ->> 'op' = 'create'
			AND h.sha256 = CASE h.part WHEN 'thumb' THEN m.body ->> '$.fields.thumb' ELSE m.body ->> '$.fields.sha256' END`)
	// With min() the other columns are of the row that has it: 'file' goes before 'thumb'.
	return `WITH ` + held + `, waiting AS (SELECT *, min(part) FROM (` + strings.Join(of, ` UNION ALL `) + `) GROUP BY collection, record, user)`
}

// Quarantined implements app.FileBook.
func (b *Book) Quarantined() ([]app.Quarantined, error) {
	var rows []struct {
		app.Quarantined
		Intervention string `db:"intervention"`
		Title        string `db:"title"`
		UT           string `db:"ut"`
		UTName       string `db:"ut_name"`
		Convenio     string `db:"convenio"`
	}
	err := b.app.ConcurrentDB().NewQuery(waiting() + `
		SELECT w.collection, w.record, w.user, coalesce(u.name, '') AS user_name, w.name, w.size, w.captured_at, replace(w.stored_at, ' ', 'T') AS since,
			w.quarantine, w.finding, w.visit, w.parked, w.replaced, w.intervention,
			coalesce(i.name, '') AS title, coalesce(i.ut, '') AS ut, coalesce(t.name, '') AS ut_name, coalesce(c.code, '') AS convenio
		FROM waiting w LEFT JOIN users u ON u.id = w.user LEFT JOIN interventions i ON i.id = w.intervention
		LEFT JOIN uts t ON t.id = i.ut LEFT JOIN convenios c ON c.intervention = i.id
		ORDER BY w.stored_at, w.collection, w.record`).All(&rows)
	out := make([]app.Quarantined, len(rows))
	for i, r := range rows {
		out[i] = r.Quarantined
		out[i].Work = app.Work{ID: r.Intervention, Name: r.Title, UT: r.UT, UTName: r.UTName, ConvenioCode: r.Convenio}
	}
	return out, err
}

// Waiting counts the files that wait for a person or a scanner.
func Waiting(a core.App) (n int64, err error) {
	err = a.ConcurrentDB().NewQuery(waiting() + ` SELECT count(*) FROM waiting WHERE NOT replaced`).Row(&n)
	return n, err
}

// Release implements app.FileBook.
func (b *Book) Release(ctx context.Context, q app.Quarantined, by, reason string) error {
	return b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		var parts []struct {
			Part       string `db:"part" json:"part"`
			SHA256     string `db:"sha256" json:"sha256"`
			Quarantine string `db:"quarantine" json:"quarantine"`
			Finding    string `db:"finding" json:"finding"`
		}
		err := tx.NonconcurrentDB().NewQuery(`WITH ` + held + ` SELECT part, sha256, min(quarantine) AS quarantine, min(finding) AS finding FROM held
			WHERE collection = {:c} AND record = {:r} AND owner = {:u} GROUP BY part, sha256 ORDER BY part`).
			Bind(dbx.Params{"c": q.Collection, "r": q.Record, "u": q.User}).All(&parts)
		if err != nil {
			return err
		}
		if len(parts) == 0 {
			return fault.New(fault.QuarantineOver, "record")
		}
		c, err := tx.FindCachedCollectionByNameOrId("file_releases")
		if err != nil {
			return err
		}
		for _, p := range parts {
			r := core.NewRecord(c)
			for name, value := range map[string]any{
				"collection": q.Collection, "record": q.Record, "sha256": p.SHA256, "released_by": by, "released_at": b.engine.Now().UTC(), "reason": reason,
			} {
				r.Set(name, value)
			}
			if err := tx.SaveWithContext(ctx, r); err != nil {
				return err
			}
		}
		return store.WriteAudit(tx, store.Audit{
			Actor: by, Action: "files.release", Key: store.Key{Collection: q.Collection, Record: q.Record}, At: b.engine.Now(),
			Detail: map[string]any{"name": q.Name, "intervention": q.Work.ID, "parts": parts, "reason": reason},
		})
	})
}
