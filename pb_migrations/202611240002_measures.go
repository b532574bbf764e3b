package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// trackedV2 are the collections of this step whose rows sync or progress must
// remember.
var trackedV2 = []string{
	"poi_versions", "ao_versions", "technical_assistances", "management_reports",
	"participant_conditions", "movements", "insurance_certificates",
}

// Every unit of measure has its rows: technical assistances and reports beside
// jobs and transfers. The POI has its versions. Participants have conditions
// (sensitive), movements and insurance certificates.
func init() {
	m.Register(func(app core.App) error {
		uts, entities, users, aos := find(app, "uts"), find(app, "entities"), find(app, "users"), find(app, "aos")
		interventions, participants, policies := find(app, "interventions"), find(app, "participants"), find(app, "insurance_policies")

		exercises := find(app, "exercises")
		exercises.Fields.Add(pattern("aei", `^AEI\.\d{2}\.\d{2}$`))
		if err := app.Save(exercises); err != nil {
			return err
		}

		poi := table("poi_versions", integer("exercise"), requiredPattern("key", `^(pia|v[1-9]\d?)$`), requiredText("label"),
			nonNegative("position"), day("approved_on"), requiredText("resolution"), text("reason"))
		poi.AddIndex("idx_poi_versions", true, "exercise, key", "")
		if err := saveAll(app, poi); err != nil {
			return err
		}

		// What a version says of an activity. An AO may serve another AEI (the one
		// of version 2 of 2023 does), hence the link is kept by version.
		aoVersions := table("ao_versions", to("poi_version", poi), to("ao", aos), requiredPattern("aei", `^AEI\.\d{2}\.\d{2}$`),
			nonNegative("physical_target"), nonNegative("financial_target"), // céntimos
			boolean("active"), text("cause"), boolean("synthetic"))
		aoVersions.AddIndex("idx_ao_versions", true, "poi_version, ao", "")

		// One row for each proponent that took part; a group session has as many
		// rows with one session.
		assistances := table("technical_assistances", to("ut", uts), to("entity", entities),
			requiredDay("held_on"), choice("modality", "taller", "reunion", "capacitacion"),
			choice("scope", "grupal", "personalizada"), choice("channel", "presencial", "virtual", "telefono"),
			requiredText("topic"), text("session"), nonNegative("attendees"),
			choice("funding_frame", "ordinary", "ley_31728"), integer("funding_year"),
			choice("state", "programada", "realizada", "validada", "rechazada"),
			text("evidence"), optionalTo("validated_by", users))
		assistances.AddIndex("idx_technical_assistances", false, "entity, held_on, modality, topic", "")

		reports := table("management_reports", requiredText("unit"), optionalTo("ut", uts), to("ao", aos),
			requiredText("kind"), requiredPattern("period", `^\d{4}(-(Q[1-4]|S[12]|\d{2}))?$`), requiredText("number"),
			day("approved_on"), choice("state", "borrador", "presentado", "aprobado", "retirado"), text("sha256"))
		reports.AddIndex("idx_management_reports", false, "unit, ut, kind, period", "")
		reports.AddIndex("idx_management_reports_ao", false, "ao", "")

		conditions := table("participant_conditions", to("participant", participants), to("intervention", interventions),
			choice("condition", "victima_violencia_1980_2000", "victima_violencia_genero", "con_discapacidad",
				"familiar_discapacidad_severa_contigo"),
			choice("source", "OMAPED", "OREDIS", "MIMP", "CMAN", "CONTIGO", "DECLARACION"), requiredDay("accredited_on"))
		conditions.AddIndex("idx_participant_conditions", true, "participant, condition", "")
		conditions.AddIndex("idx_participant_conditions_intervention", false, "intervention", "")
		// Sensitive data (Ley 29733): nobody reads rows over REST but superusers;
		// screens show counts.
		conditions.ListRule, conditions.ViewRule = nil, nil

		movements := table("movements", to("intervention", interventions), optionalTo("participant", participants),
			choice("kind", "alta", "baja", "reemplazo"), requiredDay("effective_on"), text("reason"),
			optionalTo("replaces", participants),
			choice("state", "registrado", "validado", "cubierto", "vencido_sin_constancia", "anulado"))
		movements.AddIndex("idx_movements_intervention", false, "intervention, effective_on", "")

		certificates := table("insurance_certificates", to("insurance_policy", policies), to("intervention", interventions),
			requiredText("number"), requiredDay("issued_on"), nonNegative("insured"),
			choice("state", "pendiente", "presentada", "conforme", "observada"))
		certificates.AddIndex("idx_insurance_certificates_intervention", false, "intervention", "")

		if err := saveAll(app, aoVersions, assistances, reports, conditions, movements, certificates); err != nil {
			return err
		}
		if _, err := app.DB().NewQuery(peopleLedger).Execute(); err != nil {
			return err
		}
		for _, name := range trackedV2 {
			if err := track(app, name); err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		if _, err := app.DB().NewQuery(`DROP TABLE progress_people`).Execute(); err != nil {
			return err
		}
		if err := dropAll(app, "insurance_certificates", "movements", "participant_conditions", "management_reports",
			"technical_assistances", "ao_versions", "poi_versions"); err != nil {
			return err
		}
		exercises := find(app, "exercises")
		exercises.Fields.RemoveByName("aei")
		return app.Save(exercises)
	})
}

// The first jornal of each roster row in each year: who was a participant of an
// exercise. Kept by internal/store as contributions are.
const peopleLedger = `CREATE TABLE progress_people (participant TEXT NOT NULL, exercise INTEGER NOT NULL,
	intervention TEXT NOT NULL, day TEXT NOT NULL, evidence_collection TEXT NOT NULL, evidence_record TEXT NOT NULL,
	PRIMARY KEY (exercise, participant)) WITHOUT ROWID;
	CREATE INDEX idx_progress_people_intervention ON progress_people (intervention)`
