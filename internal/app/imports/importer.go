package imports

import (
	"context"
	"io"
	"sync"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// MaxBytes bounds a file.
const MaxBytes = 30 << 20

// The states of an import.
const (
	Uploaded = "uploaded"
	Applied  = "applied"
	Undone   = "undone"
)

// Batch is one file and what became of it.
type Batch struct {
	ID, FileName, SHA256           string
	Kind                           Kind
	Size                           int64
	State                          string
	Reading                        Reading
	Counts                         Counts // once applied
	Actor, ActorName, UndoneBy     string
	CreatedAt, AppliedAt, UndoneAt time.Time
}

// Refusal is why one row of an import cannot be undone.
type Refusal struct {
	Row    int
	What   string
	Reason *fault.Fault
}

// Archive keeps imports and carries them out.
type Archive interface {
	Memory
	// Create keeps a file that was found readable.
	Create(b Batch, path string) (Batch, error)
	Find(id string) (Batch, error)
	// List answers the newest imports first.
	List() ([]Batch, error)
	// Discard forgets a file that was never imported.
	Discard(b Batch) error
	// Choose keeps how the person wants the file read.
	Choose(b Batch) error
	// File answers a local copy of the file; done removes it.
	File(id string) (path string, done func(), err error)
	// Read runs fn over the database as it is now.
	Read(ctx context.Context, fn func(Base) error) error
	// Apply makes the plan again in one write transaction and carries it out,
	// attributed to the person. Nothing is written when plan fails. tick is told
	// how many rows of the plan are written.
	Apply(ctx context.Context, a actor.Actor, b Batch, plan func(Base) (*Plan, error), tick func(done, of int)) error
	// Undo restores what an import changed, all of it or nothing.
	Undo(ctx context.Context, a actor.Actor, b Batch) ([]Refusal, error)
}

// Importer is the use case.
type Importer struct {
	Archive Archive
	Opener  Opener
	Printer Printer
	Today   func() day.Day
	Sights  app.Sights // told of who sees the people of a roster

	once     sync.Once
	turn     chan struct{} // one file is read at a time: memory is bounded
	mu       sync.Mutex
	progress map[string]Progress
}

// Progress is how far the work on a file is: rows of the file read so far, or,
// with a Total, rows of the database written of those to write. Once all are
// written, figures and buckets are brought up to date.
type Progress struct{ Done, Total int }

// Preview is what a file says and what importing it would do.
type Preview struct {
	Batch   Batch
	Spec    *Spec
	Facts   Facts
	Header  Header
	Samples map[int][]string // first values by column
	Plan    *Plan
}

// Progress answers how far the work on a file is; false when nothing is under way.
func (im *Importer) Progress(id string) (Progress, bool) {
	im.mu.Lock()
	defer im.mu.Unlock()
	p, busy := im.progress[id]
	return p, busy
}

// working waits for the turn; what it answers ends it.
func (im *Importer) working(ctx context.Context, id string) (func(), error) {
	im.once.Do(func() { im.turn, im.progress = make(chan struct{}, 1), map[string]Progress{} })
	im.tick(id)(0, 0)
	select {
	case im.turn <- struct{}{}:
		return func() { im.ended(id); <-im.turn }, nil
	case <-ctx.Done():
		im.ended(id)
		return nil, ctx.Err()
	}
}

func (im *Importer) ended(id string) {
	im.mu.Lock()
	defer im.mu.Unlock()
	delete(im.progress, id)
}

func (im *Importer) tick(id string) func(done, of int) {
	return func(done, of int) {
		im.mu.Lock()
		defer im.mu.Unlock()
		im.progress[id] = Progress{done, of}
	}
}

// Upload keeps a file after looking at its beginning.
func (im *Importer) Upload(a actor.Actor, b Batch, path string) (Batch, error) {
	spec, err := SpecOf(a, b.Kind)
	if err != nil {
		return Batch{}, err
	}
	t, err := im.Opener.Open(path, Reading{}, spec.hints())
	if err != nil {
		return Batch{}, err
	}
	defer func() { _ = t.Close() }()
	if _, err := spec.start(t); err != nil {
		return Batch{}, err
	}
	b.State, b.Actor, b.ActorName = Uploaded, a.User, a.Name
	return im.Archive.Create(b, path)
}

// Find answers an import the person may see.
func (im *Importer) Find(a actor.Actor, id string) (Batch, *Spec, error) {
	if !May(a) {
		return Batch{}, nil, fault.New(fault.Forbidden, "")
	}
	b, err := im.Archive.Find(id)
	if err != nil {
		return Batch{}, nil, err
	}
	spec, err := SpecOf(a, b.Kind)
	return b, spec, err
}

// List answers the imports the person may see, newest first.
func (im *Importer) List(a actor.Actor) ([]Batch, error) {
	if !May(a) {
		return nil, fault.New(fault.Forbidden, "")
	}
	all, err := im.Archive.List()
	out := make([]Batch, 0, len(all))
	for _, b := range all {
		if _, denied := SpecOf(a, b.Kind); denied == nil {
			out = append(out, b)
		}
	}
	return out, err
}

// Preview reads the whole file and says what importing it would do. A reading
// that is given takes the place of the one before, and its columns are
// remembered for the next file.
func (im *Importer) Preview(ctx context.Context, a actor.Actor, id string, reading *Reading) (*Preview, error) {
	b, spec, err := im.Find(a, id)
	if err != nil {
		return nil, err
	}
	if b.State != Uploaded {
		return nil, fault.New(fault.ImportState, "")
	}
	if reading != nil {
		b.Reading = *reading
	}
	end, err := im.working(ctx, id)
	if err != nil {
		return nil, err
	}
	defer end()
	var out *Preview
	err = im.Archive.Read(ctx, func(base Base) error {
		out, err = im.look(ctx, a, b, spec, base, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := im.saw(a, b, "preview", out.Plan.Counts.Rows); err != nil {
		return nil, err
	}
	if reading != nil {
		if err := im.Archive.Choose(b); err != nil {
			return nil, err
		}
	}
	if reading != nil && reading.Columns != nil {
		err = im.Archive.Remember(b.Kind, out.Header.Signature(), out.Header.remembered())
	}
	return out, err
}

// Original is the file as it was sent; done gives it back.
func (im *Importer) Original(a actor.Actor, id string) (b Batch, path string, done func(), err error) {
	if b, _, err = im.Find(a, id); err != nil {
		return b, "", nil, err
	}
	if err = im.saw(a, b, "import_file", 1); err != nil {
		return b, "", nil, err
	}
	path, done, err = im.Archive.File(b.ID)
	return b, path, done, err
}

// saw notes that the rows of a roster were shown, as its file has them: who
// imports it must see what to correct.
func (im *Importer) saw(a actor.Actor, b Batch, what string, rows int) error {
	if b.Kind != Rosters || rows == 0 {
		return nil
	}
	return im.Sights.Saw(app.Sight{
		Actor: a.User, Action: app.ActionRead, Collection: "imports", Record: b.ID, Detail: app.SightDetail{What: what, Rows: rows},
	})
}

// look opens the file, matches its columns and makes the plan.
func (im *Importer) look(ctx context.Context, a actor.Actor, b Batch, spec *Spec, base Base, bad func(Row, []Problem) error) (*Preview, error) {
	path, done, err := im.Archive.File(b.ID)
	if err != nil {
		return nil, err
	}
	defer done()
	t, err := im.Opener.Open(path, b.Reading, spec.hints())
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.Close() }()
	o, err := spec.start(t)
	if err != nil {
		return nil, err
	}
	header, err := im.match(b, spec, o.header)
	if err != nil {
		return nil, err
	}
	p := &Preview{Batch: b, Spec: spec, Header: header, Samples: samples(o)}
	p.Plan, err = build(ctx, source{
		spec: spec, actor: a, today: im.Today(), seed: b.ID, open: o, header: header, answers: b.Reading.Answers, tick: im.tick(b.ID), bad: bad,
	}, base)
	p.Facts = t.Facts()
	return p, err
}

// match lays what the person chose, or else what is remembered, over the header.
func (im *Importer) match(b Batch, spec *Spec, h Header) (Header, error) {
	if b.Reading.Columns != nil {
		return spec.choose(h, b.Reading.Columns)
	}
	exact, known, err := im.Archive.Mapping(b.Kind, h.Signature())
	if err != nil {
		return h, err
	}
	return spec.propose(h, exact, known), nil
}

// samples are the first values of each column, to match columns by.
func samples(o *opened) map[int][]string {
	const some = 3
	out := map[int][]string{}
	for _, c := range o.header.Columns {
		for _, r := range o.pending {
			if cell := r.at(c.Index); !cell.Blank() && cell.Kind != Merged && len(out[c.Index]) < some {
				out[c.Index] = append(out[c.Index], clip(cell.Text))
			}
		}
	}
	return out
}

// Apply carries out what the preview with this fingerprint showed, or nothing.
// Asked again for an import that is done, it answers what was done.
func (im *Importer) Apply(ctx context.Context, a actor.Actor, id, print string) (Batch, error) {
	b, spec, err := im.Find(a, id)
	if err != nil || b.State == Applied {
		return b, err
	}
	if b.State != Uploaded {
		return b, fault.New(fault.ImportState, "")
	}
	end, err := im.working(ctx, id)
	if err != nil {
		return b, err
	}
	defer end()
	// From here on it is all or nothing, whether or not anybody still waits.
	ctx = context.WithoutCancel(ctx)
	var header Header
	err = im.Archive.Apply(ctx, a, b, func(base Base) (*Plan, error) {
		p, err := im.look(ctx, a, b, spec, base, nil)
		switch {
		case err != nil:
			return nil, err
		case len(p.Plan.Missing) > 0 || p.Plan.Counts.Bad > 0 && print == "":
			return nil, fault.New(fault.ImportBadRows, "")
		case p.Plan.open():
			return nil, fault.New(fault.ImportUnanswered, "")
		case p.Plan.Fingerprint() != print:
			return nil, fault.New(fault.ImportStale, "")
		}
		header = p.Header
		return p.Plan, nil
	}, im.tick(id))
	if err != nil {
		return b, err
	}
	if err := im.Archive.Remember(b.Kind, header.Signature(), header.remembered()); err != nil {
		return b, err
	}
	return im.Archive.Find(id)
}

// Undo takes back an import, all of it or nothing; the refusals say why not.
func (im *Importer) Undo(ctx context.Context, a actor.Actor, id string) (Batch, []Refusal, error) {
	b, _, err := im.Find(a, id)
	if err != nil {
		return b, nil, err
	}
	if b.State != Applied {
		return b, nil, fault.New(fault.ImportState, "")
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

// Discard forgets a file that was never imported.
func (im *Importer) Discard(a actor.Actor, id string) error {
	b, _, err := im.Find(a, id)
	if err != nil {
		return err
	}
	if b.State != Uploaded {
		return fault.New(fault.ImportState, "")
	}
	return im.Archive.Discard(b)
}

// BadRow is a row to correct, as it stands in the file.
type BadRow struct {
	Row      Row
	Problems []Problem
}

// Printer writes tables for people to fill in or correct.
type Printer interface {
	// Template writes an empty table of a kind with one example row; format is
	// csv or xlsx.
	Template(w io.Writer, spec *Spec, format string) error
	// BadRows writes rows with their reasons, as CSV that a spreadsheet opens
	// without running anything in it.
	BadRows(w io.Writer, h Header, rows []BadRow, say func(*fault.Fault) string) error
}

// Template writes the empty table of a kind.
func (im *Importer) Template(a actor.Actor, w io.Writer, kind Kind, format string) error {
	spec, err := SpecOf(a, kind)
	if err != nil {
		return err
	}
	if format != "csv" && format != "xlsx" {
		return fault.New(fault.NotFound, "format")
	}
	return im.Printer.Template(w, spec, format)
}

// BadRows reads the file again and writes every bad row with its reasons.
func (im *Importer) BadRows(ctx context.Context, a actor.Actor, id string, w io.Writer, say func(*fault.Fault) string) error {
	b, spec, err := im.Find(a, id)
	if err != nil {
		return err
	}
	end, err := im.working(ctx, id)
	if err != nil {
		return err
	}
	defer end()
	var rows []BadRow
	var header Header
	err = im.Archive.Read(ctx, func(base Base) error {
		p, err := im.look(ctx, a, b, spec, base, func(r Row, problems []Problem) error {
			rows = append(rows, BadRow{r, problems})
			return nil
		})
		if err == nil {
			header = p.Header
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := im.saw(a, b, "bad_rows", len(rows)); err != nil {
		return err
	}
	return im.Printer.BadRows(w, header, rows, say)
}
