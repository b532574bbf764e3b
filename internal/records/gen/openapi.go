package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"chaski/internal/domain/record"
)

const openapiHead = `# Generated from internal/records: go generate ./internal/records. Do not edit.
# What openapi.yaml leaves open: the data of a row that is pulled, and the fields of a
# mutation that is pushed, by kind. Rules over several fields are in protocol.md.
openapi: 3.0.3
info: { title: The records of Chaski, version: '1' }
paths: {}
components:
  schemas:
`

// openapi is docs/openapi-records.yaml. Its schemas are JSON, which is YAML too.
func openapi() string {
	var b strings.Builder
	b.WriteString(openapiHead)
	for _, t := range served() {
		row := schema{Type: "object", Description: t.Doc, Properties: properties{}}
		for _, f := range t.Content() {
			row.Properties.add(f.Name, rowField(f))
			if !f.Added {
				row.Required = append(row.Required, f.Name)
			}
		}
		write(&b, camel(t.Name)+"Row", row)
		for _, op := range t.Ops {
			form := schema{Type: "object", Properties: properties{}, Closed: new(bool)}
			for _, f := range asked(t, op.Name) {
				form.Properties.add(f.Name, fieldSchema(f.Kind, f.FormChecks(), f.NeededBy(op.Name) && !f.ClearedBy(op.Name), f.AskDoc))
				if f.NeededBy(op.Name) {
					form.Required = append(form.Required, f.Name)
				}
			}
			write(&b, camel(t.Name)+camel(op.Name), form)
		}
	}
	return b.String()
}

func write(b *strings.Builder, name string, s schema) {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // of texts and numbers alone
	}
	fmt.Fprintf(b, "    %s: %s\n", name, raw)
}

type schema struct {
	Type        string     `json:"type,omitempty"`
	Description string     `json:"description,omitempty"`
	Pattern     string     `json:"pattern,omitempty"`
	Format      string     `json:"format,omitempty"`
	Enum        []string   `json:"enum,omitempty"`
	MinLength   int64      `json:"minLength,omitempty"`
	MaxLength   int64      `json:"maxLength,omitempty"`
	Minimum     *int64     `json:"minimum,omitempty"`
	Maximum     *int64     `json:"maximum,omitempty"`
	MaxItems    int64      `json:"maxProperties,omitempty"`
	Required    []string   `json:"required,omitempty"`
	Properties  properties `json:"properties,omitempty"`
	Closed      *bool      `json:"additionalProperties,omitempty"`
}

// properties are in the order of the declaration.
type properties []property

type property struct {
	name string
	schema
}

func (p *properties) add(name string, s schema) { *p = append(*p, property{name, s}) }

// MarshalJSON implements json.Marshaler.
func (p properties) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	for i, x := range p {
		raw, err := json.Marshal(x.schema)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%s", x.name, raw)
	}
	return []byte("{" + b.String() + "}"), nil
}

// rowField is a field as it was stored, by whatever way it came.
func rowField(f record.Field) schema {
	out := fieldSchema(f.Kind, f.Checks, f.Must, f.Doc)
	if f.Kind == record.KindInstant {
		out.Type, out.Format = "string", "date-time"
	}
	return out
}

// fieldSchema is what a value may be; full: never the empty text, which is no value.
func fieldSchema(kind record.Kind, checks []record.Check, full bool, doc string) schema {
	out := schema{Type: map[record.Kind]string{record.KindText: "string", record.KindInt: "integer", record.KindBool: "boolean"}[kind], Description: doc}
	shape := func(of string) {
		if out.Pattern = "^" + of + "$"; !full {
			out.Pattern = "^(" + of + ")?$"
		}
	}
	for _, c := range checks {
		switch c.Type {
		case "one_of", "media_type":
			if out.Enum = slices.Clone(c.Values); !full {
				out.Enum = append(out.Enum, "")
			}
		case "day", "past":
			shape(`\d{4}-\d{2}-\d{2}`)
		case "month":
			shape(`\d{4}-\d{2}`)
		case "dni":
			shape(`\d{8}`)
		case "id":
			shape(`[a-z0-9]{15}`)
		case "chars":
			if out.MaxLength == 0 || c.Most < out.MaxLength {
				out.MaxLength = c.Most
			}
		case "at_least":
			if full {
				out.MinLength = c.Least
			}
		case "at_most":
			out.MaxItems = c.Most
		case "like":
			shape(strings.TrimSuffix(strings.TrimPrefix(c.Shape, "^"), "$"))
		case "whole", "bytes":
			out.Minimum, out.Maximum = &c.Least, &c.Most
		}
	}
	if kind == record.KindText && full && out.MinLength == 0 && out.Pattern == "" && len(out.Enum) == 0 {
		out.MinLength = 1
	}
	return out
}
