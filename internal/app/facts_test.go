package app

import (
	"testing"

	"chaski/internal/domain/record"
)

// A push sees what those before it in the same commit wrote, and reads again what it
// cannot follow.
func TestFactsKeepUpWithWrites(t *testing.T) {
	f := Facts{}
	in := takenIn("visit_marks", record.Constraint{Field: "participant"})
	Learn(f, OfTaken, in, "v", map[string]bool{})
	Learn(f, OfPresent, "", "v", 2)
	f.Wrote(Write{Op: "create", Collection: "visits", Record: "v", Maker: "ana", Fields: map[string]any{
		"intervention": "w", "headcount": int64(3), "state": "sincronizada",
	}})
	f.Wrote(Write{Op: "create", Collection: "visit_marks", Record: "m", Fields: map[string]any{
		"visit": "v", "participant": "p", "mark": "presente",
	}})
	if v, _ := known(f, OfParent, "visits", "v"); v == nil || *v != (Parent{Work: "w", Maker: "ana", Headcount: 3}) {
		t.Errorf("the visit: %+v", v)
	}
	if taken, _ := known(f, OfTaken, in, "v"); !taken["p"] {
		t.Error("whom a mark is about is not taken")
	}
	if n, _ := known(f, OfPresent, "", "v"); n != 3 {
		t.Errorf("%d present", n)
	}
	if there, _ := known(f, OfThere, "visit_marks", "m"); !there {
		t.Error("the mark is not there")
	}
	f.Wrote(Write{Op: "delete", Collection: "visit_marks", Record: "m"})
	if _, still := known(f, OfTaken, in, "v"); still {
		t.Error("what a deletion may have freed is not read again")
	}
	if there, asked := known(f, OfThere, "visit_marks", "m"); !asked || there {
		t.Error("the mark is there still")
	}
	f.Wrote(Write{Op: "update", Collection: "visits", Record: "v", Fields: map[string]any{"headcount": int64(4)}})
	if _, still := known(f, OfParent, "visits", "v"); still {
		t.Error("a visit that changed is not read again")
	}
}

// What was decided is asked anew: the outcome is another one, and so is the fate.
func TestFactsForgetWhatWasDecided(t *testing.T) {
	f := Facts{}
	m := Mutation{ID: "m", Counter: 7, Collection: "findings", Record: "r"}
	Learn(f, OfStored, "", "m", nil)
	Learn(f, OfCounter, "d", "7", false)
	Learn(f, OfFates, "findings", "r", nil)
	Learn(f, OfCounter, "other", "7", false)
	f.Decided("d", Decision{Mutation: m})
	for _, of := range []Fact{OfStored.Of("", "m"), OfCounter.Of("d", "7"), OfFates.Of("findings", "r")} {
		if _, still := f[of.FactsOf][of.ID]; still {
			t.Errorf("%v is remembered", of)
		}
	}
	if _, still := f[OfCounter.Of("other", "7").FactsOf]["7"]; !still {
		t.Error("another device's counter was forgotten")
	}
}
