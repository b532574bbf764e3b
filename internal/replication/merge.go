package replication

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"sort"
	"strings"

	"chaski/internal/records"
)

// Merging a device's change into a record that others may have changed.
//
//   - M1 Every value the device sent ends in exactly one place: it is written, it
//     is what the record says already, it is what its author saw and left, or it
//     is lost to a conflict.
//   - M2 What nobody changed past the device's base, and says what the person saw,
//     takes the device's value.
//   - M3 A unit (a merge group, or a field alone) moves whole. If one of its
//     fields moved past its base, or says something else than the person saw,
//     and a value differs, the record keeps all it says: the first to arrive
//     stays. The other units go their own way.
//     A unit of which every value sent is what its author saw was not changed by
//     him: the record keeps what it says, and nothing is lost.
//   - M4 A successor knows what its predecessor led to in the fields that
//     predecessor won, and nothing else it did not know before. So a field that
//     was lost, or that others changed unseen, conflicts again.
//   - M5 The answer depends on the arguments alone, not on the order of fields.

// UnitOf is the merge unit of a field, or the field alone.
func UnitOf(collection, field string) []string {
	if t := records.Find(collection); t != nil {
		return t.UnitOf(field)
	}
	return []string{field}
}

// FieldRevs is the rev of each field's last change after the record's creation.
// A field that never changed has none. The entry "" stands for a change of the
// schema alone.
type FieldRevs map[string]int64

// SchemaField is the entry of FieldRevs for a change of the schema.
const SchemaField = ""

// Advance answers the field revs of a row that changed from old to now at rev.
// old is nil for a row that was gone and came back: then every field is new.
func (r FieldRevs) Advance(old, now Payload, rev int64) FieldRevs {
	out := make(FieldRevs, len(r)+1)
	maps.Copy(out, r)
	changed := false
	for field, value := range now {
		was, had := old[field]
		if old != nil && (had && same(was, value) || !had && blank(value)) {
			continue
		}
		out[field] = rev
		changed = true
	}
	for field, was := range old {
		if _, still := now[field]; !still && !blank(was) { // it came later, and says nothing any more
			out[field] = rev
			changed = true
		}
	}
	if !changed {
		out[SchemaField] = rev
	}
	return out
}

// Blank is what a field has that nobody filled in.
func Blank(v any) bool { return blank(v) }

func blank(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case bool:
		return !x
	case int64:
		return x == 0
	case float64:
		return x == 0
	}
	return false
}

// Changed are the fields that two states of a row say differently; all of them
// if one is nil.
func Changed(old, now Payload) map[string]bool {
	out := map[string]bool{}
	for _, p := range []Payload{old, now} {
		for field := range p {
			if old == nil || now == nil || !same(old[field], now[field]) {
				out[field] = true
			}
		}
	}
	return out
}

// same compares values by what they say; no value is an empty string.
func same(a, b any) bool {
	x, textA := a.(string)
	y, textB := b.(string)
	if textA && textB {
		return x == y
	}
	if a == nil && textB {
		return y == ""
	}
	if b == nil && textA {
		return x == ""
	}
	left, errA := json.Marshal(a)
	right, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(left) == string(right)
}

// Bases say on which rev of each field a change was made.
type Bases struct {
	Default int64            `json:"d"`
	Fields  map[string]int64 `json:"f,omitempty"` // where it is newer than Default
	// Saw is what the person saw in the fields when he began, as far as the device
	// says. It counts beside the revs: where a backup took the place of the data, one
	// may have been given twice before anybody noticed.
	Saw map[string]any `json:"-"`
}

// Unseen is the default of who did not know that there is such a record: as it was made
// he has not seen it either.
const Unseen = -1

// Of is the base of a field.
func (b Bases) Of(field string) int64 {
	if rev, newer := b.Fields[field]; newer {
		return max(b.Default, rev)
	}
	return b.Default
}

// moved: the field is not what who made the change knew.
func (b Bases) moved(field string, now Payload, revs FieldRevs) bool {
	saw, told := b.Saw[field]
	value, there := now[field]
	return revs[field] > b.Of(field) || told && there && !same(saw, value)
}

// left: every value sent of a unit is what its author saw there, as the device
// says. It is not as if he had said it: he did not touch it.
func (b Bases) left(unit []string, mine map[string]any) bool {
	for _, field := range unit {
		value, sent := mine[field]
		saw, told := b.Saw[field]
		if sent && (!told || !same(saw, value)) {
			return false
		}
	}
	return true
}

// After are the bases of a successor: the fields that were won stand at rev.
func (b Bases) After(won []string, rev int64) Bases {
	out := Bases{Default: b.Default, Fields: make(map[string]int64, len(b.Fields)+len(won))}
	maps.Copy(out.Fields, b.Fields)
	for _, f := range won {
		out.Fields[f] = max(out.Fields[f], rev)
	}
	return out
}

// Lost is one value of a conflict: what the device said and what stands.
type Lost struct {
	Field  string `json:"field"`
	Mine   any    `json:"mine"`
	Theirs any    `json:"theirs"`
}

// Merged is what became of a device's values.
type Merged struct {
	Apply map[string]any // to be written
	Won   []string       // written, or what the record says already; sorted
	Lost  []Lost         // by field
	Left  []string       // as their author saw them, and moved on since; sorted
}

// Merge puts the values a device sent into the record as it is now.
func Merge(collection string, mine map[string]any, bases Bases, now Payload, revs FieldRevs) Merged {
	out := Merged{Apply: map[string]any{}}
	for field, value := range mine {
		if unit := UnitOf(collection, field); inConflict(unit, mine, bases, now, revs) {
			if bases.left(unit, mine) {
				out.Left = append(out.Left, field)
			} else {
				out.Lost = append(out.Lost, Lost{Field: field, Mine: value, Theirs: now[field]})
			}
			continue
		}
		out.Won = append(out.Won, field)
		if !same(value, now[field]) {
			out.Apply[field] = value
		}
	}
	sort.Strings(out.Won)
	sort.Strings(out.Left)
	slices.SortFunc(out.Lost, func(a, b Lost) int { return strings.Compare(a.Field, b.Field) })
	return out
}

func inConflict(unit []string, mine map[string]any, bases Bases, now Payload, revs FieldRevs) bool {
	moved, differs := false, false
	for _, field := range unit {
		moved = moved || bases.moved(field, now, revs)
		if value, sent := mine[field]; sent && !same(value, now[field]) {
			differs = true
		}
	}
	return moved && differs
}

// AllLost are the values of a change whose record is gone; by field. What its
// author left as he saw it is none.
func AllLost(collection string, mine map[string]any, bases Bases) []Lost {
	var out []Lost
	for field, value := range mine {
		if bases.left(UnitOf(collection, field), mine) {
			continue
		}
		out = append(out, Lost{Field: field, Mine: value})
	}
	slices.SortFunc(out, func(a, b Lost) int { return strings.Compare(a.Field, b.Field) })
	return out
}

// Edited are the fields that moved past what who deletes the record knew; sorted.
// While there is one, the record stays.
func Edited(bases Bases, now Payload, revs FieldRevs) []string {
	var out []string
	for field := range now {
		if bases.moved(field, now, revs) {
			out = append(out, field)
		}
	}
	sort.Strings(out)
	return out
}

// DerivedID is the record id of what a mutation gave rise to: the same however
// often it is computed. kind keeps several of one mutation apart.
func DerivedID(kind, mutation string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	sum := sha256.Sum256([]byte(kind + "\n" + mutation))
	id := make([]byte, 15)
	for i := range id {
		id[i] = letters[int(sum[i])%len(letters)]
	}
	return string(id)
}

// KeyID is the record id that a device gives a new record of a kind with a key
// (record.Type.KeyOf): the same on every device.
func KeyID(collection, key string) string { return DerivedID(collection, key) }
