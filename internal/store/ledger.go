package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/progress"
)

// ledger posts differences of contributions to months. Postings are never
// changed; a cell is the sum of its postings.
type ledger struct {
	db            dbx.Builder
	closedThrough day.Month
	postedAt      string
	moved         bool
}

func (d *drain) openLedger() (*ledger, error) {
	months, err := column(d.db, `SELECT coalesce(max(month), '') FROM month_closes`, nil)
	if err != nil {
		return nil, err
	}
	return &ledger{db: d.db, closedThrough: day.Month(months[0]), postedAt: d.engine.stamp()}, nil
}

// set makes now the contribution of a source row and posts the difference. What
// belongs to a closed month is posted to the open one.
func (l *ledger) set(k Key, now *contribution) error {
	var rows []contribution
	err := l.db.NewQuery(`SELECT ` + contributionColumns + ` FROM progress_contributions
		WHERE source_collection = {:c} AND source_record = {:r}`).Bind(dbx.Params{"c": k.Collection, "r": k.Record}).All(&rows)
	if err != nil {
		return err
	}
	var old *contribution
	if len(rows) == 1 {
		old = &rows[0]
	}
	if now != nil {
		now.SourceCollection, now.SourceRecord = k.Collection, k.Record
	}
	if old == nil && now == nil || old != nil && now != nil && *old == *now {
		return nil
	}
	l.moved = true
	if err := l.store(k, now); err != nil {
		return err
	}
	return l.difference(old, now)
}

func (l *ledger) store(k Key, now *contribution) error {
	if now == nil {
		_, err := l.db.NewQuery(`DELETE FROM progress_contributions WHERE source_collection = {:c} AND source_record = {:r}`).
			Bind(dbx.Params{"c": k.Collection, "r": k.Record}).Execute()
		return err
	}
	_, err := l.db.NewQuery(`INSERT OR REPLACE INTO progress_contributions (` + contributionColumns + `) VALUES
		({:sc}, {:sr}, {:m}, {:ao}, {:y}, {:fy}, {:f}, {:d}, {:q}, {:a}, {:rule}, {:i}, {:ec}, {:er})`).
		Bind(dbx.Params{
			"sc": now.SourceCollection, "sr": now.SourceRecord, "m": now.Measure, "ao": now.AO, "y": now.Exercise,
			"fy": now.FundingYear, "f": now.FundingFrame, "d": now.Day, "q": now.Quantity, "a": now.Amount, "rule": now.Rule,
			"i": now.Intervention, "ec": now.EvidenceCollection, "er": now.EvidenceRecord,
		}).Execute()
	return err
}

// difference posts what changed between two contributions of one source. If
// both reach the same cell only the net is posted, so that a better piece of
// evidence for the same month leaves no noise.
func (l *ledger) difference(old, now *contribution) error {
	if old != nil && now != nil && l.cell(*old) == l.cell(*now) && day.Day(old.Day).Month() == day.Day(now.Day).Month() {
		net := *now
		net.Quantity -= old.Quantity
		net.Amount -= old.Amount
		return l.post(net, l.cell(net))
	}
	if old != nil {
		if err := l.reverse(*old); err != nil {
			return err
		}
	}
	if now != nil {
		return l.post(*now, l.cell(*now))
	}
	return nil
}

// reverse takes a contribution back from the months it reached, each in itself
// while it is open.
func (l *ledger) reverse(old contribution) error {
	var reached []struct {
		Month    string `db:"month"`
		Quantity int64  `db:"quantity"`
		Amount   int64  `db:"amount"`
	}
	err := l.db.NewQuery(`SELECT month, sum(quantity) AS quantity, sum(amount) AS amount FROM progress_postings
		WHERE source_collection = {:c} AND source_record = {:r} GROUP BY month HAVING sum(quantity) <> 0 OR sum(amount) <> 0 ORDER BY month`).
		Bind(dbx.Params{"c": old.SourceCollection, "r": old.SourceRecord}).All(&reached)
	for _, r := range reached {
		old.Quantity, old.Amount = -r.Quantity, -r.Amount
		cell := l.cell(old)
		cell.month = progress.PostingMonth(day.Month(r.Month), l.closedThrough)
		if err := l.post(old, cell); err != nil {
			return err
		}
	}
	return err
}

type cellKey struct {
	exercise, fundingYear int64
	measure, ao, frame    string
	month                 day.Month
}

func (l *ledger) cell(c contribution) cellKey {
	return cellKey{
		c.Exercise, c.FundingYear, c.Measure, c.AO, c.FundingFrame,
		progress.PostingMonth(day.Day(c.Day).Month(), l.closedThrough),
	}
}

func (l *ledger) post(c contribution, cell cellKey) error {
	if c.Quantity == 0 && c.Amount == 0 {
		return nil
	}
	params := dbx.Params{
		"sc": c.SourceCollection, "sr": c.SourceRecord, "m": cell.measure, "ao": cell.ao, "y": cell.exercise,
		"fy": cell.fundingYear, "f": cell.frame, "month": string(cell.month), "q": c.Quantity, "a": c.Amount,
	}
	_, err := l.db.NewQuery(`INSERT INTO progress_cells (exercise, measure, ao, funding_year, funding_frame, month, quantity, amount)
		VALUES ({:y}, {:m}, {:ao}, {:fy}, {:f}, {:month}, {:q}, {:a})
		ON CONFLICT (exercise, measure, ao, funding_year, funding_frame, month)
		DO UPDATE SET quantity = quantity + excluded.quantity, amount = amount + excluded.amount`).Bind(pick(params, "y", "m", "ao", "fy", "f", "month", "q", "a")).Execute()
	if err != nil {
		return err
	}
	params["qm"], params["at"] = string(day.Day(c.Day).Month()), l.postedAt
	_, err = l.db.NewQuery(`INSERT INTO progress_postings (source_collection, source_record, measure, ao, exercise, funding_year,
		funding_frame, month, qualifying_month, quantity, amount, posted_at)
		VALUES ({:sc}, {:sr}, {:m}, {:ao}, {:y}, {:fy}, {:f}, {:month}, {:qm}, {:q}, {:a}, {:at})`).Bind(params).Execute()
	return err
}

// pick leaves out parameters a statement does not name.
func pick(all dbx.Params, names ...string) dbx.Params {
	out := make(dbx.Params, len(names))
	for _, n := range names {
		out[n] = all[n]
	}
	return out
}
