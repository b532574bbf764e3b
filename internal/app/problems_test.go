package app_test

import (
	"testing"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
)

// A correction is of what was offered, as it was seen, and never of what is masked.
func TestCorrectionStandsOnWhatWasSeen(t *testing.T) {
	row := app.ProblemRow{Fields: []app.ProblemField{{Field: "dni", Value: "40123456"}, {Field: "number", Value: int64(7)}}}
	masked := app.MaskedValue("dni", "40123456")
	for name, c := range map[string]struct {
		correction app.Correction
		want       fault.Code
	}{
		"as it stands":      {app.Correction{Fields: map[string]any{"dni": "40123457"}, Seen: map[string]any{"dni": masked}}, ""},
		"a number as text":  {app.Correction{Fields: map[string]any{"number": 8}, Seen: map[string]any{"number": "7"}}, ""},
		"not offered":       {app.Correction{Fields: map[string]any{"name": "x"}, Seen: map[string]any{"name": "y"}}, fault.UnknownField},
		"seen otherwise":    {app.Correction{Fields: map[string]any{"number": 8}, Seen: map[string]any{"number": 6}}, fault.Conflict},
		"masked, as edited": {app.Correction{Fields: map[string]any{"dni": masked}, Seen: map[string]any{"dni": masked}}, fault.InvalidValue},
	} {
		stands, err := c.correction.Stands(row)
		if got := codeOf(err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if err == nil && stands["dni"] != "40123456" {
			t.Errorf("%s: stands %v", name, stands)
		}
	}
}

// A coordinator's correction may not take a row out of his unit; the centre's may.
func TestCorrectionStaysWithin(t *testing.T) {
	for _, c := range []struct {
		bound, is string
		want      fault.Code
	}{{"u1", "u1", ""}, {"u1", "u2", fault.Forbidden}, {"u1", "", fault.Forbidden}, {"", "u2", ""}} {
		if got := codeOf(app.Correction{UT: c.bound}.Within(c.is)); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func codeOf(err error) fault.Code {
	if err == nil {
		return ""
	}
	return fault.Of(err).Code
}
