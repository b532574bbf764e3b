package imports

import (
	"context"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// Apply carries out what the preview with this fingerprint showed, or nothing.
// What fits in one step is written when it answers; a longer import is under way
// then. Asked again for an import that is done, it answers what was done.
func (im *Importer) Apply(ctx context.Context, a actor.Actor, id, print string) (Batch, error) {
	b, spec, err := im.Find(a, id)
	if err != nil || b.State == Applied || b.State == Applying {
		return b, err
	}
	if b.State != Uploaded && b.State != Stopped {
		return b, fault.New(fault.ImportState, "")
	}
	end, err := im.working(ctx, id)
	if err != nil {
		return b, err
	}
	defer end()
	defer im.nudge() // once it is known what is answered
	if im.long(b, print) {
		err = im.accept(ctx, a, b, spec, print)
	} else {
		// From here on it is all or nothing, whether or not anybody still waits.
		err = im.write(context.WithoutCancel(ctx), a, b, spec, print)
	}
	if err != nil {
		return b, err
	}
	return im.Archive.Find(id)
}

// long says whether an import takes more than one step, as far as is known.
func (im *Importer) long(b Batch, print string) bool {
	im.mu.Lock()
	defer im.mu.Unlock()
	was, known := im.planned[b.ID]
	return b.State == Stopped || !known || was.print != print || was.total > im.size()
}

// write carries out an import of one step.
func (im *Importer) write(ctx context.Context, a actor.Actor, b Batch, spec *Spec, print string) error {
	err := im.Archive.Apply(ctx, a, b, func(base Base) (*Plan, error) {
		p, err := im.look(ctx, a, b, spec, base, nil)
		if err == nil {
			err = p.Plan.shows(print)
		}
		if err != nil {
			return nil, err
		}
		return p.Plan, nil
	}, im.tick(b.ID))
	if err != nil {
		return err
	}
	im.Archive.Unstage(b.ID)
	return nil
}

// shows says whether the plan is the one with this fingerprint.
func (p *Plan) shows(print string) error {
	switch {
	case len(p.Missing) > 0 || p.Counts.Bad > 0 && print == "":
		return fault.New(fault.ImportBadRows, "")
	case p.open():
		return fault.New(fault.ImportUnanswered, "")
	case p.Fingerprint() != print:
		return fault.New(fault.ImportStale, "")
	}
	return nil
}

// again is the plan with this fingerprint. What was planned by groups is not
// planned again: each step is, within its transaction.
func (im *Importer) again(ctx context.Context, s source, base Base, print string) (*Plan, error) {
	im.mu.Lock()
	was := im.planned[s.seed]
	im.mu.Unlock()
	if s.stage != nil && print != "" && was.print == print && s.stage.Whole() && s.stage.Print() == print {
		groups, err := s.stage.Groups()
		return &Plan{Total: was.total, Counts: was.counts, groups: groups, print: print}, err
	}
	plan, err := build(ctx, s, base)
	if err != nil {
		return nil, err
	}
	return plan, plan.shows(print)
}

// accept makes a long import one that is under way. One that turns out to be
// short is written at once.
func (im *Importer) accept(ctx context.Context, a actor.Actor, b Batch, spec *Spec, print string) error {
	var plan *Plan
	var steps []Step
	err := im.Archive.Read(ctx, func(base Base) error {
		return im.open(b, spec, func(s source, _ Header, _ Table) error {
			s.actor = a
			var err error
			if plan, err = im.again(ctx, s, base, print); err != nil {
				return err
			}
			if s.stage == nil && len(plan.Writes) > 0 {
				plan.groups = []Group{{Row: plan.Writes[0].Row, Writes: max(plan.Total, im.size()+1)}}
			}
			steps, err = plan.steps(im.size(), func(n int) ([]Write, error) {
				if s.stage == nil {
					return plan.Writes, nil
				}
				return newPlanner(s, base).group(ctx, s.stage, n)
			})
			return err
		})
	})
	if err != nil {
		return err
	}
	if plan.Total <= im.size() && b.State == Uploaded {
		return im.write(context.WithoutCancel(ctx), a, b, spec, print)
	}
	err = im.Archive.Accept(ctx, a, b, Job{Steps: steps, Counts: plan.Counts, Total: plan.Total})
	if err == nil && len(steps) == 0 {
		im.Archive.Unstage(b.ID)
	}
	return err
}

// Undo takes back an import, all of it or nothing; the refusals say why not. One
// of more than one step, and one that is not whole, is under way when it answers.
func (im *Importer) Undo(ctx context.Context, a actor.Actor, id, reason string) (Batch, []Refusal, error) {
	b, _, err := im.Find(a, id)
	if err != nil {
		return b, nil, err
	}
	if f := b.because(reason); f != nil {
		return b, nil, f
	}
	if b.NeedsReason() {
		if err := im.Archive.Choose(b); err != nil {
			return b, nil, err
		}
	}
	if b.State != Applied || b.Done > im.size() {
		if err := im.Archive.Revoke(ctx, a, b); err != nil {
			return b, nil, err
		}
		b, err = im.Archive.Find(id)
		im.nudge()
		return b, nil, err
	}
	end, err := im.working(ctx, id)
	if err != nil {
		return b, nil, err
	}
	defer end()
	refusals, err := im.Archive.Undo(context.WithoutCancel(ctx), a, b)
	if err != nil || len(refusals) > 0 {
		return b, refusals, err
	}
	b, err = im.Archive.Find(id)
	return b, nil, err
}
