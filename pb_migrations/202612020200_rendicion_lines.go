package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What is to be rendered has its rows from the day its work ends, each line too, so
// that phones can state amounts without signal: the works that have ended and the
// rendiciones that are there are looked at once more, which makes those they lack.
// And what stood on the screen of who presented one.
func init() {
	m.Register(func(app core.App) error {
		rendiciones := find(app, "rendiciones")
		rendiciones.Fields.Add(document("presents"))
		if err := app.Save(rendiciones); err != nil {
			return err
		}
		return execAll(app, settleAgain("rendiciones"), settleAgain("interventions")+` WHERE state = 'terminada'`)
	}, func(app core.App) error {
		rendiciones := find(app, "rendiciones")
		rendiciones.Fields.RemoveByName("presents")
		return app.Save(rendiciones)
	})
}
