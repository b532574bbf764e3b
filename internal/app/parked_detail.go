package app

import (
	"encoding/json"
	"strings"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/visit"
	"chaski/internal/records"
)

// ParkedDetail is all that a group says, as its reviewer reads it.
type ParkedDetail struct {
	Group ParkedGroup
	// Visit is nil where the group is about none. It is the visit as it would be read if the group was accepted: what was
	// sent of it, with the names, questions and insurance looked up. Of a visit that
	// is there already it has only the parts that wait.
	Visit *VisitDetail
	// Items are the mutations as they came.
	Items []ParkedItem
}

// ParkedItem is one mutation of a group: what its device said, and when.
type ParkedItem struct {
	Mutation, Collection, Record, Op string
	Fields                           map[string]any
	Name                             string // whom it is about, where that is somebody of a roster
	Why                              fault.Code
	At                               string // by the device's clock
	ReceivedAt                       time.Time
	Kept                             bool   // of a file: its bytes came
	Refusal                          string // of a file: why its bytes were not taken
}

// ParkedDetail answers the group a mutation waits in. Who reads it is noted: it
// names people.
func (r *Reviewer) ParkedDetail(a actor.Actor, mutation string) (ParkedDetail, error) {
	ut, err := reach(a, actor.ReviewParked)
	if err != nil {
		return ParkedDetail{}, err
	}
	all, err := r.Book.Parked()
	if err != nil {
		return ParkedDetail{}, err
	}
	for _, g := range groupsOf(all) {
		if !g.has(mutation) || ut != "" && g.Work().UT != ut {
			continue
		}
		d, err := r.detail(g)
		if err != nil {
			return d, err
		}
		return d, r.sawDetail(a, d)
	}
	return ParkedDetail{}, fault.New(fault.NotFound, "mutation")
}

func (g ParkedGroup) has(mutation string) bool {
	for _, p := range g {
		if p.Mutation.ID == mutation {
			return true
		}
	}
	return false
}

func (r *Reviewer) sawDetail(a actor.Actor, d ParkedDetail) error {
	named := 0
	for _, x := range d.Items {
		if x.Name != "" || records.NamesPeople(x.Collection) && x.Op != "delete" {
			named++
		}
	}
	if named == 0 {
		return nil
	}
	collection, id, _ := strings.Cut(d.Group[0].Root, "/")
	return r.Sights.Saw(Sight{
		Actor: a.User, Action: ActionRead, Collection: collection, Record: id,
		Detail: SightDetail{What: "parked", Intervention: d.Group.Work().ID, Rows: named},
	})
}

// detail says of each mutation whom it is about, and what the visit would be.
func (r *Reviewer) detail(g ParkedGroup) (ParkedDetail, error) {
	d := ParkedDetail{Group: g}
	ids := make([]string, len(g))
	for i, p := range g {
		ids[i] = sent(p.Mutation.Fields).text(records.Find(p.Mutation.Collection).About())
	}
	people, err := r.Book.Participants(ids)
	if err != nil {
		return d, err
	}
	for i, p := range g {
		m := p.Mutation
		d.Items = append(d.Items, ParkedItem{
			Mutation: m.ID, Collection: m.Collection, Record: m.Record, Op: m.Op, Fields: m.Fields, Name: people[ids[i]].Name,
			Why: p.Why, At: m.At, ReceivedAt: p.ReceivedAt,
		})
	}
	if err := r.brought(g, d.Items); err != nil {
		return d, err
	}
	if first := g[0]; first.Visit != "" && first.VisitedOn != "" {
		v, err := r.visitOf(g, people)
		if err != nil {
			return d, err
		}
		d.Visit = &v
	}
	return d, nil
}

// brought says of the group's files whether their bytes came: they do not wait.
func (r *Reviewer) brought(g ParkedGroup, items []ParkedItem) error {
	files := map[string][]string{}
	for _, x := range items {
		if x.Op == "create" && kindOfFiles(x.Collection) != nil {
			files[x.Collection] = append(files[x.Collection], x.Record)
		}
	}
	for collection, ids := range files {
		came, err := r.Book.Bytes(collection, ids)
		if err != nil {
			return err
		}
		for i := range items {
			if x := &items[i]; x.Collection == collection && x.Op == "create" {
				x.Kept, x.Refusal = broughtBy(g[i].User, sent(x.Fields).text("sha256"), came[x.Record])
			}
		}
	}
	return nil
}

// broughtBy says what came of this content from this person.
func broughtBy(user, sha256 string, came []Bytes) (kept bool, refusal string) {
	for _, b := range came {
		if b.Owner == user && b.SHA256 == sha256 {
			kept, refusal = kept || b.Refusal == "", b.Refusal
		}
	}
	return kept, refusal
}

func (r *Reviewer) visitOf(g ParkedGroup, people map[string]MarkSeen) (VisitDetail, error) {
	first, work := g[0], g.Work()
	v := VisitDetail{
		Summary: VisitSummary{
			ID: first.Visit, Kind: first.VisitKind, Supervisor: first.UserName, SupervisorID: first.User,
			VisitedOn: day.Day(first.VisitedOn), Headcount: first.Headcount, Parts: map[string]int64{},
		},
		Intervention: work.ID, InterventionName: work.Name, UT: work.UT, ConvenioCode: work.ConvenioCode, Note: first.VisitNote,
	}
	for _, p := range g {
		m := p.Mutation
		if m.Op != "create" {
			continue
		}
		if m.Collection != "visits" {
			v.Summary.Parts[m.Collection]++
		}
		said := sent(m.Fields)
		said.add(&v, m)
		if m.Collection == "visits" {
			answers, _ := json.Marshal(m.Fields["answers"]) // it was decoded from JSON
			title, items, shots, err := r.Book.Checklist(said.text("checklist_key"), said.whole("checklist_version"))
			if err != nil {
				return v, err
			}
			v.ChecklistTitle, v.ChecklistVersion, v.Answers = title, said.whole("checklist_version"), AnswersOf(items, string(answers))
			v.Shots = ShotsOf(shots)
		}
	}
	return v, r.lookUp(&v, people)
}

// lookUp says of each mark whom it is about, and of each person the insurance on
// the visit's day as the server knows it now.
func (r *Reviewer) lookUp(v *VisitDetail, people map[string]MarkSeen) error {
	if len(v.Marks) == 0 {
		return nil
	}
	papers, err := r.Book.Insurance(v.Intervention)
	for i, m := range v.Marks {
		p := people[m.Participant]
		v.Marks[i].Name, v.Marks[i].DNI, v.Marks[i].Cupo = p.Name, p.DNI, p.Cupo
		v.Marks[i].covered(papers.Coverage(v.Summary.VisitedOn, string(p.DNI)))
		switch m.Mark {
		case visit.Present:
			v.Summary.Present++
		case visit.Absent:
			v.Summary.Absent++
		}
	}
	return err
}

// sent are the fields of a mutation, as its device wrote them.
type sent map[string]any

func (s sent) text(name string) string {
	t, _ := s[name].(string)
	return t
}

func (s sent) whole(name string) int64 {
	n, _ := s[name].(json.Number)
	whole, _ := n.Int64() // 0 for what is no number
	return whole
}

// add puts what one mutation would make into the visit.
func (s sent) add(v *VisitDetail, m Mutation) {
	switch m.Collection {
	case "visits":
		v.Summary.Kind, v.ConvenioCode = s.text("kind"), s.text("convenio_code")
		v.DeviceStartedAt, v.DeviceEndedAt = s.text("device_started_at"), s.text("device_ended_at")
		v.LatE6, v.LonE6, v.AccuracyM, v.LocationReason = s.whole("lat_e6"), s.whole("lon_e6"), s.whole("accuracy_m"), s.text("location_reason")
		v.RosterSize, v.RosterAsOf = s.whole("roster_size"), s.text("roster_as_of")
		if fix, err := json.Marshal(s["fix"]); err == nil {
			_ = json.Unmarshal(fix, &v.Fix) // it was judged when it came
		}
	case "visit_marks":
		v.Marks = append(v.Marks, MarkSeen{Participant: s.text("participant"), Mark: s.text("mark"), CoverageSeen: s.text("coverage_seen")})
	}
}
