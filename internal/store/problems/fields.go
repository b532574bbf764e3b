package problems

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/identity"
	"chaski/internal/domain/jobs"
	"chaski/internal/store/sqlite"
)

// which tells a row from its neighbours: its day, month or number.
func which(db dbx.Builder, values map[string]any) (string, error) {
	for _, name := range []string{"day", "visited_on", "held_on", "month", "as_of", "number", "code"} {
		if v := values[name]; v != nil && v != "" {
			return fmt.Sprint(v), nil
		}
	}
	visit, _ := values["visit"].(string)
	if visit == "" {
		return "", nil
	}
	found, err := sqlite.Column(db, `SELECT visited_on FROM visits WHERE id = {:id}`, dbx.Params{"id": visit})
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// wrongMarks finds on a sheet the marks that are none, and whose they are that are
// not on the roster.
func wrongMarks(db dbx.Builder, values map[string]any, field *app.ProblemField) error {
	marks, ok := values["marks"].(map[string]any)
	if !ok {
		return nil
	}
	var people []struct {
		ID   string `db:"id"`
		DNI  string `db:"dni"`
		Work string `db:"intervention"`
		Cupo int64  `db:"cupo"`
	}
	if err := db.NewQuery(`SELECT p.id, p.dni, p.intervention, coalesce(c.number, 0) AS cupo FROM participants p LEFT JOIN cupos c ON c.id = p.cupo
		WHERE p.id IN (SELECT value FROM json_each({:ids}))`).Bind(dbx.Params{"ids": sqlite.JSONList(slices.Sorted(maps.Keys(marks)))}).All(&people); err != nil {
		return err
	}
	items := map[string]app.ProblemItem{}
	for _, p := range people {
		items[p.ID] = app.ProblemItem{Cupo: p.Cupo, Person: identity.Mask(p.DNI), OnRoster: p.Work != "" && p.Work == values["intervention"]}
	}
	field.Items = []app.ProblemItem{}
	field.Choices = []string{jobs.Present, jobs.Absent, jobs.NotSeen}
	for _, key := range slices.Sorted(maps.Keys(marks)) {
		item := items[key]
		if item.Key, item.Value = key, marks[key]; !item.OnRoster || !jobs.IsMark(item.Value) {
			field.Items = append(field.Items, item)
		}
	}
	return nil
}
