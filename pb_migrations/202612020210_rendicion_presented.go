package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What a phone needs to tell without signal whether an account squares and what is
// open: what was transferred, and each amount and answer as it was last presented. What
// was presented before is in the submissions, or, where there is none, as it stands.
func init() {
	fields := map[string]core.Field{"rendiciones": nonNegative("accrued"), "rendicion_lines": nonNegative("presented"), "rendicion_observations": text("presented_answer")}
	tables := []string{"rendiciones", "rendicion_lines", "rendicion_observations"}
	m.Register(func(app core.App) error {
		for _, name := range tables {
			c := find(app, name)
			c.Fields.Add(fields[name])
			if err := app.Save(c); err != nil {
				return err
			}
			if err := execAll(app, settleAgain(name)); err != nil {
				return err
			}
		}
		return execAll(app,
			`UPDATE rendicion_lines SET presented = coalesce((SELECT CAST(round(json_extract(s.content, '$.amounts.' || rendicion_lines.kind) * 100) AS INTEGER)
				FROM rendicion_submissions s WHERE s.rendicion = rendicion_lines.rendicion ORDER BY s.round DESC LIMIT 1), amount)
				WHERE rendicion IN (SELECT id FROM rendiciones WHERE round > 0)`,
			`UPDATE rendicion_observations SET presented_answer = coalesce((SELECT json_extract(s.content, '$.answers."' || rendicion_observations.id || '"')
				FROM rendicion_submissions s WHERE s.rendicion = rendicion_observations.rendicion ORDER BY s.round DESC LIMIT 1), '')`,
			// This is no change by somebody unknown.
			`DELETE FROM dirty WHERE collection IN ('rendicion_lines', 'rendicion_observations') AND n > (SELECT max(n) FROM dirty WHERE source = 'schema')`,
		)
	}, func(app core.App) error {
		for _, name := range tables {
			c := find(app, name)
			c.Fields.RemoveByName(fields[name].GetName())
			if err := app.Save(c); err != nil {
				return err
			}
			if err := execAll(app, settleAgain(name)); err != nil {
				return err
			}
		}
		return nil
	})
}
