package attendance_test

import (
	"testing"

	. "chaski/internal/domain/attendance"
	"chaski/internal/domain/fault"
)

const why = "Faltan dos firmas en la hoja"

func TestDecisions(t *testing.T) {
	for _, c := range []struct {
		now    State
		d      Decision
		reason string
		next   State
		code   fault.Code
	}{
		{Registered, Validate, "", Validated, ""},
		{Observed, Validate, "", Validated, ""},
		{Validated, Validate, "", "", fault.SheetState},
		{Registered, Observe, why, Observed, ""},
		{Registered, Observe, "", "", fault.SheetReason},
		{Validated, Observe, why, Observed, ""},
		{Validated, Observe, "  no     ", "", fault.SheetReason},
		{Validated, Return, why, Registered, ""},
		{Validated, Return, "", "", fault.SheetReason},
		{Registered, Return, why, "", fault.SheetState},
		{Registered, "borrar", why, "", fault.InvalidValue},
	} {
		next, f := Decide(c.now, c.d, c.reason)
		if c.code != "" && (f == nil || f.Code != c.code) || c.code == "" && (f != nil || next != c.next) {
			t.Errorf("%s %s %q: %s, %v", c.now, c.d, c.reason, next, f)
		}
	}
}

func TestAValidationIsOfWhatTheSheetSaid(t *testing.T) {
	signed := Sheet{State: Validated, Content: "a", ValidatedBy: "carla"}
	open := Sheet{State: Registered, Content: "a"}
	for name, c := range map[string]struct {
		before, after Sheet
		signer        string
		want          Sheet
		code          fault.Code
	}{
		"signed":                    {open, Sheet{State: Validated, Content: "a"}, "carla", signed, ""},
		"signed with other content": {open, Sheet{State: Validated, Content: "b"}, "carla", Sheet{}, fault.SheetState},
		"signed twice":              {signed, signed, "dora", Sheet{}, fault.SheetState},
		"observing signs nothing":   {open, Sheet{State: Observed, Content: "a", Reason: why, ValidatedBy: "dora"}, "", Sheet{State: Observed, Content: "a", Reason: why}, ""},
		"a forged signature":        {open, Sheet{State: Validated, Content: "a", ValidatedBy: "dora"}, "", Sheet{State: Validated, Content: "a"}, ""},
		"another signature":         {signed, Sheet{State: Validated, Content: "a", ValidatedBy: "dora"}, "", signed, ""},
		"observed and corrected":    {Sheet{State: Observed, Content: "a", Reason: why}, Sheet{State: Observed, Content: "b", Reason: why}, "", Sheet{State: Registered, Content: "b", Reason: why}, ""},
		"observed, nothing changed": {Sheet{State: Observed, Content: "a", Reason: why}, Sheet{State: Observed, Content: "a", Reason: why}, "", Sheet{State: Observed, Content: "a", Reason: why}, ""},
		"changed":                   {signed, Sheet{State: Validated, Content: "b", ValidatedBy: "carla"}, "", Sheet{State: Registered, Content: "b", Reason: TakenBack}, ""},
		"back without a reason":     {signed, Sheet{State: Registered, Content: "a", ValidatedBy: "carla"}, "", Sheet{}, fault.SheetReason},
		"back with one":             {signed, Sheet{State: Observed, Content: "b", ValidatedBy: "carla", Reason: why}, "", Sheet{State: Observed, Content: "b", Reason: why}, ""},
	} {
		got, f := Change(c.before, c.after, c.signer)
		if c.code != "" && (f == nil || f.Code != c.code) || c.code == "" && (f != nil || got != c.want) {
			t.Errorf("%s: %+v, %v", name, got, f)
		}
	}
}

func TestAChangeFromOutsideNeverSigns(t *testing.T) {
	signed := Sheet{State: Validated, Content: "a", ValidatedBy: "carla"}
	open := Sheet{State: Registered, Content: "a"}
	for name, c := range map[string]struct{ before, after, want Sheet }{
		"changed":                {signed, Sheet{State: Validated, Content: "b", ValidatedBy: "carla"}, Sheet{State: Registered, Content: "b", Reason: TakenBack}},
		"observed, no reason":    {signed, Sheet{State: Observed, Content: "a", ValidatedBy: "carla"}, Sheet{State: Observed, Content: "a", Reason: TakenBack}},
		"observed with a reason": {signed, Sheet{State: Observed, Content: "a", ValidatedBy: "carla", Reason: why}, Sheet{State: Observed, Content: "a", Reason: why}},
		"said again":             {signed, signed, signed},
		"a forged signature":     {open, Sheet{State: Validated, Content: "a", ValidatedBy: "dora"}, Sheet{State: Validated, Content: "a"}},
	} {
		if got := Outside(c.before, c.after); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
