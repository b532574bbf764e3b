package main

import (
	"fmt"
	"strings"

	"chaski/internal/domain/record"
	"chaski/internal/records"
)

// served are the kinds that devices get.
func served() []*record.Type {
	var out []*record.Type
	for _, t := range records.All {
		if t.Served {
			out = append(out, t)
		}
	}
	return out
}

// asked are the fields of an operation, in the order in which they are judged.
func asked(t *record.Type, op string) []record.Field {
	var out []record.Field
	for _, f := range t.Fields {
		if f.AskedBy(op) {
			out = append(out, f)
		}
	}
	return out
}

var who = map[record.Relation]string{
	record.Supervises: "who supervises the work", record.Works: "who supervises the work, or executes it", record.Executes: "the people of who executes the work", record.Made: "who made it",
	record.MadeParent: "who made what it belongs to", record.IsConcerned: "the two people it is about",
}

// sent is what devices may send.
func sent() string {
	var b strings.Builder
	b.WriteString("| collection, op | fields (required in bold) | who |\n|---|---|---|\n")
	for _, t := range served() {
		for _, op := range t.Ops {
			what := fmt.Sprintf("`%s` %s", t.Name, op.Name)
			if op.Name == "create" && t.Doc != "" {
				what += ": " + t.Doc
			}
			var fields []string
			for _, f := range asked(t, op.Name) {
				fields = append(fields, asks(f, op.Name))
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", what, strings.Join(fields, ", "), who[op.By.Relation])
		}
	}
	return b.String()
}

func asks(f record.Field, op string) string {
	out := f.Name
	if f.NeededBy(op) {
		out = "**" + out + "**"
	}
	for _, c := range f.FormChecks() {
		switch c.Type {
		case "one_of":
			out += " (`" + strings.Join(c.Values, "`,`") + "`)"
		case "day", "past":
			out += " day"
		case "dni":
			out += " (8 digits)"
		case "at_least":
			out += fmt.Sprintf(" (≥ %d characters)", c.Least)
		}
	}
	if f.AskDoc != "" {
		out += " " + f.AskDoc
	}
	return out
}

// units are those of a merge.
func units() string {
	var kinds []string
	for _, t := range served() {
		var groups []string
		for _, u := range t.Units {
			groups = append(groups, "{"+strings.Join(u, ", ")+"}")
		}
		if len(groups) > 0 && t.Takes("update") {
			kinds = append(kinds, fmt.Sprintf("- `%s` %s\n", t.Name, strings.Join(groups, " and ")))
		}
	}
	return strings.Join(kinds, "")
}

// rows are the fields of each kind on the wire.
func rows() string {
	var b strings.Builder
	b.WriteString("| collection | fields |\n|---|---|\n")
	for _, t := range served() {
		var fields []string
		for _, f := range t.Content() {
			fields = append(fields, wired(f))
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", t.Name, strings.Join(fields, ", "))
	}
	return b.String()
}

func wired(f record.Field) string {
	var notes []string
	switch f.Kind {
	case record.KindInt:
		notes = append(notes, "int")
	case record.KindBool:
		notes = append(notes, "bool")
	case record.KindJSON:
		notes = append(notes, "JSON")
	case record.KindText, record.KindInstant:
	}
	for _, c := range f.Checks {
		if c.Type == "one_of" {
			notes = append(notes, "`"+strings.Join(c.Values, "`,`")+"`")
		}
	}
	if f.Added {
		notes = append(notes, "left out while it says nothing")
	}
	if f.Doc != "" {
		notes = append(notes, f.Doc)
	}
	if len(notes) == 0 {
		return f.Name
	}
	return f.Name + " (" + strings.Join(notes, "; ") + ")"
}
