package store

import (
	"context"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/records"
	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// scanRest is how long the scan leaves the database to others after each chunk:
// as long as the chunk took, at least so long.
const scanRest = 20 * time.Millisecond

// ScanRules judges the rows that were there before this version of the rules, in
// chunks, each in a transaction of its own, and remembers how far it is: it may
// be interrupted anywhere and begun again. It answers how many rows it judged.
func (e *Engine) ScanRules(ctx context.Context, pb core.App) (int, error) {
	total := 0
	for {
		began, n, done := time.Now(), 0, false
		err := e.within(pb, func(tx core.App, _ *Hand) (err error) {
			n, done, err = e.scanSome(tx)
			return err
		})
		total += n
		if err != nil || done {
			return total, err
		}
		select {
		case <-ctx.Done():
			return total, ctx.Err()
		case <-time.After(max(scanRest, time.Since(began))):
		}
	}
}

// scanSome judges the next chunk of rows.
func (e *Engine) scanSome(tx core.App) (n int, done bool, err error) {
	db := tx.NonconcurrentDB()
	var at struct {
		Version    int    `db:"version"`
		Collection string `db:"collection"`
		After      string `db:"after"`
		Rows       int    `db:"rows"`
		Done       bool   `db:"done"`
	}
	if err := db.NewQuery(`SELECT version, collection, after, rows, done FROM row_scan`).One(&at); err != nil {
		return 0, false, err
	}
	if at.Version != records.Version {
		at.Version, at.Collection, at.After, at.Rows, at.Done = records.Version, "", "", 0, false
	}
	if at.Done {
		return 0, true, nil
	}
	next := 0
	for i, t := range records.All {
		if t.Name == at.Collection {
			next = i
		}
	}
	t := records.All[next]
	ids, err := sqlite.Column(db, `SELECT id FROM {{`+t.Name+`}} WHERE id > {:after} ORDER BY id LIMIT {:n}`, dbx.Params{"after": at.After, "n": sqlite.Chunk})
	if err != nil {
		return 0, false, err
	}
	if len(ids) > 0 {
		if err := e.spell(tx, t.Name, ids); err != nil {
			return 0, false, err
		}
		if err := e.scan(tx, t.Name, ids); err != nil {
			return 0, false, err
		}
		at.Collection, at.After = t.Name, ids[len(ids)-1]
	}
	if len(ids) < sqlite.Chunk {
		at.After = ""
		if next+1 == len(records.All) {
			at.Done = true
		} else {
			at.Collection = records.All[next+1].Name
		}
	}
	_, err = db.NewQuery(`UPDATE row_scan SET version = {:v}, collection = {:c}, after = {:a}, rows = {:r}, done = {:d}`).Bind(dbx.Params{
		"v": at.Version, "c": at.Collection, "a": at.After, "r": at.Rows + len(ids), "d": at.Done,
	}).Execute()
	return len(ids), at.Done, err
}

// scan judges rows and brings the figures up to date with what counts no longer.
func (e *Engine) scan(tx core.App, collection string, ids []string) error {
	db := tx.NonconcurrentDB()
	sql := sqlite.Prepare(db)
	defer sql.Close()
	var flipped []change
	i, err := newInspector(e, db, sql, func(k Key, p replication.Payload) { flipped = append(flipped, change{key: k, now: p}) })
	if err != nil {
		return err
	}
	if err := i.again(records.Find(collection), ids); err != nil || len(flipped) == 0 {
		return err
	}
	d := e.newDrain(tx)
	defer d.sql.Close()
	d.flipped = flipped
	if err := d.open(); err != nil {
		return err
	}
	figures, err := d.progress(nil)
	if err != nil {
		return err
	}
	moved, err := d.close(0, figures)
	if err == nil {
		e.Tell(tx, moved)
	}
	return err
}
