package pull

import (
	"cmp"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/actor"
	"chaski/internal/replication"
	"chaski/internal/store"
)

// What one account may bring about in a day with marks that nobody can prove: they
// are from before marks were proven, of another server, or made up. A rewind past
// the update that began to prove them is served well by it. Marks this server gave
// are as many as the commits it has lost, and have no bound.
const (
	unprovenNotes  = 20 // in the audit trail, over all his devices
	unprovenEpochs = 3
)

// longestNonce is more characters than a mark was ever given.
const longestNonce = 64

// How far ahead of this history's epoch a mark may be to be believed.
const (
	provenAhead   = 1000
	unprovenAhead = 10
)

// noteRewind keeps that a device knew of a history which this server does not
// have, once for each mark, and opens a new epoch unless that was done. The device
// was told and acts on it: if the note cannot be kept it comes with its next request.
func (r *Replica) noteRewind(a actor.Actor, device string, lost []replication.Mark) {
	if len(lost) == 0 {
		return
	}
	lost = slices.SortedFunc(slices.Values(lost), func(a, b replication.Mark) int { return cmp.Compare(b.Epoch, a.Epoch) })
	fresh := 0
	err := r.app.RunInTransaction(func(tx core.App) error {
		fresh = 0
		var key string
		if err := tx.NonconcurrentDB().NewQuery(`SELECT key FROM sync_clock`).Row(&key); err != nil {
			return err
		}
		for _, m := range lost {
			noted, err := r.noteMark(tx, a, device, m, replication.Genuine(key, m))
			if err != nil {
				return err
			}
			if noted {
				fresh++
			}
		}
		return nil
	})
	log := r.app.Logger()
	switch {
	case err != nil:
		log.Error("rewind not noted", "device", device, "marks", len(lost), "error", err)
	case fresh > 0:
		log.Warn("this server has gone back: a device knows commits that it lost", "device", device, "marks", lost)
		if r.engine.Rewound != nil {
			r.engine.Rewound(fresh)
		}
	}
}

// noteMark notes one mark of a lost future; false if that was done, or is enough for
// a day.
func (r *Replica) noteMark(tx core.App, a actor.Actor, device string, m replication.Mark, proven bool) (bool, error) {
	db := tx.NonconcurrentDB()
	params := dbx.Params{"d": device, "e": m.Epoch, "s": m.Seq, "n": m.Nonce, "at": r.engine.Stamp()}
	var known bool
	if err := db.NewQuery(`SELECT EXISTS (SELECT 1 FROM sync_rewinds WHERE device = {:d} AND epoch = {:e} AND seq = {:s} AND nonce = {:n})`).
		Bind(params).Row(&known); err != nil || known {
		return false, err
	}
	ahead, opens := provenAhead, true
	if !proven {
		today, err := r.unprovenToday(db, a.User)
		if err != nil || today >= unprovenNotes || len(m.Nonce) > longestNonce {
			return false, err
		}
		ahead, opens = unprovenAhead, today < unprovenEpochs
	}
	if _, err := db.NewQuery(`INSERT INTO sync_rewinds (device, epoch, seq, nonce, at) VALUES ({:d}, {:e}, {:s}, {:n}, {:at})`).
		Bind(params).Execute(); err != nil {
		return false, err
	}
	if opens {
		// From here on no receipt repeats one of the lost future.
		if _, err := db.NewQuery(`UPDATE sync_clock SET epoch = {:e} + 1 WHERE epoch <= {:e} AND {:e} < epoch + {:ahead}`).
			Bind(dbx.Params{"e": m.Epoch, "ahead": ahead}).Execute(); err != nil {
			return false, err
		}
	}
	return true, store.WriteAudit(tx, store.Audit{
		Actor: a.User, Action: "rewound", Key: store.Key{"devices", device}, Device: device, Detail: m, At: r.engine.Now(),
	})
}

// unprovenToday counts what a person's devices were noted with in a day. Proven
// ones count too: who has many is served by those.
func (r *Replica) unprovenToday(db dbx.Builder, user string) (n int, err error) {
	err = db.NewQuery(`SELECT count(*) FROM sync_rewinds WHERE device IN (SELECT id FROM devices WHERE user = {:u}) AND at >= {:from}`).
		Bind(dbx.Params{"u": user, "from": store.FormatStamp(r.engine.Now().AddDate(0, 0, -1))}).Row(&n)
	return n, err
}
