package imports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// Run carries out imports that take more than one step, one after the other,
// until ctx ends; what is under way then goes on at the next start.
func (im *Importer) Run(ctx context.Context) {
	im.init()
	for ctx.Err() == nil {
		batches, err := im.Archive.Partial()
		if err != nil {
			im.log("imports under way cannot be read", "", err)
		}
		next := slices.IndexFunc(batches, func(b Batch) bool { return b.State == Applying || b.State == Undoing })
		if next >= 0 && im.carry(ctx, batches[next]) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-im.wake:
		case <-time.After(time.Minute): // what could not be read or written may be by now
		}
	}
}

// nudge tells Run that there is something to do.
func (im *Importer) nudge() {
	im.init()
	select {
	case im.wake <- struct{}{}:
	default: // it was told
	}
}

// carry goes on with an import; false when it must be left for later.
func (im *Importer) carry(ctx context.Context, b Batch) bool {
	a, err := im.Archive.Author(b)
	if err == nil {
		ctx = actor.In(ctx, a)
		if b.State == Undoing {
			err = im.takeBack(ctx, a, b)
		} else {
			err = im.writeOut(ctx, a, b)
		}
	}
	im.ended(b.ID)
	if err == nil || ctx.Err() != nil || errors.Is(err, errHeld) {
		return err == nil
	}
	im.log("import stopped", b.ID, err)
	if err := im.Archive.Halt(b, Stop{Fault: halted(fault.Of(err))}); err != nil {
		im.log("import stopped, and not noted", b.ID, err)
		return false
	}
	return true
}

// halted says of an import in steps what an import of one says of itself.
func halted(f *fault.Fault) *fault.Fault {
	code := map[fault.Code]fault.Code{fault.ImportStale: fault.ImportStopped, fault.ImportRowRefused: fault.ImportStoppedRow}[f.Code]
	if code == "" {
		return f
	}
	out := fault.New(code, f.Field)
	out.Args = f.Args
	return out
}

// errHeld ends the work as a kill would; see Importer.Between.
var errHeld = errors.New("held")

func (im *Importer) log(what, id string, err error) {
	if im.Log != nil {
		im.Log.Error(what, "import", id, "error", err)
	}
}

// between lets others write, and says whether to go on.
func (im *Importer) between(ctx context.Context, b Batch) error {
	if im.Between != nil && !im.Between(b) {
		return errHeld
	}
	return ctx.Err()
}

// pace tells how far a long import is, with the time left as it goes.
func (im *Importer) pace(b Batch) func(done int) {
	from, began := b.Done, time.Now()
	return func(done int) {
		im.note(b.ID, Progress{Done: done, Total: b.Total, Left: leftOf(began, from, done, b.Total, time.Now())})
	}
}

// writer plans and writes the steps of one import.
type writer struct {
	im     *Importer
	b      Batch
	source source
	held   []Write // of a group that is written in slices
	group  int     // which; -1 for none
}

// writeOut goes on with an import that was accepted.
func (im *Importer) writeOut(ctx context.Context, a actor.Actor, b Batch) error {
	steps, err := im.Archive.Steps(b)
	if err != nil {
		return err
	}
	spec, err := specOf(b.Kind)
	if err != nil {
		return err
	}
	told := im.pace(b)
	told(b.Done)
	return im.open(b, spec, func(s source, _ Header, _ Table) error {
		s.actor, s.tick = a, nil
		w := &writer{im: im, b: b, source: s, group: -1}
		if s.stage != nil {
			if err := im.restage(ctx, s); err != nil {
				return err
			}
			defer func() { _ = s.stage.Close() }()
		}
		for _, step := range steps {
			moved, err := w.step(ctx, step)
			if err != nil || moved {
				return err
			}
			w.b.Done += step.Writes
			told(w.b.Done)
			if err := im.between(ctx, w.b); err != nil {
				return err
			}
		}
		im.Archive.Unstage(b.ID)
		return nil
	})
}

// restage reads the file into its stage once more, if it is not there.
func (im *Importer) restage(ctx context.Context, s source) error {
	if s.stage.Whole() {
		return nil
	}
	done, err := im.reading(ctx)
	if err != nil {
		return err
	}
	defer done()
	return newPlanner(s, nil).fill(ctx, s)
}

// step plans a step within its transaction and writes it, if it is what was
// shown; a slice of a large group was planned before it.
func (w *writer) step(ctx context.Context, st Step) (moved bool, err error) {
	if st.Slice && w.group != st.From {
		if err := w.hold(ctx, st); err != nil {
			return false, err
		}
	}
	// What began is written to its end, whatever becomes of the server's.
	moved, err = w.im.Archive.Write(context.WithoutCancel(ctx), w.b, st, st.Slice, func(base Base) ([]Write, error) {
		if st.Slice {
			return w.slice(ctx, base, st)
		}
		return w.groups(ctx, base, st)
	})
	if err != nil {
		if f := fault.Of(err); f.Code == fault.ImportStale && f.Args["row"] == "" {
			err = stale(st)
		}
		return false, err
	}
	if !moved && st.Slice {
		w.held = w.held[st.Writes:]
	}
	return moved, nil
}

// stale says from which row on the data are others than were shown.
func stale(st Step) error {
	return fault.New(fault.ImportStopped, "").With("row", fmt.Sprint(st.Row))
}

// sound says whether the plan of a step can be carried out: what was shown had
// neither bad rows nor open questions, such as of a month that was closed since.
func (p *Plan) sound(st Step) error {
	switch {
	case p.Counts.Bad > 0:
		return stale(Step{Row: p.Problems[0].Row})
	case p.open():
		return stale(st)
	}
	return nil
}

// hold plans a large group over the data as they are: what is written of it
// already changes nothing any more.
func (w *writer) hold(ctx context.Context, st Step) error {
	w.group, w.held = st.From, nil
	return w.im.Archive.Read(ctx, func(base Base) error {
		if w.source.stage != nil {
			return w.plan(ctx, newPlanner(w.source, base), st)
		}
		p, err := build(ctx, w.source, base)
		if err == nil {
			w.held, err = p.Writes, p.sound(st)
		}
		return err
	})
}

func (w *writer) plan(ctx context.Context, p *planner, st Step) (err error) {
	if w.held, err = p.group(ctx, w.source.stage, st.From); err != nil {
		return err
	}
	return p.plan.sound(st)
}

// replanned is of how many writes a group may be to be planned again in each of
// its steps. More would keep others from writing for too long; of those only the
// rows that change are looked at again.
const replanned = 10 * StepWrites

// slice answers the writes of a step that is a part of a group. The group is
// planned again over what the transaction sees: nothing in the database keeps one
// person from being twice in a work.
func (w *writer) slice(ctx context.Context, base Base, st Step) ([]Write, error) {
	if w.source.stage != nil && len(w.held) <= replanned {
		p := newPlanner(w.source, base)
		p.book.narrow = true
		if err := w.plan(ctx, p, st); err != nil {
			return nil, err
		}
	}
	some := w.held[:min(st.Writes, len(w.held))] // the rest is for later steps
	if fingerprint(some) != st.Print {
		return nil, stale(st)
	}
	return some, nil
}

// groups plans some groups over what a transaction sees.
func (w *writer) groups(ctx context.Context, base Base, st Step) ([]Write, error) {
	p := newPlanner(w.source, base)
	p.book.narrow = true
	var out []Write
	print := ""
	for n := st.From; n <= st.To; n++ {
		writes, err := p.group(ctx, w.source.stage, n)
		if err != nil {
			return nil, err
		}
		if err := p.plan.sound(st); err != nil {
			return nil, err
		}
		if len(writes) > 0 {
			print = chained(print, fingerprint(writes))
		}
		out = append(out, writes...)
	}
	if print != st.Print {
		return nil, stale(st)
	}
	return out, nil
}

// takeBack goes on with an import that is being undone. All of it is looked at
// first; nothing is undone while a row cannot go back.
func (im *Importer) takeBack(ctx context.Context, a actor.Actor, b Batch) error {
	why, err := im.Archive.Check(ctx, b, im.tick(b.ID))
	if err != nil {
		return err
	}
	if why.Refused > 0 {
		return im.Archive.Halt(b, why)
	}
	all := b
	all.Done, all.Total = 0, b.Done
	told := im.pace(all)
	for {
		refusals, left, err := im.Archive.Restore(context.WithoutCancel(ctx), a, b)
		if err != nil {
			return err
		}
		if len(refusals) > 0 {
			return im.Archive.Halt(b, Stop{Fault: why.Fault, Refusals: refusals, Refused: len(refusals)})
		}
		if left == 0 {
			break
		}
		b.Step = left
		if now, err := im.Archive.Find(b.ID); err == nil {
			told(all.Total - now.Done)
		}
		if err := im.between(ctx, b); err != nil {
			return err
		}
	}
	im.Archive.Unstage(b.ID)
	return nil
}
