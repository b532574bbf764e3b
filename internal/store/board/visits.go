package board

import (
	"encoding/json"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/insurance"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/store"
)

type visitRow struct {
	app.VisitSummary
	Parts string
}

func (r visitRow) summary() app.VisitSummary {
	r.VisitSummary.Parts = decodeCounts(r.Parts)
	return r.VisitSummary
}

var visitSummaryColumns = `v.id, v.kind, v.supervisor AS supervisor_id, coalesce(u.name, '') AS supervisor, v.visited_on, replace(v.received_at, ' ', 'T') AS received_at, v.headcount,
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
	var rows []struct {
		visitRow
		app.VisitDetail
		Fix, Items, Answers, ShotList string
	}
	err := s.all(&rows, `SELECT `+visitSummaryColumns+`, v.intervention, i.name AS intervention_name, i.ut, v.convenio_code, v.device_started_at, v.device_ended_at,
			v.lat_e6, v.lon_e6, v.accuracy_m, v.location_reason, coalesce(v.fix, '') AS fix, v.roster_size, v.roster_as_of, v.checklist_version,
			coalesce(k.title, '') AS checklist_title, coalesce(k.items, '') AS items, coalesce(k.shots, '') AS shot_list, coalesce(v.answers, '') AS answers, v.note
		FROM visits v JOIN interventions i ON i.id = v.intervention LEFT JOIN users u ON u.id = v.supervisor
		LEFT JOIN checklists k ON k.key = v.checklist_key AND k.version = v.checklist_version
		WHERE v.id = {:v} AND v.state <> 'planificada'`, dbx.Params{"v": id})
	if err != nil || len(rows) == 0 {
		return app.VisitDetail{}, false, err
	}
	r := rows[0]
	v := r.VisitDetail
	v.Summary, v.Answers, v.Shots = r.summary(), app.AnswersOf(r.Items, r.Answers), app.ShotsOf(r.ShotList)
	_ = json.Unmarshal([]byte(r.Fix), &v.Fix) // older forms said nothing of it
	return v, true, nil
}

// VisitMarks implements app.Snapshot.
func (s *snapshot) VisitMarks(v *app.VisitDetail) error {
	return s.all(&v.Marks, `SELECT m.participant, p.given_names || ' ' || p.surnames AS name, p.dni, c.number AS cupo, m.mark, m.coverage_seen,
			EXISTS (SELECT 1 FROM progress_contributions x WHERE x.evidence_collection = 'visit_marks' AND x.evidence_record = m.id) AS counted
		FROM visit_marks m JOIN participants p ON p.id = m.participant JOIN cupos c ON c.id = p.cupo
		WHERE m.visit = {:v} ORDER BY c.number, m.id`, dbx.Params{"v": v.Summary.ID})
}

func (s *snapshot) Insurance(intervention string) (insurance.Papers, error) {
	return store.InsuranceOf(s.db, intervention, day.Of(s.now))
}
