package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Planning: operational activities with monthly targets, what SIAF says was
// accrued, dated opening balances, month closes, parameters and checklists.
func init() {
	m.Register(func(app core.App) error {
		exercises := table("exercises",
			&core.NumberField{Name: "year", OnlyInt: true, Required: true, Min: types.Pointer(2000.0), Max: types.Pointer(2100.0)},
			optionalChoice("kind", "real", "demonstration"),
			integer("aei_target"),
			text("note"),
		)
		exercises.AddIndex("idx_exercises_year", true, "year", "")

		// Identity is a key of ours; the official code is nullable (three codes
		// of 2023 are not public).
		aos := table("aos",
			requiredPattern("key", `^[a-z0-9_]+$`), pattern("code", `^AOI\d{11}$`),
			requiredText("name"), integer("exercise"),
			choice("funding_frame", "ordinary", "ley_31728"),
			choice("unit_measure", "transfer", "technical_assistance", "job", "management_report"),
			optionalChoice("budget_category", "PP0073", "APNOP9002"),
			requiredText("counting_rule"),
			boolean("followup_approved"),
			nonNegative("physical_target"), nonNegative("financial_target"), // céntimos
			integer("position"),
		)
		aos.AddIndex("idx_aos_key", true, "exercise, key", "")
		if err := saveAll(app, exercises, aos); err != nil {
			return err
		}

		aoMonths := table("ao_months", to("ao", aos), month("month"),
			nonNegative("physical_target"), nonNegative("financial_target"),
			boolean("synthetic")) // the report gives no months
		aoMonths.AddIndex("idx_ao_months", true, "ao, month", "")

		budget := table("budget_execution", to("ao", aos), month("month"),
			requiredText("clasificador"), integer("amount")) // devengado, céntimos
		budget.AddIndex("idx_budget_execution", true, "ao, month, clasificador", "")

		// A dated balance taken from a published report instead of rows. With no
		// AO it belongs to the AEI only (money of earlier years).
		balances := table("opening_balances", optionalTo("ao", aos),
			integer("exercise"), requiredDay("as_of"),
			choice("measure", "transfer", "technical_assistance", "job", "management_report", "devengado"),
			choice("funding_frame", "ordinary", "ley_31728"), integer("funding_year"),
			integer("quantity"), integer("amount"), requiredText("source"))

		closes := table("month_closes", month("month"), text("note"))
		closes.AddIndex("idx_month_closes", true, "month", "")

		parameters := table("parameters", requiredPattern("key", `^[a-z0-9_.]+$`),
			document("value"), text("unit"), requiredDay("valid_from"), day("valid_to"),
			requiredText("norm"), boolean("assumption"))
		parameters.AddIndex("idx_parameters", true, "key, valid_from", "")

		checklists := table("checklists", requiredPattern("key", `^[a-z0-9_]+$`),
			nonNegative("version"), requiredText("title"), document("items"), requiredDay("valid_from"))
		checklists.AddIndex("idx_checklists", true, "key, version", "")

		return saveAll(app, aoMonths, budget, balances, closes, parameters, checklists)
	}, func(app core.App) error {
		return dropAll(app, "checklists", "parameters", "month_closes", "opening_balances",
			"budget_execution", "ao_months", "aos", "exercises")
	})
}
