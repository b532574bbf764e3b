package pull

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/replication"
)

// OpenEpoch begins a new epoch of the sync history, because data from a backup
// takes the place of newer data. replaced is the epoch of the newer, if known.
//
// From here on every (seq, nonce) pair and every receipt belongs to an epoch
// that the lost future did not have. Cursors of earlier epochs stay good up to
// the commits both histories share (see Pull).
func OpenEpoch(pb core.App, replaced int64) error {
	_, err := pb.NonconcurrentDB().NewQuery(`UPDATE sync_clock SET epoch = max(epoch, {:r}) + 1`).
		Bind(dbx.Params{"r": replaced}).Execute()
	return err
}

// history answers, from one transaction, what this server's past is.
type history struct {
	db    dbx.Builder
	node  string
	epoch int64
	head  int64
	marks map[int64]replication.Mark // looked up already: cursor, marks and head are mostly one commit
}

func openHistory(db dbx.Builder) (history, error) {
	h := history{db: db, marks: map[int64]replication.Mark{}}
	err := db.NewQuery(`SELECT node, epoch, seq FROM sync_clock`).Row(&h.node, &h.epoch, &h.head)
	return h, err
}

// commit is the mark of the commit that holds a sequence number; of none for 0.
func (h history) commit(seq int64) (replication.Mark, error) {
	if seq == 0 {
		return replication.Mark{Epoch: h.epoch}, nil
	}
	if at, known := h.marks[seq]; known {
		return at, nil
	}
	var out []struct {
		Epoch int64  `db:"epoch"`
		Seq   int64  `db:"seq"`
		Nonce string `db:"nonce"`
	}
	err := h.db.NewQuery(`SELECT epoch, seq, nonce FROM sync_commits WHERE seq >= {:s} ORDER BY seq LIMIT 1`).
		Bind(dbx.Params{"s": seq}).All(&out)
	if err != nil || len(out) == 0 {
		return replication.Mark{}, err
	}
	h.marks[seq] = replication.Mark(out[0])
	return h.marks[seq], nil
}

func (h history) nonce(seq int64) (string, error) {
	at, err := h.commit(seq)
	return at.Nonce, err
}

// holds says whether a cursor of an epoch was at a position in this history.
func (h history) holds(g replication.Group, epoch int64) (bool, error) {
	at, err := h.commit(g.Seq)
	// A commit of a later epoch than the cursor's took the place of one that was
	// lost with the end of that epoch.
	return g.Seq <= h.head && at.Nonce == g.Nonce && at.Epoch <= epoch || g.Seq == 0, err
}

// witness sorts out the marks that are of another history.
func (h history) witness(marks []replication.Mark) (app.Witness, error) {
	var w app.Witness
	var err error
	if w.Mark, err = h.commit(h.head); err != nil {
		return w, err
	}
	for _, m := range marks {
		at, err := h.commit(m.Seq)
		if err != nil {
			return w, err
		}
		if m.Seq != 0 && at != m { // before the first commit all histories are one
			w.Rewound = append(w.Rewound, m)
		}
	}
	return w, nil
}

// Knows implements app.Replica.
func (r *Replica) Knows(marks []replication.Mark) (knows bool, err error) {
	if len(marks) == 0 {
		return true, nil
	}
	err = r.reading(func(db dbx.Builder) error {
		h, err := openHistory(db)
		if err != nil {
			return err
		}
		w, err := h.witness(marks)
		knows = len(w.Rewound) == 0
		return err
	})
	return knows, err
}

// Witness implements app.Replica.
func (r *Replica) Witness(a actor.Actor, device string, marks []replication.Mark) (app.Witness, error) {
	var w app.Witness
	err := r.reading(func(db dbx.Builder) error {
		h, err := openHistory(db)
		if err == nil {
			w, err = h.witness(marks)
		}
		return err
	})
	r.noteRewind(a, device, w.Rewound)
	return w, err
}
