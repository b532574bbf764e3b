package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Photographs of visits and of findings: what is known of each. Their bytes follow.
// A checklist names those that a visit with it asks for.
func init() {
	m.Register(func(app core.App) error {
		interventions := find(app, "interventions")
		visits := closed("visit_photos", to("visit", find(app, "visits")), pattern("shot", `^[a-z0-9_]{1,60}$`), text("note"), to("intervention", interventions))
		findings := closed("finding_photos", to("finding", find(app, "findings")), text("note"), to("intervention", interventions))
		for of, photos := range map[string]*core.Collection{"visit": visits, "finding": findings} {
			// Who takes a finding back takes its pictures along.
			photos.Fields.GetByName(of).(*core.RelationField).CascadeDelete = true
			photos.Fields.Add(requiredPattern("sha256", `^[0-9a-f]{64}$`), nonNegative("size"), requiredText("mime"), text("name"),
				pattern("thumb", `^[0-9a-f]{64}$`), nonNegative("thumb_size"), nonNegative("width"), nonNegative("height"),
				choice("source", "camera", "gallery", "file"), requiredText("captured_at"), text("reckoned_at"),
				integer("lat_e6"), integer("lon_e6"), nonNegative("accuracy_m"),
				text("exif_at"), integer("exif_lat_e6"), integer("exif_lon_e6"),
				requiredText("recorded_by"), instant("received_at"), instant("stored_at"), text("refusal"))
			photos.AddIndex("idx_"+photos.Name, true, of+", sha256", "")
			photos.AddIndex("idx_"+photos.Name+"_intervention", false, "intervention", "")
			photos.AddIndex("idx_"+photos.Name+"_sha256", false, "sha256", "")
			photos.AddIndex("idx_"+photos.Name+"_thumb", false, "thumb", "")
		}
		checklists := find(app, "checklists")
		checklists.Fields.Add(document("shots"))
		if err := saveAll(app, visits, findings, checklists); err != nil {
			return err
		}
		if err := track(app, "visit_photos"); err != nil {
			return err
		}
		if err := track(app, "finding_photos"); err != nil {
			return err
		}
		return execAll(app, settleAgain("checklists"))
	}, func(app core.App) error {
		checklists := find(app, "checklists")
		checklists.Fields.RemoveByName("shots")
		if err := app.Save(checklists); err != nil {
			return err
		}
		if err := execAll(app, settleAgain("checklists")); err != nil {
			return err
		}
		return dropAll(app, "finding_photos", "visit_photos")
	})
}
