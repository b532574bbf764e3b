package verify

import "fmt"

// groups compares what counts are told from with the rows it sums up: the persons of
// each exercise, how many there are of a kind, and the contributions of each work.
func (c *checker) groups() error {
	for _, table := range []string{"progress_persons", "progress_groups", "progress_works"} {
		if err := c.count(CheckGroups, `SELECT count(*) FROM `+table); err != nil {
			return err
		}
	}
	pairs := newPairs(CheckGroups)
	for _, compared := range []struct{ name, expected, found string }{
		{"progress_persons", personsExpected, `SELECT q.exercise || '/' || (SELECT min(p.id) FROM participants p WHERE p.dni = q.dni), q.sex || ' ' || substr(q.birth, 1, 4) || ' ' || q.conditions
			FROM progress_persons q`},
		{"progress_groups", `SELECT exercise || '/' || sex || ' ' || birth, count(*) FROM progress_persons GROUP BY exercise, sex, birth
			UNION ALL SELECT q.exercise || '/' || c.value, count(*) FROM progress_persons q, json_each('["' || replace(q.conditions, ' ', '","') || '"]') c
			WHERE c.value <> '' GROUP BY q.exercise, c.value`, `SELECT exercise || '/' || CASE what WHEN '' THEN sex || ' ' || birth ELSE what END, n FROM progress_groups WHERE n <> 0`},
		{"progress_works", `SELECT exercise || '/' || measure || '/' || ao || '/' || rule || '/' || funding_year || '/' || funding_frame || '/' || intervention, count(*) || ' ' || sum(quantity)
			FROM progress_contributions GROUP BY 1`, `SELECT exercise || '/' || measure || '/' || ao || '/' || rule || '/' || funding_year || '/' || funding_frame || '/' || intervention, n || ' ' || quantity
			FROM progress_works WHERE n <> 0`},
	} {
		var rows []struct {
			Side string `db:"side"`
			Row  string `db:"row"`
			Says string `db:"says"`
		}
		err := c.all(&rows, fmt.Sprintf(`WITH expected (row, says) AS (%s), found (row, says) AS (%s)
			SELECT 'expected' AS side, * FROM (SELECT * FROM expected EXCEPT SELECT * FROM found)
			UNION ALL SELECT 'found', * FROM (SELECT * FROM found EXCEPT SELECT * FROM expected)`, compared.expected, compared.found))
		if err != nil {
			return err
		}
		for _, r := range rows {
			pairs.add(compared.name+"/"+r.Row, r.Side, r.Says)
		}
	}
	pairs.report(c)
	return nil
}

// personsExpected looks at a person's rows of an exercise together: what they say
// alike, and every condition that one of them has.
const personsExpected = `SELECT g.exercise || '/' || (SELECT min(o.id) FROM participants o WHERE o.dni = p.dni),
		CASE count(DISTINCT p.sex) WHEN 1 THEN max(p.sex) ELSE '?' END || ' ' ||
		CASE count(DISTINCT p.birth_date) WHEN 1 THEN substr(max(p.birth_date), 1, 4) ELSE '?' END || ' ' ||
		coalesce((SELECT group_concat(x.condition, ' ') FROM (SELECT c.condition FROM participant_conditions c JOIN participants o ON o.id = c.participant AND o.dni = p.dni
			WHERE EXISTS (SELECT 1 FROM progress_people h WHERE h.exercise = g.exercise AND h.participant = o.id) GROUP BY c.condition ORDER BY c.condition) x), '')
	FROM progress_people g JOIN participants p ON p.id = g.participant GROUP BY g.exercise, p.dni`
