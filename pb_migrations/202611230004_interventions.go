package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Interventions with their agreement, money, places, people and insurance.
func init() {
	m.Register(func(app core.App) error {
		uts, districts, entities, users := find(app, "uts"), find(app, "districts"), find(app, "entities"), find(app, "users")

		interventions := table("interventions",
			choice("kind", "aii", "pi"), requiredText("name"), to("ut", uts), to("district", districts),
			// domain.md §B, the part of the life that this path needs
			choice("state", "transferida", "requisitos_conformes", "participantes_seleccionados",
				"en_ejecucion", "suspendida", "terminada", "rc_presentada", "rc_observada",
				"rc_conforme", "cerrada", "desistida", "resuelta"),
			requiredDay("starts_on"), requiredDay("ends_on"),
			text("place"), integer("lat_e6"), integer("lon_e6"), // microdegrees
		)
		if err := saveAll(app, interventions); err != nil {
			return err
		}

		convenios := table("convenios",
			requiredPattern("code", `^\d{2}-\d{4}-(AII|PI)-\d{2}$`),
			to("intervention", interventions), to("proposer", entities), to("executor", entities),
			integer("funding_year"), choice("funding_frame", "ordinary", "ley_31728"),
			nonNegative("amount"), day("signed_on"))
		convenios.AddIndex("idx_convenios_code", true, "code", "")
		convenios.AddIndex("idx_convenios_intervention", true, "intervention", "")
		convenios.AddIndex("idx_convenios_executor", false, "executor", "")

		resolutions := table("resolutions", requiredText("number"), requiredDay("published_on"))
		resolutions.AddIndex("idx_resolutions_number", true, "number", "")

		cupos := table("cupos", to("intervention", interventions), nonNegative("number"),
			choice("state", "activo", "anulado"))
		cupos.AddIndex("idx_cupos", true, "intervention, number", "")

		policies := table("insurance_policies", to("intervention", interventions),
			requiredText("number"), requiredPattern("insurer_ruc", `^\d{11}$`), requiredText("insurer_name"),
			text("kind"), requiredDay("valid_from"), requiredDay("valid_to"),
			optionalChoice("state", "emitida", "anulada"))
		policies.AddIndex("idx_insurance_policies_intervention", false, "intervention", "")

		assignments := table("assignments", to("user", users), to("intervention", interventions),
			requiredDay("from_on"), day("to_on"), text("reason"))
		assignments.AddIndex("idx_assignments_user", false, "user", "")
		assignments.AddIndex("idx_assignments_intervention", false, "intervention", "")
		if err := saveAll(app, convenios, resolutions, cupos, policies, assignments); err != nil {
			return err
		}

		transfers := table("transfers", to("convenio", convenios), to("resolution", resolutions),
			choice("state", "programada", "en_rm", "aprobada", "devengada", "girada", "anulada"),
			day("accrued_on"), nonNegative("amount"))
		transfers.AddIndex("idx_transfers_resolution", false, "resolution, convenio", "")

		participants := table("participants", to("intervention", interventions), to("cupo", cupos),
			requiredPattern("dni", `^\d{8}$`), requiredText("given_names"), requiredText("surnames"),
			choice("sex", "F", "M"), requiredDay("birth_date"),
			requiredDay("alta_on"), day("baja_on")) // baja_on: last day worked
		participants.AddIndex("idx_participants_dni", false, "dni", "")
		participants.AddIndex("idx_participants_intervention", false, "intervention", "")
		participants.AddIndex("idx_participants_cupo", false, "cupo, alta_on", "")

		insured := table("insured_persons", to("insurance_policy", policies), to("intervention", interventions),
			requiredPattern("dni", `^\d{8}$`), requiredDay("from_on"), day("to_on"))
		insured.AddIndex("idx_insured_persons", true, "insurance_policy, dni, from_on", "")
		insured.AddIndex("idx_insured_persons_intervention", false, "intervention", "")

		// The executor's daily sheet. marks: {"<participant id>": "presente"|"ausente"}.
		sheets := table("attendance_sheets", to("intervention", interventions), requiredDay("day"),
			document("marks"), nonNegative("headcount"),
			choice("state", "registrada", "validada", "observada"), optionalTo("validated_by", users))
		sheets.AddIndex("idx_attendance_sheets", true, "intervention, day", "")
		// The unit's coordinator validates the sheets of his own unit.
		sheets.UpdateRule = types.Pointer(`@request.auth.active = true && @request.auth.role = "ut_coordinator" && ` +
			`intervention.ut = @request.auth.ut && @request.body.intervention:changed = false && ` +
			`@request.body.day:changed = false && @request.body.marks:changed = false && ` +
			`@request.body.headcount:changed = false && @request.body.validated_by:changed = false`)
		sheets.ListRule = types.Pointer(`(` + centralRead + `) || (@request.auth.active = true && @request.auth.role = "ut_coordinator" && intervention.ut = @request.auth.ut)`)
		sheets.ViewRule = sheets.ListRule

		return saveAll(app, transfers, participants, insured, sheets)
	}, func(app core.App) error {
		return dropAll(app, "attendance_sheets", "insured_persons", "participants", "transfers",
			"assignments", "insurance_policies", "cupos", "resolutions", "convenios", "interventions")
	})
}
