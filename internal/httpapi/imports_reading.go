package httpapi

import (
	"maps"
	"slices"

	"chaski/internal/app/imports"
)

// readingShape is imports.Reading on the wire.
type readingShape struct {
	Sheet     string            `json:"sheet,omitempty" validate:"max=100"`
	Encoding  string            `json:"encoding,omitempty" validate:"max=40"`
	Separator string            `json:"separator,omitempty" validate:"max=40"`
	Quote     string            `json:"quote,omitempty" validate:"max=10"`
	HeaderRow int               `json:"header_row,omitempty" validate:"min=0,max=1000000"`
	Columns   []columnShape     `json:"columns,omitempty" validate:"max=1000,dive"`
	Constants map[string]string `json:"constants,omitempty" validate:"max=60,dive,keys,max=60,endkeys,max=500"`
	Ignored   []int             `json:"ignored,omitempty" validate:"max=20000"`
	Kept      []int             `json:"kept,omitempty" validate:"max=20000"`
	Answers   map[string]string `json:"answers,omitempty" validate:"max=200,dive,keys,max=200,endkeys,max=1000"`
}

type columnShape struct {
	Index int    `json:"index" validate:"min=0,max=1000"`
	Field string `json:"field" validate:"max=60"`
}

func (s *readingShape) reading() *imports.Reading {
	if s == nil {
		return nil
	}
	r := &imports.Reading{
		Sheet: s.Sheet, Encoding: s.Encoding, Separator: s.Separator, Quote: s.Quote, HeaderRow: s.HeaderRow,
		Constants: s.Constants, Ignored: s.Ignored, Kept: s.Kept, Answers: s.Answers,
	}
	if s.Columns != nil {
		r.Columns = map[int]string{}
		for _, c := range s.Columns {
			r.Columns[c.Index] = c.Field
		}
	}
	return r
}

func readingOf(r imports.Reading) readingShape {
	s := readingShape{
		Sheet: r.Sheet, Encoding: r.Encoding, Separator: r.Separator, Quote: r.Quote, HeaderRow: r.HeaderRow,
		Constants: r.Constants, Ignored: r.Ignored, Kept: r.Kept, Answers: r.Answers,
	}
	for _, index := range slices.Sorted(maps.Keys(r.Columns)) {
		s.Columns = append(s.Columns, columnShape{index, r.Columns[index]})
	}
	return s
}

type importQuestion struct {
	Key     string           `json:"key"`
	Text    string           `json:"text"`
	Options []importOption   `json:"options"` // none: a text of the person's own
	Rows    []int            `json:"rows"`
	Changes []imports.Change `json:"changes"` // what is agreed to by answering
	Answer  string           `json:"answer"`
}

type importOption struct {
	Value string `json:"value"`
	Text  string `json:"text"`
}

func questionOf(q imports.Question) importQuestion {
	said := func(words map[string]string, code string) string {
		return sayNote(words, imports.Note{Code: code, Args: q.Args})
	}
	return importQuestion{
		Key: q.Key, Text: said(spanish.Questions, q.Code), Rows: list(q.Rows), Answer: q.Answer, Changes: list(q.Changes),
		Options: each(q.Options, func(o string) importOption { return importOption{o, said(spanish.Options, o)} }),
	}
}
