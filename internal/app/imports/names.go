package imports

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"chaski/internal/domain/day"
	"chaski/internal/domain/progress"
)

// names tells people which row an id is.
type names map[string]string

func newNames(b *Book) names {
	out := names{}
	for _, s := range b.sets {
		for _, r := range s.all {
			out[r.ID] = nameOf(r)
		}
	}
	// What has no name of its own goes by those of what it joins: a transfer by its
	// resolution and its convenio.
	for _, s := range b.sets {
		for _, r := range s.all {
			if out[r.ID] == "" {
				out[r.ID] = out.joined(r, shapes[r.Collection].key)
			}
		}
	}
	convenios := b.sets["convenios"]
	if convenios == nil {
		return out
	}
	for _, r := range convenios.all {
		if id := r.Fields.Text("intervention"); out[id] != "" {
			out[id] = r.Fields.Text("code") + " " + out[id]
		}
	}
	return out
}

func nameOf(r *Rec) string { return NameOf(r.Fields) }

// NameOf names a row by its numbers and names.
func NameOf(v map[string]any) string {
	var parts []string
	for _, field := range []string{"ruc", "code", "ubigeo", "year", "key", "number", "dni", "email", "name", "surnames", "label", "month", "clasificador"} {
		if x := v[field]; x != nil && x != "" {
			parts = append(parts, fmt.Sprint(x))
		}
	}
	return strings.Join(parts, " · ")
}

func (n names) joined(r *Rec, key []string) string {
	var parts []string
	for _, field := range key {
		if name := n[r.Fields.Text(field)]; name != "" {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, " · ")
}

func (n names) of(id string) string {
	if name := n[id]; name != "" {
		return name
	}
	return id
}

// show writes a value as the person's file would.
func (n names) show(field string, v any) string {
	switch x := v.(type) {
	case bool:
		if x {
			return "sí"
		}
		return "no"
	case int64:
		if field == "amount" || field == "financial_target" {
			return progress.Money(x)
		}
		return fmt.Sprint(x)
	case string:
		if name := n[x]; name != "" {
			return name
		}
		if d, err := day.Parse(x); err == nil {
			return string(d[8:] + "/" + d[5:7] + "/" + d[:4])
		}
		return choiceLabel(field, x)
	}
	return ""
}

func choiceLabel(field, value string) string {
	for _, choices := range [][]Choice{choicesOf[field]} {
		for _, c := range choices {
			if c.Value == value {
				return c.Label
			}
		}
	}
	return value
}

// Shown is a field of the line as it was read, for the person to check.
func (l *Line) Shown(f *Field) string {
	switch v := l.Values[f.Name].(type) {
	case nil:
		if typed := l.cells[f.Name]; typed != "" {
			return "✗ " + clip(typed) // not understood: see the problems
		}
		return ""
	case Month:
		if v.Year == 0 {
			return fmt.Sprintf("%02d", v.Month)
		}
		return fmt.Sprintf("%02d/%d", v.Month, v.Year)
	case int64:
		switch f.Type {
		case TypeMoney, TypeSigned:
			return progress.Money(v)
		case TypeDegrees:
			return degreesText(v)
		}
		return fmt.Sprint(v)
	case string:
		for _, c := range f.Choices {
			if c.Value == v {
				return c.Label
			}
		}
		return names{}.show(f.Name, v)
	case bool:
		return names{}.show(f.Name, v)
	}
	return ""
}

// degreesText writes microdegrees as degrees.
func degreesText(e6 int64) string { return decimal.New(e6, -6).String() }
