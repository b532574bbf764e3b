package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// trackedCatalogue are the collections of this step whose rows sync must
// remember.
var trackedCatalogue = []string{"jurisdictions", "holidays"}

// The catalogue: departments, provinces and holidays; which unit serves a
// district becomes a dated table of its own, because a unit crosses departments
// and districts change hands.
func init() {
	m.Register(func(app core.App) error {
		departments := table("departments", requiredPattern("code", `^\d{2}$`), requiredText("name"),
			requiredDay("valid_from"), day("valid_to"))
		departments.AddIndex("idx_departments", true, "code, valid_from", "")
		if err := saveAll(app, departments); err != nil {
			return err
		}
		provinces := table("provinces", requiredPattern("code", `^\d{4}$`), requiredText("name"), to("department", departments),
			requiredDay("valid_from"), day("valid_to"))
		provinces.AddIndex("idx_provinces", true, "code, valid_from", "")
		holidays := table("holidays", requiredDay("day"), requiredText("name"), requiredText("norm"), choice("scope", "national"))
		holidays.AddIndex("idx_holidays", true, "day", "")

		uts, districts := find(app, "uts"), find(app, "districts")
		uts.Fields.Add(boolean("assumption"), text("note"))
		jurisdictions := table("jurisdictions", to("district", districts), to("ut", uts),
			requiredDay("valid_from"), day("valid_to"), boolean("assumption"), text("note"))
		jurisdictions.AddIndex("idx_jurisdictions", true, "district, valid_from", "")
		jurisdictions.AddIndex("idx_jurisdictions_ut", false, "ut", "")
		if err := saveAll(app, provinces, holidays, uts, jurisdictions); err != nil {
			return err
		}
		if err := moveJurisdiction(app); err != nil {
			return err
		}
		districts.Fields.RemoveByName("ut")
		districts.Fields.Add(boolean("assumption"), text("note"))
		if err := app.Save(districts); err != nil {
			return err
		}
		for _, name := range trackedCatalogue {
			if err := track(app, name); err != nil {
				return err
			}
		}
		return execAll(app,
			// Which rows the catalogue brought once: what central staff later
			// change or delete stays as they left it.
			`CREATE TABLE catalog_loaded (collection TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID`,
			// A row whose remembered form changed by a schema step has to be
			// settled again, and is no change by anybody.
			`ALTER TABLE dirty ADD COLUMN source TEXT NOT NULL DEFAULT ''`,
			settleAgain("uts"), settleAgain("districts"), settleAgain("jurisdictions"),
		)
	}, func(app core.App) error {
		districts := find(app, "districts")
		districts.Fields.RemoveByName("assumption")
		districts.Fields.RemoveByName("note")
		districts.Fields.Add(optionalTo("ut", find(app, "uts")))
		if err := app.Save(districts); err != nil {
			return err
		}
		var waiting int64
		if err := app.DB().NewQuery(`SELECT coalesce(max(n), 0) FROM dirty`).Row(&waiting); err != nil {
			return err
		}
		// The newest unit; a district that never had one cannot be kept in the
		// old form, and is left without.
		if err := execAll(app,
			`UPDATE districts SET ut = coalesce((SELECT ut FROM jurisdictions j WHERE j.district = districts.id ORDER BY valid_from DESC LIMIT 1), '')`,
			fmt.Sprintf(`DELETE FROM dirty WHERE n > %d`, waiting), // this step's own
			`DROP TABLE catalog_loaded`,
			`DELETE FROM dirty WHERE collection IN ('jurisdictions', 'holidays')`,
			`DELETE FROM sync_rows WHERE collection = 'jurisdictions'`,
			`ALTER TABLE dirty DROP COLUMN source`); err != nil {
			return err
		}
		uts := find(app, "uts")
		uts.Fields.RemoveByName("assumption")
		uts.Fields.RemoveByName("note")
		if err := app.Save(uts); err != nil {
			return err
		}
		return dropAll(app, "jurisdictions", "holidays", "provinces", "departments")
	})
}

// moveJurisdiction makes one dated row of the unit each district named.
func moveJurisdiction(app core.App) error {
	return execAll(app, `INSERT INTO jurisdictions (id, district, ut, valid_from, valid_to, assumption, note, created, updated)
		SELECT substr('j' || lower(hex(randomblob(8))), 1, 15), id, ut, valid_from, valid_to, TRUE, '', strftime('%Y-%m-%d %H:%M:%fZ'), strftime('%Y-%m-%d %H:%M:%fZ')
		FROM districts WHERE ut <> ''`)
}

// settleAgain leaves every row of a table in dirty, in the name of the schema.
func settleAgain(table string) string {
	return `INSERT INTO dirty (collection, record, source) SELECT '` + table + `', id, 'schema' FROM ` + table
}

func execAll(app core.App, statements ...string) error {
	for _, sql := range statements {
		if _, err := app.DB().NewQuery(sql).Execute(); err != nil {
			return err
		}
	}
	return nil
}
