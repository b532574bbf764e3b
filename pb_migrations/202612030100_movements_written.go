package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A movement is the whole act, as the executor's people write it: who leaves with his
// last day, who comes with his first.
func init() {
	added := []string{
		"cupo", "leaves_on", "dni", "given_names", "surnames", "sex", "birth_date", "state_reason", "doubts", "recorded_by", "received_at", "held_until",
	}
	m.Register(func(app core.App) error {
		movements := find(app, "movements")
		movements.Fields.Add(optionalTo("cupo", find(app, "cupos")), day("leaves_on"), text("dni"), text("given_names"), text("surnames"),
			optionalChoice("sex", "F", "M"), day("birth_date"), text("state_reason"), document("doubts"), text("recorded_by"), instant("received_at"),
			day("held_until"))
		movements.AddIndex("idx_movements_cupo", false, "cupo", "")
		return app.Save(movements)
	}, func(app core.App) error {
		movements := find(app, "movements")
		movements.RemoveIndex("idx_movements_cupo")
		for _, name := range added {
			movements.Fields.RemoveByName(name)
		}
		return app.Save(movements)
	})
}
