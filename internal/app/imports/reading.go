package imports

// Reading is how the person wants a file read. What is empty is found out; what
// was found is in Facts and Header. It is kept with the file, so that a file
// looked at again is read the same way.
type Reading struct {
	Sheet     string `json:"sheet,omitempty"`     // of a workbook; the first visible one with rows
	Encoding  string `json:"encoding,omitempty"`  // of a text, one of Facts.Encodings
	Separator string `json:"separator,omitempty"` // of a text, one of Facts.Separators
	Quote     string `json:"quote,omitempty"`     // of a text: `"`, `'` or "none"
	// HeaderRow is the last row of the header, as the person counts.
	HeaderRow int `json:"header_row,omitempty"`
	// Columns is field by column index; nil for what is remembered or recognised.
	Columns map[int]string `json:"columns,omitempty"`
	// Constants are what every row says of a field that no column brings, as typed.
	Constants map[string]string `json:"constants,omitempty"`
	// Ignored are rows to leave out, as the person counts; Kept are rows to read
	// though they look like no data (Plan.Aside).
	Ignored []int `json:"ignored,omitempty"`
	Kept    []int `json:"kept,omitempty"`
	// Answers are by the key of their question.
	Answers map[string]string `json:"answers,omitempty"`
}

// Question is what only a person can say of a file. A plan with an open one
// cannot be carried out. It is put into words at the edge, by its code.
type Question struct {
	Key     string // of Reading.Answers; the same each time the file is read
	Code    string
	Args    map[string]string // what its sentence names
	Options []string          // codes of the answers; none: a text of the person's own, such as a reason
	Rows    []int             // the first rows it is about
	Changes []Change          // what is agreed to by the answer, the first of them
	Answer  string            // "" while it is open
}

// minReason is how long a text has to be to say anything.
const minReason = 10

// answered takes an answer that fits the question.
func (q *Question) answered(text string) {
	if len(q.Options) == 0 {
		if len([]rune(text)) >= minReason {
			q.Answer = text
		}
		return
	}
	for _, o := range q.Options {
		if o == text {
			q.Answer = text
		}
	}
}

// Hints are what helps to read a file of a kind.
type Hints struct {
	// Heading says whether a text names a field. May be nil.
	Heading func(string) bool
}

func (s *Spec) hints() Hints {
	return Hints{Heading: func(text string) bool { return s.recognise(text) }}
}
