package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Insurance papers are entered by the executor's people: a certificate says from which
// day it covers whom of the roster, and the insured rows follow from that. Who recorded
// a paper, when, and its photographs.
func init() {
	m.Register(func(app core.App) error {
		policies, certificates, insured := find(app, "insurance_policies"), find(app, "insurance_certificates"), find(app, "insured_persons")
		policies.Fields.Add(text("recorded_by"), instant("received_at"))
		certificates.Fields.Add(text("state_reason"), day("from_on"), document("names"), text("recorded_by"), instant("received_at"))
		insured.Fields.Add(optionalTo("participant", find(app, "participants")))
		insured.AddIndex("idx_insured_persons_participant", false, "participant", "")
		photos := closed("certificate_photos", to("insurance_certificate", certificates), text("note"), to("intervention", find(app, "interventions")))
		// Who takes a certificate back takes its pictures along.
		photos.Fields.GetByName("insurance_certificate").(*core.RelationField).CascadeDelete = true
		photos.Fields.Add(requiredPattern("sha256", `^[0-9a-f]{64}$`), nonNegative("size"), requiredText("mime"), text("name"),
			pattern("thumb", `^[0-9a-f]{64}$`), nonNegative("thumb_size"), nonNegative("width"), nonNegative("height"),
			choice("source", "camera", "gallery", "file"), requiredText("captured_at"), text("reckoned_at"),
			integer("lat_e6"), integer("lon_e6"), nonNegative("accuracy_m"),
			text("exif_at"), integer("exif_lat_e6"), integer("exif_lon_e6"),
			requiredText("recorded_by"), instant("received_at"), instant("stored_at"), text("refusal"))
		photos.AddIndex("idx_certificate_photos", true, "insurance_certificate, sha256", "")
		photos.AddIndex("idx_certificate_photos_intervention", false, "intervention", "")
		photos.AddIndex("idx_certificate_photos_sha256", false, "sha256", "")
		photos.AddIndex("idx_certificate_photos_thumb", false, "thumb", "")
		if err := saveAll(app, policies, certificates, insured, photos); err != nil {
			return err
		}
		return track(app, "certificate_photos")
	}, func(app core.App) error {
		if err := dropAll(app, "certificate_photos"); err != nil {
			return err
		}
		policies, certificates, insured := find(app, "insurance_policies"), find(app, "insurance_certificates"), find(app, "insured_persons")
		insured.RemoveIndex("idx_insured_persons_participant")
		for c, names := range map[*core.Collection][]string{
			policies: {"recorded_by", "received_at"}, insured: {"participant"},
			certificates: {"state_reason", "from_on", "names", "recorded_by", "received_at"},
		} {
			for _, name := range names {
				c.Fields.RemoveByName(name)
			}
		}
		return saveAll(app, policies, certificates, insured)
	})
}
