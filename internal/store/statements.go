package store

import "github.com/pocketbase/dbx"

// statements are the prepared queries of one transaction: a drain runs a few
// of them many times.
type statements struct {
	db     dbx.Builder
	byText map[string]*dbx.Query
}

func prepareOn(db dbx.Builder) *statements {
	return &statements{db: db, byText: map[string]*dbx.Query{}}
}

// exec runs a statement; every run must bind the same names.
func (s *statements) exec(sql string, params dbx.Params) error {
	q := s.byText[sql]
	if q == nil {
		q = s.db.NewQuery(sql).Prepare()
		s.byText[sql] = q
	}
	_, err := q.Bind(params).Execute()
	return err
}

func (s *statements) close() {
	for _, q := range s.byText {
		_ = q.Close() // the transaction ends anyway
	}
}
