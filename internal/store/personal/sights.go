package personal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
)

// sightPatience is how long a page of people waits for the one connection that
// writes: an import may hold it for minutes.
const sightPatience = 3 * time.Second

// Saw implements app.Sights: entries of the audit trail, all or none. It is Busy
// if the trail cannot be written soon.
func (b *Book) Saw(seen ...app.Sight) error {
	if len(seen) == 0 {
		return nil
	}
	db, is := b.app.NonconcurrentDB().(*dbx.DB)
	if !is {
		return errors.New("a sight is noted in a transaction of its own")
	}
	// Only the waiting is bounded: a transaction whose time runs out on the way
	// would be rolled back and look committed.
	ctx, cancel := context.WithTimeout(context.Background(), sightPatience)
	defer cancel()
	conn, err := db.DB().Conn(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return fault.Wrap(fault.Busy, err)
		}
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back
	raw, err := conn.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer func() { _ = raw.Rollback() }() // nothing once it is committed
	tx := db.Wrap(raw)
	for _, s := range seen {
		if err := b.note(tx, s); err != nil {
			return err
		}
	}
	return raw.Commit()
}

// note adds an entry, or counts one more on that of the same sight in this hour:
// a board that asks again with every news would fill the trail otherwise.
func (b *Book) note(tx dbx.Builder, s app.Sight) error {
	detail, err := json.Marshal(s.Detail)
	if err != nil {
		return err
	}
	now := b.engine.Now().UTC()
	id := security.PseudorandomStringWithAlphabet(15, core.DefaultIdAlphabet)
	if s.Action == app.ActionRead {
		sum := sha256.Sum256([]byte(strings.Join([]string{s.Actor, s.Collection, s.Record, string(detail), now.Format("2006-01-02 15")}, "\x00")))
		id = hex.EncodeToString(sum[:])[:15]
		again, err := tx.NewQuery(`UPDATE audit SET detail = json_set(detail, '$.times', json_extract(detail, '$.times') + 1), updated = {:at} WHERE id = {:id}`).
			Bind(dbx.Params{"id": id, "at": store.PBTime(now)}).Execute()
		if err != nil {
			return err
		}
		if n, err := again.RowsAffected(); err != nil || n > 0 {
			return err
		}
	}
	if err := b.bounded(tx, s, now); err != nil {
		return err
	}
	_, err = tx.NewQuery(`INSERT INTO audit (id, actor, action, collection, record, detail, device, created, updated)
		VALUES ({:id}, {:actor}, {:action}, {:collection}, {:record}, json_set({:detail}, '$.times', 1), '', {:at}, {:at})`).
		Bind(dbx.Params{
			"id": id, "actor": s.Actor, "action": s.Action, "collection": s.Collection, "record": s.Record, "detail": string(detail), "at": store.PBTime(now),
		}).Execute()
	return err
}

// bounded refuses one more entry to an account that has made those of its day in
// Lima: the trail is kept for ever, and nobody reads as many people one by one.
func (b *Book) bounded(tx dbx.Builder, s app.Sight, now time.Time) error {
	limits, code := b.limits(), fault.ReadEnough
	most := limits.Reads
	if s.Action == app.ActionReveal {
		most, code = limits.Reveals, fault.RevealedEnough
	}
	if most <= 0 {
		return nil
	}
	y, m, d := now.In(day.Lima).Date()
	var made int64
	err := tx.NewQuery(`SELECT count(*) FROM audit WHERE actor = {:actor} AND action = {:action} AND created >= {:since}
		AND action IN ('read_personal', 'reveal_personal')`). // as the index says it
		Bind(dbx.Params{"actor": s.Actor, "action": s.Action, "since": store.PBTime(time.Date(y, m, d, 0, 0, 0, 0, day.Lima))}).Row(&made)
	if err != nil || made < most {
		return err
	}
	return fault.New(code, "").With("max", strconv.FormatInt(most, 10))
}

// limits are those of the running server, or the defaults.
func (b *Book) limits() app.SightLimits {
	if l, set := b.app.Store().Get(app.SightLimitsKey).(app.SightLimits); set {
		return l
	}
	return app.DefaultSightLimits
}
