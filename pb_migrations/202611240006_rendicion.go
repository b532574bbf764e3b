package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// trackedRendicion are replicated to executor and supervisor.
var trackedRendicion = []string{"rendiciones", "rendicion_lines", "rendicion_documents", "rendicion_observations"}

// The rendición de cuentas: what an executor states of an ended intervention,
// its documents, what a reviewer observed, and each submission as it was.
// Nothing is ever erased: a document is superseded, an observation is lifted.
func init() {
	m.Register(func(app core.App) error {
		users, interventions := find(app, "users"), find(app, "interventions")

		rendiciones := table("rendiciones", to("intervention", interventions),
			choice("state", "pendiente", "presentada", "observada", "subsanada", "conforme"),
			nonNegative("revision"), // moved by every change of amounts or state
			nonNegative("round"),    // how many times it was presented
			// As they were when it was last presented; before, they are computed.
			nonNegative("transferred"), day("due_on"),
			day("presented_on"), // the first time
			instant("presented_at"), optionalTo("presented_by", users), text("receipt"),
			day("decided_on"), optionalTo("decided_by", users))
		rendiciones.AddIndex("idx_rendiciones_intervention", true, "intervention", "")
		rendiciones.AddIndex("idx_rendiciones_state", false, "state, presented_at", "")
		if err := saveAll(app, rendiciones); err != nil {
			return err
		}

		lines := table("rendicion_lines", to("rendicion", rendiciones), to("intervention", interventions),
			choice("kind", "cofinanciamiento_oe", "monc", "insumos", "herramientas", "epp", "seguros",
				"personal_tecnico", "otros", "devuelto", "saldo"),
			nonNegative("amount")) // céntimos
		lines.AddIndex("idx_rendicion_lines", true, "rendicion, kind", "")

		kind := choice("kind", "oficio", "informe_rt", "informe_ia", "acta_inicio", "acta_termino",
			"cuaderno_asistencia", "planilla_pago", "padron_movimientos", "polizas_constancias", "comprobantes",
			"reportes_siaf", "movimiento_bancario", "fotos", "voucher_devolucion", "constancias_participacion")
		documents := table("rendicion_documents", to("rendicion", rendiciones), to("intervention", interventions), kind,
			&core.FileField{Name: "file", MaxSelect: 1, MaxSize: 200 << 20, Protected: true},
			requiredPattern("sha256", `^[0-9a-f]{64}$`), nonNegative("size"), text("mime"), requiredText("name"),
			optionalTo("uploaded_by", users), instant("uploaded_at"),
			pattern("superseded_by", `^[a-z0-9]{15}$`)) // the document that took its place
		documents.AddIndex("idx_rendicion_documents_rendicion", false, "rendicion", "")
		documents.AddIndex("idx_rendicion_documents_once", true, "rendicion, sha256", "superseded_by = ''")

		observations := table("rendicion_observations", to("rendicion", rendiciones), to("intervention", interventions),
			choice("target", "line", "document", "missing"), requiredText("item"),
			document("also"), // lines opened with an observed one, so that it can square
			requiredText("text"), choice("state", "abierta", "subsanada", "levantada"), nonNegative("round"),
			optionalTo("made_by", users), instant("made_at"), text("answer"),
			optionalTo("lifted_by", users), instant("lifted_at"))
		observations.AddIndex("idx_rendicion_observations_rendicion", false, "rendicion", "")

		submissions := table("rendicion_submissions", to("rendicion", rendiciones), to("intervention", interventions),
			nonNegative("round"), document("content"), requiredPattern("sha256", `^[0-9a-f]{64}$`), requiredText("receipt"),
			instant("presented_at"), optionalTo("presented_by", users))
		submissions.AddIndex("idx_rendicion_submissions", true, "rendicion, round", "")

		// Files on their way. The bytes are kept beside the database until they are
		// whole; document is the id the finished one will have, so that finishing it
		// again after a crash writes the same file and the same row.
		uploads := table("uploads", to("owner", users), to("intervention", interventions),
			kind, pattern("replaces", `^[a-z0-9]{15}$`), requiredText("name"), requiredPattern("sha256", `^[0-9a-f]{64}$`),
			nonNegative("size"), choice("state", "receiving", "done", "refused"),
			requiredPattern("document", `^[a-z0-9]{15}$`), text("refusal"), text("found"))
		uploads.AddIndex("idx_uploads_open", false, "intervention, owner", "state = 'receiving'")
		uploads.AddIndex("idx_uploads_state", false, "state, created", "")
		if err := saveAll(app, lines, documents, observations, submissions, uploads); err != nil {
			return err
		}
		for _, name := range trackedRendicion {
			if err := track(app, name); err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		return dropAll(app, "uploads", "rendicion_submissions", "rendicion_observations", "rendicion_documents",
			"rendicion_lines", "rendiciones")
	})
}
