package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"chaski/internal/domain/fault"
)

// Stage keeps the rows of a large file by group while it is planned and written,
// on disk. Nothing of it must survive: it is made anew from the file.
type Stage interface {
	// Whole says whether every row of the file is in it.
	Whole() bool
	// Add takes the rows of the file, in their order; Seal ends that.
	Add(group string, r Row) error
	Seal() error
	// Groups are in the order of their first rows, with what Planned noted.
	Groups() ([]Group, error)
	// Rows are those of a group, by its place among the groups.
	Rows(group int) ([]Row, error)
	// Planned notes what a plan does with each group, and the plan's fingerprint.
	Planned(groups []Group, print string) error
	// Print is the fingerprint that was noted, "" for none.
	Print() string
	Close() error
}

// Group are rows of a file that belong together, and what a plan does with them.
type Group struct {
	Row    int // the first
	Rows   int
	Writes int
	Print  string // of the writes
}

// groupOf is the group of a row: its value as the field reads it, so that two
// spellings of one are one group.
func (p *planner) groupOf(row Row) string {
	field := p.spec.Field(p.spec.group)
	for _, c := range p.header.Columns {
		if c.Field != field.Name {
			continue
		}
		if v, f := field.Read(row.at(c.Index)); f == nil && v != nil {
			return fmt.Sprint(v)
		}
		return strings.TrimSpace(row.at(c.Index).Text)
	}
	return ""
}

// fill reads the file into the stage, unless it is there.
func (p *planner) fill(ctx context.Context, s source) error {
	if s.stage.Whole() {
		return nil
	}
	for n := 1; ; n++ {
		row, err := s.open.next()
		if errors.Is(err, io.EOF) {
			return s.stage.Seal()
		}
		if err != nil {
			return err
		}
		if most := p.spec.MaxRows(); n > most {
			return fault.New(fault.ImportTooManyRows, "").With("max", fmt.Sprint(most))
		}
		if n%tickEvery == 0 {
			if p.tick != nil {
				p.tick(n, 0)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := s.stage.Add(p.groupOf(row), row); err != nil {
			return err
		}
	}
}

// staged plans one group after the other, so that memory holds the rows of one.
func (p *planner) staged(ctx context.Context, s source) (*Plan, error) {
	if err := p.fill(ctx, s); err != nil {
		return nil, err
	}
	groups, err := s.stage.Groups()
	if err != nil {
		return nil, err
	}
	if len(groups) == 0 {
		return nil, fault.New(fault.ImportNoRows, "")
	}
	for _, g := range groups {
		p.of += g.Rows
	}
	chain := sha256.New()
	for i := range groups {
		writes, err := p.group(ctx, s.stage, i)
		if err != nil {
			return nil, err
		}
		groups[i].Writes, groups[i].Print = len(writes), fingerprint(writes)
		_, _ = io.WriteString(chain, groups[i].Print) // never fails
		if p.plan.Total <= s.direct {
			p.plan.Writes = append(p.plan.Writes, writes...)
		} else {
			p.plan.Writes = nil
		}
	}
	p.plan.groups, p.plan.print = groups, hex.EncodeToString(chain.Sum(nil))
	p.plan.sorted()
	if p.plan.Fingerprint() == "" {
		return p.plan, nil
	}
	return p.plan, s.stage.Planned(groups, p.plan.print)
}

// group plans the rows of one group, apart from all others.
func (p *planner) group(ctx context.Context, stage Stage, n int) ([]Write, error) {
	rows, err := stage.Rows(n)
	if err != nil {
		return nil, err
	}
	p.book.next()
	clear(p.seen)
	clear(p.lines)
	for _, row := range rows {
		if err := p.row(ctx, row); err != nil {
			return nil, err
		}
	}
	return p.count(), nil
}
