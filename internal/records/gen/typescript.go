package main

import (
	"encoding/json"
	"fmt"
	"log"
	"slices"
	"strings"

	"chaski/internal/domain/record"
)

// declaration is a kind as the phone reads it (webapp/src/domain/records.ts).
type declaration struct {
	Form        string               `json:"form,omitempty"`
	Scope       string               `json:"scope,omitempty"`
	Parent      string               `json:"parent,omitempty"`
	Of          string               `json:"of,omitempty"`
	Day         string               `json:"day,omitempty"`
	Author      string               `json:"author,omitempty"`
	Title       []string             `json:"title,omitempty"`
	Key         []string             `json:"key,omitempty"`
	Shut        *says                `json:"shut,omitempty"`
	Units       [][]string           `json:"units,omitempty"`
	Constraints []constraint         `json:"constraints,omitempty"`
	File        *files               `json:"file,omitempty"`
	Ops         map[string]operation `json:"ops,omitempty"`
}

// files are what a kind whose rows are files takes.
type files struct {
	Types []string `json:"types"`
	Max   int64    `json:"max"`
	Many  int64    `json:"many"`
}

type constraint struct {
	Rule  string `json:"rule"`
	Field string `json:"field"`
	In    string `json:"in"`
	Code  string `json:"code"`
	Most  int64  `json:"most,omitempty"`
}

type operation struct {
	By    by     `json:"by"`
	Asks  []ask  `json:"asks"`
	Rules []rule `json:"rules,omitempty"`
}

type by struct {
	Right    string `json:"right,omitempty"`
	Relation string `json:"relation"`
}

type ask struct {
	Field  string  `json:"field"`
	Must   bool    `json:"must,omitempty"`
	Clear  bool    `json:"clear,omitempty"`
	Checks []check `json:"checks"`
}

type check struct {
	Type   string   `json:"type"`
	Min    *int64   `json:"min,omitempty"`
	Max    *int64   `json:"max,omitempty"`
	Values []string `json:"values,omitempty"`
	Shape  string   `json:"shape,omitempty"`
}

type rule struct {
	Rule   string   `json:"rule"`
	Fields []string `json:"fields,omitempty"`
	When   *says    `json:"when,omitempty"`
	Since  int      `json:"since,omitempty"`
	Code   string   `json:"code,omitempty"`
}

type says struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

func typescript() string {
	var b strings.Builder
	b.WriteString("// Generated from internal/records: go generate ./internal/records. Do not edit.\nimport type { Day } from './day'\n\n")
	for _, t := range served() {
		fmt.Fprintf(&b, "export interface %sRow {\n", camel(t.Name))
		for _, f := range t.Content() {
			later := ""
			if f.Added {
				later = "?"
			}
			fmt.Fprintf(&b, "  %s%s: %s\n", f.Name, later, tsType(f))
		}
		b.WriteString("}\n\n")
	}
	b.WriteString("/** The fields of each kind, as they are on the wire and in the replica. */\nexport interface Contents {\n")
	for _, t := range served() {
		fmt.Fprintf(&b, "  %s: %sRow\n", t.Name, camel(t.Name))
	}
	b.WriteString("}\n\n/** What each kind is to the phone, and what it may send. */\nexport const RECORDS = {\n")
	for _, t := range served() {
		raw, err := json.Marshal(declared(t))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Fprintf(&b, "  %s: %s,\n", t.Name, raw)
	}
	b.WriteString("} as const\n")
	return b.String()
}

func camel(name string) string {
	var b strings.Builder
	for _, w := range strings.Split(name, "_") {
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}

func tsType(f record.Field) string {
	switch f.Kind {
	case record.KindInt:
		return "number"
	case record.KindBool:
		return "boolean"
	case record.KindJSON:
		return "unknown"
	case record.KindText, record.KindInstant:
	}
	for _, c := range f.Checks {
		switch {
		case c.Type == "one_of" && f.Must:
			return "'" + strings.Join(c.Values, "' | '") + "'"
		case (c.Type == "day" || c.Type == "past") && f.Must:
			return "Day"
		case c.Type == "day", c.Type == "past":
			return "Day | ''"
		}
	}
	return "string"
}

func declared(t *record.Type) declaration {
	out := declaration{Parent: t.Parent, Of: t.ParentType(), Day: t.Day, Author: t.Stamps.Maker, Title: t.Title, Scope: t.Work()}
	if t.Form != "" {
		out.Form = fmt.Sprintf("%s/%d", t.Form, t.Version)
	}
	for _, c := range t.Constraints {
		out.Constraints = append(out.Constraints, constraint{c.Rule, c.Field, c.In, string(c.Code), c.Most})
	}
	if t.Files != nil {
		out.File = &files{t.Files.Types, t.Files.Most, t.Files.Many}
	}
	if len(t.Ops) == 0 {
		return out
	}
	out.Key = t.Key
	if t.Shut.Field != "" {
		out.Shut = &says{t.Shut.Field, t.Shut.Value}
	}
	out.Units, out.Ops = t.Units, map[string]operation{}
	for _, op := range t.Ops {
		o := operation{By: by{string(op.By.Right), string(op.By.Relation)}, Asks: []ask{}}
		for _, f := range asked(t, op.Name) {
			o.Asks = append(o.Asks, ask{f.Name, f.NeededBy(op.Name), f.ClearedBy(op.Name), checksOf(f)})
		}
		for _, r := range op.Rules {
			x := rule{Rule: r.Rule, Fields: r.Fields, Since: r.Since, Code: string(r.Code)}
			if r.When.Field != "" {
				x.When = &says{r.When.Field, r.When.Value}
			}
			o.Rules = append(o.Rules, x)
		}
		out.Ops[op.Name] = o
	}
	return out
}

// checksOf are the checks of a form; what only code can say has the field's name, and
// the phone its own code for it.
func checksOf(f record.Field) []check {
	var out []check
	for _, c := range f.FormChecks() {
		x := check{Type: c.Type, Values: c.Values, Shape: c.Shape}
		if x.Type == "" {
			x.Type = f.Name
		}
		if slices.Contains([]string{"whole", "at_least", "bytes"}, c.Type) {
			x.Min = &c.Least
		}
		if slices.Contains([]string{"whole", "chars", "at_most", "bytes"}, c.Type) {
			x.Max = &c.Most
		}
		out = append(out, x)
	}
	return out
}
