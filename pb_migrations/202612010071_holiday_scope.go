package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A holiday may be of one department (INEI's two digits), not only national. Two
// departments may have the same day.
func init() {
	scopes := func(app core.App, values []string, unique string) error {
		holidays := find(app, "holidays")
		field, ok := holidays.Fields.GetByName("scope").(*core.SelectField)
		if !ok {
			return fmt.Errorf("holidays.scope is no choice")
		}
		field.Values = values
		holidays.RemoveIndex("idx_holidays")
		holidays.AddIndex("idx_holidays", true, unique, "")
		return app.Save(holidays)
	}
	m.Register(func(app core.App) error {
		values := []string{"national"}
		for n := 1; n <= 25; n++ {
			values = append(values, fmt.Sprintf("%02d", n))
		}
		return scopes(app, values, "day, scope")
	}, func(app core.App) error {
		if err := execAll(app,
			`DELETE FROM holidays WHERE scope <> 'national'`,
			`UPDATE dirty SET source = 'schema' WHERE collection = 'holidays' AND record NOT IN (SELECT id FROM holidays)`); err != nil {
			return err
		}
		return scopes(app, []string{"national"}, "day")
	})
}
