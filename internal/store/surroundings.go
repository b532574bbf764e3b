package store

import (
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// surroundings answers, from the open transaction, what a row's buckets depend
// on beside the row itself. A drain writes no base row, so what was read once
// holds until its end.
type surroundings struct {
	db   dbx.Builder
	rows map[Key]map[string]string
}

func newSurroundings(db dbx.Builder) *surroundings {
	return &surroundings{db: db, rows: map[Key]map[string]string{}}
}

// Value implements replication.Surroundings.
func (s *surroundings) Value(collection, id, field string) (string, error) {
	k := Key{collection, id}
	row := s.rows[k]
	if value, known := row[field]; known {
		return value, nil
	}
	asked := []string{field}
	if row == nil { // all that the ways ask of a row is read at once
		row = map[string]string{}
		s.rows[k] = row
		if ways := replication.Asked(collection); slices.Contains(ways, field) {
			asked = ways
		}
	}
	err := s.read(k, asked, row)
	return row[field], err
}

func (s *surroundings) read(k Key, fields []string, into map[string]string) error {
	raw := make([]sql.NullString, len(fields))
	dest := make([]any, len(fields))
	for i := range raw {
		dest[i] = &raw[i]
	}
	err := s.db.Select(fields...).From(k.Collection).Where(dbx.HashExp{"id": k.Record}).Row(dest...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for i, f := range fields {
		into[f] = raw[i].String
	}
	return nil
}

// Values implements replication.Surroundings.
func (s *surroundings) Values(collection string, by []string, id, take string) ([]string, error) {
	parts := make([]string, len(by))
	for i, field := range by {
		parts[i] = `SELECT ` + take + ` FROM ` + collection + ` WHERE ` + field + ` = {:id}`
	}
	return sqlite.Column(s.db, strings.Join(parts, ` UNION `)+` ORDER BY 1`, dbx.Params{"id": id})
}
