package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/progress"
	"chaski/internal/store/sqlite"
)

// postings posts differences of contributions to months. Postings are never
// changed; a cell is the sum of its postings.
type postings struct {
	db            dbx.Builder
	sql           *sqlite.Statements
	closedThrough day.Month
	postedAt      string
	cells         map[cellKey]cellSum // what this drain adds to them
	works         map[workKey]workSum // what its contributions come to, more than before
	basis         map[int64]bool      // the drain's: exercises that move
	moved         bool
}

type cellSum struct{ quantity, amount int64 }

func (d *drain) openPostings() (*postings, error) {
	months, err := sqlite.Column(d.db, `SELECT coalesce(max(month), '') FROM month_closes`, nil)
	if err != nil {
		return nil, err
	}
	return &postings{
		db: d.db, sql: d.sql, closedThrough: day.Month(months[0]), postedAt: d.engine.Stamp(), cells: map[cellKey]cellSum{}, works: map[workKey]workSum{}, basis: d.basis,
	}, nil
}

// change makes now the contribution of a source row that added old so far, and
// posts the difference. What belongs to a closed month is posted to the open one.
func (p *postings) change(k Key, old, now *contribution) error {
	if now != nil {
		now.SourceCollection, now.SourceRecord = k.Collection, k.Record
	}
	if old == nil && now == nil || old != nil && now != nil && *old == *now {
		return nil
	}
	p.moved = true
	for c, n := range map[*contribution]int64{old: -1, now: 1} {
		if c != nil {
			p.basis[c.Exercise] = true
			k := workKey{c.Exercise, c.FundingYear, c.Measure, c.AO, c.Rule, c.FundingFrame, c.Intervention}
			sum := p.works[k]
			p.works[k] = workSum{sum.n + n, sum.quantity + n*c.Quantity}
		}
	}
	if err := p.store(k, now); err != nil {
		return err
	}
	return p.difference(old, now)
}

func (p *postings) store(k Key, now *contribution) error {
	if now == nil {
		return p.sql.Exec(`DELETE FROM progress_contributions WHERE source_collection = {:c} AND source_record = {:r}`,
			dbx.Params{"c": k.Collection, "r": k.Record})
	}
	return p.sql.Exec(`INSERT OR REPLACE INTO progress_contributions (`+contributionColumns+`) VALUES
		({:sc}, {:sr}, {:m}, {:ao}, {:y}, {:fy}, {:f}, {:d}, {:q}, {:a}, {:rule}, {:i}, {:ec}, {:er})`,
		dbx.Params{
			"sc": now.SourceCollection, "sr": now.SourceRecord, "m": now.Measure, "ao": now.AO, "y": now.Exercise,
			"fy": now.FundingYear, "f": now.FundingFrame, "d": now.Day, "q": now.Quantity, "a": now.Amount, "rule": now.Rule,
			"i": now.Intervention, "ec": now.EvidenceCollection, "er": now.EvidenceRecord,
		})
}

// difference posts what changed between two contributions of one source. If
// both reach the same cell only the net is posted, so that a better piece of
// evidence for the same month leaves no noise.
func (p *postings) difference(old, now *contribution) error {
	if old != nil && now != nil && p.cell(*old) == p.cell(*now) && day.Day(old.Day).Month() == day.Day(now.Day).Month() {
		net := *now
		net.Quantity -= old.Quantity
		net.Amount -= old.Amount
		return p.post(net, p.cell(net))
	}
	if old != nil {
		if err := p.reverse(*old); err != nil {
			return err
		}
	}
	if now != nil {
		return p.post(*now, p.cell(*now))
	}
	return nil
}

// reverse takes a contribution back from the months it reached, each in itself
// while it is open.
func (p *postings) reverse(old contribution) error {
	var reached []struct {
		Month    string `db:"month"`
		Quantity int64  `db:"quantity"`
		Amount   int64  `db:"amount"`
	}
	err := p.db.NewQuery(`SELECT month, sum(quantity) AS quantity, sum(amount) AS amount FROM progress_postings
		WHERE source_collection = {:c} AND source_record = {:r} GROUP BY month HAVING sum(quantity) <> 0 OR sum(amount) <> 0 ORDER BY month`).
		Bind(dbx.Params{"c": old.SourceCollection, "r": old.SourceRecord}).All(&reached)
	for _, r := range reached {
		old.Quantity, old.Amount = -r.Quantity, -r.Amount
		cell := p.cell(old)
		cell.month = progress.PostingMonth(day.Month(r.Month), p.closedThrough)
		if err := p.post(old, cell); err != nil {
			return err
		}
	}
	return err
}

// workKey is what contributions of a work have in common: progress_works says how
// many there are, so that works and rules are told without looking at each.
type workKey struct {
	exercise, fundingYear                  int64
	measure, ao, rule, frame, intervention string
}

// workSum is how many contributions there are, and what they come to.
type workSum struct{ n, quantity int64 }

type cellKey struct {
	exercise, fundingYear int64
	measure, ao, frame    string
	month                 day.Month
}

func (p *postings) cell(c contribution) cellKey {
	return cellKey{
		c.Exercise, c.FundingYear, c.Measure, c.AO, c.FundingFrame,
		progress.PostingMonth(day.Day(c.Day).Month(), p.closedThrough),
	}
}

func (p *postings) post(c contribution, cell cellKey) error {
	if c.Quantity == 0 && c.Amount == 0 {
		return nil
	}
	sum := p.cells[cell]
	p.cells[cell] = cellSum{sum.quantity + c.Quantity, sum.amount + c.Amount}
	return p.sql.Exec(`INSERT INTO progress_postings (source_collection, source_record, measure, ao, exercise, funding_year,
		funding_frame, month, qualifying_month, quantity, amount, posted_at)
		VALUES ({:sc}, {:sr}, {:m}, {:ao}, {:y}, {:fy}, {:f}, {:month}, {:qm}, {:q}, {:a}, {:at})`, dbx.Params{
		"sc": c.SourceCollection, "sr": c.SourceRecord, "m": cell.measure, "ao": cell.ao, "y": cell.exercise,
		"fy": cell.fundingYear, "f": cell.frame, "month": string(cell.month), "qm": string(day.Day(c.Day).Month()),
		"q": c.Quantity, "a": c.Amount, "at": p.postedAt,
	})
}

// flush brings the cells up to date with what was posted.
func (p *postings) flush() error {
	for w, sum := range p.works {
		if sum == (workSum{}) {
			continue
		}
		if err := p.sql.Exec(`INSERT INTO progress_works (exercise, measure, ao, rule, funding_year, funding_frame, intervention, n, quantity)
			VALUES ({:y}, {:m}, {:ao}, {:rule}, {:fy}, {:f}, {:i}, {:n}, {:q})
			ON CONFLICT (exercise, measure, ao, rule, funding_year, funding_frame, intervention)
			DO UPDATE SET n = n + excluded.n, quantity = quantity + excluded.quantity`, dbx.Params{
			"y": w.exercise, "m": w.measure, "ao": w.ao, "rule": w.rule, "fy": w.fundingYear, "f": w.frame, "i": w.intervention,
			"n": sum.n, "q": sum.quantity,
		}); err != nil {
			return err
		}
	}
	for cell, sum := range p.cells {
		if sum == (cellSum{}) {
			continue
		}
		if err := p.sql.Exec(`INSERT INTO progress_cells (exercise, measure, ao, funding_year, funding_frame, month, quantity, amount)
			VALUES ({:y}, {:m}, {:ao}, {:fy}, {:f}, {:month}, {:q}, {:a})
			ON CONFLICT (exercise, measure, ao, funding_year, funding_frame, month)
			DO UPDATE SET quantity = quantity + excluded.quantity, amount = amount + excluded.amount`, dbx.Params{
			"m": cell.measure, "ao": cell.ao, "y": cell.exercise, "fy": cell.fundingYear, "f": cell.frame,
			"month": string(cell.month), "q": sum.quantity, "a": sum.amount,
		}); err != nil {
			return err
		}
	}
	return nil
}
