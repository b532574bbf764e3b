package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What the counts of a running exercise are told from without looking at every
// person and every contribution: persons by kind, contributions by work.
func init() {
	m.Register(func(app core.App) error {
		_, err := app.DB().NewQuery(`
			CREATE TABLE progress_persons (exercise INTEGER NOT NULL, dni TEXT NOT NULL, sex TEXT NOT NULL, birth TEXT NOT NULL,
				conditions TEXT NOT NULL, PRIMARY KEY (exercise, dni)) WITHOUT ROWID;
			CREATE INDEX idx_progress_persons_sex ON progress_persons (exercise) WHERE sex = '?';
			CREATE INDEX idx_progress_persons_birth ON progress_persons (exercise) WHERE birth = '?';
			CREATE TABLE progress_groups (exercise INTEGER NOT NULL, what TEXT NOT NULL, sex TEXT NOT NULL, birth TEXT NOT NULL,
				n INTEGER NOT NULL, PRIMARY KEY (exercise, what, sex, birth)) WITHOUT ROWID;
			CREATE TABLE progress_works (exercise INTEGER NOT NULL, measure TEXT NOT NULL, ao TEXT NOT NULL, rule TEXT NOT NULL,
				funding_year INTEGER NOT NULL, funding_frame TEXT NOT NULL, intervention TEXT NOT NULL, n INTEGER NOT NULL,
				PRIMARY KEY (exercise, measure, ao, rule, funding_year, funding_frame, intervention)) WITHOUT ROWID;
			INSERT INTO progress_persons SELECT g.exercise, p.dni, CASE WHEN min(p.sex) = max(p.sex) THEN min(p.sex) ELSE '?' END,
				CASE WHEN min(p.birth_date) = max(p.birth_date) THEN min(p.birth_date) ELSE '?' END,
				coalesce((SELECT group_concat(condition, ' ') FROM (SELECT DISTINCT c.condition FROM participants q
					JOIN progress_people h ON h.exercise = g.exercise AND h.participant = q.id JOIN participant_conditions c ON c.participant = q.id
					WHERE q.dni = p.dni ORDER BY 1)), '')
				FROM progress_people g JOIN participants p ON p.id = g.participant GROUP BY g.exercise, p.dni;
			INSERT INTO progress_groups SELECT exercise, '', sex, birth, count(*) FROM progress_persons GROUP BY 1, 3, 4;
			INSERT INTO progress_groups SELECT exercise, c, '', '', count(*) FROM (
				SELECT DISTINCT g.exercise, p.dni, c.condition AS c FROM progress_people g JOIN participants p ON p.id = g.participant
				JOIN participant_conditions c ON c.participant = p.id) GROUP BY 1, 2;
			INSERT INTO progress_works SELECT exercise, measure, ao, rule, funding_year, funding_frame, intervention, count(*)
				FROM progress_contributions GROUP BY 1, 2, 3, 4, 5, 6, 7`).Execute()
		return err
	}, func(app core.App) error {
		_, err := app.DB().NewQuery(`DROP TABLE progress_works; DROP TABLE progress_groups; DROP TABLE progress_persons`).Execute()
		return err
	})
}
