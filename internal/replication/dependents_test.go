package replication_test

import (
	"slices"
	"testing"

	"chaski/internal/records"
	"chaski/internal/replication"
)

// Which kinds may move with a row, and in which order they are looked at: rows get
// their sequence numbers in it, so that another order is another history.
func TestDependentsComeInTheirOrder(t *testing.T) {
	wanted := map[string][]string{
		"jurisdictions": {"districts"},
		"interventions": {"convenios", "participant_conditions", "entities"},
		"convenios":     {"entities"},
		"visits":        {"visit_marks", "findings", "unlisted_workers", "visit_photos", "finding_photos"},
		"findings":      {"finding_photos"},
	}
	for _, kind := range records.All {
		var got []string
		for _, w := range replication.Watches(kind.Name) {
			got = append(got, w.Rows)
		}
		if !slices.Equal(got, wanted[kind.Name]) {
			t.Errorf("%s: %q, want %q", kind.Name, got, wanted[kind.Name])
		}
	}
}
