package imports

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// MaxBytes bounds a file that comes in one request; MaxFile one that comes in
// pieces.
const (
	MaxBytes = 30 << 20
	MaxFile  = 250 << 20
)

// The states of an import.
const (
	Receiving   = "receiving" // some bytes of the file are here
	Uploaded    = "uploaded"
	Applying    = "applying"     // in steps; it goes on by itself
	Stopped     = "stopped"      // some steps are written; somebody must look
	Applied     = "applied"      // whole
	Undoing     = "undoing"      // in steps; it goes on by itself
	UndoStopped = "undo_stopped" // some steps are undone; somebody must look
	Undone      = "undone"
)

// Batch is one file and what became of it.
type Batch struct {
	ID, FileName, SHA256           string
	Kind                           Kind
	Size, Received                 int64 // bytes
	State                          string
	Reading                        Reading
	Counts                         Counts // once accepted
	Step, Steps                    int    // in force, and of how many
	Done, Total                    int    // rows of the database, likewise
	Stop                           *Stop  // why it does not go on
	Actor, ActorName, UndoneBy     string
	CreatedAt, AppliedAt, UndoneAt time.Time
}

// Refusal is why one row of an import cannot be undone.
type Refusal struct {
	Row    int          `json:"row"`
	What   string       `json:"what"`
	Reason *fault.Fault `json:"reason"`
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
	// Undo restores what an import of one step changed, all of it or nothing.
	Undo(ctx context.Context, a actor.Actor, b Batch) ([]Refusal, error)
	Long
	Pieces
}

// Long carries out imports of more than one step. Each method is a transaction of
// its own, but for Check, which reads only.
type Long interface {
	// Stage is where the rows of a file are kept while it is planned. It is empty
	// if the key is another than it was made with.
	Stage(id, key string) (Stage, error)
	// Unstage lets it go.
	Unstage(id string)
	// Accept makes an import one that is under way; without steps, one that is applied.
	Accept(ctx context.Context, a actor.Actor, b Batch, job Job) error
	// Partial are the imports of which a part is or may be in force, oldest first.
	Partial() ([]Batch, error)
	// Author is the person as he is now.
	Author(b Batch) (actor.Actor, error)
	// Steps are those that are still to be written.
	Steps(b Batch) ([]Step, error)
	// Write carries out a step with the writes that plan answers. Held ones were
	// planned before: what they change must be as it was then. The last step makes
	// the import applied. moved is answered when the import is not in this state
	// any more.
	Write(ctx context.Context, b Batch, s Step, held bool, plan func(Base) ([]Write, error)) (moved bool, err error)
	// Halt stops an import where it is.
	Halt(b Batch, why Stop) error
	// Revoke makes an import one that is being undone.
	Revoke(ctx context.Context, a actor.Actor, b Batch) error
	// Check answers the first rows that cannot go back, and how many there are.
	Check(ctx context.Context, b Batch, tick func(done, of int)) (Stop, error)
	// Restore undoes the last step that is in force; the last of all makes the
	// import undone.
	Restore(ctx context.Context, a actor.Actor, b Batch) (refusals []Refusal, left int, err error)
}

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
	if b.Closed() != "" {
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

// BadRows reads the file again and writes every bad row with its reasons, the
// first MaxRows of them.
func (im *Importer) BadRows(ctx context.Context, a actor.Actor, id string, w io.Writer, say func(*fault.Fault) string) error {
	b, spec, err := im.Find(a, id)
	if err != nil {
		return err
	}
	if b.State != Uploaded && b.State != Stopped {
		return fault.New(fault.ImportState, "")
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
			rows = lowest(append(rows, BadRow{r, problems}), MaxRows, func(b BadRow) int { return b.Row.Number })
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
	rows = first(rows, MaxRows, func(b BadRow) int { return b.Row.Number })
	if err := im.saw(a, b, "bad_rows", len(rows)); err != nil {
		return err
	}
	return im.Printer.BadRows(w, header, rows, say)
}
