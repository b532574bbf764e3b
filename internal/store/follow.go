package store

import (
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/records"
	"chaski/internal/store/sqlite"
)

// AuditFollowed is noted of a row that went to another work with what it belongs to.
const AuditFollowed = "followed"

// follow lets rows go to the work that what they belong to, one of the dirty rows,
// was moved to, and answers them: they are dirty too, and known. They repeat its
// work and have none of their own. (Whoever was on a roster has a history of his
// own, and stays where it was.)
func (d *drain) follow(keys []Key) ([]Key, error) {
	dirty := map[string][]string{}
	for _, k := range keys {
		dirty[k.Collection] = append(dirty[k.Collection], k.Record)
	}
	var out []Key
	for _, t := range records.All {
		owner := t.ParentType()
		for ids := range slices.Chunk(dirty[owner], sqlite.Chunk) {
			moved, err := d.followSome(owner, t.Name, t.Parent, ids)
			if err != nil {
				return nil, err
			}
			out = append(out, moved...)
			for _, k := range moved { // and what belongs to them, declared after them
				dirty[t.Name] = append(dirty[t.Name], k.Record)
			}
		}
	}
	return out, nil
}

func (d *drain) followSome(owner, rows, by string, ids []string) ([]Key, error) {
	// Of an owner that is new nothing is remembered: what comes with it says its work.
	var moved []struct {
		Record string `db:"record"`
		Owner  string `db:"owner"`
		From   string `db:"was"`
		To     string `db:"now"`
	}
	err := d.db.NewQuery(`SELECT c.id AS record, o.id AS owner, c.intervention AS was, o.intervention AS now
		FROM json_each({:ids}) j JOIN sync_rows s ON s.collection = {:o} AND s.record = j.value AND s.payload IS NOT NULL
		JOIN ` + owner + ` o ON o.id = j.value AND o.intervention <> json_extract(s.payload, '$.intervention')
		JOIN ` + rows + ` c ON c.` + by + ` = o.id AND c.intervention <> o.intervention`).
		Bind(dbx.Params{"ids": sqlite.JSONList(ids), "o": owner}).All(&moved)
	if err != nil {
		return nil, err
	}
	out := make([]Key, len(moved))
	for i, m := range moved {
		out[i] = Key{rows, m.Record}
		if err := d.sql.Exec(`UPDATE `+rows+` SET intervention = {:to} WHERE id = {:id}`, dbx.Params{"to": m.To, "id": m.Record}); err != nil {
			return nil, err
		}
		detail := map[string]any{"with": owner + "/" + m.Owner, "before": m.From, "after": m.To}
		if err := WriteAudit(d.app, Audit{Action: AuditFollowed, Key: out[i], Detail: detail, At: d.engine.Now()}); err != nil {
			return nil, err
		}
	}
	return out, nil
}
