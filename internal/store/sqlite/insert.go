package sqlite

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
)

// rowsAtOnce is how many rows one INSERT carries. A statement has a cost of its
// own, about that of three rows.
const rowsAtOnce = 32

// Inserter gathers rows for one table and writes many with one statement. What
// is gathered is not in the table until flush. A row that is refused leaves those
// before it in the table: who gets the error must end the transaction. That is
// what OR FAIL means, and it spares SQLite a copy of every page a statement
// touches, which took more time than the rows.
type Inserter struct {
	sql     *Statements
	head    string // INSERT OR FAIL INTO t (a, b) VALUES
	tail    string // ON CONFLICT …
	width   int
	pending []any
}

// NewInserter writes rows of these columns; tail follows the values.
func NewInserter(sql *Statements, table string, columns []string, tail string) *Inserter {
	return &Inserter{sql: sql, head: "INSERT OR FAIL INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ", tail: tail, width: len(columns)}
}

// Add takes one row, its values in the order of the columns.
func (i *Inserter) Add(values ...any) error {
	i.pending = append(i.pending, values...)
	if len(i.pending) >= rowsAtOnce*i.width {
		return i.Flush()
	}
	return nil
}

// Flush writes what is gathered, in halves of rowsAtOnce, so that few statements
// are ever prepared.
func (i *Inserter) Flush() error {
	for n := rowsAtOnce; n > 0 && len(i.pending) > 0; {
		if len(i.pending) < n*i.width {
			n /= 2
			continue
		}
		params := make(dbx.Params, n*i.width)
		for j, v := range i.pending[:n*i.width] {
			params[parameterNames[j]] = v
		}
		if err := i.sql.Exec(i.text(n), params); err != nil {
			return err
		}
		i.pending = i.pending[n*i.width:]
	}
	i.pending = nil
	return nil
}

func (i *Inserter) text(rows int) string {
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

// Keeper writes rows that are there already apart from new ones: for an upsert
// SQLite copies the pages it touches (see inserter), and most rows are new.
type Keeper struct{ fresh, again *Inserter }

// NewKeeper writes rows of these columns, with conflict for those that are there.
func NewKeeper(sql *Statements, table string, columns []string, conflict string) *Keeper {
	return &Keeper{NewInserter(sql, table, columns, ""), NewInserter(sql, table, columns, conflict)}
}

// Add takes one row; there says that it is in the table already.
func (k *Keeper) Add(there bool, values ...any) error {
	if there {
		return k.again.Add(values...)
	}
	return k.fresh.Add(values...)
}

// Flush writes what is gathered.
func (k *Keeper) Flush() error { return errors.Join(k.fresh.Flush(), k.again.Flush()) }

// parameterNames are enough for the widest table.
var parameterNames = func() []string {
	out := make([]string, rowsAtOnce*64)
	for i := range out {
		out[i] = "p" + strconv.Itoa(i)
	}
	return out
}()
