package visit_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/domain/visit"
)

const (
	recordA = "abc123def456ghi"
	recordB = "zyx987wvu654tsr"
)

var (
	forms   = record.NewForms(visit.Records)
	finding = visit.Records[slices.IndexFunc(visit.Records, func(t *record.Type) bool { return t.Name == "findings" })]
)

var today = record.Context{Today: "2026-11-23", Work: &record.Work{
	Starts: "2026-11-02", Ends: "2026-12-18", ConvenioCode: "08-0012-AII-26",
}}

// good gives a form that passes, with some fields changed; nil takes one away.
func good(collection, op string, change map[string]any) map[string]any {
	all := map[string]map[string]any{
		"visits create": {
			"intervention": recordA, "convenio_code": "08-0012-AII-26", "kind": "in_situ", "visited_on": "2026-11-20",
			"device_started_at": "2026-11-20T09:00:00-05:00", "device_ended_at": "2026-11-20T14:30:00Z",
			"lat_e6": json.Number("-13516800"), "lon_e6": json.Number("-71978800"), "accuracy_m": json.Number("12"),
			"headcount": json.Number("30"), "roster_size": json.Number("32"), "roster_as_of": "2026-11-19T20:00:00Z",
			"checklist_key": "visita_aii", "checklist_version": json.Number("1"),
			"answers": map[string]any{"cartel": "si", "agua": "no", "epp": "na"}, "note": "  Sin novedad. ",
		},
		"visit_marks create":      {"visit": recordA, "participant": recordB, "mark": "presente", "coverage_seen": "cubierto"},
		"findings create":         {"visit": recordA, "severity": "grave", "description": "Falta el botiquín", "due_on": "2026-12-01", "responsible": "Inspector"},
		"findings update":         {"state": "levantado"},
		"unlisted_workers create": {"visit": recordA, "dni": "00012345", "given_names": "Ñusta", "surnames": "Quispe"},
	}
	fields := map[string]any{}
	maps.Copy(fields, all[collection+" "+op])
	for k, v := range change {
		fields[k] = v
		if v == nil {
			delete(fields, k)
		}
	}
	return fields
}

func codes(faults []*fault.Fault) []string {
	out := []string{}
	for _, f := range faults {
		out = append(out, string(f.Code)+"@"+f.Field)
	}
	return out
}

type change = map[string]any

// The cases that the phone must judge alike.
func TestCheck(t *testing.T) {
	var cases []struct {
		Name  string
		Input struct {
			Collection, Op, Form string
			Fields               map[string]any
			Long                 map[string]int // fields filled with so many characters
		}
		Expect []string
	}
	readCases(t, "visit.json", &cases)
	for _, c := range cases {
		t.Run(c.Input.Collection+" "+c.Input.Op+": "+c.Name, func(t *testing.T) {
			for name, n := range c.Input.Long {
				c.Input.Fields[name] = strings.Repeat("ñ", n)
			}
			ctx := today
			ctx.Form = c.Input.Form
			clean, faults := forms.Check(c.Input.Collection, c.Input.Op, c.Input.Fields, ctx)
			if got := codes(faults); !reflect.DeepEqual(got, c.Expect) {
				t.Fatalf("got %v, want %v", got, c.Expect)
			}
			if (clean == nil) != (len(faults) > 0) {
				t.Fatalf("clean %v beside faults %v", clean, codes(faults))
			}
		})
	}
}

// A grave finding after a change, as the phone judges it too.
func TestGraveLacks(t *testing.T) {
	var cases []struct {
		Name  string
		Input struct {
			Form        string
			Was, Fields map[string]any
		}
		Expect []string
	}
	readCases(t, "grave.json", &cases)
	for _, c := range cases {
		now, changed := maps.Clone(c.Input.Was), map[string]any{}
		for name, v := range c.Input.Fields {
			if now[name] != v {
				changed[name] = v
			}
			now[name] = v
		}
		if got := codes(finding.Lacks("update", now, changed, record.Context{Form: c.Input.Form})); !reflect.DeepEqual(got, c.Expect) {
			t.Errorf("%s: %v, want %v", c.Name, got, c.Expect)
		}
	}
}

func TestPositions(t *testing.T) {
	var cases []struct {
		Name  string
		Input struct {
			LatE6     int64 `json:"lat_e6"`
			LonE6     int64 `json:"lon_e6"`
			AccuracyM int64 `json:"accuracy_m"`
			AgeS      int64 `json:"age_s"`
			Mocked    bool
		}
		Expect visit.PositionVerdict
	}
	readCases(t, "place.json", &cases)
	for _, c := range cases {
		if got := visit.Position(c.Input).Judge(); got != c.Expect {
			t.Errorf("%s: %s, want %s", c.Name, got, c.Expect)
		}
	}
}

// readCases of testdata/rules, numbers as the wire's.
func readCases(t *testing.T, file string, into any) {
	t.Helper()
	raw, err := os.ReadFile("../../../testdata/rules/" + file)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func TestCleanFields(t *testing.T) {
	clean, faults := forms.Check("visits", "create", good("visits", "create",
		change{"lat_e6": 0.0, "lon_e6": 0.0, "location_reason": " Quebrada ", "roster_as_of": ""}), today)
	if len(faults) > 0 {
		t.Fatal(codes(faults))
	}
	want := map[string]any{
		"intervention": recordA, "convenio_code": "08-0012-AII-26", "kind": "in_situ", "visited_on": "2026-11-20",
		"device_started_at": "2026-11-20T09:00:00-05:00", "device_ended_at": "2026-11-20T14:30:00Z",
		"accuracy_m": int64(12), "location_reason": "Quebrada", "headcount": int64(30), "roster_size": int64(32),
		"checklist_key": "visita_aii", "checklist_version": int64(1),
		"answers": map[string]any{"cartel": "si", "agua": "no", "epp": "na"}, "note": "Sin novedad.",
	}
	if !reflect.DeepEqual(clean, want) {
		t.Fatalf("got %#v\nwant %#v", clean, want)
	}
	clean, _ = forms.Check("findings", "update", change{"corrective_measure": " "}, record.Context{})
	if !reflect.DeepEqual(clean, map[string]any{"corrective_measure": ""}) {
		t.Fatalf("taking a measure away: %#v", clean)
	}
}

// From visit/2 on whoever lifts a finding says why, and state and reason go
// together; older forms did not ask.
func TestReasonOfAState(t *testing.T) {
	for _, c := range []struct {
		form   string
		fields map[string]any
		fault  string
		reason any
	}{
		{"visit/1", change{"state": "levantado"}, "", nil},
		{"", change{"state": "levantado"}, "", nil},
		{"visit/2", change{"state": "levantado"}, "required@state_reason", nil},
		{"finding/12", change{"state": "levantado", "state_reason": "  "}, "required@state_reason", nil},
		{"visit/2", change{"state": "levantado", "state_reason": "Se llevó agua"}, "", "Se llevó agua"},
		{"visit/2", change{"state": "abierto"}, "", ""},
		{"visit/1", change{"state": "abierto"}, "", nil},
		{"visit/2", change{"corrective_measure": "Llevar agua"}, "", nil},
	} {
		clean, faults := forms.Check("findings", "update", c.fields, record.Context{Form: c.form})
		if got := strings.Join(codes(faults), " "); got != c.fault {
			t.Errorf("%s %v: %q, want %q", c.form, c.fields, got, c.fault)
		}
		if clean["state_reason"] != c.reason {
			t.Errorf("%s %v: reason %v, want %v", c.form, c.fields, clean["state_reason"], c.reason)
		}
	}
}

// Without the intervention (a parked visit to one never assigned) its dates and
// code are not judged; the rest is.
func TestUnknownIntervention(t *testing.T) {
	ctx := record.Context{Today: "2026-11-23"}
	fields := good("visits", "create", change{"visited_on": "2020-01-01", "convenio_code": "01-0001-PI-20"})
	if _, faults := forms.Check("visits", "create", fields, ctx); len(faults) > 0 {
		t.Fatal(codes(faults))
	}
	fields["visited_on"] = "2026-11-24"
	if _, faults := forms.Check("visits", "create", fields, ctx); !reflect.DeepEqual(codes(faults), []string{"date_in_future@visited_on"}) {
		t.Fatal(codes(faults))
	}
}

// Whatever arrives, Check answers and does not change what it was given.
func FuzzCheck(f *testing.F) {
	f.Add("visits", "create", `{"lat_e6":1e400,"answers":{"":null}}`)
	f.Add("findings", "update", `{"state":["abierto"]}`)
	f.Fuzz(func(t *testing.T, collection, op, raw string) {
		var fields map[string]any
		d := json.NewDecoder(strings.NewReader(raw))
		d.UseNumber()
		if d.Decode(&fields) != nil {
			return
		}
		before := maps.Clone(fields)
		clean, faults := forms.Check(collection, op, fields, today)
		if (clean == nil) != (len(faults) > 0) {
			t.Fatalf("clean %v beside faults %v", clean, codes(faults))
		}
		if !reflect.DeepEqual(before, fields) {
			t.Fatal("the caller's fields changed")
		}
	})
}
