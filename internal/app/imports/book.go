package imports

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Values are a row's fields: string, int64 or bool.
type Values map[string]any

// Text is a field as text, "" if it is none.
func (v Values) Text(name string) string { s, _ := v[name].(string); return s }

// Int is a field as a number, 0 if it is none.
func (v Values) Int(name string) int64 { n, _ := v[name].(int64); return n }

// Stored is a row of the database.
type Stored struct {
	ID     string
	Fields Values
}

// Base reads the database as it is, in one view. Rows answers the rows of a
// collection with the columns asked for; field "" means all of them.
type Base interface {
	Rows(collection string, columns []StoredColumn, field string, value any) ([]Stored, error)
}

// StoredColumn is a column of a collection with how it is kept.
type StoredColumn struct {
	Name string
	Kind ColumnKind
}

// ColumnKind is how a column is kept.
type ColumnKind uint8

// The kinds of columns.
const (
	AsText ColumnKind = iota
	AsInt
	AsBool
)

// Rec is a row of the database as the plan leaves it.
type Rec struct {
	Collection, ID string
	New            bool
	Row            int // the first row of the file that wrote it
	Fields         Values
	before         Values         // of the fields that changed
	writer         map[string]int // field -> row that set it
}

// void says whether a row was annulled: the one made in its stead has its key.
func (r *Rec) void() bool { return r.Fields.Text("state") == "anulada" }

// changed says whether the plan touches the row at all.
func (r *Rec) changed() bool { return r.New || len(r.before) > 0 }

// Write is one row of the database that an import creates or changes. Fields
// are those it sets; Before what they were.
type Write struct {
	Collection, ID string
	New            bool
	Row            int
	Fields, Before Values
}

// set is what was loaded of a collection: all of it, or the rows of one owner.
type set struct {
	byKey   map[string]*Rec
	byField map[string][]*Rec // field NUL value, for the fields of shape.index
	all     []*Rec
	whole   bool // all rows are in it
}

// Book holds what the rows of a file need to know of the database, with the
// plan laid over it: later rows see what earlier ones will have written.
type Book struct {
	base  Base
	today day.Day
	seed  string // makes new ids this import's own
	sets  map[string]*set
	ids   map[[2]string]*Rec // collection and id; nil: there is none
	order []*Rec
	err   error // of the base; the plan is void

	answers   map[string]string
	questions []Question // by the order in which they were asked

	// narrow reads of a collection without owners only the rows that are asked
	// for: a step of a long import holds the write transaction while it plans.
	narrow bool
	asked  map[string]bool
	owned  [][2]string // ids of rows that have an owner, to be forgotten

	spending []*spent
	people   People
	codes    map[string]string // of convenios, by work
	through  *day.Month
	numbers  map[string][]string // of resolutions, by number and year
}

func newBook(base Base, seed string, today day.Day, answers map[string]string) *Book {
	return &Book{base: base, today: today, seed: seed, answers: answers, sets: map[string]*set{}, ids: map[[2]string]*Rec{}, asked: map[string]bool{}}
}

// maxNamed is how many rows a question names.
const maxNamed = 20

// ask asks a person something, once for each key, and answers what he said, or
// "". Later rows that ask the same are counted among those it is about.
func (b *Book) ask(row int, q Question) string {
	for i := range b.questions {
		if known := &b.questions[i]; known.Key == q.Key {
			if last := len(known.Rows) - 1; len(known.Rows) < maxNamed && (last < 0 || known.Rows[last] != row) {
				known.Rows = append(known.Rows, row)
			}
			return known.Answer
		}
	}
	q.Rows = []int{row}
	q.answered(strings.TrimSpace(b.answers[q.Key]))
	b.questions = append(b.questions, q)
	return q.Answer
}

// next forgets the rows of owners and what was planned: another group follows,
// which shares none of them.
func (b *Book) next() {
	for name := range b.sets {
		if strings.Contains(name, "\x00") {
			delete(b.sets, name)
		}
	}
	for _, id := range b.owned {
		delete(b.ids, id)
	}
	b.owned, b.order = nil, nil
}

// some reads, when narrow, the rows with a value in a field of a collection that
// is read whole otherwise.
func (b *Book) some(collection, field string, value any) *set {
	sh := shapes[collection]
	if !b.narrow || sh.scope != "" || sh.form != nil { // another spelling has another value
		return b.load(collection, nil)
	}
	s := b.sets[collection]
	if s == nil {
		s = newSet()
		b.sets[collection] = s
	}
	name := fmt.Sprint(collection, "\x00", field, "\x00", value)
	if s.whole || b.asked[name] {
		return s
	}
	b.asked[name] = true
	for _, r := range b.read(collection, sh.columns, field, value) {
		if b.ids[[2]string{collection, r.ID}] == nil {
			b.put(s, &Rec{Collection: collection, ID: r.ID, Fields: r.Fields}, sh)
		}
	}
	return s
}

// load answers the rows of a collection that belong to an owner (shape.scope).
func (b *Book) load(collection string, owner any) *set {
	sh := shapes[collection]
	name := collection
	if sh.scope != "" {
		name = fmt.Sprint(collection, "\x00", owner)
	}
	s := b.sets[name]
	if s != nil && s.whole {
		return s
	}
	if s == nil {
		s = newSet()
		b.sets[name] = s
	}
	s.whole = true
	for _, r := range b.read(collection, sh.columns, sh.scope, owner) {
		if known := b.ids[[2]string{collection, r.ID}]; known == nil || sh.scope != "" {
			b.put(s, &Rec{Collection: collection, ID: r.ID, Fields: r.Fields}, sh)
		}
	}
	return s
}

func newSet() *set { return &set{byKey: map[string]*Rec{}, byField: map[string][]*Rec{}} }

func (b *Book) put(s *set, r *Rec, sh shape) {
	id := [2]string{r.Collection, r.ID}
	b.ids[id] = r
	if sh.scope != "" {
		b.owned = append(b.owned, id)
	}
	s.all = append(s.all, r)
	if k := keyOf(r.Fields, sh.key, sh.form); s.byKey[k] == nil || s.byKey[k].void() && !r.void() {
		s.byKey[k] = r
	}
	for _, f := range sh.index {
		k := f + "\x00" + r.Fields.Text(f)
		s.byField[k] = append(s.byField[k], r)
	}
	k := "id\x00" + r.ID
	s.byField[k] = append(s.byField[k], r)
}

// keyOf is the same for two spellings of one key.
func keyOf(v Values, names []string, form forms) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = fmt.Sprint(v[n])
		if one := form[n]; one != nil {
			parts[i] = one(parts[i])
		}
	}
	return strings.Join(parts, "\x00")
}

// find answers the row with these key fields, or nil.
func (b *Book) find(collection string, key Values) *Rec {
	sh := shapes[collection]
	if sh.scope == "" {
		return b.some(collection, sh.key[0], key[sh.key[0]]).byKey[keyOf(key, sh.key, sh.form)]
	}
	return b.load(collection, key[sh.scope]).byKey[keyOf(key, sh.key, sh.form)]
}

// where answers the first row that fits, or nil.
func (b *Book) where(collection string, owner any, fits func(Values) bool) *Rec {
	for _, r := range b.load(collection, owner).all {
		if fits(r.Fields) {
			return r
		}
	}
	return nil
}

// byID finds a row of a collection that is read whole.
func (b *Book) byID(collection, id string) *Rec {
	for _, r := range b.some(collection, "id", id).byField["id\x00"+id] {
		return r
	}
	return nil
}

// those are the rows with a value in an indexed field.
func (b *Book) those(collection string, owner any, field, value string) []*Rec {
	if shapes[collection].scope == "" {
		return b.some(collection, field, value).byField[field+"\x00"+value]
	}
	return b.load(collection, owner).byField[field+"\x00"+value]
}

// write creates the row of a key or changes it. defaults are for a new row only.
// It answers a fault when another row of the file said something else.
func (b *Book) write(row int, collection string, key, fields, defaults Values) (*Rec, *fault.Fault) {
	r := b.find(collection, key)
	if r == nil {
		r = b.create(row, collection, key, defaults)
	}
	return r, b.set(r, row, fields)
}

func (b *Book) create(row int, collection string, key, defaults Values) *Rec {
	sh := shapes[collection]
	r := &Rec{Collection: collection, New: true, Row: row, Fields: Values{}, writer: map[string]int{}}
	r.ID = b.id(collection, keyOf(key, append([]string{sh.scope}, sh.key...), sh.form))
	for _, c := range sh.columns {
		r.Fields[c.Name] = map[ColumnKind]any{AsText: "", AsInt: int64(0), AsBool: false}[c.Kind]
	}
	for _, from := range []Values{defaults, key} {
		for name, v := range from {
			r.Fields[name] = v
		}
	}
	if sh.scope == "" {
		b.put(b.some(collection, sh.key[0], key[sh.key[0]]), r, sh)
	} else {
		b.put(b.load(collection, key[sh.scope]), r, sh)
	}
	b.order = append(b.order, r)
	return r
}

// set changes fields of a row.
func (b *Book) set(r *Rec, row int, fields Values) *fault.Fault {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v := fields[name]
		if !r.New && b.spoils(row, r.Fields[name], v) {
			continue
		}
		if other, written := r.writer[name]; written && other != row && r.Fields[name] != v {
			return fault.New(fault.ImportContradicts, "").With("row", fmt.Sprint(other)).With("field", ColumnLabel(name))
		}
		b.change(r, row, name, v)
	}
	return nil
}

func (b *Book) change(r *Rec, row int, name string, v any) {
	if r.writer == nil {
		r.writer = map[string]int{}
	}
	r.writer[name] = row
	if r.Fields[name] == v {
		return
	}
	if !r.New {
		if !r.changed() {
			r.Row = row
			r.before = Values{}
			b.order = append(b.order, r)
		}
		if _, had := r.before[name]; !had {
			r.before[name] = r.Fields[name]
		}
	}
	r.Fields[name] = v
}

// id is the same for a row at preview and at import, so that a plan made twice
// over the same data is the same plan.
func (b *Book) id(collection, key string) string {
	const size = 15 // PocketBase's
	sum := sha256.Sum256([]byte(b.seed + "\n" + collection + "\n" + key))
	return new(big.Int).SetBytes(sum[:]).Text(36)[:size]
}

// writes are the rows to write, in the order in which references hold.
func (b *Book) writes() []Write {
	out := make([]Write, 0, len(b.order))
	for _, r := range b.order {
		w := Write{Collection: r.Collection, ID: r.ID, New: r.New, Row: r.Row, Fields: Values{}, Before: r.before}
		if r.New {
			w.Fields = r.Fields
		} else {
			for name := range r.before {
				w.Fields[name] = r.Fields[name]
			}
		}
		out = append(out, w)
	}
	return out
}

// fingerprint is the same for the same plan over the same data only.
func fingerprint(writes []Write) string {
	sum := sha256.New()
	enc := json.NewEncoder(sum)
	for _, w := range writes {
		_ = enc.Encode(w) // strings, numbers and booleans always encode; maps in key order
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}
