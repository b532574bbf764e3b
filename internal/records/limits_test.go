package records_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"

	"chaski/internal/domain/record"
	"chaski/internal/records"
)

// Each limit, choice, need and condition of a form is held by a case of the corpus
// that both sides judge: changed on one side alone, a test fails. Here each is changed
// in turn.
func TestEachLimitIsHeldByTheCorpus(t *testing.T) {
	raw, err := os.ReadFile(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var kept []judged
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&kept); err != nil {
		t.Fatal(err)
	}
	changes := 0
	for _, kind := range records.All {
		if len(kind.Ops) == 0 {
			continue
		}
		of := slices.DeleteFunc(slices.Clone(kept), func(c judged) bool { return c.Collection != kind.Name })
		for i := range kind.Fields {
			if kind.Fields[i].Asked == 0 {
				continue
			}
			for what, changed := range changesOf(kind.Fields[i]) {
				now := *kind
				now.Fields = slices.Clone(kind.Fields)
				now.Fields[i] = changed
				changes++
				if forms := record.NewForms([]*record.Type{&now}); !slices.ContainsFunc(of, func(c judged) bool { return differs(c, forms) }) {
					t.Errorf("%s.%s: %s, and no case says otherwise", kind.Name, changed.Name, what)
				}
			}
		}
		for o, op := range kind.Ops {
			for r := range op.Rules {
				if op.Name != "create" && op.Rules[r].Whole != nil {
					continue // of the record after the merge: grave.json
				}
				now := *kind
				now.Ops = slices.Clone(kind.Ops)
				now.Ops[o].Rules = slices.Delete(slices.Clone(op.Rules), r, r+1)
				changes++
				if forms := record.NewForms([]*record.Type{&now}); !slices.ContainsFunc(of, func(c judged) bool { return differs(c, forms) }) {
					t.Errorf("%s %s without its rule %s, and no case says otherwise", kind.Name, op.Name, op.Rules[r].Rule)
				}
			}
		}
	}
	t.Logf("%d changes", changes)
}

func differs(c judged, forms record.Forms) bool {
	now := c
	now.by(forms)
	return !reflect.DeepEqual(plain(now), plain(c))
}

// changesOf are a field with one thing changed.
func changesOf(f record.Field) map[string]record.Field {
	out := map[string]record.Field{}
	for _, asked := range []record.Asked{record.Needed, record.Given, record.Changed, record.Cleared, record.ToDecide} {
		if f.Asked&asked != 0 {
			changed := f
			changed.Asked &^= asked
			out["asked otherwise"+string(rune('0'+asked))] = changed
		}
	}
	if f.Asked&record.Needed != 0 {
		changed := f
		changed.Asked = changed.Asked&^record.Needed | record.Given
		out["not needed"] = changed
	}
	if f.Asked&record.Changed != 0 {
		changed := f
		changed.Asked |= record.ToDecide
		out["needed by a change"] = changed
	}
	checks := f.FormChecks()
	for n, check := range checks {
		with := func(what string, other ...record.Check) {
			changed := f
			changed.AskedChecks = slices.Concat(checks[:n], other, checks[n+1:])
			changed.Checks = nil
			out[what] = changed
		}
		switch check.Type {
		case "chars":
			if !slices.ContainsFunc(checks[:n], func(c record.Check) bool { return c.Type == "chars" && c.Most < check.Most }) {
				with("one more", record.Chars(int(check.Most)+1))
				with("one fewer", record.Chars(int(check.Most)-1))
			}
		case "at_least":
			with("one more at least", record.AtLeast(int(check.Least)+1))
			with("one fewer at least", record.AtLeast(int(check.Least)-1))
		case "whole":
			with("from one more on", record.Between(check.Least+1, check.Most))
			with("up to one less", record.Between(check.Least, check.Most-1))
		case "bytes":
			with("one more byte", record.Bytes(check.Most+1))
			with("one byte fewer", record.Bytes(check.Most-1))
			with("from two bytes on", record.Between(2, check.Most))
		case "media_type":
			with("of another type", record.MediaType("image/png"))
			with("of one type more", record.MediaType(append(slices.Clone(check.Values), "otra_cosa")...))
		case "one_of":
			for _, v := range check.Values {
				with("without "+v, record.OneOf(slices.DeleteFunc(slices.Clone(check.Values), func(x string) bool { return x == v })...))
			}
			with("with another", record.OneOf(append(slices.Clone(check.Values), "otra_cosa")...))
		case "at_most":
			with("one more in it", record.AtMost(int(check.Most)+1))
			with("one fewer in it", record.AtMost(int(check.Most)-1))
		default:
			with("without " + check.Type)
		}
	}
	return out
}
