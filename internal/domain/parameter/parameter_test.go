package parameter_test

import (
	"encoding/json"
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/parameter"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		key, value string
		ok         bool
	}{
		{parameter.RendicionDeadline, `1`, true},
		{parameter.RendicionDeadline, `365`, true},
		{parameter.RendicionDeadline, `366`, false},
		{parameter.RendicionDeadline, `0`, false},
		{parameter.RendicionDeadline, `-15`, false},
		{parameter.RendicionDeadline, `15.5`, false},
		{parameter.RendicionDeadline, `"15"`, false},
		{parameter.RendicionDeadline, `null`, false},
		{parameter.RendicionDeadline, ``, false},
		{parameter.UncoveredCounts, `false`, true},
		{parameter.UncoveredCounts, `"false"`, false},
		{parameter.UncoveredCounts, `null`, false},
		{parameter.UncoveredCounts, `0`, false},
		{parameter.AgeReference, `"exercise_start"`, true},
		{parameter.AgeReference, `"birthday"`, false},
		{parameter.SheetDays, `[0,6]`, true},
		{parameter.SheetDays, `[]`, false},
		{parameter.SheetDays, `[7]`, false},
		{parameter.SheetDays, `[-1]`, false},
		{parameter.SheetDays, `[1,1]`, false},
		{parameter.LeyCeiling, `12358500000`, true},
		{parameter.LeyCeiling, `-1`, false},
		{parameter.LeyCeiling, `0.5`, false},
	} {
		spec, known := parameter.Find(c.key)
		if !known {
			t.Fatalf("%s is unknown", c.key)
		}
		err := spec.Check(json.RawMessage(c.value))
		if (err == nil) != c.ok {
			t.Errorf("%s = %s: %v", c.key, c.value, err)
		}
		if err != nil && fault.Of(err).Code != fault.InvalidValue {
			t.Errorf("%s = %s: %v", c.key, c.value, err)
		}
	}
	if _, known := parameter.Find("nothing.reads_this"); known {
		t.Error("a key that no rule reads")
	}
}
