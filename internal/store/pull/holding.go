package pull

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/replication"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// supervisedToday lists the interventions assigned to a person on a day.
const supervisedToday = `SELECT DISTINCT intervention FROM assignments
	WHERE user = {:u} AND from_on <= {:d} AND (to_on = '' OR to_on >= {:d}) ORDER BY intervention`

// HoldingOf computes which buckets a person's devices hold today. Changing an
// assignment writes nothing per row: it changes this answer.
func HoldingOf(db dbx.Builder, a actor.Actor, today day.Day) (replication.Holding, error) {
	h := replication.Holding{User: a.User}
	var err error
	switch {
	case a.Role == actor.Supervisor:
		h.UT = a.UT
		h.Supervised, err = sqlite.Column(db, supervisedToday, dbx.Params{"u": a.User, "d": string(today)})
	case a.Role == actor.Executor && a.Entity != "":
		h.Executed, err = sqlite.Column(db, `SELECT c.intervention FROM convenios c JOIN interventions i ON i.id = c.intervention
			WHERE c.executor = {:e} AND i.state NOT IN (SELECT value FROM json_each({:ended})) ORDER BY c.intervention`,
			dbx.Params{"e": a.Entity, "ended": sqlite.JSONList(store.EndedStates)})
	}
	return h, err
}

// Handles are the bucket handles a person's devices hold now.
func (r *Replica) Handles(a actor.Actor) (map[int]bool, error) {
	db := r.app.ConcurrentDB()
	h, err := HoldingOf(db, a, r.engine.Today())
	if err != nil {
		return nil, err
	}
	var handles []int
	err = db.NewQuery(`SELECT handle FROM sync_buckets WHERE name IN (SELECT value FROM json_each({:names}))`).
		Bind(dbx.Params{"names": sqlite.JSONList(h.Names())}).Column(&handles)
	out := make(map[int]bool, len(handles))
	for _, b := range handles {
		out[b] = true
	}
	return out, err
}
