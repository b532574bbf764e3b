package problems

import (
	"context"
	"encoding/json"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// outsideBook implements app.OutsideBook over the audit trail.
type outsideBook struct {
	engine *store.Engine
	app    core.App
}

// NewOutside keeps who answered for what raw SQL changed.
func NewOutside(e *store.Engine, a core.App) app.OutsideBook { return &outsideBook{e, a} }

// AuditAcknowledged is the action of who answers for unattributed changes.
const AuditAcknowledged = "acknowledged"

// openOutside are the entries nobody has answered for since. They are ordered as
// they were written, not by any clock.
const openOutside = `SELECT a.rowid AS n, a.id, a.collection, a.record, a.created, a.detail FROM audit a
	WHERE a.action = 'unattributed' AND NOT EXISTS (SELECT 1 FROM audit k WHERE k.collection = a.collection AND k.record = a.record
		AND k.action = 'acknowledged' AND k.rowid > a.rowid)`

// outsideRows has one line for each row, with its newest entry.
const outsideRows = `SELECT max(n) AS n, id AS entry, collection, record, created AS at, count(*) AS times FROM (` + openOutside + `) GROUP BY collection, record`

type outsideRow struct {
	N          int64  `db:"n"`
	Entry      string `db:"entry"`
	Collection string `db:"collection"`
	Record     string `db:"record"`
	At         string `db:"at"`
	Times      int    `db:"times"`
}

// Open implements app.OutsideBook.
func (b *outsideBook) Open(before string, limit int) (changes []app.OutsideChange, total int, err error) {
	if err := b.engine.CatchUp(b.app); err != nil {
		return nil, 0, err
	}
	db := b.app.ConcurrentDB()
	if err := db.NewQuery(`SELECT count(*) FROM (` + outsideRows + `)`).Row(&total); err != nil {
		return nil, 0, err
	}
	var rows []outsideRow
	if err := db.NewQuery(`SELECT * FROM (` + outsideRows + `) WHERE {:before} = '' OR n < (SELECT rowid FROM audit WHERE id = {:before})
		ORDER BY n DESC LIMIT {:limit}`).Bind(dbx.Params{"before": before, "limit": limit}).All(&rows); err != nil {
		return nil, 0, err
	}
	for _, r := range rows {
		c, err := outsideChange(db, r)
		if err != nil {
			return nil, 0, err
		}
		changes = append(changes, c)
	}
	return changes, total, nil
}

// outsideChange reads what a row said before the first of its open changes and
// says after the last.
func outsideChange(db dbx.Builder, r outsideRow) (app.OutsideChange, error) {
	c := app.OutsideChange{Collection: r.Collection, Record: r.Record, Entry: r.Entry, At: r.At, Times: r.Times, Unseen: true}
	details, err := sqlite.Column(db, `SELECT detail FROM (`+openOutside+` AND a.collection = {:c} AND a.record = {:r}) ORDER BY n`,
		dbx.Params{"c": r.Collection, "r": r.Record})
	if err != nil {
		return c, err
	}
	for _, text := range details {
		var d struct {
			Same          bool           `json:"same"`
			Before, After map[string]any // as the drain wrote them
		}
		if err := json.Unmarshal([]byte(text), &d); err != nil || d.Same {
			continue // nothing to show; the row is named all the same
		}
		if c.Unseen {
			c.Before, c.Unseen = d.Before, false
		}
		c.After = d.After
	}
	work := r.Record
	if r.Collection != "interventions" {
		work, _ = c.Before["intervention"].(string)
		if now, ok := c.After["intervention"].(string); ok {
			work = now
		}
	}
	names, err := sqlite.Column(db, `SELECT name FROM interventions WHERE id = {:id}`, dbx.Params{"id": work})
	if len(names) == 1 {
		c.Work = names[0]
	}
	return c, err
}

// Answer implements app.OutsideBook.
func (b *outsideBook) Answer(_ context.Context, by app.Answerer, rows []app.OutsideRow, until string) (int, error) {
	if err := b.engine.CatchUp(b.app); err != nil {
		return 0, err
	}
	n := 0
	err := b.app.RunInTransaction(func(tx core.App) error {
		var open []outsideRow
		err := tx.NonconcurrentDB().NewQuery(`SELECT * FROM (` + outsideRows + `) ORDER BY n`).All(&open)
		if err != nil {
			return err
		}
		if until != "" {
			open, err = upTo(open, until)
		} else {
			open, err = asSeen(open, rows)
		}
		if err != nil {
			return err
		}
		for _, r := range open {
			if err := store.WriteAudit(tx, store.Audit{
				Actor: by.ID, Action: AuditAcknowledged, Key: store.Key{r.Collection, r.Record}, At: b.engine.Now(),
				Detail: map[string]any{"reason": by.Reason, "by": by.Name, "entry": r.Entry, "changes": r.Times},
			}); err != nil {
				return err
			}
		}
		n = len(open)
		return nil
	})
	return n, err
}

// upTo are the rows up to the one whose newest entry is named. It must be among
// them: if that row changed since, or was answered for, somebody has to look again.
func upTo(open []outsideRow, until string) ([]outsideRow, error) {
	for i, r := range open {
		if r.Entry == until {
			return open[:i+1], nil
		}
	}
	return nil, fault.New(fault.Conflict, "")
}

// asSeen are the rows that were seen, as they still are. An empty entry takes the
// row as it is.
func asSeen(open []outsideRow, seen []app.OutsideRow) ([]outsideRow, error) {
	now := make(map[store.Key]outsideRow, len(open))
	for _, r := range open {
		now[store.Key{r.Collection, r.Record}] = r
	}
	var out []outsideRow
	for _, s := range seen {
		r, there := now[store.Key{s.Collection, s.Record}]
		if !there || s.Entry != "" && s.Entry != r.Entry {
			return nil, fault.New(fault.Conflict, s.Collection+"/"+s.Record)
		}
		out = append(out, r)
	}
	return out, nil
}

// AnswerAll answers for rows by the command line: those named as collection/id,
// or every one.
func AnswerAll(e *store.Engine, a core.App, by app.Answerer, rows []app.OutsideRow) (int, error) {
	b := &outsideBook{e, a}
	if len(rows) > 0 {
		return b.Answer(context.Background(), by, rows, "")
	}
	newest, total, err := b.Open("", 1)
	if err != nil || total == 0 {
		return 0, err
	}
	return b.Answer(context.Background(), by, nil, newest[0].Entry)
}
