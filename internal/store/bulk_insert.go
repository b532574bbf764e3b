package store

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
)

// rowsAtOnce is how many rows one INSERT carries. A statement has a cost of its
// own, about that of three rows.
const rowsAtOnce = 32

// inserter gathers rows for one table and writes many with one statement. What
// is gathered is not in the table until flush. A row that is refused leaves those
// before it in the table: who gets the error must end the transaction. That is
// what OR FAIL means, and it spares SQLite a copy of every page a statement
// touches, which took more time than the rows.
type inserter struct {
	sql     *statements
	head    string // INSERT OR FAIL INTO t (a, b) VALUES
	tail    string // ON CONFLICT …
	width   int
	pending []any
}

func newInserter(sql *statements, table string, columns []string, tail string) *inserter {
	return &inserter{sql: sql, head: "INSERT OR FAIL INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ", tail: tail, width: len(columns)}
}

// add takes one row, its values in the order of the columns.
func (i *inserter) add(values ...any) error {
	i.pending = append(i.pending, values...)
	if len(i.pending) >= rowsAtOnce*i.width {
		return i.flush()
	}
	return nil
}

// flush writes what is gathered, in halves of rowsAtOnce, so that few statements
// are ever prepared.
func (i *inserter) flush() error {
	for n := rowsAtOnce; n > 0 && len(i.pending) > 0; {
		if len(i.pending) < n*i.width {
			n /= 2
			continue
		}
		params := make(dbx.Params, n*i.width)
		for j, v := range i.pending[:n*i.width] {
			params[parameterNames[j]] = v
		}
		if err := i.sql.exec(i.text(n), params); err != nil {
			return err
		}
		i.pending = i.pending[n*i.width:]
	}
	i.pending = nil
	return nil
}

func (i *inserter) text(rows int) string {
	var b strings.Builder
	b.WriteString(i.head)
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		for c := range i.width {
			if c == 0 {
				b.WriteByte('(')
			} else {
				b.WriteByte(',')
			}
			b.WriteString("{:" + parameterNames[r*i.width+c] + "}")
		}
		b.WriteByte(')')
	}
	b.WriteString(" " + i.tail)
	return b.String()
}

// keeper writes rows that are there already apart from new ones: for an upsert
// SQLite copies the pages it touches (see inserter), and most rows are new.
type keeper struct{ fresh, again *inserter }

func newKeeper(sql *statements, table string, columns []string, conflict string) *keeper {
	return &keeper{newInserter(sql, table, columns, ""), newInserter(sql, table, columns, conflict)}
}

func (k *keeper) add(there bool, values ...any) error {
	if there {
		return k.again.add(values...)
	}
	return k.fresh.add(values...)
}

func (k *keeper) flush() error { return errors.Join(k.fresh.flush(), k.again.flush()) }

// parameterNames are enough for the widest table.
var parameterNames = func() []string {
	out := make([]string, rowsAtOnce*64)
	for i := range out {
		out[i] = "p" + strconv.Itoa(i)
	}
	return out
}()
