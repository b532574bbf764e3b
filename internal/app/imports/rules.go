package imports

import (
	"slices"
	"strconv"

	"chaski/internal/domain/day"
	"chaski/internal/domain/record"
	"chaski/internal/records"
)

// brings says from which fields of a file a column of the database comes, where
// the name is another one, or where an equal name means something else: the
// first that the row fills is the one to correct.
var brings = map[string]map[string]list{
	"entities":         {"district": {"ubigeo"}},
	"exercises":        {"year": {"exercise"}},
	"aos":              {"key": {"key", "code"}, "counting_rule": {"unit_measure"}},
	"poi_versions":     {"key": {"version"}, "label": {"version"}, "position": {"version"}},
	"ao_versions":      {"poi_version": {"version"}, "ao": {"code", "key"}},
	"budget_execution": {"ao": {"code", "key"}, "month": {"month", "exercise"}},
	"interventions":    {"kind": {"convenio_code"}, "district": {"ubigeo"}, "ut": {"ut", "ubigeo"}},
	"convenios":        {"code": {"convenio_code"}, "intervention": {"convenio_code"}, "executor": {"executor", "proposer"}},
	"assignments":      {"user": {"supervisor"}, "intervention": {"convenio_code"}, "from_on": {"starts_on"}},
	"resolutions":      {"number": {"resolution"}},
	"transfers":        {"convenio": {"convenio_code"}},
	"cupos":            {"intervention": {"convenio_code"}, "number": {"cupo"}},
	"participants": {
		"intervention": {"convenio_code"}, "given_names": {"given_names", "full_name"}, "surnames": {"surnames", "paternal", "full_name"},
	},
	"insurance_policies": {
		"intervention": {"convenio_code"}, "number": {"policy_number"},
	},
	"insured_persons": {
		"intervention": {"convenio_code"}, "insurance_policy": {"policy_number"}, "from_on": {"alta_on", "valid_from"},
	},
}

// column is the field of the file that brings a column of the database to this
// row, "" if none does.
func (l *Line) column(collection, field string) string {
	from := brings[collection][field]
	if from == nil {
		from = list{field}
	}
	empty := ""
	for _, name := range from {
		if _, there := l.header[name]; !there {
			continue
		}
		if l.cells[name] != "" {
			return name
		}
		if empty == "" {
			empty = name
		}
	}
	return empty
}

// judge asks the rules of every write path (internal/records) about what a line
// creates or changes, so that the drain, which asks them of what was written,
// finds nothing more. As there, a row that exists answers for what changes.
func (p *planner) judge(l *Line) {
	if len(l.faults) > 0 || p.book.err != nil {
		return
	}
	said := map[[2]string]bool{}
	for _, r := range l.touch {
		t := records.Find(r.Collection)
		if t == nil || !r.changed() {
			continue
		}
		for _, f := range t.Judge(record.Row(r.Fields), world{p.book, r}) {
			if r.New || slices.ContainsFunc(f.Fields, func(name string) bool { _, changed := r.before[name]; return changed }) {
				l.broken(r, f, said)
			}
		}
	}
}

// broken notes a rule that a row of the database breaks at the cell it comes
// from. What no column brings carries its own name, and is said of the line that
// wrote the row first.
func (l *Line) broken(r *Rec, f record.Finding, said map[[2]string]bool) {
	name := f.Fault.Field
	field := l.column(r.Collection, name)
	if field == "" && r.Row != l.Row {
		return
	}
	at := [2]string{field, string(f.Fault.Code)}
	if field == "" {
		at[1] += " " + name
	}
	if said[at] {
		return
	}
	said[at] = true
	l.bad(field, l.likelyPlace(f.Fault))
	if field == "" {
		last := &l.faults[len(l.faults)-1]
		last.Column, last.Value = ColumnLabel(name), clip(names{}.show(name, r.Fields[name]))
	}
}

// world answers what rules ask, of the database with the plan laid over it.
type world struct {
	b    *Book
	self *Rec // the row that is judged
}

// Today implements record.World.
func (w world) Today() day.Day { return w.b.today }

// Row implements record.World. Nearly all that a row names was read when it was
// planned, whole collections or all of an owner's rows at once.
func (w world) Row(collection, id string) (record.Row, bool) {
	r := w.b.byAnyID(collection, id)
	if r == nil {
		return nil, false
	}
	return record.Row(r.Fields), true
}

// By implements record.World.
func (w world) By(collection, field, value string) (record.Row, bool) {
	sh, known := shapes[collection]
	if known && sh.scope == "" {
		for _, r := range w.b.some(collection, field, value).all {
			if r.Fields.Text(field) == value {
				return record.Row(r.Fields), true
			}
		}
		return nil, false
	}
	rows := w.b.read(collection, sh.columns, field, value)
	if len(rows) == 0 {
		return nil, false
	}
	return record.Row(rows[0].Fields), true
}

// Newest implements record.World, of the database: no file brings both the rows
// and what is asked of them (a close of a month).
func (w world) Newest(collection, field string, value int64, of string) (newest string) {
	for _, r := range w.b.read(collection, shapes[collection].columns, field, strconv.FormatInt(value, 10)) {
		newest = max(newest, r.Fields.Text(of))
	}
	return newest
}

// Others implements record.World. The field is the one by which the plan loads
// the collection (shape.scope).
func (w world) Others(collection, field, value string) []record.Row {
	var out []record.Row
	for _, r := range w.b.load(collection, value).all {
		if r != w.self && r.Fields.Text(field) == value {
			out = append(out, record.Row(r.Fields))
		}
	}
	return out
}

// Roster implements record.World.
func (w world) Roster(intervention string) map[string]bool {
	out := map[string]bool{}
	for _, r := range w.b.load("participants", intervention).all {
		out[r.ID] = true
	}
	return out
}

// byAnyID finds a row by its id, of the plan or of the database.
func (b *Book) byAnyID(collection, id string) *Rec {
	k := [2]string{collection, id}
	if r, known := b.ids[k]; known {
		return r
	}
	sh, known := shapes[collection]
	if known && sh.scope == "" {
		b.some(collection, "id", id)
		return b.ids[k]
	}
	b.ids[k] = nil
	b.owned = append(b.owned, k)
	for _, r := range b.read(collection, sh.columns, "id", id) {
		b.ids[k] = &Rec{Collection: collection, ID: r.ID, Fields: r.Fields}
	}
	return b.ids[k]
}

// read reads rows past the plan; an error makes the plan void.
func (b *Book) read(collection string, columns []StoredColumn, field string, value any) []Stored {
	if b.err != nil {
		return nil
	}
	rows, err := b.base.Rows(collection, columns, field, value)
	b.err = err
	return rows
}
