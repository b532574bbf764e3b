package board

import (
	"encoding/json"
	"sort"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/insurance"
	"chaski/internal/domain/record"
	"chaski/internal/records"
)

type visitRow struct {
	ID           string `db:"id"`
	Kind         string `db:"kind"`
	Supervisor   string `db:"supervisor"`
	Name         string `db:"supervisor_name"`
	VisitedOn    string `db:"visited_on"`
	ReceivedAt   string `db:"received_at"`
	Headcount    int64  `db:"headcount"`
	Present      int64  `db:"present"`
	Absent       int64  `db:"absent"`
	Parts        string `db:"parts"`
	Intervention string `db:"intervention"`
	Work         string `db:"work"`
	UT           string `db:"ut"`
	Code         string `db:"convenio_code"`
	Started      string `db:"device_started_at"`
	Ended        string `db:"device_ended_at"`
	LatE6        int64  `db:"lat_e6"`
	LonE6        int64  `db:"lon_e6"`
	Accuracy     int64  `db:"accuracy_m"`
	Reason       string `db:"location_reason"`
	Fix          string `db:"fix"`
	RosterSize   int64  `db:"roster_size"`
	RosterAsOf   string `db:"roster_as_of"`
	Version      int64  `db:"checklist_version"`
	Title        string `db:"checklist_title"`
	Items        string `db:"checklist_items"`
	Answers      string `db:"answers"`
	Note         string `db:"note"`
}

func (r visitRow) summary() app.VisitSummary {
	return app.VisitSummary{
		ID: r.ID, Kind: r.Kind, SupervisorID: r.Supervisor, Supervisor: r.Name, VisitedOn: day.Day(r.VisitedOn),
		ReceivedAt: strings.Replace(r.ReceivedAt, " ", "T", 1), Headcount: r.Headcount, Present: r.Present, Absent: r.Absent, Parts: decodeCounts(r.Parts),
	}
}

var visitSummaryColumns = `v.id, v.kind, v.supervisor, coalesce(u.name, '') AS supervisor_name, v.visited_on, v.received_at, v.headcount,
	(SELECT count(*) FROM visit_marks m WHERE m.visit = v.id AND m.mark = 'presente') AS present,
	(SELECT count(*) FROM visit_marks m WHERE m.visit = v.id AND m.mark = 'ausente') AS absent,
	` + countsOf(records.Children("visits"), func(t *record.Type) string { return `x.` + t.Parent + ` = v.id` }) + ` AS parts`

// Visits lists those made, newest first; a planned one is no evidence.
func (s *snapshot) Visits(intervention string) ([]app.VisitSummary, error) {
	var rows []visitRow
	err := s.all(&rows, `SELECT `+visitSummaryColumns+` FROM visits v LEFT JOIN users u ON u.id = v.supervisor
		WHERE v.intervention = {:i} AND v.state <> 'planificada' ORDER BY v.visited_on DESC, v.received_at DESC, v.id`, dbx.Params{"i": intervention})
	out := make([]app.VisitSummary, len(rows))
	for i, r := range rows {
		out[i] = r.summary()
	}
	return out, err
}

func (s *snapshot) VisitRow(id string) (app.VisitDetail, bool, error) {
	var rows []visitRow
	err := s.all(&rows, `SELECT `+visitSummaryColumns+`, v.intervention, i.name AS work, i.ut, v.convenio_code, v.device_started_at, v.device_ended_at,
			v.lat_e6, v.lon_e6, v.accuracy_m, v.location_reason, coalesce(v.fix, '') AS fix, v.roster_size, v.roster_as_of, v.checklist_version,
			coalesce(k.title, '') AS checklist_title, coalesce(k.items, '') AS checklist_items, coalesce(v.answers, '') AS answers, v.note
		FROM visits v JOIN interventions i ON i.id = v.intervention LEFT JOIN users u ON u.id = v.supervisor
		LEFT JOIN checklists k ON k.key = v.checklist_key AND k.version = v.checklist_version
		WHERE v.id = {:v} AND v.state <> 'planificada'`, dbx.Params{"v": id})
	if err != nil || len(rows) == 0 {
		return app.VisitDetail{}, false, err
	}
	r := rows[0]
	var fix app.Fix
	_ = json.Unmarshal([]byte(r.Fix), &fix) // older forms said nothing of it
	return app.VisitDetail{
		Summary: r.summary(), Intervention: r.Intervention, InterventionName: r.Work, UT: r.UT, ConvenioCode: r.Code,
		DeviceStartedAt: r.Started, DeviceEndedAt: r.Ended, LatE6: r.LatE6, LonE6: r.LonE6, AccuracyM: r.Accuracy, LocationReason: r.Reason, Fix: fix,
		RosterSize: r.RosterSize, RosterAsOf: r.RosterAsOf, ChecklistTitle: r.Title, ChecklistVersion: r.Version,
		Answers: AnswersOf(r.Items, r.Answers), Note: r.Note,
	}, true, nil
}

// AnswersOf puts answers in the order of the checklist; those it does not list
// follow under their own key, so that nothing answered is hidden.
func AnswersOf(items, answers string) []app.Answer {
	var points []struct{ Key, Label string }
	given := map[string]string{}
	_ = json.Unmarshal([]byte(items), &points)  // an empty or broken list has no labels
	_ = json.Unmarshal([]byte(answers), &given) // nothing answered
	var out []app.Answer
	for _, p := range points {
		if a, ok := given[p.Key]; ok {
			out = append(out, app.Answer{Key: p.Key, Label: p.Label, Answer: a})
			delete(given, p.Key)
		}
	}
	rest := make([]string, 0, len(given))
	for key := range given {
		rest = append(rest, key)
	}
	sort.Strings(rest)
	for _, key := range rest {
		out = append(out, app.Answer{Key: key, Label: key, Answer: given[key]})
	}
	return out
}

// VisitMarks implements app.Snapshot.
func (s *snapshot) VisitMarks(v *app.VisitDetail) error {
	var rows []struct {
		Participant string `db:"participant"`
		Name        string `db:"name"`
		DNI         string `db:"dni"`
		Cupo        int64  `db:"number"`
		Mark        string `db:"mark"`
		Seen        string `db:"coverage_seen"`
		Counted     bool   `db:"counted"`
	}
	err := s.all(&rows, `SELECT m.participant, p.given_names || ' ' || p.surnames AS name, p.dni, c.number, m.mark, m.coverage_seen,
			EXISTS (SELECT 1 FROM progress_contributions x WHERE x.evidence_collection = 'visit_marks' AND x.evidence_record = m.id) AS counted
		FROM visit_marks m JOIN participants p ON p.id = m.participant JOIN cupos c ON c.id = p.cupo
		WHERE m.visit = {:v} ORDER BY c.number, m.id`, dbx.Params{"v": v.Summary.ID})
	for _, r := range rows {
		v.Marks = append(v.Marks, app.MarkSeen{Participant: r.Participant, Name: r.Name, DNI: r.DNI, Cupo: r.Cupo, Mark: r.Mark, CoverageSeen: r.Seen, Counted: r.Counted})
	}
	return err
}

func (s *snapshot) Insurance(intervention string) ([]insurance.Policy, []insurance.Insured, error) {
	return InsuranceOf(s.db, intervention)
}

// InsuranceOf are the policies of a work and whom they name.
func InsuranceOf(db dbx.Builder, intervention string) ([]insurance.Policy, []insurance.Insured, error) {
	params := dbx.Params{"i": intervention}
	var policies []struct {
		ID    string `db:"id"`
		State string `db:"state"`
		From  string `db:"valid_from"`
		To    string `db:"valid_to"`
	}
	if err := db.NewQuery(`SELECT id, state, valid_from, valid_to FROM insurance_policies WHERE intervention = {:i}`).Bind(params).All(&policies); err != nil {
		return nil, nil, err
	}
	var insured []struct {
		Policy string `db:"insurance_policy"`
		DNI    string `db:"dni"`
		From   string `db:"from_on"`
		To     string `db:"to_on"`
	}
	err := db.NewQuery(`SELECT insurance_policy, dni, from_on, to_on FROM insured_persons WHERE intervention = {:i}`).Bind(params).All(&insured)
	ps := make([]insurance.Policy, len(policies))
	for i, p := range policies {
		ps[i] = insurance.Policy{ID: p.ID, State: p.State, ValidFrom: day.Day(p.From), ValidTo: day.Day(p.To)}
	}
	is := make([]insurance.Insured, len(insured))
	for i, p := range insured {
		is[i] = insurance.Insured{PolicyID: p.Policy, DNI: p.DNI, FromOn: day.Day(p.From), ToOn: day.Day(p.To)}
	}
	return ps, is, err
}
