package server_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"chaski/internal/testkit"
	"chaski/internal/verify"
)

func visit(k *testkit.Kit, id, work, day, state string) {
	k.Save("visits", testkit.ID(id), map[string]any{
		"intervention": work, "convenio_code": testkit.Codes[work], "supervisor": testkit.Rosa,
		"kind": "in_situ", "state": state, "visited_on": day,
	})
}

func mark(k *testkit.Kit, visit, work string, n int, mark string) {
	k.Save("visit_marks", testkit.ID(fmt.Sprintf("%sm%d", visit, n)), map[string]any{
		"visit": testkit.ID(visit), "intervention": work,
		"participant": testkit.Worker(work, n), "mark": mark,
	})
}

func want(t *testing.T, k *testkit.Kit, jobs int64, why string) {
	t.Helper()
	if got := k.Jobs(); got != jobs {
		t.Errorf("%s: %d jobs, want %d", why, got, jobs)
	}
}

var reportAO = testkit.ID("aoreport")

func saveReportAO(k *testkit.Kit) {
	k.Save("aos", reportAO, map[string]any{
		"key": "gestion", "name": "Gestión", "exercise": 2026, "funding_frame": "ordinary", "unit_measure": "management_report",
		"budget_category": "PP0073", "counting_rule": "informe_v1", "physical_target": 2,
	})
}

// The rule cupo_v1, one condition at a time.
func TestJobsRule(t *testing.T) {
	k := testkit.World(t)
	visit(k, "v", testkit.Canal, "2026-11-20", "sincronizada")
	mark(k, "v", testkit.Canal, 1, "presente")
	mark(k, "v", testkit.Canal, 2, "no_visto")
	mark(k, "v", testkit.Canal, 3, "ausente")
	want(t, k, 1, "only who was seen present")
	k.Save("visits", testkit.ID("v"), map[string]any{"state": "observada"})
	want(t, k, 0, "an observed visit validates nothing")
	k.Save("visits", testkit.ID("v"), map[string]any{"state": "validada"})
	want(t, k, 1, "a validated one does again")
	k.Save("cupos", testkit.Cupo(testkit.Canal, 1), map[string]any{"state": "anulado"})
	want(t, k, 0, "a void cupo counts for nobody")
	k.Save("cupos", testkit.Cupo(testkit.Canal, 1), map[string]any{"state": "activo"})
	k.Save("interventions", testkit.Canal, map[string]any{"state": "transferida"})
	want(t, k, 0, "not in execution yet")
	k.Save("interventions", testkit.Canal, map[string]any{"state": "terminada"})
	want(t, k, 1, "in execution once")
	k.Save("participants", testkit.Worker(testkit.Canal, 1), map[string]any{"alta_on": "2026-11-21"})
	want(t, k, 0, "before his alta nobody is on the roster")
	k.Save("participants", testkit.Worker(testkit.Canal, 1), map[string]any{"alta_on": "2026-08-03", "baja_on": "2026-11-20"})
	want(t, k, 1, "the last day counts")
	k.Save("convenios", testkit.ID("cvcana"), map[string]any{"funding_year": 2025})
	want(t, k, 0, "money of another year is not this AO's")
	if got := k.Int(`SELECT sum(quantity) FROM progress_cells WHERE measure = 'job' AND exercise = 2026`); got != 1 {
		t.Errorf("but it is the AEI's: %d", got)
	}
}

// A daily sheet counts once the unit validated it; a replacement on the same
// cupo adds nothing; sources that contradict each other count for nobody.
func TestJobsFromSheets(t *testing.T) {
	k := testkit.World(t)
	w1, w2 := testkit.Worker(testkit.Canal, 1), testkit.Worker(testkit.Canal, 2)
	sheet := testkit.ID("s")
	k.Save("attendance_sheets", sheet, map[string]any{
		"intervention": testkit.Canal, "day": "2026-11-10", "headcount": 2, "state": "registrada",
		"marks": map[string]string{w1: "presente", w2: "presente"},
	})
	want(t, k, 0, "registered only")
	decideSheet(k, testkit.Carla, sheet, "validar", "").JSON(200, nil)
	want(t, k, 2, "validated by the unit's coordinator")
	k.Save("participants", testkit.ID("repl"), map[string]any{
		"intervention": testkit.Canal, "cupo": testkit.Cupo(testkit.Canal, 1), "dni": "99000999",
		"given_names": "Nueva", "surnames": "Persona", "sex": "M", "birth_date": "1990-01-01", "alta_on": "2026-11-11",
	})
	visit(k, "v", testkit.Canal, "2026-11-12", "sincronizada")
	k.Save("visit_marks", testkit.ID("vm"), map[string]any{"visit": testkit.ID("v"), "intervention": testkit.Canal, "participant": testkit.ID("repl"), "mark": "presente"})
	want(t, k, 2, "a replacement on a counted cupo")
	visit(k, "x", testkit.Canal, "2026-11-10", "sincronizada")
	mark(k, "x", testkit.Canal, 2, "ausente")
	want(t, k, 1, "the supervisor saw him absent on the only day the sheet says present")
	k.SQL(`DELETE FROM visit_marks WHERE id = '` + testkit.ID("xm2") + `'`)
	if err := k.Engine.CatchUp(k.App); err != nil {
		t.Fatal(err)
	}
	want(t, k, 2, "the contradiction was taken back, by SQL")
	if k.Int(`SELECT count(*) FROM audit WHERE action = 'unattributed' AND record = '`+testkit.ID("xm2")+`'`) != 1 {
		t.Error("a change past the hooks left no trace")
	}
	if k.Int(`SELECT count(*) FROM audit WHERE action = 'attendance.validar' AND actor = '`+testkit.Carla+`' AND record = '`+sheet+`'`) != 1 {
		t.Error("the coordinator's validation left no trace")
	}
}

// A closed month is only adjusted in the open one; the year is still the sum of
// its months.
func TestClosedMonthsNeverMove(t *testing.T) {
	k := testkit.World(t)
	cell := func(month string) int64 {
		return k.Int(`SELECT coalesce(sum(quantity), 0) FROM progress_cells WHERE measure = 'job' AND month = '` + month + `'`)
	}
	visit(k, "v", testkit.Canal, "2026-09-15", "sincronizada")
	mark(k, "v", testkit.Canal, 1, "presente")
	if cell("2026-09") != 0 || cell("2026-10") != 1 {
		t.Errorf("late event: September %d, October %d", cell("2026-09"), cell("2026-10"))
	}
	k.Save("month_closes", testkit.ID("close2"), map[string]any{"month": "2026-10"})
	k.Save("visits", testkit.ID("v"), map[string]any{"state": "observada"})
	if cell("2026-10") != 1 || cell("2026-11") != -1 || k.Jobs() != 0 {
		t.Errorf("undone after closing: October %d, November %d, year %d", cell("2026-10"), cell("2026-11"), k.Jobs())
	}
}

// A transfer counts once per resolution and convenio, from a published
// resolution, in the month it was accrued.
func TestTransfersRule(t *testing.T) {
	k := testkit.World(t)
	count := func() int64 {
		return k.Int(`SELECT coalesce(sum(quantity), 0) FROM progress_cells WHERE measure = 'transfer' AND ao = '` + testkit.TransferAO + `'`)
	}
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "RM 001-2026-TR", "published_on": "2026-10-15"})
	transfer := func(id, state, on string) {
		k.Save("transfers", testkit.ID(id), map[string]any{
			"convenio": testkit.ID("cvcana"), "resolution": testkit.ID("rm"), "state": state,
			"accrued_on": on, "amount": 1000,
		})
	}
	check := func(want int64, why string) {
		t.Helper()
		if got := count(); got != want {
			t.Errorf("%s: %d, want %d", why, got, want)
		}
	}
	transfer("t1", "aprobada", "")
	check(0, "approved only")
	transfer("t1", "devengada", "2026-10-20")
	settled(t, k, `INSERT INTO transfers (id, convenio, resolution, state, accrued_on, amount)
		SELECT '`+testkit.ID("t2")+`', convenio, resolution, state, '2026-11-02', amount FROM transfers`)
	check(1, "the same pair twice, by SQL")
	transfer("t1", "anulada", "2026-10-20")
	check(1, "the first void, the second counts")
	if k.Int(`SELECT quantity FROM progress_cells WHERE measure = 'transfer' AND month = '2026-11'`) != 1 {
		t.Error("not in its month")
	}
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"published_on": "2026-11-10"})
	check(0, "accrued before its resolution was published")
}

// A void resolution takes its transfers with it; made good, it brings them back.
func TestVoidResolution(t *testing.T) {
	k := testkit.World(t)
	count := func() int64 { return k.Int(`SELECT count(*) FROM progress_contributions WHERE measure = 'transfer'`) }
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "220-2026-TR", "published_on": "2026-10-01"})
	k.Save("transfers", testkit.ID("t1"), map[string]any{
		"convenio": testkit.ID("cvcana"), "resolution": testkit.ID("rm"), "state": "devengada", "accrued_on": "2026-10-20", "amount": 100_00,
	})
	for _, c := range []struct {
		state string
		want  int64
	}{{"", 1}, {"anulada", 0}, {"publicada", 1}} {
		k.Save("resolutions", testkit.ID("rm"), map[string]any{"state": c.state})
		if got := count(); got != c.want {
			t.Errorf("%q: %d transfers count, want %d", c.state, got, c.want)
		}
	}
}

// A person is a DNI: standing twice on one roster he has one jornal a day.
func TestOneJornalForPersonAndDay(t *testing.T) {
	k := testkit.World(t)
	k.SQL(`UPDATE participants SET dni = '99000777' WHERE id IN ('` + testkit.Worker(testkit.Canal, 1) + `', '` + testkit.Worker(testkit.Canal, 2) + `')`)
	visit(k, "v", testkit.Canal, "2026-11-20", "sincronizada")
	mark(k, "v", testkit.Canal, 1, "presente")
	mark(k, "v", testkit.Canal, 2, "presente")
	want(t, k, 1, "the same person on two cupos")
	k.Save("participants", testkit.Worker(testkit.Canal, 2), map[string]any{"dni": "99000778"})
	want(t, k, 2, "the second DNI was a slip")
	k.Save("participants", testkit.Worker(testkit.Canal, 2), map[string]any{"dni": "99000777"})
	visit(k, "w", testkit.Canal, "2026-11-21", "sincronizada")
	mark(k, "w", testkit.Canal, 2, "presente")
	want(t, k, 2, "another day, on the other cupo")
	mark(k, "v", testkit.Canal, 1, "ausente")
	want(t, k, 1, "a contradiction about one person's day is disputed")
}

// Work without insurance counts, flagged, unless a dated parameter says not.
func TestUncoveredWork(t *testing.T) {
	k := testkit.World(t)
	visit(k, "v", testkit.Canal, "2026-11-20", "sincronizada")
	k.Save("participants", testkit.ID("late"), map[string]any{
		"intervention": testkit.Canal, "cupo": testkit.Cupo(testkit.Canal, 1), "dni": "99000999", "given_names": "Nueva",
		"surnames": "Persona", "sex": "M", "birth_date": "1990-01-01", "alta_on": "2026-11-11",
	})
	k.Save("visit_marks", testkit.ID("vm"), map[string]any{"visit": testkit.ID("v"), "intervention": testkit.Canal, "participant": testkit.ID("late"), "mark": "presente"})
	want(t, k, 1, "no rule: it counts")
	rule := map[string]any{"key": "jobs.uncovered_counts", "value": false, "valid_from": "2026-11-20", "norm": "prueba"}
	k.Save("parameters", testkit.ID("rule"), rule)
	want(t, k, 0, "from this very day it does not")
	k.Save("insurance_policies", testkit.ID("newpol"), map[string]any{
		"intervention": testkit.Canal, "number": "9", "insurer_ruc": "20131312955", "insurer_name": "S", "valid_from": "2026-11-01", "valid_to": "2026-12-31",
	})
	k.Save("insured_persons", testkit.ID("newins"), map[string]any{
		"insurance_policy": testkit.ID("newpol"), "intervention": testkit.Canal, "dni": "99000999", "from_on": "2026-11-20",
	})
	want(t, k, 1, "the certificate arrived")
	k.Save("insurance_policies", testkit.ID("newpol"), map[string]any{"state": "anulada"})
	want(t, k, 0, "and was void")
	k.Save("parameters", testkit.ID("rule"), map[string]any{"valid_from": "2026-11-21"})
	want(t, k, 1, "the rule begins a day later")
}

// Technical assistances count once validated with evidence, each once; reports
// once approved, for the AO they name.
func TestAssistancesAndReports(t *testing.T) {
	k := testkit.World(t)
	saveReportAO(k)
	total := func(measure string) int64 {
		return k.Int(`SELECT coalesce(sum(quantity), 0) FROM progress_cells WHERE measure = '` + measure + `'`)
	}
	check := func(measure string, want int64, why string) {
		t.Helper()
		if got := total(measure); got != want {
			t.Errorf("%s: %d of %s, want %d", why, got, measure, want)
		}
	}
	assist := func(id, state, evidence string) {
		k.Save("technical_assistances", testkit.ID(id), map[string]any{
			"ut": testkit.ID("ut1"), "entity": testkit.ID("muni"), "held_on": "2026-10-05", "modality": "taller", "scope": "grupal", "channel": "presencial",
			"topic": "Requisitos previos", "attendees": 4, "funding_frame": "ordinary", "funding_year": 2026, "state": state, "evidence": evidence,
		})
	}
	assist("at1", "realizada", "Acta 1")
	check("technical_assistance", 0, "not validated")
	assist("at1", "validada", "")
	check("technical_assistance", 0, "without evidence")
	assist("at1", "validada", "Acta 1")
	assist("at2", "validada", "Acta 1, otra vez")
	check("technical_assistance", 1, "entered twice")
	assist("at1", "rechazada", "Acta 1")
	check("technical_assistance", 1, "the first rejected, the other counts")
	assist("at2", "rechazada", "Acta 1")
	check("technical_assistance", 0, "both rejected")

	report := func(id, state string) {
		k.Save("management_reports", testkit.ID(id), map[string]any{
			"unit": "UFPP", "ao": reportAO, "kind": "avance", "period": "2026-09", "number": id, "approved_on": "2026-09-30", "state": state,
		})
	}
	report("r1", "presentado")
	check("management_report", 0, "presented only")
	report("r1", "aprobado")
	report("r2", "aprobado")
	check("management_report", 1, "one unit, kind and period")
	report("r1", "retirado")
	check("management_report", 1, "the other of the pair")
	report("r2", "retirado")
	check("management_report", 0, "both withdrawn")
	if n := k.Int(`SELECT quantity FROM progress_cells WHERE measure = 'management_report' AND month = '2026-10' AND ao = '` + reportAO + `'`); n != 0 {
		t.Error("a report of closed September was not adjusted in October")
	}
}

// Whatever is done by whatever path, the incremental figures, and what phones
// hold, are what the independent computation of verify gives (I1, I6).
func TestIncrementalEqualsFromScratch(t *testing.T) {
	k := testkit.World(t)
	saveReportAO(k)
	rnd := rand.New(rand.NewPCG(7, 11))
	works := []string{testkit.Canal, testkit.Muro, testkit.Puente}
	decided, held := int64(0), int64(0)
	for step := range 300 {
		work := works[rnd.IntN(len(works))]
		v := fmt.Sprintf("v%d", rnd.IntN(6))
		id := testkit.ID(v + work[:2])
		other := works[rnd.IntN(len(works))]
		switch rnd.IntN(17) {
		case 14: // two works say that they had one person on one day
			on := fmt.Sprintf("2026-11-%02d", 1+rnd.IntN(3))
			for _, w := range []string{work, other} {
				k.SQL(fmt.Sprintf(`UPDATE participants SET dni = '99000009' WHERE id = '%[1]s';
					INSERT OR REPLACE INTO attendance_sheets (id, intervention, day, marks, headcount, state) VALUES ('%[2]s', '%[3]s', '%[4]s', '{"%[1]s":"presente"}', 1, 'validada')`,
					testkit.Worker(w, 1), testkit.ID("d"+w[:2]+on[9:]), w, on))
			}
		case 15: // somebody decides, about what is so now or about what was so before
			if rnd.IntN(3) > 0 {
				settle(t, k)
			}
			k.SQL(`INSERT INTO jornal_decisions (person, day, source, record, participant, evidence, reason, decided_by, decided_at)
				SELECT e.person, e.day, e.source, e.record, e.participant, (SELECT json_group_array(json(v)) FROM (
					SELECT json_object('source', o.source, 'record', o.record, 'participant', o.participant, 'mark', o.mark, 'rev', r.rev) AS v
					FROM progress_disputed o JOIN sync_rows r ON r.collection = o.source AND r.record = o.record
					WHERE o.person = e.person AND o.day = e.day ORDER BY o.source DESC, o.record, o.participant)), 'prueba', '', ''
				FROM progress_disputed e ORDER BY random() LIMIT 1`)
			decided += k.Int(`SELECT count(*) FROM jornal_decisions`)
		case 16:
			k.SQL(`DELETE FROM jornal_decisions WHERE n = (SELECT n FROM jornal_decisions ORDER BY random() LIMIT 1)`)
		case 0, 1:
			visit(k, v+work[:2], work, fmt.Sprintf("2026-1%d-%02d", rnd.IntN(2), 1+rnd.IntN(22)), "sincronizada")
			n := 1 + rnd.IntN(3) // a mark of somebody who was moved away goes by SQL: no other way takes it
			k.SQL(fmt.Sprintf(`INSERT OR REPLACE INTO visit_marks (id, visit, intervention, participant, mark) VALUES ('%s', '%s', '%s', '%s', '%s')`,
				testkit.ID(fmt.Sprintf("%sm%d", v+work[:2], n)), id, work, testkit.Worker(work, n), []string{"presente", "ausente", "no_visto", "Presente"}[rnd.IntN(4)]))
		case 2:
			k.SQL(fmt.Sprintf(`UPDATE visits SET state = '%s' WHERE id = '%s'`, []string{"observada", "sincronizada"}[rnd.IntN(2)], id))
		case 3:
			k.SQL(fmt.Sprintf(`DELETE FROM visit_marks WHERE visit = '%s'`, id))
		case 4:
			k.SQL(fmt.Sprintf(`UPDATE cupos SET state = '%s' WHERE id = '%s'`, []string{"activo", "anulado"}[rnd.IntN(2)], testkit.Cupo(work, 1+rnd.IntN(3))))
		case 6:
			k.SQL(fmt.Sprintf(`UPDATE visits SET intervention = '%s' WHERE id = '%s'`, other, id))
		case 7:
			k.SQL(fmt.Sprintf(`UPDATE participants SET intervention = '%s', cupo = '%s' WHERE id = '%s'`, other, testkit.Cupo(other, 1+rnd.IntN(3)), testkit.Worker(work, 1+rnd.IntN(3))))
		case 8:
			k.SQL(fmt.Sprintf(`INSERT OR REPLACE INTO attendance_sheets (id, intervention, day, marks, headcount, state) VALUES ('%s', '%s', '2026-10-%02d', '{"%s":"%s"}', 1, '%s')`,
				testkit.ID("s"+work[:2]), work, 1+rnd.IntN(20), testkit.Worker(other, 1+rnd.IntN(3)), []string{"presente", "ausente"}[rnd.IntN(2)], []string{"validada", "registrada"}[rnd.IntN(2)]))
		case 9:
			k.SQL(fmt.Sprintf(`UPDATE participants SET dni = '9900000%d' WHERE id = '%s'`, rnd.IntN(3), testkit.Worker(work, 1+rnd.IntN(3))))
		case 10:
			k.SQL(fmt.Sprintf(`INSERT OR REPLACE INTO parameters (id, key, value, unit, valid_from, valid_to, norm, assumption)
				VALUES ('%s', 'jobs.uncovered_counts', '%s', '', '2026-10-%02d', '2026-11-10', 'prueba', 1)`,
				testkit.ID("uncovered"), []string{"true", "false"}[rnd.IntN(2)], 1+rnd.IntN(28)))
		case 11:
			k.SQL(fmt.Sprintf(`INSERT OR REPLACE INTO insurance_policies (id, intervention, number, insurer_ruc, insurer_name, kind, valid_from, valid_to, state)
				VALUES ('%[1]s', '%[2]s', 'P', '20131312955', 'S', '', '2026-10-01', '2026-11-%02[3]d', '%[4]s');
				INSERT OR REPLACE INTO insured_persons (id, insurance_policy, intervention, dni, from_on, to_on)
				VALUES ('%[1]s', '%[1]s', '%[2]s', '9900000%[5]d', '2026-10-%02[3]d', '')`,
				testkit.ID("pol"+work[:2]), work, 1+rnd.IntN(28), []string{"emitida", "anulada"}[rnd.IntN(2)], rnd.IntN(3)))
		case 12:
			k.SQL(fmt.Sprintf(`INSERT OR REPLACE INTO technical_assistances (id, ut, entity, held_on, modality, scope, channel, topic, session,
				attendees, funding_frame, funding_year, state, evidence) VALUES ('%s', '', 'e%d', '2026-%02d-03', 'taller', 'grupal', 'virtual',
				'requisitos', '', 3, 'ordinary', %d, '%s', '%s')`, testkit.ID(fmt.Sprintf("at%d", rnd.IntN(5))), rnd.IntN(2), 8+rnd.IntN(3),
				2025+rnd.IntN(2), []string{"validada", "rechazada"}[rnd.IntN(2)], []string{"acta", "acta", ""}[rnd.IntN(3)]))
		case 13:
			k.SQL(fmt.Sprintf(`INSERT OR REPLACE INTO management_reports (id, unit, ut, ao, kind, period, number, approved_on, state, sha256)
				VALUES ('%s', 'UFPP', '', '%s', 'avance', '2026-0%d', '1', '2026-1%d-05', '%s', '')`, testkit.ID(fmt.Sprintf("inf%d", rnd.IntN(5))),
				reportAO, 1+rnd.IntN(2), rnd.IntN(2), []string{"aprobado", "retirado"}[rnd.IntN(2)]))
		case 5:
			k.SQL(fmt.Sprintf(`UPDATE convenios SET funding_year = %d WHERE intervention = '%s'`, 2025+rnd.IntN(2), work))
		}
		if step%10 != 9 {
			continue
		}
		report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range report.Differences {
			if d.Check != verify.CheckUnattributed && d.Check != verify.CheckProblems { // these writes are meant
				t.Errorf("after step %d: %+v", step, d)
			}
		}
		held += k.Int(`SELECT count(*) FROM progress_disputed WHERE decision > 0`)
	}
	if decided == 0 || held == 0 || k.Int(`SELECT count(*) FROM audit WHERE action = 'jornal.undone'`) == 0 {
		t.Errorf("%d decisions, %d held: the test sees too little", decided, held)
	}
}

// One jornal a person and day over all works: the same DNI on two works' validated
// sheets, or visits, counts for nobody until it is known where he was.
func TestOnePersonInTwoWorksOnOneDay(t *testing.T) {
	k := testkit.World(t)
	one, two := testkit.Worker(testkit.Canal, 1), testkit.Worker(testkit.Muro, 1)
	sheet := func(id, work, day, worker, mark string) {
		k.Save("attendance_sheets", testkit.ID(id), map[string]any{
			"intervention": work, "day": day, "headcount": 1, "state": "validada", "marks": map[string]string{worker: mark},
		})
	}
	jobs := func() int64 {
		return k.Int(`SELECT coalesce(sum(quantity), 0) FROM progress_cells WHERE measure = 'job'`)
	}
	check := func(want, disputed int64, why string) {
		t.Helper()
		settle(t, k)
		if got, open := jobs(), k.Int(`SELECT count(*) FROM progress_disputed`); got != want || open != disputed {
			t.Errorf("%s: %d jobs and %d marks in dispute, want %d and %d", why, got, open, want, disputed)
		}
	}
	k.SQL(`UPDATE participants SET dni = '99000009' WHERE id IN ('` + one + `', '` + two + `')`)
	sheet("s1", testkit.Canal, "2026-10-12", one, "presente")
	check(1, 0, "one work says it had him")
	sheet("s2", testkit.Muro, "2026-10-12", two, "ausente")
	check(1, 0, "not to have been at the other says nothing against it")
	sheet("s3", testkit.Muro, "2026-10-13", two, "presente")
	check(2, 0, "the day after he was at the other")
	k.SQL(`DELETE FROM attendance_sheets WHERE id = '` + testkit.ID("s3") + `'; DELETE FROM attendance_sheets WHERE id = '` + testkit.ID("s2") + `'`)
	check(1, 0, "and was not")
	visit(k, "v", testkit.Muro, "2026-10-12", "sincronizada")
	mark(k, "v", testkit.Muro, 1, "presente")
	check(0, 2, "a visit saw him at the other that day")
	k.SQL(`UPDATE interventions SET state = 'desistida' WHERE id = '` + testkit.Muro + `'`)
	check(1, 0, "the other never was in execution")
	k.SQL(`UPDATE interventions SET state = 'en_ejecucion' WHERE id = '` + testkit.Muro + `'`)
	check(0, 2, "it was")
	k.SQL(`UPDATE participants SET dni = '99000008' WHERE id = '` + two + `'`)
	check(2, 0, "it was somebody else")
}

func settle(t *testing.T, k *testkit.Kit) {
	t.Helper()
	if err := k.Engine.CatchUp(k.App); err != nil {
		t.Fatal(err)
	}
}

// A row that SQL left unreadable stops nobody: the others settle, it keeps what
// was known of it, and the trail says why.
func TestUnreadableRowStopsNobody(t *testing.T) {
	k := testkit.World(t)
	k.Save("attendance_sheets", testkit.ID("s"), map[string]any{
		"intervention": testkit.Canal, "day": "2026-11-10", "state": "validada",
		"marks": map[string]string{testkit.Worker(testkit.Canal, 3): "presente"},
	})
	k.SQL(`UPDATE attendance_sheets SET marks = '{'`)
	k.SQL(`UPDATE cupos SET number = 1.5 WHERE id = '` + testkit.Cupo(testkit.Canal, 2) + `'`)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	if r := p.Push(p.Visit("v", testkit.Canal, nil), p.Mark("v", testkit.Canal, 1, "presente")); r[1].Status != "applied" {
		t.Fatalf("%+v", r)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'unreadable'`); n != 2 {
		t.Errorf("%d rows named as unreadable, want 2", n)
	}
	k.Save("attendance_sheets", testkit.ID("s"), map[string]any{"marks": map[string]string{testkit.Worker(testkit.Canal, 2): "presente"}})
	want(t, k, 1, "mended: what it says now was validated by nobody")
	decideSheet(k, testkit.Carla, testkit.ID("s"), "validar", "").JSON(200, nil)
	want(t, k, 2, "validated again")
}

// A participant on another work's cupo earns nothing there.
func TestCupoOfAnotherWork(t *testing.T) {
	k := testkit.World(t)
	k.SQL(`UPDATE participants SET cupo = '` + testkit.Cupo(testkit.Muro, 1) + `' WHERE id = '` + testkit.Worker(testkit.Canal, 1) + `'`)
	visit(k, "v", testkit.Canal, "2026-11-20", "sincronizada")
	mark(k, "v", testkit.Canal, 1, "presente")
	want(t, k, 0, "a cupo of another work")
}

// Rows entered on the wrong work and moved to the right one count there; rows of
// another work that name a worker take nothing away.
func TestMovedRows(t *testing.T) {
	k := testkit.World(t)
	settle := func(sql string) {
		t.Helper()
		k.SQL(sql)
		if err := k.Engine.CatchUp(k.App); err != nil {
			t.Fatal(err)
		}
	}
	worker := testkit.Worker(testkit.Canal, 1)
	visit(k, "v", testkit.Puente, "2026-11-20", "sincronizada")
	settle(`INSERT INTO visit_marks (id, visit, intervention, participant, mark) VALUES
		('` + testkit.ID("vm1") + `', '` + testkit.ID("v") + `', '` + testkit.Canal + `', '` + worker + `', 'presente')`)
	want(t, k, 0, "a visit to another work")
	k.Save("visits", testkit.ID("v"), map[string]any{"intervention": testkit.Canal, "convenio_code": testkit.Codes[testkit.Canal]})
	want(t, k, 1, "moved to the right work")
	settle(`INSERT INTO attendance_sheets (id, intervention, day, state, marks) VALUES
		('` + testkit.ID("s") + `', '` + testkit.Puente + `', '2026-11-10', 'validada', '{"` + worker + `": "ausente"}')`)
	want(t, k, 1, "a sheet of another work that names him")
	settle(`UPDATE participants SET intervention = '` + testkit.Puente + `' WHERE id = '` + worker + `'`)
	want(t, k, 0, "on another work's roster")
	settle(`UPDATE participants SET intervention = '` + testkit.Canal + `' WHERE id = '` + worker + `'`)
	want(t, k, 1, "mended")
}

// A mark without a value is no mark, and stops nobody.
func TestNullMark(t *testing.T) {
	k := testkit.World(t)
	k.Save("attendance_sheets", testkit.ID("s"), map[string]any{
		"intervention": testkit.Canal, "day": "2026-11-10", "state": "registrada",
		"marks": map[string]any{testkit.Worker(testkit.Canal, 1): nil, testkit.Worker(testkit.Canal, 2): "presente"},
	})
	decideSheet(k, testkit.Carla, testkit.ID("s"), "validar", "").JSON(200, nil)
	want(t, k, 1, "one of two")
}

// What reached a month is taken back from that month while it is open.
func TestReopenedMonth(t *testing.T) {
	k := testkit.World(t)
	visit(k, "v", testkit.Canal, "2026-09-15", "sincronizada")
	mark(k, "v", testkit.Canal, 1, "presente")
	k.SQL(`DELETE FROM month_closes`)
	k.Save("visits", testkit.ID("v"), map[string]any{"state": "observada"})
	if n := k.Int(`SELECT count(*) FROM progress_cells WHERE measure = 'job' AND quantity <> 0`); n != 0 {
		t.Errorf("%d months keep something of what is gone", n)
	}
}
