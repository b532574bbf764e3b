package imports

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Importer is the use case.
type Importer struct {
	Archive Archive
	Opener  Opener
	Printer Printer
	Today   func() day.Day
	Sights  app.Sights // told of who sees the people of a roster

	Log *slog.Logger // may be nil

	// Between is asked after each step of a long import; false ends the work as a
	// kill of the server would. For tests; may be nil.
	Between func(Batch) bool
	// StepWrites is about how many rows a step writes; 0 for StepWrites.
	StepWrites int

	once     sync.Once
	pieces   sync.Mutex    // held while one is written
	turn     chan struct{} // one file is read at a time: memory is bounded
	wake     chan struct{}
	mu       sync.Mutex
	progress map[string]Progress
	planned  map[string]shown
}

// shown is what the last preview of a file told.
type shown struct {
	print  string
	total  int
	counts Counts
}

// Progress is how far the work on a file is: rows of the file read so far, or,
// with a Total, rows of the file planned or of the database written, of those
// there are. Left is the time it still takes, 0 while nobody knows. Once all rows
// are written, figures and buckets are brought up to date.
type Progress struct {
	Done, Total int
	Left        time.Duration
}

// Preview is what a file says and what importing it would do.
type Preview struct {
	Batch   Batch
	Spec    *Spec
	Facts   Facts
	Header  Header
	Samples map[int][]string // first values by column
	Top     []Row            // the first rows of the file, to choose its header
	Plan    *Plan
}

// Progress answers how far the work on a file is; false when nothing is under way.
func (im *Importer) Progress(id string) (Progress, bool) {
	im.mu.Lock()
	defer im.mu.Unlock()
	p, busy := im.progress[id]
	return p, busy
}

func (im *Importer) init() {
	im.once.Do(func() {
		im.turn, im.wake = make(chan struct{}, 1), make(chan struct{}, 1)
		im.progress, im.planned = map[string]Progress{}, map[string]shown{}
	})
}

// reading waits for the turn; what it answers gives it back.
func (im *Importer) reading(ctx context.Context) (func(), error) {
	im.init()
	select {
	case im.turn <- struct{}{}:
		return func() { <-im.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// working waits for the turn; what it answers ends it.
func (im *Importer) working(ctx context.Context, id string) (func(), error) {
	im.init()
	im.note(id, Progress{})
	done, err := im.reading(ctx)
	if err != nil {
		im.ended(id)
		return nil, err
	}
	return func() { im.ended(id); done() }, nil
}

func (im *Importer) size() int {
	if im.StepWrites > 0 {
		return im.StepWrites
	}
	return StepWrites
}

func (im *Importer) ended(id string) {
	im.mu.Lock()
	defer im.mu.Unlock()
	delete(im.progress, id)
}

func (im *Importer) note(id string, p Progress) {
	im.mu.Lock()
	defer im.mu.Unlock()
	im.progress[id] = p
}

// tick tells how far something is that begins now.
func (im *Importer) tick(id string) func(done, of int) {
	began, total := time.Now(), 0
	return func(done, of int) {
		if of != total { // another part of the work
			began, total = time.Now(), of
		}
		im.note(id, Progress{Done: done, Total: of, Left: leftOf(began, 0, done, of, time.Now())})
	}
}

// Upload keeps a file after looking at its beginning.
func (im *Importer) Upload(a actor.Actor, b Batch, path string) (Batch, error) {
	if err := im.readable(a, b.Kind, path); err != nil {
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
	if err != nil {
		return b, nil, err
	}
	b, err = im.reached(b)
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
// remembered for the next file: what a person chose, never what was proposed.
func (im *Importer) Preview(ctx context.Context, a actor.Actor, id string, reading *Reading) (*Preview, error) {
	b, spec, err := im.Find(a, id)
	if err != nil {
		return nil, err
	}
	if b.State != Uploaded && b.State != Stopped {
		return nil, fault.New(fault.ImportState, "")
	}
	switch {
	case reading == nil:
	case b.State == Stopped: // its first part was read as it says
		b.Reading.Answers = reading.Answers
	default:
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

// Partial answers the imports of which a part is or may be in force, to whoever
// sees figures: they are of a part too.
func (im *Importer) Partial(a actor.Actor) ([]Batch, error) {
	if !a.WatchesFigures() && !May(a) {
		return nil, fault.New(fault.Forbidden, "")
	}
	return im.Archive.Partial()
}

// Original is the file as it was sent; done gives it back.
func (im *Importer) Original(a actor.Actor, id string) (b Batch, path string, done func(), err error) {
	if b, _, err = im.Find(a, id); err != nil {
		return b, "", nil, err
	}
	if b.State == Receiving {
		return b, "", nil, fault.New(fault.ImportState, "")
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

// open opens the file of an import, up to its columns, with its stage.
func (im *Importer) open(b Batch, spec *Spec, fn func(source, Header, Table) error) error {
	path, done, err := im.Archive.File(b.ID)
	if err != nil {
		return err
	}
	defer done()
	t, err := im.Opener.Open(path, b.Reading, spec.hints())
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	o, err := spec.start(t, b.Reading.HeaderRow, lookahead)
	if err != nil {
		return err
	}
	header, err := im.match(b, spec, o)
	if err != nil {
		return err
	}
	s := source{spec: spec, today: im.Today(), seed: b.ID, open: o, header: header, reading: b.Reading, survey: spec.survey(header, o.pending), tick: im.tick(b.ID), direct: im.size()}
	if spec.group != "" {
		if s.stage, err = im.Archive.Stage(b.ID, stageKey(b, header)); err != nil {
			return err
		}
		defer func() { _ = s.stage.Close() }()
	}
	return fn(s, header, t)
}

// stageKey names everything that decides what the rows of a file are.
func stageKey(b Batch, h Header) string {
	reading := b.Reading
	reading.Answers = nil
	key, _ := json.Marshal([]any{b.SHA256, reading, h}) // always encodes
	return string(key)
}

// look opens the file, matches its columns and makes the plan.
func (im *Importer) look(ctx context.Context, a actor.Actor, b Batch, spec *Spec, base Base, bad func(Row, []Problem) error) (*Preview, error) {
	var p *Preview
	err := im.open(b, spec, func(s source, header Header, t Table) error {
		p = &Preview{Batch: b, Spec: spec, Header: header, Samples: samples(s.open), Top: s.open.top}
		s.actor, s.bad = a, bad
		var err error
		p.Plan, err = build(ctx, s, base)
		p.Facts = t.Facts()
		return err
	})
	if err != nil {
		return nil, err
	}
	im.mu.Lock()
	defer im.mu.Unlock()
	im.planned[b.ID] = shown{p.Plan.Fingerprint(), p.Plan.Total, p.Plan.Counts}
	return p, nil
}

// match lays what the person chose, or else what is remembered, over the header.
func (im *Importer) match(b Batch, spec *Spec, o *opened) (Header, error) {
	if b.Reading.Columns != nil {
		return spec.choose(o.header, b.Reading.Columns)
	}
	exact, known, err := im.Archive.Mapping(b.Kind, o.header.Signature())
	if err != nil {
		return o.header, err
	}
	return spec.propose(o.header, o.pending, exact, known), nil
}

// samples are some values of each column, to match columns by: first those with
// letters that are not ASCII, which show whether the encoding is right.
func samples(o *opened) map[int][]string {
	const some = 3
	out := map[int][]string{}
	for _, c := range o.header.Columns {
		var telling, other []string
		for _, r := range o.pending {
			cell := r.at(c.Index)
			switch {
			case cell.Blank() || cell.Kind == Merged:
			case Accented(cell.Text):
				telling = append(telling, clip(cell.Text))
			default:
				other = append(other, clip(cell.Text))
			}
		}
		if all := slices.Concat(telling, other); len(all) > 0 {
			out[c.Index] = all[:min(some, len(all))]
		}
	}
	return out
}

// Discard forgets a file that was never imported.
func (im *Importer) Discard(a actor.Actor, id string) error {
	b, _, err := im.Find(a, id)
	if err != nil {
		return err
	}
	if b.State != Uploaded && b.State != Receiving {
		return fault.New(fault.ImportState, "")
	}
	im.Archive.Unstage(id)
	return im.Archive.Discard(b)
}
