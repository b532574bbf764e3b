package visit_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/visit"
)

const (
	recordA = "abc123def456ghi"
	recordB = "zyx987wvu654tsr"
)

var today = visit.Context{BusinessDate: "2026-11-23", Intervention: &visit.Intervention{
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
		switch v.(type) {
		case nil:
			delete(fields, k)
		case null:
			fields[k] = nil
		default:
			fields[k] = v
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

// null stands for a JSON null, where nil takes the field away.
type null struct{}

func TestCheck(t *testing.T) {
	long := strings.Repeat("ñ", 5001)
	cases := []struct {
		name, collection, op string
		change               change
		want                 []string
	}{
		{"a whole visit", "visits", "create", nil, nil},
		{"only what is required, and why there is no place", "visits", "create", change{
			"lat_e6": nil, "lon_e6": nil, "accuracy_m": nil,
			"location_reason": "Sin señal de GPS", "roster_as_of": nil, "checklist_key": nil, "checklist_version": nil, "answers": nil, "note": nil,
		}, nil},
		{"numbers as float64", "visits", "create", change{"headcount": 30.0, "lat_e6": -13516800.0}, nil},
		{"today is not the future", "visits", "create", change{"visited_on": "2026-11-23"}, nil},
		{"tomorrow is", "visits", "create", change{"visited_on": "2026-11-24"}, []string{"date_in_future@visited_on"}},
		{"the first day", "visits", "create", change{"visited_on": "2026-11-02"}, nil},
		{"the day before the first", "visits", "create", change{"visited_on": "2026-11-01"}, []string{"date_outside_intervention@visited_on"}},
		{"no such date", "visits", "create", change{"visited_on": "2026-02-30"}, []string{"date_invalid@visited_on"}},
		{"a date in another shape", "visits", "create", change{"visited_on": "20/11/2026"}, []string{"date_invalid@visited_on"}},
		{"an instant is not a day", "visits", "create", change{"visited_on": "2026-11-20T00:00:00Z"}, []string{"date_invalid@visited_on"}},
		{"ends before it starts: the clock is evidence, not a reason to refuse", "visits", "create", change{"device_ended_at": "2026-11-20T13:59:59Z"}, nil},
		{"ends as it starts, in another zone", "visits", "create", change{"device_ended_at": "2026-11-20T14:00:00Z"}, nil},
		{"a time without a zone", "visits", "create", change{"device_started_at": "2026-11-20T09:00:00"}, []string{"date_invalid@device_started_at"}},
		{
			"a phone a year wrong is evidence, not a fault", "visits", "create",
			change{"device_started_at": "2031-01-01T00:00:00Z", "device_ended_at": "2031-01-01T00:10:00Z"},
			nil,
		},
		{"no place and no reason", "visits", "create", change{"lat_e6": nil, "lon_e6": nil}, []string{"place_reason_required@location_reason"}},
		{"0, 0 is no place", "visits", "create", change{"lat_e6": 0.0, "lon_e6": 0.0}, []string{"place_reason_required@location_reason"}},
		{"0, 0 with a reason", "visits", "create", change{"lat_e6": 0.0, "lon_e6": 0.0, "location_reason": "Quebrada"}, nil},
		{"a reason of blanks", "visits", "create", change{"lat_e6": nil, "lon_e6": nil, "location_reason": "  "}, []string{"place_reason_required@location_reason"}},
		{"half a place", "visits", "create", change{"lon_e6": nil}, []string{"required@lon_e6"}},
		{"the other half", "visits", "create", change{"lat_e6": nil}, []string{"required@lat_e6"}},
		{"a place that is text is one fault", "visits", "create", change{"lat_e6": "-13.5"}, []string{"invalid_value@lat_e6"}},
		{"La Paz", "visits", "create", change{"lat_e6": -16500000.0, "lon_e6": -68150000.0}, []string{"place_outside_peru@lon_e6"}},
		{"degrees instead of microdegrees, on the equator", "visits", "create", change{"lat_e6": 1000000.0}, []string{"place_outside_peru@lat_e6"}},
		{"the southern edge", "visits", "create", change{"lat_e6": -18400000.0}, nil},
		{"beyond it", "visits", "create", change{"lat_e6": -18400001.0}, []string{"place_outside_peru@lat_e6"}},
		{"another convenio", "visits", "create", change{"convenio_code": "08-0013-AII-26"}, []string{"convenio_mismatch@convenio_code"}},
		{"a convenio of no shape", "visits", "create", change{"convenio_code": "08-13"}, []string{"invalid_value@convenio_code"}},
		{"an unknown kind", "visits", "create", change{"kind": "virtual"}, []string{"invalid_value@kind"}},
		{"a negative headcount", "visits", "create", change{"headcount": json.Number("-1")}, []string{"invalid_value@headcount"}},
		{"half a person", "visits", "create", change{"headcount": 30.5}, []string{"invalid_value@headcount"}},
		{"a headcount in letters", "visits", "create", change{"headcount": "30"}, []string{"invalid_value@headcount"}},
		{"more than can be kept exactly", "visits", "create", change{"roster_size": json.Number("9007199254740992")}, []string{"invalid_value@roster_size"}},
		{"more than int64", "visits", "create", change{"roster_size": json.Number("99999999999999999999")}, []string{"invalid_value@roster_size"}},
		{"nobody there", "visits", "create", change{"headcount": 0.0}, nil},
		{"no headcount", "visits", "create", change{"headcount": nil}, []string{"required@headcount"}},
		{"an answer out of the list", "visits", "create", change{"answers": map[string]any{"agua": "quizás"}}, []string{"invalid_value@answers"}},
		{"an answer that is no text", "visits", "create", change{"answers": map[string]any{"agua": true}}, []string{"invalid_value@answers"}},
		{"answers that are a list", "visits", "create", change{"answers": []any{"si"}}, []string{"invalid_value@answers"}},
		{"answers to no list", "visits", "create", change{"checklist_key": nil, "checklist_version": nil}, []string{"required@checklist_key"}},
		{"a list without its version", "visits", "create", change{"checklist_version": nil}, []string{"required@checklist_version"}},
		{"a note too long", "visits", "create", change{"note": long}, []string{"too_long@note"}},
		{"a note that is null", "visits", "create", change{"note": null{}}, []string{"invalid_value@note"}},
		{
			"what the server fills in", "visits", "create",
			change{"supervisor": recordB, "state": "validada"},
			[]string{"unknown_field@state", "unknown_field@supervisor"},
		},
		{
			"every fault at once", "visits", "create",
			change{"kind": "", "headcount": nil, "visited_on": "ayer", "hora": "9"},
			[]string{"required@kind", "date_invalid@visited_on", "required@headcount", "unknown_field@hora"},
		},

		{"a mark", "visit_marks", "create", nil, nil},
		{"a mark without coverage", "visit_marks", "create", change{"coverage_seen": nil}, nil},
		{"a mark without coverage, said with an empty text", "visit_marks", "create", change{"coverage_seen": ""}, nil},
		{"an unknown mark", "visit_marks", "create", change{"mark": "tarde"}, []string{"invalid_value@mark"}},
		{"no mark", "visit_marks", "create", change{"mark": nil}, []string{"required@mark"}},
		{"unknown coverage", "visit_marks", "create", change{"coverage_seen": "si"}, []string{"invalid_value@coverage_seen"}},
		{"an id of another shape", "visit_marks", "create", change{"participant": "' OR 1=1"}, []string{"invalid_value@participant"}},
		{"a mark cannot be changed", "visit_marks", "update", change{"mark": "ausente"}, []string{"operation_not_allowed@"}},

		{"a finding", "findings", "create", nil, nil},
		{"9 characters", "findings", "create", change{"description": "Sin águas"}, []string{"too_short@description"}},
		{"10 characters, two of them not ASCII", "findings", "create", change{"description": "Sin águaña"}, nil},
		{"blanks do not count", "findings", "create", change{"description": "   Sin agua       "}, []string{"too_short@description"}},
		{"a severity of another list", "findings", "create", change{"severity": "alta"}, []string{"invalid_value@severity"}},
		{"due on no date", "findings", "create", change{"due_on": "2026-13-01"}, []string{"date_invalid@due_on"}},
		{"a new finding has no state of its own", "findings", "create", change{"state": "levantado"}, []string{"unknown_field@state"}},
		{"corrected", "findings", "update", nil, nil},
		{"a measure taken away", "findings", "update", change{"state": nil, "corrective_measure": ""}, nil},
		{"a change of nothing", "findings", "update", change{"state": nil}, []string{"required@state"}},
		{"an unknown state", "findings", "update", change{"state": "cerrado"}, []string{"invalid_value@state"}},
		{"what was found, better said", "findings", "update", change{"state": nil, "description": "Otra cosa distinta"}, nil},
		{"what was found, hardly said", "findings", "update", change{"state": nil, "description": "Otra"}, []string{"too_short@description"}},
		{"what was found cannot be taken away", "findings", "update", change{"state": nil, "description": ""}, []string{"required@state"}},
		{"a finding stays with its visit", "findings", "update", change{"visit": recordB}, []string{"unknown_field@visit"}},
		{"no date any more", "findings", "update", change{"state": nil, "due_on": ""}, nil},
		{"taken back", "findings", "delete", nil, nil},
		{"taken back with words", "findings", "delete", change{"note": "no"}, []string{"unknown_field@note"}},

		{"a person not on the roster", "unlisted_workers", "create", nil, nil},
		{"a DNI of 7 digits", "unlisted_workers", "create", change{"dni": "1234567"}, []string{"dni_invalid@dni"}},
		{"a DNI as a number", "unlisted_workers", "create", change{"dni": json.Number("12345678")}, []string{"invalid_value@dni"}},
		{"no DNI", "unlisted_workers", "create", change{"dni": ""}, []string{"required@dni"}},
		{"a name too long", "unlisted_workers", "create", change{"surnames": strings.Repeat("a", 201)}, []string{"too_long@surnames"}},

		{"another DNI", "unlisted_workers", "update", change{"dni": "87654321"}, nil},
		{"another DNI of 7 digits", "unlisted_workers", "update", change{"dni": "8765432"}, []string{"dni_invalid@dni"}},
		{"a person of nothing", "unlisted_workers", "update", nil, []string{"required@dni"}},
		{"a person taken back", "unlisted_workers", "delete", nil, nil},
		{"a conflict settled", "conflicts", "update", change{"resolution": "author"}, nil},
		{"a conflict settled otherwise", "conflicts", "update", change{"resolution": "both"}, []string{"invalid_value@resolution"}},

		{"a collection that is not open", "participants", "create", change{"dni": "12345678"}, []string{"unknown_collection@"}},
		{"nothing is deleted", "visits", "delete", nil, []string{"operation_not_allowed@"}},
		{"a visit is not changed", "visits", "update", nil, []string{"operation_not_allowed@"}},
	}
	for _, c := range cases {
		t.Run(c.collection+" "+c.op+": "+c.name, func(t *testing.T) {
			clean, faults := visit.Check(c.collection, c.op, good(c.collection, c.op, c.change), today)
			if got := codes(faults); len(c.want) != len(got) || (len(got) > 0 && !reflect.DeepEqual(got, c.want)) {
				t.Fatalf("got %v, want %v", got, c.want)
			}
			if (clean == nil) != (len(faults) > 0) {
				t.Fatalf("clean %v beside faults %v", clean, codes(faults))
			}
		})
	}
}

func TestCleanFields(t *testing.T) {
	clean, faults := visit.Check("visits", "create", good("visits", "create",
		change{"lat_e6": 0.0, "lon_e6": 0.0, "location_reason": " Quebrada ", "roster_as_of": ""}), today)
	if len(faults) > 0 {
		t.Fatal(codes(faults))
	}
	want := map[string]any{
		"intervention": recordA, "convenio_code": "08-0012-AII-26", "kind": "in_situ", "visited_on": "2026-11-20",
		"device_started_at": "2026-11-20T09:00:00-05:00", "device_ended_at": "2026-11-20T14:30:00Z",
		"accuracy_m": int64(12), "location_reason": "Quebrada", "headcount": int64(30), "roster_size": int64(32),
		"checklist_key": "visita_aii", "checklist_version": int64(1),
		"answers": map[string]string{"cartel": "si", "agua": "no", "epp": "na"}, "note": "Sin novedad.",
	}
	if !reflect.DeepEqual(clean, want) {
		t.Fatalf("got %#v\nwant %#v", clean, want)
	}
	clean, _ = visit.Check("findings", "update", change{"corrective_measure": " "}, visit.Context{})
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
		clean, faults := visit.Check("findings", "update", c.fields, visit.Context{Form: c.form})
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
	ctx := visit.Context{BusinessDate: "2026-11-23"}
	fields := good("visits", "create", change{"visited_on": "2020-01-01", "convenio_code": "01-0001-PI-20"})
	if _, faults := visit.Check("visits", "create", fields, ctx); len(faults) > 0 {
		t.Fatal(codes(faults))
	}
	fields["visited_on"] = "2026-11-24"
	if _, faults := visit.Check("visits", "create", fields, ctx); !reflect.DeepEqual(codes(faults), []string{"date_in_future@visited_on"}) {
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
		clean, faults := visit.Check(collection, op, fields, today)
		if (clean == nil) != (len(faults) > 0) {
			t.Fatalf("clean %v beside faults %v", clean, codes(faults))
		}
		if !reflect.DeepEqual(before, fields) {
			t.Fatal("the caller's fields changed")
		}
	})
}
