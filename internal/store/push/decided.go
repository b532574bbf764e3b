package push

import (
	"errors"
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/replication"

	"chaski/internal/store/review"
	"chaski/internal/store/sqlite"
)

// Of a stored outcome: whether it was refused because a record was not there, and
// that record's id. As idx_sync_mutations_awaited has them.
const (
	waits      = `(status = 'rejected' AND json_extract(outcome, '$.errors[0].code') IN ('parent_not_found', 'record_not_found'))`
	waitingSQL = ` FROM sync_mutations m INDEXED BY idx_sync_mutations_awaited LEFT JOIN users u ON u.id = m.user LEFT JOIN devices d ON d.id = m.device
		WHERE m.status = 'rejected' AND json_extract(m.outcome, '$.errors[0].code') IN ('parent_not_found', 'record_not_found')
		AND CASE json_extract(m.outcome, '$.errors[0].code') WHEN 'parent_not_found'
			THEN json_extract(m.body, '$.fields.' || json_extract(m.outcome, '$.errors[0].field')) ELSE m.record END IN (SELECT value FROM json_each({:came}))
		AND m.user = {:u} AND json_array_length(m.outcome, '$.errors') = 1
		AND NOT EXISTS (SELECT 1 FROM sync_mutations a WHERE a.collection = m.collection AND a.record = m.record
			AND a.user = m.user AND a.status = 'applied' AND a.bases <> '')` // he has changed it since: that corrected it
)

// Waiting implements app.Outbound. As a rule nothing waits: then it costs one look
// into an index.
func (o *outbound) Waiting(user string, came []app.Came) ([]app.ParkedMutation, error) {
	ids := make([]string, len(came))
	for i, c := range came {
		ids[i] = c.Record
	}
	params := dbx.Params{"u": user, "came": sqlite.JSONList(ids)}
	if !slices.ContainsFunc(came, func(c app.Came) bool { return o.judged.awaited[c] }) {
		if some, err := o.exists(`SELECT 1`+waitingSQL, params); err != nil || !some {
			return nil, err
		}
	}
	if err := o.conclude(); err != nil {
		return nil, err
	}
	var rows []review.ParkedRow
	if err := o.rows(&rows, `SELECT `+review.ParkedColumns+waitingSQL+` ORDER BY m.counter, m.seq, m.rowid`, params); err != nil {
		return nil, err
	}
	out := make([]app.ParkedMutation, 0, len(rows))
	for _, r := range rows {
		w, err := r.Parked()
		if err != nil {
			return nil, err
		}
		if slices.Contains(came, w.Awaits()) {
			out = append(out, w)
		}
	}
	return out, nil
}

// Review implements app.Outbound: an outcome that may change is decided, and the
// author's devices learn it by a row of his own bucket.
func (o *outbound) Review(by app.Review, decisions []app.Decision) error {
	o.writes++
	if err := o.receipts(commitsOf(by, decisions)...); err != nil {
		return err
	}
	for _, d := range decisions {
		if err := o.replaceOutcome(by.Was, d); err != nil {
			return err
		}
		if err := o.tellAuthor(by, d); err != nil {
			return err
		}
	}
	return nil
}

// commitsOf: what one reviewer decides is one commit. What was waited for is one each:
// a phone's requests may have come in another order than it counted, and the order
// that they are judged in is that of its counters.
func commitsOf(by app.Review, decisions []app.Decision) []judgedPush {
	if by.Was == app.Parked {
		return []judgedPush{{decisions: decisions}}
	}
	out := make([]judgedPush, len(decisions))
	for i := range decisions {
		out[i].decisions = decisions[i : i+1]
	}
	return out
}

func (o *outbound) tellAuthor(by app.Review, d app.Decision) error {
	user, err := sqlite.Column(o.db, `SELECT user FROM sync_mutations WHERE id = {:id}`, dbx.Params{"id": d.Mutation.ID})
	if err != nil {
		return err
	}
	id, op := replication.DerivedID("review", d.Mutation.ID), "create"
	if told, err := o.exists(`SELECT 1 FROM mutation_reviews WHERE id = {:id}`, dbx.Params{"id": id}); err != nil {
		return err
	} else if told { // that it waits for review, when its parent came
		op = "update"
	}
	out := d.Outcome
	return o.Apply(app.Write{Op: op, Collection: "mutation_reviews", Record: id, Fields: map[string]any{
		"mutation": d.Mutation.ID, "user": user[0], "collection": d.Mutation.Collection, "record": d.Mutation.Record, "status": out.Status,
		"errors": by.Problems(out.Errors), "reason": by.Reason, "decided_by_name": by.ByName, "decided_at": by.At,
		"seq": out.Seq, "rev": out.Rev, "receipt": out.Receipt,
	}})
}

var errDecidedTwice = errors.New("an outcome was decided twice")

func (o *outbound) replaceOutcome(was string, d app.Decision) error {
	o.facts.Decided("", d) // it has its counter still
	outcome, bases, err := encodeOutcome(d)
	if err != nil {
		return err
	}
	done, err := o.db.NewQuery(`UPDATE sync_mutations SET status = {:s}, record = {:r}, outcome = {:o}, seq = {:seq}, bases = {:b}
		WHERE id = {:id} AND status = {:was}`).Bind(dbx.Params{
		"s": d.Outcome.Status, "r": d.Mutation.Record, "o": outcome, "seq": d.Outcome.Seq, "b": bases, "id": d.Mutation.ID, "was": was,
	}).Execute()
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fault.Wrap(fault.Internal, errDecidedTwice))
	}
	return nil
}

// Parked implements app.Outbound.
func (o *outbound) Parked() ([]app.ParkedMutation, error) {
	if err := o.conclude(); err != nil {
		return nil, err
	}
	return (&review.ParkedReader{DB: o.db}).Read()
}
