package push

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/store"
	"chaski/internal/store/review"
)

// Row implements app.Outbound.
func (o *outbound) Row(collection, record string) (app.RecordState, error) {
	if err := o.conclude(); err != nil {
		return app.RecordState{}, err
	}
	row, err := store.FindSyncRow(o.db, store.Key{collection, record})
	if err != nil || row.Rev == 0 {
		return app.RecordState{}, err
	}
	out := app.RecordState{Known: true, Gone: row.Payload == "", Rev: row.Rev, Maker: row.MadeBy, FieldRevs: store.DecodeFieldRevs(row.FieldRevs), Data: store.DecodePayload(row.Payload)}
	if out.Gone {
		out.Data = store.DecodePayload(row.Gone)
	}
	return out, nil
}

// HandOf implements app.Outbound. Of those who know a field at that revision the
// first one brought it there; the others found it so. What was written past the
// devices is in the audit trail, among much that only read.
func (o *outbound) HandOf(collection, record, field string, rev int64) (app.Hand, error) {
	var rows []struct {
		User string `db:"user"`
		Name string `db:"name"`
		At   string `db:"at"`
	}
	pick := func(sql string, params dbx.Params) (app.Hand, bool, error) {
		err := o.rows(&rows, sql, params)
		if err != nil || len(rows) == 0 {
			return app.Hand{}, false, err
		}
		return app.Hand{User: rows[0].User, Name: rows[0].Name, At: rows[0].At}, true, nil
	}
	if err := concludeIf(o, o.judged.records, []store.Key{{collection, record}}); err != nil {
		return app.Hand{}, err
	}
	hand, found, err := pick(`SELECT m.user, coalesce(u.name, '') AS name, m.received_at AS at FROM sync_mutations m LEFT JOIN users u ON u.id = m.user
		WHERE m.collection = {:c} AND m.record = {:r} AND m.status = 'applied' AND json_extract(m.outcome, '$.rev') = {:rev} AND m.bases <> ''
		AND ({:f} = '' OR EXISTS (SELECT 1 FROM json_each(m.bases, '$.f') f WHERE f.key = {:f} AND f.value = {:rev}))
		ORDER BY m.seq, m.rowid LIMIT 1`, dbx.Params{"c": collection, "r": record, "f": field, "rev": rev})
	if err != nil || found {
		return hand, err
	}
	if rev == 0 { // as it was made
		hand, found, err = pick(`SELECT m.user, coalesce(u.name, '') AS name, m.received_at AS at
			FROM sync_rows s JOIN sync_mutations m ON m.collection = s.collection AND m.record = s.record AND m.user = s.made_by AND m.status = 'applied'
			LEFT JOIN users u ON u.id = m.user WHERE s.collection = {:c} AND s.record = {:r} ORDER BY m.seq, m.rowid LIMIT 1`,
			dbx.Params{"c": collection, "r": record})
		if err != nil || found {
			return hand, err
		}
	}
	hand, _, err = pick(`SELECT coalesce(u.id, '') AS user, coalesce(u.name, '') AS name, replace(a.created, ' ', 'T') AS at
		FROM audit a LEFT JOIN users u ON u.id = a.actor
		WHERE a.collection = {:c} AND a.record = {:r} AND a.action IN `+store.WritersSQL+` ORDER BY a.rowid DESC LIMIT 1`, dbx.Params{"c": collection, "r": record})
	return hand, err
}

// Note implements app.Outbound.
func (o *outbound) Note(n app.Note) error {
	o.writes++
	return store.WriteAudit(o.tx, store.Audit{
		Actor: n.Actor, Action: n.Action, Key: store.Key{n.Collection, n.Record}, Detail: n.Detail, Device: n.Device, At: o.engine.Now(),
	})
}

// Conflict implements app.Outbound.
func (o *outbound) Conflict(id string) (app.Conflict, bool, error) {
	var rows []review.ConflictRow
	err := o.rows(&rows, `SELECT `+review.ConflictColumns+` WHERE c.id = {:id}`, dbx.Params{"id": id})
	if err != nil || len(rows) == 0 {
		return app.Conflict{}, false, err
	}
	c, err := rows[0].Read()
	return c, true, err
}

// OpenConflicts implements app.Outbound.
func (o *outbound) OpenConflicts(author, collection, record string) ([]app.Conflict, error) {
	if err := o.flush(); err != nil {
		return nil, err
	}
	var rows []review.ConflictRow
	err := o.rows(&rows, `SELECT `+review.ConflictColumns+` WHERE c.record = {:r} AND c.collection = {:c} AND c.author = {:a} AND c.state = {:s}
		ORDER BY c.created, c.id`, dbx.Params{"r": record, "c": collection, "a": author, "s": app.ConflictOpen})
	if err != nil {
		return nil, err
	}
	out := make([]app.Conflict, len(rows))
	for i, r := range rows {
		if out[i], err = r.Read(); err != nil {
			return nil, err
		}
	}
	return out, nil
}
