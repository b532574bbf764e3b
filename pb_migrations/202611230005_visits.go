package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Visits, the marks of who was there, findings; devices and the audit trail.
func init() {
	m.Register(func(app core.App) error {
		users, interventions := find(app, "users"), find(app, "interventions")

		devices := table("devices", to("user", users), requiredText("install"), text("name"),
			text("platform"), text("app_version"), optionalChoice("state", "activo", "revocado"),
			instant("last_seen_at"), nonNegative("outbox"), text("oldest_pending_at"),
			nonNegative("rejected"), nonNegative("parked"),
			nonNegative("storage_used"), nonNegative("storage_quota"), boolean("persisted"), text("last_heal_at"))
		devices.AddIndex("idx_devices_install", true, "user, install", "")
		if err := saveAll(app, devices); err != nil {
			return err
		}

		visits := table("visits", to("intervention", interventions),
			requiredPattern("convenio_code", `^\d{2}-\d{4}-(AII|PI)-\d{2}$`),
			to("supervisor", users), choice("kind", "in_situ", "unannounced"),
			choice("state", "planificada", "sincronizada", "validada", "observada"),
			requiredDay("visited_on"),
			// What the phone's clock said: evidence, never order.
			text("device_started_at"), text("device_ended_at"),
			integer("lat_e6"), integer("lon_e6"), nonNegative("accuracy_m"), text("location_reason"),
			nonNegative("headcount"), nonNegative("roster_size"), text("roster_as_of"),
			text("checklist_key"), nonNegative("checklist_version"), document("answers"), text("note"),
			optionalTo("device", devices), instant("received_at"))
		visits.AddIndex("idx_visits_intervention", false, "intervention, visited_on", "")
		visits.AddIndex("idx_visits_supervisor", false, "supervisor", "")
		if err := saveAll(app, visits); err != nil {
			return err
		}

		marks := table("visit_marks", to("visit", visits), to("intervention", interventions),
			to("participant", find(app, "participants")), choice("mark", "presente", "ausente", "no_visto"),
			optionalChoice("coverage_seen", "cubierto", "sin_cobertura", "por_confirmar"))
		marks.AddIndex("idx_visit_marks", true, "visit, participant", "")
		marks.AddIndex("idx_visit_marks_participant", false, "participant", "")
		marks.AddIndex("idx_visit_marks_intervention", false, "intervention", "")

		findings := table("findings", to("visit", visits), to("intervention", interventions),
			choice("severity", "leve", "moderada", "grave"), requiredText("description"),
			text("corrective_measure"), text("responsible"), day("due_on"),
			choice("state", "abierto", "levantado"))
		findings.AddIndex("idx_findings_intervention", false, "intervention", "")
		findings.AddIndex("idx_findings_visit", false, "visit", "")

		// People at work who are not on the roster: evidence, never a jornal.
		unlisted := table("unlisted_workers", to("visit", visits), to("intervention", interventions),
			requiredPattern("dni", `^\d{8}$`), requiredText("given_names"), requiredText("surnames"), text("note"))
		unlisted.AddIndex("idx_unlisted_workers_visit", false, "visit", "")

		audit := table("audit", text("actor"), requiredText("action"), text("collection"), text("record"),
			document("detail"), text("device"))
		audit.AddIndex("idx_audit_record", false, "collection, record", "")
		return saveAll(app, marks, findings, unlisted, audit)
	}, func(app core.App) error {
		return dropAll(app, "audit", "unlisted_workers", "findings", "visit_marks", "visits", "devices")
	})
}
