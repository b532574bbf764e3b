// Package sqlite is how the rooms of the store speak to SQLite: prepared statements, many
// rows by one, lists as JSON, and what its errors mean.
package sqlite

import "github.com/pocketbase/dbx"

// Statements are the prepared queries of one transaction: a drain runs a few
// of them many times.
type Statements struct {
	db     dbx.Builder
	byText map[string]*dbx.Query
}

// Prepare gathers the statements that one transaction prepares.
func Prepare(db dbx.Builder) *Statements {
	return &Statements{db: db, byText: map[string]*dbx.Query{}}
}

// Exec runs a statement; every run must bind the same names.
func (s *Statements) Exec(sql string, params dbx.Params) error {
	q := s.byText[sql]
	if q == nil {
		q = s.db.NewQuery(sql).Prepare()
		s.byText[sql] = q
	}
	_, err := q.Bind(params).Execute()
	return err
}

// Close gives them up.
func (s *Statements) Close() {
	for _, q := range s.byText {
		_ = q.Close() // the transaction ends anyway
	}
}
