package verify

import (
	"testing"

	"chaski/internal/replication"
)

// A new tracked type says where its rows belong, or that they are never served.
func TestEveryTrackedTypeHasItsPlacement(t *testing.T) {
	for _, c := range replication.Collections {
		if _, said := placements[c.Name]; !said {
			t.Errorf("%s has no placement", c.Name)
		}
	}
	if len(placements) != len(replication.Collections) {
		t.Errorf("%d placements for %d types", len(placements), len(replication.Collections))
	}
}
