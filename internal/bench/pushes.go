package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"chaski/internal/domain/day"
)

// pushes: a day's work of many visits, and one visit.
func (s *stage) pushes(d spec, all []*entrant) ([]measurement, error) {
	one := called(all, ours)[0]
	pb, raw := called(all, pbGzip)[0], called(all, rawGzip)[0] // what is sent is not compressed
	out, err := s.batchSizes(d, pb)
	if err != nil {
		return nil, err
	}
	// Ours once more as phones send it: compressed.
	four := []*entrant{one, {oursPack, one.server, one.dir, one.wire, packing{one.contender, one.wire}}, pb, raw}
	for _, p := range []struct {
		what  string
		count int
	}{{pushMany, s.h.mutations}, {pushVisit, d.roster(0) + 1}} {
		some, err := s.rounds(d, p.what, s.h.runs, four, func(round int, e *entrant) (cost, int, error) {
			return s.push(d, e, fmt.Sprintf("%s %d", p.what, round), p.count)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// packing sends what it pushes as gzip.
type packing struct {
	contender
	wire *wire
}

func (p packing) push(visits []visitDraft) error {
	p.wire.packs = true
	defer func() { p.wire.packs = false }()
	return p.contender.push(visits)
}

// batchSizes finds the batch with which PocketBase stores fastest, and leaves
// the contender with it.
func (s *stage) batchSizes(d spec, e *entrant) ([]measurement, error) {
	p, ok := e.contender.(*plain)
	if !ok {
		return nil, errors.New("batches are PocketBase's")
	}
	var out []measurement
	best := 0
	for _, size := range s.h.batches {
		p.batch = size
		what := fmt.Sprintf("push in batches of %d", size)
		some, err := s.rounds(d, what, max(1, s.h.runs/2), []*entrant{e}, func(round int, e *entrant) (cost, int, error) {
			return s.push(d, e, fmt.Sprintf("%s %d", what, round), s.h.mutations)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
		if out[len(out)-1].WallMs.Median < out[best].WallMs.Median {
			best = len(out) - 1
		}
	}
	p.batch = s.h.batches[best]
	for n := range out {
		if out[n].Note = "tried"; n == best {
			out[n].Note = "best, used below"
		}
	}
	return out, nil
}

// push measures sending count rows and looks into the database for each.
func (s *stage) push(d spec, e *entrant, label string, count int) (cost, int, error) {
	visits := d.drafts(e.name+" "+label, count)
	c, err := s.h.clock(e.server, e.wire, func() error { return e.push(visits) })
	if err != nil {
		return c, 0, err
	}
	stored, err := countStored(e.dir, visits)
	if err == nil && stored != count {
		err = fmt.Errorf("%d of %d rows are in the database", stored, count)
	}
	return c, stored, err
}

// marksOfVisit is how many marks a visit of a large push has at most.
const marksOfVisit = 49

// drafts are visits with marks, count rows in all.
func (s spec) drafts(label string, count int) []visitDraft {
	var out []visitDraft
	today := string(day.Of(time.Now()))
	for n := 0; count > 0; n++ {
		w := n % s.Works
		v := visitDraft{
			ID: s.id("visit of %s %d", label, n), Intervention: s.work(w), Convenio: s.convenio(w), Supervisor: s.user(), VisitedOn: today,
		}
		count--
		marks := min(count, s.roster(w))
		if count > s.roster(w) {
			marks = min(marks, marksOfVisit)
		}
		for p := range marks {
			mark := "presente"
			if p%10 == 9 {
				mark = "ausente"
			}
			v.Marks = append(v.Marks, markDraft{ID: s.id("mark of %s %d %d", label, n, p), Participant: s.participant(w, p), Mark: mark})
		}
		count -= marks
		out = append(out, v)
	}
	return out
}

// countStored looks past every server, into the database itself.
func countStored(dir string, visits []visitDraft) (int, error) {
	db, err := connectPlain(filepath.Join(dir, "data.db"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	stored := 0
	one := func(sql string, args ...any) error {
		var n int
		err := db.DB().QueryRow(sql, args...).Scan(&n)
		stored += n
		return err
	}
	for _, v := range visits {
		if err := one(`SELECT count(*) FROM visits WHERE id = ? AND intervention = ? AND state = 'sincronizada'`, v.ID, v.Intervention); err != nil {
			return 0, err
		}
		for _, m := range v.Marks {
			if err := one(`SELECT count(*) FROM visit_marks WHERE id = ? AND visit = ? AND participant = ? AND mark = ?`, m.ID, v.ID, m.Participant, m.Mark); err != nil {
				return 0, err
			}
		}
	}
	return stored, nil
}
