package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
)

// remembered is what sync keeps of a row.
type remembered struct {
	rev             int64
	digest, payload string
	known           bool
}

// rows compares every tracked row with what sync remembers of it, and where sync
// keeps it with where it belongs.
func (c *checker) rows() error {
	books, err := c.readBuckets()
	if err != nil {
		return err
	}
	for i := range replication.Collections {
		if err := c.collection(&replication.Collections[i], books); err != nil {
			return fmt.Errorf("%s: %w", replication.Collections[i].Name, err)
		}
	}
	c.sums(books)
	if err := c.newest(); err != nil {
		return err
	}
	return c.strangers()
}

func (c *checker) collection(of *replication.Collection, books books) error {
	entries, err := c.readEntries(of.Name)
	if err != nil {
		return err
	}
	places, err := c.placesOf(of.Name)
	if err != nil {
		return err
	}
	columns := make([]string, 0, len(of.Fields))
	for _, f := range of.Fields {
		// As text: what is stored, not what a driver makes of the column's type.
		columns = append(columns, fmt.Sprintf(`CAST(t."%s" AS TEXT)`, f.Name))
	}
	rows, err := c.db.NewQuery(`SELECT t.id, coalesce(s.rev, 0), coalesce(s.digest, ''), coalesce(s.payload, ''), s.record IS NOT NULL, ` +
		strings.Join(columns, ", ") + ` FROM "` + of.Name + `" t
		LEFT JOIN sync_rows s ON s.collection = '` + of.Name + `' AND s.record = t.id ORDER BY t.id`).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		var was remembered
		values := make([]*string, len(of.Fields))
		dest := []any{&id, &was.rev, &was.digest, &was.payload, &was.known}
		for i := range values {
			dest = append(dest, &values[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		c.checked(CheckRows, 1)
		if !c.row(of, id, values, was) {
			continue
		}
		c.place(of.Name, id, was, places[id], entries[id], books)
		delete(entries, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return c.orphans(of.Name, entries, books)
}

// row compares one row with what is remembered of it; false if it cannot be read.
func (c *checker) row(of *replication.Collection, id string, values []*string, was remembered) bool {
	name := of.Name + "/" + id
	now := replication.Payload{}
	for i, f := range of.Fields {
		v, err := decode(f.Kind, values[i])
		if err != nil {
			c.differs(CheckRows, name, f.Name+" legible", err.Error())
			return false
		}
		if f.Added && (v == nil || v == "" || v == int64(0) || v == false) {
			continue // it came later, and says nothing
		}
		now[f.Name] = v
	}
	canonical, err := replication.Canonical(now)
	if err != nil {
		c.differs(CheckRows, name, "contenido legible", err.Error())
		return false
	}
	switch {
	case !was.known || was.payload == "":
		c.differs(CheckRows, name, "recordada para sincronizar", nothing)
	case was.payload != string(canonical):
		expected, found := changedFields(was.payload, canonical)
		c.differs(CheckRows, name, "recordado: "+expected, "en la tabla: "+found)
	case replication.Digest(canonical) != was.digest:
		c.differs(CheckRows, name, "huella "+replication.Digest(canonical), "huella "+orNothing(was.digest))
	}
	return true
}

// decode reads a stored value as text into what replication speaks of.
func decode(kind replication.Kind, s *string) (any, error) {
	text := ""
	if s != nil {
		text = *s
	}
	switch kind {
	case replication.Int:
		whole := strings.TrimSuffix(text, ".0") // SQLite keeps large whole numbers as REAL
		if whole == "" {
			return int64(0), nil
		}
		n, err := strconv.ParseInt(whole, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("no es un número entero: %q", text)
		}
		return n, nil
	case replication.Bool:
		return text == "1" || text == "true", nil
	case replication.JSON:
		if text == "" {
			return nil, nil
		}
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return nil, fmt.Errorf("no es JSON: %q", text)
		}
		return v, nil
	case replication.Instant:
		return strings.Replace(text, " ", "T", 1), nil
	case replication.Text:
		return text, nil
	}
	return nil, fmt.Errorf("clase %d desconocida", kind)
}

// changedFields says which fields of two payloads differ, side by side.
func changedFields(was string, now []byte) (string, string) {
	var a, b map[string]any
	if json.Unmarshal([]byte(was), &a) != nil || json.Unmarshal(now, &b) != nil {
		return was, string(now)
	}
	var expected, found []string
	for _, field := range either(a, b) {
		if !reflect.DeepEqual(a[field], b[field]) {
			expected = append(expected, fmt.Sprintf("%s=%v", field, a[field]))
			found = append(found, fmt.Sprintf("%s=%v", field, b[field]))
		}
	}
	if len(expected) == 0 {
		return "forma canónica", "otra escritura de lo mismo"
	}
	return strings.Join(expected, ", "), strings.Join(found, ", ")
}

// either are the keys of two maps, in order.
func either[V any](a, b map[string]V) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// strangers are rows that sync remembers and nobody has.
func (c *checker) strangers() error {
	tables := make([]string, len(replication.Collections))
	for i, of := range replication.Collections {
		tables[i] = `SELECT '` + of.Name + `' AS collection, id AS record FROM "` + of.Name + `"`
	}
	var rows []struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
	}
	err := c.db.NewQuery(`SELECT collection, record FROM sync_rows WHERE payload IS NOT NULL EXCEPT SELECT * FROM (` +
		strings.Join(tables, " UNION ALL ") + `) ORDER BY 1, 2`).Bind(dbx.Params{}).All(&rows)
	for _, r := range rows {
		c.differs(CheckRows, r.Collection+"/"+r.Record, nothing, "recordada para sincronizar")
	}
	return err
}
