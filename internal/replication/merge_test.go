package replication_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"chaski/internal/replication"
)

var mergeFields = []string{"severity", "description", "corrective_measure", "responsible", "due_on", "state", "state_reason"}

func pickSome(rnd *rand.Rand, value func(field string) any) map[string]any {
	out := map[string]any{}
	for _, f := range mergeFields {
		if rnd.IntN(3) == 0 {
			out[f] = value(f)
		}
	}
	return out
}

// M1, M2, M3 and M5 on arbitrary states, whether or not they can be reached.
func TestMergeInvariants(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	letter := func(string) any { return string(rune('a' + rnd.IntN(3))) }
	conflicts, needless := 0, 0
	for range 20_000 {
		now, revs := replication.Payload{}, replication.FieldRevs{}
		for _, f := range mergeFields {
			now[f] = letter(f)
			if rnd.IntN(2) == 0 {
				revs[f] = int64(2 + rnd.IntN(6))
			}
		}
		bases := replication.Bases{Default: int64(rnd.IntN(6)), Fields: map[string]int64{}}
		for _, f := range mergeFields {
			if rnd.IntN(4) == 0 {
				bases.Fields[f] = int64(rnd.IntN(8))
			}
		}
		bases.Saw = pickSome(rnd, letter)
		mine := pickSome(rnd, letter)
		got := replication.Merge("findings", mine, bases, now, revs)
		if again := replication.Merge("findings", maps.Clone(mine), bases, now, revs); !reflect.DeepEqual(got, again) {
			t.Fatalf("M5: %+v, then %+v", got, again)
		}
		left := map[string]bool{}
		for _, f := range got.Left {
			left[f] = true
			needless++
		}
		lost := map[string]bool{}
		for _, l := range got.Lost {
			lost[l.Field] = true
			conflicts++
			if !reflect.DeepEqual(l.Mine, mine[l.Field]) || !reflect.DeepEqual(l.Theirs, now[l.Field]) {
				t.Fatalf("M1: %+v of %v against %v", l, mine, now)
			}
		}
		for f, v := range mine {
			_, applied := got.Apply[f]
			won := slices.Contains(got.Won, f)
			if won == (lost[f] || left[f]) || lost[f] && left[f] || applied && !won || won && !applied && v != now[f] || applied && got.Apply[f] != v {
				t.Fatalf("M1: %s=%v is written %v, won %v, lost %v (now %v)", f, v, applied, won, lost[f], now[f])
			}
			moved, differs, changed := false, false, false
			unit := replication.UnitOf("findings", f)
			for _, u := range unit {
				saw, told := bases.Saw[u]
				moved = moved || revs[u] > bases.Of(u) || told && saw != now[u]
				if x, sent := mine[u]; sent {
					differs = differs || x != now[u]
					changed = changed || !told || x != saw
				}
				if _, sent := mine[u]; sent && lost[u] != lost[f] {
					t.Fatalf("M3: %v was split", unit)
				}
			}
			if lost[f] != (moved && differs && changed) || left[f] != (moved && differs && !changed) {
				t.Fatalf("M2, M3: %s lost %v, left %v, moved %v, differs %v, changed %v", f, lost[f], left[f], moved, differs, changed)
			}
		}
		if len(got.Won)+len(got.Lost)+len(got.Left) != len(mine) {
			t.Fatalf("M1: %d won, %d lost of %d", len(got.Won), len(got.Lost), len(mine))
		}
	}
	if conflicts < 1000 || needless < 1000 {
		t.Fatalf("only %d values lost, %d left: the test shows little", conflicts, needless)
	}
}

// M4 and I4: writers work on what they last saw, chain their own edits unseen, and
// look again now and then. A value that reached the record is only ever replaced
// by somebody who knew it; every other value is in a conflict.
func TestNobodyIsOverwrittenUnseen(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 17))
		r := newRecord()
		writers := make([]*writer, 4)
		for i := range writers {
			writers[i] = &writer{name: string(rune('A' + i))}
			writers[i].look(r)
		}
		for step := range 60 {
			w := writers[rnd.IntN(len(writers))]
			if rnd.IntN(4) == 0 {
				w.look(r)
				continue
			}
			mine := pickSome(rnd, func(f string) any { return fmt.Sprintf("%s%d%s", w.name, step/2, f[:2]) })
			r.write(t, w, mine)
		}
		if r.lost == 0 || r.replaced == 0 {
			t.Fatalf("seed %d: %d lost, %d replaced: nothing to see", seed, r.lost, r.replaced)
		}
	}
}

// record is the server's side, with a plain model of who knows what beside it.
type record struct {
	rev            int64
	now            replication.Payload
	revs           replication.FieldRevs
	writtenAt      map[string]int64 // field -> the rev that brought its value
	lost, replaced int
}

func newRecord() *record {
	r := &record{rev: 1, now: replication.Payload{}, writtenAt: map[string]int64{}}
	for _, f := range mergeFields {
		r.now[f] = ""
		r.writtenAt[f] = 1
	}
	return r
}

// writer is a device: what it knows of each field, by the rev of its value.
type writer struct {
	name  string
	bases replication.Bases
	knows map[string]int64
}

func (w *writer) look(r *record) {
	w.bases = replication.Bases{Default: r.rev}
	w.knows = maps.Clone(r.writtenAt)
}

func (r *record) write(t *testing.T, w *writer, mine map[string]any) {
	t.Helper()
	merged := replication.Merge("findings", mine, w.bases, r.now, r.revs)
	next := maps.Clone(r.now)
	maps.Copy(next, merged.Apply)
	for f := range merged.Apply {
		if w.knows[f] != r.writtenAt[f] {
			t.Fatalf("%s replaced %v of %s unseen: knew %d, it is of %d", w.name, r.now[f], f, w.knows[f], r.writtenAt[f])
		}
		r.replaced++
	}
	for _, l := range merged.Lost {
		knewAll := true
		for _, u := range replication.UnitOf("findings", l.Field) {
			knewAll = knewAll && w.knows[u] == r.writtenAt[u]
		}
		if knewAll {
			t.Fatalf("%s lost %s though it knew all of its unit", w.name, l.Field)
		}
		r.lost++
	}
	if len(merged.Apply) > 0 {
		r.rev++
		r.revs = r.revs.Advance(r.now, next, r.rev)
		r.now = next
	}
	for f := range merged.Apply {
		r.writtenAt[f] = r.rev
	}
	for _, f := range merged.Won { // written, or found written
		w.knows[f] = r.writtenAt[f]
	}
	w.bases = w.bases.After(merged.Won, r.rev)
}

// What was never changed after its creation has no rev; what came back after
// being deleted is new in every field; a change of the schema alone is kept apart.
func TestFieldRevs(t *testing.T) {
	was := replication.Payload{"a": "1", "b": "", "n": float64(3), "j": map[string]any{"x": "y"}}
	revs := replication.FieldRevs(nil).Advance(was, replication.Payload{"a": "2", "b": "", "n": int64(3), "j": map[string]any{"x": "y"}}, 2)
	if !reflect.DeepEqual(revs, replication.FieldRevs{"a": 2}) {
		t.Errorf("one field changed: %v", revs)
	}
	revs = revs.Advance(was, replication.Payload{"a": "1", "b": "", "n": int64(3), "j": map[string]any{"x": "y"}, "c": "", "z": int64(0)}, 3)
	if !reflect.DeepEqual(revs, replication.FieldRevs{"a": 2, replication.SchemaField: 3}) {
		t.Errorf("a field was added to the schema: %v", revs)
	}
	if revs = revs.Advance(nil, replication.Payload{"a": "1", "b": ""}, 5); revs["a"] != 5 || revs["b"] != 5 {
		t.Errorf("came back: %v", revs)
	}
	now := replication.Payload{"a": "1", "b": ""}
	if got := replication.Edited(replication.Bases{Default: 4}, now, revs); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("edited past 4: %v", got)
	}
	known := replication.Bases{Default: 2, Fields: map[string]int64{"a": 5, "b": 6}}
	if got := replication.Edited(known, now, revs); got != nil {
		t.Errorf("all known, though the schema moved: %v", got)
	}
	known.Saw = map[string]any{"a": "2", "b": nil, "gone": "x"}
	if got := replication.Edited(known, now, revs); !slices.Equal(got, []string{"a"}) {
		t.Errorf("a is not what was seen: %v", got)
	}
}

func TestDerivedID(t *testing.T) {
	a, b := replication.DerivedID("conflict", "m"), replication.DerivedID("review", "m")
	if a != replication.DerivedID("conflict", "m") || a == b || len(a) != 15 {
		t.Errorf("%s %s", a, b)
	}
}
