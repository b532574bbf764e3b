package visit

import (
	"chaski/internal/domain/actor"
	r "chaski/internal/domain/record"
)

// Photographs, and what any phone makes of the 1,600 px they are sent in.
const (
	mostPhotoBytes     = 12 << 20
	mostVisitPhotos    = 30
	mostOfAFinding     = 10
	typeOfPhotos       = "image/jpeg"
	shotOfTheChecklist = `^[a-z0-9_]{1,60}$`
)

// Photos are the pictures of a visit and of a finding, each a part of what it shows. One
// of a visit is its supervisor's; a finding is photographed by whoever supervises the
// work, as he works on it, and what he took he may take back.
var Photos = []*r.Type{
	r.AFile(&r.Type{
		Name: "visit_photos", Plural: "fotografías de visitas", Doc: "a photograph of a visit", Parent: "visit", Place: r.Through("visit", "visits", placed),
		Fields: []r.Field{
			r.MustRef("visit", "visits").Asks(r.Needed),
			r.Of("shot", r.Like(shotOfTheChecklist)).Asks(r.Given).Says("which of the shots that the visit's checklist names"),
			r.Of("note", r.Text).Asks(r.Given),
			r.MustRef("intervention", "interventions"),
		},
		Rules: []r.Rule{r.SameWork("visit", "visits")},
		Ops:   []r.Op{{Name: "create", By: itsMaker}, {Name: "delete", By: itsMaker}},
	}, r.Files{Types: []string{typeOfPhotos}, Most: mostPhotoBytes, Many: mostVisitPhotos}),
	r.AFile(&r.Type{
		Name: "finding_photos", Plural: "fotografías de hallazgos", Doc: "a photograph of a finding, or of how it was corrected", Parent: "finding",
		Place: r.Through("finding", "findings", r.Through("visit", "visits", placed)),
		Fields: []r.Field{
			r.MustRef("finding", "findings").Asks(r.Needed),
			r.Of("note", r.Text).Asks(r.Given),
			r.MustRef("intervention", "interventions"),
		},
		Rules: []r.Rule{r.SameWork("finding", "findings")},
		Ops:   []r.Op{{Name: "create", By: supervises}, {Name: "delete", By: r.By{Right: actor.RecordVisits, Relation: r.Made}}},
	}, r.Files{Types: []string{typeOfPhotos}, Most: mostPhotoBytes, Many: mostOfAFinding}),
}
