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
	return importKindShape{Kind: s.Kind, Title: s.Title, About: s.About, MaxRows: s.MaxRows(), Fields: each(s.Fields, func(f imports.Field) importFieldShape {
		options := each(f.Choices, func(c imports.Choice) string { return c.Label })
		return importFieldShape{f.Name, f.Label, f.Required, f.Hint, f.Example, options}
	})}
}

type importCounts struct {
	Rows    int `json:"rows"`
	New     int `json:"new"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
	Bad     int `json:"bad"`
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
	return each(refusals[:min(len(refusals), shownRefusals)], func(r imports.Refusal) refusalShape {
		return refusalShape{Row: r.Row, What: r.What, Code: r.Reason.Code, Message: say(r.Reason).Message}
	})
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
		counts := importCounts(b.Counts)
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

func problemsOf(all []imports.Problem) []importProblem {
	return each(all, func(x imports.Problem) importProblem {
		s := say(x.Fault)
		return importProblem{x.Row, x.Column, x.Value, s.Code, s.Message}
	})
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

// importRow is a row of the file as it is shown.
type importRow struct {
	Row   int      `json:"row"`
	Cells []string `json:"cells"`
}

type importRecords struct {
	Name    string `json:"name"`
	New     int    `json:"new"`
	Changed int    `json:"changed"`
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
	Top         []importRow      `json:"top"`
	Aside       []imports.Aside  `json:"aside"`
	Asides      int              `json:"asides"`
	Constants   []importProblem  `json:"constants"`
	Changes     []imports.Change `json:"changes"`
	Fields      []string         `json:"fields"`
	Sample      []importRow      `json:"sample"`
	Fingerprint string           `json:"fingerprint"`
}

func (a *API) previewOf(p *imports.Preview) previewShape {
	out := previewShape{
		Import: a.importOf(p.Batch), Format: p.Facts.Format, Encoding: p.Facts.Encoding, Separator: p.Facts.Separator,
		Sheet: p.Facts.Sheet, Sheets: list(p.Facts.Sheets), Notes: []string{}, HeaderRow: p.Header.Row,
		Missing: list(p.Plan.Missing), Counts: importCounts(p.Plan.Counts), Encodings: list(p.Facts.Encodings), Separators: list(p.Facts.Separators),
		Reading: readingOf(p.Batch.Reading), Accents: list(p.Facts.Accents), Changes: list(p.Plan.Changes),
		Problems: problemsOf(p.Plan.Problems), Warnings: problemsOf(p.Plan.Warnings), Warned: p.Plan.Warned, Questions: each(p.Plan.Questions, questionOf),
		Top: each(p.Top, topOf), Asides: p.Plan.Asides, Constants: problemsOf(p.Plan.Constants),
		Records: []importRecords{}, Fingerprint: p.Plan.Fingerprint(),
	}
	for _, n := range append(p.Facts.Notes, p.Plan.Notes...) {
		out.Notes = append(out.Notes, sayNote(spanish.Notes, n))
	}
	out.Columns = each(p.Header.Columns, func(c imports.Column) importColumn {
		return importColumn{c.Index, c.Header, c.Field, list(p.Samples[c.Index])}
	})
	for name, c := range p.Plan.Records {
		out.Records = append(out.Records, importRecords{imports.CollectionLabel(name), c.New, c.Changed})
	}
	sort.Slice(out.Records, func(i, j int) bool { return out.Records[i].Name < out.Records[j].Name })
	out.Aside = each(p.Plan.Aside, func(a imports.Aside) imports.Aside {
		a.Why = spanish.Asides[a.Why]
		return a
	})
	used := p.Brings()
	out.Fields = each(used, func(f *imports.Field) string { return f.Label })
	out.Sample = each(p.Plan.Sample, func(l imports.Line) importRow {
		return importRow{l.Row, each(used, l.Shown)}
	})
	return out
}

// topOf shows a first row as wide as a person needs to find the header.
func topOf(r imports.Row) importRow {
	const wide = 12
	return importRow{r.Number, each(r.Cells[:min(len(r.Cells), wide)], func(c imports.Cell) string {
		if c.Kind == imports.Merged {
			return ""
		}
		if long := []rune(c.Text); len(long) > 60 {
			return string(long[:60]) + "…"
		}
		return c.Text
	})}
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
