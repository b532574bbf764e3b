package push

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"chaski/internal/store/sqlite"
)

// quick writes new records as PocketBase's Save would, column by column, without
// its validation, hooks and one statement a record: the domain's rules judged
// them before, and TestPushWritesWhatPocketBaseSaves holds the two together.
type quick struct {
	app    core.App
	sql    *sqlite.Statements
	tables map[string]*quickTable
	order  []*quickTable // as they were first written to: parents before children
}

type quickTable struct {
	fields  core.FieldsList
	scratch *core.Record
	rows    *sqlite.Inserter
	now     types.DateTime
}

func newQuick(app core.App, sql *sqlite.Statements) *quick {
	return &quick{app: app, sql: sql, tables: map[string]*quickTable{}}
}

func (q *quick) table(collection string) (*quickTable, error) {
	if t := q.tables[collection]; t != nil {
		return t, nil
	}
	c, err := q.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	columns := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		columns[i] = "`" + f.GetName() + "`"
	}
	t := &quickTable{fields: c.Fields, scratch: core.NewRecord(c), rows: sqlite.NewInserter(q.sql, collection, columns, ""), now: types.NowDateTime()}
	q.tables[collection] = t
	q.order = append(q.order, t)
	return t, nil
}

// add gathers a record; it is in its table after flush.
func (q *quick) add(collection, id string, fields map[string]any) error {
	t, err := q.table(collection)
	if err != nil {
		return err
	}
	values := make([]any, len(t.fields))
	for i, f := range t.fields {
		if values[i], err = t.value(f, id, fields[f.GetName()]); err != nil {
			return err
		}
	}
	return t.rows.Add(values...)
}

// value is what PocketBase would write for a field; nil for one that was not sent.
func (t *quickTable) value(f core.Field, id string, raw any) (any, error) {
	name := f.GetName()
	if auto, is := f.(*core.AutodateField); is && auto.OnCreate {
		raw = t.now
	}
	if name == core.FieldNameId {
		raw = id
	}
	v, err := f.PrepareValue(t.scratch, raw)
	if err != nil {
		return nil, err
	}
	t.scratch.SetRaw(name, v)
	if d, converts := f.(core.DriverValuer); converts {
		return d.DriverValue(t.scratch)
	}
	return v, nil
}

// flush writes what is gathered.
func (q *quick) flush() error {
	for _, t := range q.order {
		if err := t.rows.Flush(); err != nil {
			return err
		}
	}
	return nil
}
