package httpapi

import (
	"math"
	"sort"
	"time"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

type importKindShape struct {
	Kind   imports.Kind       `json:"kind"`
	Title  string             `json:"title"`
	About  string             `json:"about"`
	Fields []importFieldShape `json:"fields"`
	// MaxRows is how many rows a file may have.
	MaxRows int `json:"max_rows"`
}

type importFieldShape struct {
	Name     string   `json:"name"`
	Label    string   `json:"label"`
	Required bool     `json:"required"`
	Hint     string   `json:"hint"`
	Example  string   `json:"example"`
	Options  []string `json:"options"`
}

func importKindOf(s *imports.Spec) importKindShape {
	out := importKindShape{Kind: s.Kind, Title: s.Title, About: s.About, MaxRows: s.MaxRows()}
	for _, f := range s.Fields {
		options := []string{}
		for _, c := range f.Choices {
			options = append(options, c.Label)
		}
		out.Fields = append(out.Fields, importFieldShape{f.Name, f.Label, f.Required, f.Hint, f.Example, options})
	}
	return out
}

type importCounts struct {
	Rows    int `json:"rows"`
	New     int `json:"new"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
	Bad     int `json:"bad"`
}

func importCountsOf(c imports.Counts) importCounts {
	return importCounts{c.Rows, c.New, c.Changed, c.Same, c.Bad}
}

type importShape struct {
	ID        string        `json:"id"`
	Kind      imports.Kind  `json:"kind"`
	FileName  string        `json:"file_name"`
	SHA256    string        `json:"sha256"`
	Size      int64         `json:"size"`
	Received  int64         `json:"received"`
	State     string        `json:"state"`
	Actor     string        `json:"actor"`
	CreatedAt time.Time     `json:"created_at"`
	AppliedAt *time.Time    `json:"applied_at,omitempty"`
	UndoneAt  *time.Time    `json:"undone_at,omitempty"`
	UndoneBy  string        `json:"undone_by,omitempty"`
	Counts    *importCounts `json:"counts,omitempty"`
	// How far the work on the file is, in rows, and the seconds it still takes.
	Progress *int `json:"progress,omitempty"`
	Total    int  `json:"progress_total,omitempty"`
	Left     int  `json:"seconds_left,omitempty"`
	// Rows of the database that are in force of an import in steps, of how many.
	Done    int        `json:"done,omitempty"`
	Records int        `json:"records,omitempty"`
	Stop    *stopShape `json:"stop,omitempty"`
	// It touches closed months: to undo it needs a reason.
	Closed bool `json:"closed,omitempty"`
}

// stopShape is why an import does not go on, or was not undone.
type stopShape struct {
	Code     fault.Code     `json:"code"`
	Message  string         `json:"message"`
	Refused  int            `json:"refused"`
	Refusals []refusalShape `json:"refusals"`
}

func refusalsOf(refusals []imports.Refusal) []refusalShape {
	out := []refusalShape{}
	for _, r := range refusals[:min(len(refusals), shownRefusals)] {
		out = append(out, refusalShape{Row: r.Row, What: r.What, Code: r.Reason.Code, Message: say(r.Reason).Message})
	}
	return out
}

func (a *API) importOf(b imports.Batch) importShape {
	out := importShape{
		ID: b.ID, Kind: b.Kind, FileName: b.FileName, SHA256: b.SHA256, Size: b.Size, Received: b.Size, State: b.State, Actor: b.ActorName,
		CreatedAt: b.CreatedAt, UndoneBy: b.UndoneBy, Done: b.Done, Records: b.Total, Closed: b.NeedsReason(),
	}
	if b.State == imports.Receiving {
		out.Received = b.Received
	}
	if b.State != imports.Uploaded && b.State != imports.Receiving {
		counts := importCountsOf(b.Counts)
		out.Counts = &counts
	}
	if !b.AppliedAt.IsZero() {
		out.AppliedAt = &b.AppliedAt
	}
	if b.Stop != nil {
		s := say(b.Stop.Fault)
		out.Stop = &stopShape{s.Code, s.Message, b.Stop.Refused, refusalsOf(b.Stop.Refusals)}
	}
	if !b.UndoneAt.IsZero() {
		out.UndoneAt = &b.UndoneAt
	}
	if p, busy := a.Imports.Progress(b.ID); busy {
		out.Progress, out.Total, out.Left = &p.Done, p.Total, int(math.Ceil(p.Left.Seconds()))
	}
	return out
}

func changesOf(all []imports.Change) []importChange {
	out := []importChange{}
	for _, c := range all {
		out = append(out, importChange(c))
	}
	return out
}

func problemsOf(all []imports.Problem) []importProblem {
	out := []importProblem{}
	for _, x := range all {
		s := say(x.Fault)
		out = append(out, importProblem{x.Row, x.Column, x.Value, s.Code, s.Message})
	}
	return out
}

// underWayShape is an import that is not whole, for those who see figures.
type underWayShape struct {
	Title   string `json:"title"`
	State   string `json:"state"`
	Actor   string `json:"actor"`
	Done    int    `json:"done"`
	Records int    `json:"records"`
	Left    int    `json:"seconds_left,omitempty"`
}

func (a *API) underWayOf(b imports.Batch) underWayShape {
	out := underWayShape{Title: string(b.Kind), State: b.State, Actor: b.ActorName, Done: b.Done, Records: b.Total}
	for _, s := range imports.Specs {
		if s.Kind == b.Kind {
			out.Title = s.Title
		}
	}
	if p, busy := a.Imports.Progress(b.ID); busy {
		out.Left = int(math.Ceil(p.Left.Seconds()))
	}
	return out
}

type importColumn struct {
	Index   int      `json:"index"`
	Header  string   `json:"header"`
	Field   string   `json:"field"`
	Samples []string `json:"samples"`
}

type importProblem struct {
	Row     int        `json:"row"`
	Column  string     `json:"column"`
	Value   string     `json:"value"`
	Code    fault.Code `json:"code"`
	Message string     `json:"message"`
}

type importChange struct {
	Row    int    `json:"row"`
	What   string `json:"what"`
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

type importSample struct {
	Row   int      `json:"row"`
	Cells []string `json:"cells"` // in the order of fields
}

type importRecords struct {
	Name    string `json:"name"`
	New     int    `json:"new"`
	Changed int    `json:"changed"`
}

type importTop struct {
	Row   int      `json:"row"`
	Cells []string `json:"cells"`
}

type importAside struct {
	Row  int    `json:"row"`
	Why  string `json:"why"` // in words
	Text string `json:"text"`
	Left bool   `json:"left"`
}

type previewShape struct {
	Import      importShape      `json:"import"`
	Format      string           `json:"format"`
	Encoding    string           `json:"encoding,omitempty"`
	Separator   string           `json:"separator,omitempty"`
	Sheet       string           `json:"sheet,omitempty"`
	Sheets      []string         `json:"sheets"`
	Encodings   []string         `json:"encodings"`
	Separators  []string         `json:"separators"`
	Accents     []string         `json:"accents"`
	Reading     readingShape     `json:"reading"`
	Notes       []string         `json:"notes"`
	HeaderRow   int              `json:"header_row"`
	Columns     []importColumn   `json:"columns"`
	Missing     []string         `json:"missing"`
	Counts      importCounts     `json:"counts"`
	Records     []importRecords  `json:"records"`
	Problems    []importProblem  `json:"problems"`
	Warnings    []importProblem  `json:"warnings"`
	Warned      int              `json:"warned"`
	Questions   []importQuestion `json:"questions"`
	Top         []importTop      `json:"top"`
	Aside       []importAside    `json:"aside"`
	Asides      int              `json:"asides"`
	Constants   []importProblem  `json:"constants"`
	Changes     []importChange   `json:"changes"`
	Fields      []string         `json:"fields"`
	Sample      []importSample   `json:"sample"`
	Fingerprint string           `json:"fingerprint"`
}

func (a *API) previewOf(p *imports.Preview) previewShape {
	out := previewShape{
		Import: a.importOf(p.Batch), Format: p.Facts.Format, Encoding: p.Facts.Encoding, Separator: p.Facts.Separator,
		Sheet: p.Facts.Sheet, Sheets: append([]string{}, p.Facts.Sheets...), Notes: []string{}, HeaderRow: p.Header.Row,
		Columns: []importColumn{}, Missing: append([]string{}, p.Plan.Missing...), Counts: importCountsOf(p.Plan.Counts),
		Encodings: append([]string{}, p.Facts.Encodings...), Separators: append([]string{}, p.Facts.Separators...), Reading: readingOf(p.Batch.Reading),
		Accents:  append([]string{}, p.Facts.Accents...),
		Problems: problemsOf(p.Plan.Problems), Warnings: problemsOf(p.Plan.Warnings), Warned: p.Plan.Warned, Questions: questionsOf(p.Plan.Questions),
		Top: []importTop{}, Aside: []importAside{}, Asides: p.Plan.Asides, Constants: problemsOf(p.Plan.Constants),
		Records: []importRecords{}, Fields: []string{}, Sample: []importSample{},
		Fingerprint: p.Plan.Fingerprint(),
	}
	for _, n := range append(p.Facts.Notes, p.Plan.Notes...) {
		out.Notes = append(out.Notes, sayNote(spanish.Notes, n))
	}
	for _, c := range p.Header.Columns {
		out.Columns = append(out.Columns, importColumn{c.Index, c.Header, c.Field, append([]string{}, p.Samples[c.Index]...)})
	}
	out.Changes = changesOf(p.Plan.Changes)
	for name, c := range p.Plan.Records {
		out.Records = append(out.Records, importRecords{imports.CollectionLabel(name), c.New, c.Changed})
	}
	sort.Slice(out.Records, func(i, j int) bool { return out.Records[i].Name < out.Records[j].Name })
	for _, a := range p.Plan.Aside {
		out.Aside = append(out.Aside, importAside{a.Row, spanish.Asides[a.Why], a.Text, a.Left})
	}
	topOf(&out, p)
	samplesOf(&out, p)
	return out
}

// topOf shows the first rows, as wide as a person needs to find the header.
func topOf(out *previewShape, p *imports.Preview) {
	const wide = 12
	for _, r := range p.Top {
		t := importTop{Row: r.Number, Cells: []string{}}
		for _, c := range r.Cells[:min(len(r.Cells), wide)] {
			text := c.Text
			if c.Kind == imports.Merged {
				text = ""
			}
			if long := []rune(text); len(long) > 60 {
				text = string(long[:60]) + "…"
			}
			t.Cells = append(t.Cells, text)
		}
		out.Top = append(out.Top, t)
	}
}

func samplesOf(out *previewShape, p *imports.Preview) {
	used := p.Brings()
	for _, f := range used {
		out.Fields = append(out.Fields, f.Label)
	}
	for _, l := range p.Plan.Sample {
		s := importSample{Row: l.Row, Cells: []string{}}
		for _, f := range used {
			s.Cells = append(s.Cells, l.Shown(f))
		}
		out.Sample = append(out.Sample, s)
	}
}

type refusalShape struct {
	Row     int        `json:"row"`
	What    string     `json:"what"`
	Code    fault.Code `json:"code"`
	Message string     `json:"message"`
}

type undoShape struct {
	Undone   bool           `json:"undone"`
	Message  string         `json:"message,omitempty"`
	Refused  int            `json:"refused"`
	Refusals []refusalShape `json:"refusals"`
	Import   importShape    `json:"import"`
}
