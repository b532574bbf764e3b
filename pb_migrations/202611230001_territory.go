package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Territory: the units of the programme, the districts each serves and the
// public bodies that propose and execute works.
func init() {
	m.Register(func(app core.App) error {
		uts := table("uts", requiredPattern("code", `^UT\d{2}$`), requiredText("name"))
		uts.AddIndex("idx_uts_code", true, "code", "")
		if err := saveAll(app, uts); err != nil {
			return err
		}

		// Jurisdiction is a dated district -> UT table: one unit crosses
		// departments and a district code is not stable for ever.
		districts := table("districts",
			requiredPattern("ubigeo", `^\d{6}$`), // INEI, not RENIEC
			requiredText("name"), requiredText("province"), requiredText("department"),
			to("ut", uts), requiredDay("valid_from"), day("valid_to"),
		)
		districts.AddIndex("idx_districts_ubigeo", true, "ubigeo, valid_from", "")
		if err := saveAll(app, districts); err != nil {
			return err
		}

		entities := table("entities",
			requiredPattern("ruc", `^\d{11}$`), requiredText("name"), optionalTo("district", districts),
		)
		entities.AddIndex("idx_entities_ruc", true, "ruc", "")
		return saveAll(app, entities)
	}, func(app core.App) error {
		return dropAll(app, "entities", "districts", "uts")
	})
}
