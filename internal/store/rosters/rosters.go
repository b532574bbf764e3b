// Package rosters reads who is on a roster, for what changes it.
package rosters

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/record"
	"chaski/internal/domain/roster"
)

// Page reads, in a transaction that others opened; it is app.RosterDesk but for writing.
type Page struct{ DB dbx.Builder }

// Movement implements app.RosterDesk.
func (p Page) Movement(id string) (record.Row, bool, error) {
	var rows []struct {
		Kind        string `db:"kind"`
		State       string `db:"state"`
		Participant string `db:"participant"`
		Replaces    string `db:"replaces"`
		LeavesOn    string `db:"leaves_on"`
		EffectiveOn string `db:"effective_on"`
		HeldUntil   string `db:"held_until"`
	}
	err := p.DB.NewQuery(`SELECT kind, state, participant, replaces, leaves_on, effective_on, held_until FROM movements WHERE id = {:id}`).
		Bind(dbx.Params{"id": id}).All(&rows)
	if err != nil || len(rows) == 0 {
		return nil, false, err
	}
	r := rows[0]
	return record.Row{
		"kind": r.Kind, "state": r.State, "participant": r.Participant, "replaces": r.Replaces, "leaves_on": r.LeavesOn,
		"effective_on": r.EffectiveOn, "held_until": r.HeldUntil,
	}, true, nil
}

// Stay implements app.RosterDesk.
func (p Page) Stay(id string) (roster.Stay, bool, error) {
	found, err := p.stays(`p.id = {:v}`, id)
	if err != nil || len(found) == 0 {
		return roster.Stay{}, false, err
	}
	return found[0], true, nil
}

// Holders implements app.RosterDesk.
func (p Page) Holders(cupo string) ([]roster.Stay, error) { return p.stays(`p.cupo = {:v}`, cupo) }

// Stays implements app.RosterDesk.
func (p Page) Stays(dni string) ([]roster.Stay, error) { return p.stays(`p.dni = {:v}`, dni) }

// stays with the last day on which each was present, as a sheet says, validated or not
// (one that is wrong is corrected first), or a visit.
func (p Page) stays(where, value string) ([]roster.Stay, error) {
	var rows []struct {
		ID    string `db:"id"`
		Work  string `db:"work"`
		Cupo  string `db:"cupo"`
		DNI   string `db:"dni"`
		From  string `db:"since"`
		To    string `db:"until"`
		State string `db:"state"`
		Left  bool   `db:"left_by"`
		Last  string `db:"present"`
	}
	err := p.DB.NewQuery(`SELECT p.id, p.intervention AS work, p.cupo, p.dni, p.alta_on AS since, p.baja_on AS until, coalesce(i.state, '') AS state,
		EXISTS (SELECT 1 FROM movements m WHERE m.intervention = p.intervention AND m.state <> 'anulado'
			AND (m.kind = 'baja' AND m.participant = p.id OR m.kind = 'reemplazo' AND m.replaces = p.id)) AS left_by,
		coalesce((SELECT max(day) FROM (
			SELECT max(s.day) AS day FROM attendance_sheets s WHERE s.intervention = p.intervention AND json_valid(s.marks)
				AND json_extract(s.marks, '$."' || p.id || '"') = 'presente'
			UNION ALL SELECT max(v.visited_on) FROM visit_marks m JOIN visits v ON v.id = m.visit
				WHERE m.participant = p.id AND m.mark = 'presente' AND v.state <> 'planificada')), '') AS present
		FROM participants p LEFT JOIN interventions i ON i.id = p.intervention WHERE ` + where + ` ORDER BY p.alta_on, p.id`).
		Bind(dbx.Params{"v": value}).All(&rows)
	out := make([]roster.Stay, len(rows))
	for i, r := range rows {
		out[i] = roster.Stay{
			ID: r.ID, Work: r.Work, Cupo: r.Cupo, DNI: r.DNI, From: day.Day(r.From), To: day.Day(r.To),
			Present: day.Day(r.Last), Left: r.Left, Over: jobs.Works.Is(r.State, jobs.Over),
		}
	}
	return out, err
}

// Place implements app.RosterDesk.
func (p Page) Place(cupo string) (roster.Place, bool, error) {
	var rows []struct {
		Work  string `db:"work"`
		State string `db:"state"`
	}
	err := p.DB.NewQuery(`SELECT intervention AS work, state FROM cupos WHERE id = {:id}`).Bind(dbx.Params{"id": cupo}).All(&rows)
	if err != nil || len(rows) == 0 {
		return roster.Place{}, false, err
	}
	return roster.Place{ID: cupo, Work: rows[0].Work, Void: rows[0].State != "activo"}, true, nil
}

// Rests implements app.RosterDesk.
func (p Page) Rests(participant, movement string) (bool, error) {
	var rests bool
	err := p.DB.NewQuery(`SELECT EXISTS (SELECT 1 FROM visit_marks WHERE participant = {:p})
		OR EXISTS (SELECT 1 FROM accidents WHERE participant = {:p})
		OR EXISTS (SELECT 1 FROM insured_persons WHERE participant = {:p})
		OR EXISTS (SELECT 1 FROM participant_conditions WHERE participant = {:p})
		OR EXISTS (SELECT 1 FROM movements m JOIN participants p ON p.id = {:p} AND m.intervention = p.intervention
			WHERE m.id <> {:m} AND m.state <> 'anulado' AND (m.participant = {:p} OR m.replaces = {:p}))
		OR EXISTS (SELECT 1 FROM participants p JOIN attendance_sheets s ON s.intervention = p.intervention
			WHERE p.id = {:p} AND json_valid(s.marks) AND json_extract(s.marks, '$."' || p.id || '"') IS NOT NULL)`).
		Bind(dbx.Params{"p": participant, "m": movement}).Row(&rests)
	return rests, err
}
