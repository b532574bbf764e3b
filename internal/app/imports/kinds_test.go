package imports

import (
	"slices"
	"testing"

	"chaski/internal/domain/jobs"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/states"
)

// A column of states takes those of the table, each by a word.
func TestStatesOfColumns(t *testing.T) {
	for column, m := range map[string]*states.Machine{"intervention_state": jobs.Works, "transfer_state": progress.Transfers} {
		var got []string
		for _, c := range choicesOf[column] {
			got = append(got, c.Value)
		}
		if !slices.Equal(got, m.Names()) {
			t.Errorf("%s: %v, in the table %v", column, got, m.Names())
		}
	}
}
