package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// People who sign in. PocketBase creates a default "users" auth collection;
// this step gives it roles and scope and closes its open registration.
func init() {
	m.Register(func(app core.App) error {
		users := find(app, "users")
		users.Fields.RemoveByName("avatar")
		users.Fields.Add(
			requiredText("name"),
			choice("role", "supervisor", "ut_coordinator", "executor", "central_analyst",
				"central_reviewer", "director", "auditor", "data_officer", "admin"),
			optionalTo("ut", find(app, "uts")),
			optionalTo("entity", find(app, "entities")),
			boolean("active"),
			boolean("demo"), // refused off loopback
		)
		own := `@request.auth.id = id`
		users.ListRule = types.Pointer(own)
		users.ViewRule = types.Pointer(own)
		users.CreateRule = nil
		users.UpdateRule = nil
		users.DeleteRule = nil
		users.AuthRule = types.Pointer(`active = true`)
		users.OAuth2.Enabled = false
		// A field visit may last weeks without signal: the token outlives it,
		// and the device registry is what cuts a phone off.
		users.AuthToken.Duration = 30 * 24 * 3600
		return app.Save(users)
	}, func(app core.App) error {
		users := find(app, "users")
		for _, name := range []string{"role", "ut", "entity", "active", "demo"} {
			users.Fields.RemoveByName(name)
		}
		users.AuthRule = types.Pointer("")
		return app.Save(users)
	})
}
