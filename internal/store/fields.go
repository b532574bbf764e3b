package store

import (
	"encoding/json"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// RememberFields remembers anew the rows of collections whose fields are declared
// otherwise than when they were remembered. A row that says the same as before (a
// new field is no content while it is blank) keeps its revision and is sent to
// nobody.
func (e *Engine) RememberFields(pb core.App) error {
	return e.within(pb, func(tx core.App, _ *Hand) error {
		db := tx.NonconcurrentDB()
		var known []struct {
			Collection string `db:"collection"`
			Fields     string `db:"fields"`
		}
		if err := db.NewQuery(`SELECT collection, fields FROM sync_fields`).All(&known); err != nil {
			return err
		}
		was := make(map[string]string, len(known))
		for _, k := range known {
			was[k.Collection] = k.Fields
		}
		for i := range replication.Collections {
			c := &replication.Collections[i]
			now := c.Fingerprint()
			same := was[c.Name] == now
			if was[c.Name] == "" {
				var err error
				if same, err = remembersAll(db, c); err != nil {
					return err
				}
			}
			if !same {
				if _, err := db.NewQuery(`INSERT INTO dirty (collection, record, source) SELECT {:c}, id, 'schema' FROM ` + c.Name).
					Bind(dbx.Params{"c": c.Name}).Execute(); err != nil {
					return err
				}
			}
			if was[c.Name] != now {
				if _, err := db.NewQuery(`INSERT INTO sync_fields (collection, fields) VALUES ({:c}, {:f})
					ON CONFLICT (collection) DO UPDATE SET fields = excluded.fields`).
					Bind(dbx.Params{"c": c.Name, "f": now}).Execute(); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// remembersAll: as far as one row tells, those of before there were fingerprints are
// remembered with the fields that are declared now.
func remembersAll(db dbx.Builder, c *replication.Collection) (bool, error) {
	some, err := sqlite.Column(db, `SELECT payload FROM sync_rows WHERE collection = {:c} AND payload IS NOT NULL ORDER BY n DESC LIMIT 1`, dbx.Params{"c": c.Name})
	if err != nil || len(some) == 0 {
		return true, err
	}
	var row replication.Payload
	if json.Unmarshal([]byte(some[0]), &row) != nil {
		return false, nil // so it is remembered anew
	}
	for _, f := range c.Fields {
		value, there := row[f.Name]
		if !there && !f.Added || there && f.Added && replication.Blank(value) {
			return false, nil
		}
		delete(row, f.Name)
	}
	return len(row) == 0, nil
}
