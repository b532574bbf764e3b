package store

import (
	"github.com/pocketbase/dbx"
)

// surroundings answers, from the open transaction, what a row's buckets depend
// on beside the row itself. A drain writes no base row, so what was read once
// holds until its end.
type surroundings struct {
	db     dbx.Builder
	uts    map[string]string
	visits map[string]visitPlace
}

type visitPlace struct {
	Intervention string `db:"intervention"`
	State        string `db:"state"`
	Day          string `db:"visited_on"`
}

func newSurroundings(db dbx.Builder) *surroundings {
	return &surroundings{db: db, uts: map[string]string{}, visits: map[string]visitPlace{}}
}

// UTOf implements replication.Surroundings.
func (s *surroundings) UTOf(intervention string) (string, error) {
	if ut, known := s.uts[intervention]; known {
		return ut, nil
	}
	out, err := column(s.db, `SELECT ut FROM interventions WHERE id = {:id}`, dbx.Params{"id": intervention})
	if err != nil {
		return "", err
	}
	s.uts[intervention] = ""
	if len(out) > 0 {
		s.uts[intervention] = out[0]
	}
	return s.uts[intervention], nil
}

// InterventionsOf implements replication.Surroundings.
func (s *surroundings) InterventionsOf(entity string) ([]string, error) {
	return column(s.db, `SELECT intervention FROM convenios WHERE executor = {:id} UNION
		SELECT intervention FROM convenios WHERE proposer = {:id}`, dbx.Params{"id": entity})
}

// UnitsOf implements replication.Surroundings.
func (s *surroundings) UnitsOf(district string) ([]string, error) {
	return column(s.db, `SELECT DISTINCT ut FROM jurisdictions WHERE district = {:id} ORDER BY ut`, dbx.Params{"id": district})
}

// VisitOf implements replication.Surroundings.
func (s *surroundings) VisitOf(visit string) (intervention, state string, err error) {
	place, err := s.visit(visit)
	return place.Intervention, place.State, err
}

// visit is where and when a visit was; zero for one that is not there.
func (s *surroundings) visit(id string) (visitPlace, error) {
	if place, known := s.visits[id]; known {
		return place, nil
	}
	var rows []visitPlace
	if err := s.db.NewQuery(`SELECT intervention, state, visited_on FROM visits WHERE id = {:id}`).Bind(dbx.Params{"id": id}).All(&rows); err != nil {
		return visitPlace{}, err
	}
	var place visitPlace
	if len(rows) > 0 {
		place = rows[0]
	}
	s.visits[id] = place
	return place, nil
}
