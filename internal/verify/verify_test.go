package verify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chaski/internal/app"

	"chaski/internal/store/board"
	"chaski/internal/store/problems"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

const sheet = "shzzzzzzzzzzzzz"

// history is a world in which everything that counts has happened: a visit from
// a phone, a validated sheet, a disputed day, a replacement, a transfer counted
// once of two, a balance, budget rows, and an event of a closed month.
func history(t *testing.T) *testkit.Kit {
	t.Helper()
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Push(p.Visit("v1", testkit.Canal, nil), p.Mark("v1", testkit.Canal, 1, "presente"),
		p.Mark("v1", testkit.Canal, 2, "presente"), p.Mark("v1", testkit.Canal, 3, "ausente"))
	// A finding changed by two people, and a visit that waited for review.
	finding := p.Finding("f1", "v1")
	p.Push(finding, p.Change("update", "findings", "f1", 1, map[string]any{"severity": "leve"}),
		p.Change("update", "findings", "f1", 1, map[string]any{"severity": "moderada"}))
	luis := k.Phone(testkit.Luis)
	waits := luis.Visit("v2", testkit.Muro, nil)
	luis.Push(waits)
	k.Do("POST", "/api/chaski/v1/parked/"+waits["id"].(string)+"/decide", k.Token(testkit.Carla), map[string]any{"decision": "accept"}).JSON(200, nil)
	marks := func(work string, states ...string) map[string]string {
		out := map[string]string{}
		for i, s := range states {
			if s == "" {
				continue // nobody wrote anything
			}
			out[testkit.Worker(work, i+1)] = s
		}
		return out
	}
	// The same day says otherwise of worker 2; worker 3 is present before.
	k.Save("attendance_sheets", sheet, map[string]any{
		"intervention": testkit.Canal, "day": "2026-11-23", "headcount": 2,
		"state": "validada", "marks": marks(testkit.Canal, "presente", "ausente", "presente"),
	})
	k.Save("attendance_sheets", testkit.ID("sh2"), map[string]any{
		"intervention": testkit.Canal, "day": "2026-11-20", "headcount": 1,
		"state": "validada", "marks": marks(testkit.Canal, "no_visto", "no_visto", "presente"),
	})
	// A day of a closed month, validated late: an adjustment in October.
	k.Save("attendance_sheets", testkit.ID("sh3"), map[string]any{
		"intervention": testkit.Muro, "day": "2026-08-10", "headcount": 2,
		"state": "validada", "marks": marks(testkit.Muro, "presente", "presente"),
	})
	k.Save("attendance_sheets", testkit.ID("sh4"), map[string]any{
		"intervention": testkit.Muro, "day": "2026-08-11", "headcount": 1,
		"state": "registrada", "marks": marks(testkit.Muro, "", "", "presente"),
	})
	// A replacement on cupo 3 of Muro: who left is no longer on the roster.
	k.Save("participants", testkit.Worker(testkit.Muro, 3), map[string]any{"baja_on": "2026-08-31"})
	k.Save("attendance_sheets", testkit.ID("sh5"), map[string]any{
		"intervention": testkit.Muro, "day": "2026-10-12", "headcount": 1,
		"state": "validada", "marks": marks(testkit.Muro, "", "", "presente"),
	})
	k.Save("cupos", testkit.Cupo(testkit.Muro, 2), map[string]any{"state": "anulado"})
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "220-2026-TR", "published_on": "2026-07-01"})
	for i, day := range []string{"2026-10-05", "2026-10-06", "2026-10-07"} {
		k.Save("transfers", testkit.ID("t"+string(rune('1'+i))), map[string]any{
			"convenio": testkit.ID("cvcana"), "resolution": testkit.ID("rm"),
			"state": []string{"devengada", "anulada", "anulada"}[i], "accrued_on": day, "amount": 100_000_00 + i,
		})
	}
	for i, state := range []string{"validada", "validada", "realizada"} { // one, told twice
		k.Save("technical_assistances", testkit.ID(fmt.Sprintf("at%d", i)), map[string]any{
			"ut": testkit.UT1, "entity": testkit.ID("muni"), "held_on": "2026-10-07", "modality": "taller", "scope": "grupal", "channel": "virtual",
			"topic": "Requisitos", "funding_frame": "ordinary", "funding_year": 2026, "state": state, "evidence": "Acta 1",
		})
	}
	k.Save("aos", testkit.ID("aoreport"), map[string]any{
		"key": "gestion", "name": "Gestión", "exercise": 2026, "funding_frame": "ordinary", "unit_measure": "management_report",
		"budget_category": "PP0073", "counting_rule": "informe_v1", "physical_target": 2,
	})
	k.Save("management_reports", testkit.ID("inf1"), map[string]any{
		"unit": "UFPP", "ao": testkit.ID("aoreport"), "kind": "avance", "period": "2026-09", "number": "1", "approved_on": "2026-10-02", "state": "aprobado",
	})
	k.Save("budget_execution", testkit.ID("b1"), map[string]any{"ao": testkit.JobAO, "month": "2026-10", "clasificador": "2.3.2", "amount": 12_345_67})
	k.Save("opening_balances", testkit.ID("ob"), map[string]any{
		"ao": testkit.JobAO, "exercise": 2026, "as_of": "2026-10-01", "measure": "job",
		"funding_frame": "ordinary", "funding_year": 2026, "quantity": 4, "source": "Ficha",
	})
	k.Save("opening_balances", testkit.ID("ob2"), map[string]any{
		"exercise": 2026, "as_of": "2026-10-01", "measure": "job",
		"funding_frame": "ordinary", "funding_year": 2025, "quantity": 3, "source": "Ficha",
	})
	photo := k.Picture(1, 80)
	p.Push(p.Photo("photo", "visit_photos", "v1", testkit.Sum(photo), len(photo), nil))
	k.BringPart(k.Token(testkit.Rosa), "visit_photos", testkit.ID("photo"), "file", photo).JSON(200, nil)
	if _, err := app.YearOf(board.NewFigures(k.Engine, k.App), 2026); err != nil { // which keeps its counts
		t.Fatal(err)
	}
	return k
}

func run(t *testing.T, k *testkit.Kit) verify.Report {
	t.Helper()
	r, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func named(r verify.Report, check, row string) bool {
	for _, d := range r.Differences {
		if d.Check == check && strings.Contains(d.Row, row) && d.Expected != d.Found {
			return true
		}
	}
	return false
}

func TestHistoryIsAsRecomputed(t *testing.T) {
	k := history(t)
	r := run(t, k)
	for _, d := range r.Differences {
		t.Errorf("%+v", d)
	}
	for _, check := range verify.Checks {
		if r.Checked[check] == 0 && check != verify.CheckUnattributed {
			t.Errorf("%s looked at nothing", check)
		}
	}
	// What the fixture is meant to hold: 2 of Canal (1 by visit, 3 by sheet; 2 is
	// disputed), 1 of Muro (2 is void, 3 had left), 1 of three transfers.
	if n := k.Int(`SELECT count(*) FROM progress_contributions WHERE source_collection = 'cupos'`); n != 3 {
		t.Errorf("%d cupos count, want 3", n)
	}
	if n := k.Int(`SELECT count(*) FROM progress_contributions WHERE source_collection = 'transfers'`); n != 1 {
		t.Errorf("%d transfers count, want 1", n)
	}
	if n := k.Int(`SELECT count(*) FROM progress_postings WHERE month = '2026-10' AND qualifying_month = '2026-08'`); n == 0 {
		t.Error("nothing of a closed month was posted to the open one")
	}
}

func TestEmptyDatabaseIsNoProof(t *testing.T) {
	var out bytes.Buffer
	k := testkit.Empty(t)
	r, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, &out)
	if err != nil || !r.OK() {
		t.Fatalf("%v %+v", err, r.Differences)
	}
	if !strings.Contains(out.String(), "vacía") {
		t.Errorf("the report does not say that nothing was checked:\n%s", out.String())
	}
}

// Each change by hand is found, and the row is named.
func TestChangesByHandAreNamed(t *testing.T) {
	cupo1 := testkit.Cupo(testkit.Canal, 1)
	mark1 := testkit.ID("v1m1")
	insured1 := testkit.ID("in" + testkit.Canal[:4] + "1")
	untriggered := []string{`DROP TRIGGER chaski_visit_marks_upd`}
	cases := []struct {
		name, sql string
		before    []string
		check     string
		row       string
	}{
		{
			name: "a cell changed", sql: `UPDATE progress_cells SET quantity = quantity + 1 WHERE measure = 'job' AND month = '2026-11' AND ao <> ''`,
			check: verify.CheckCells, row: "2026/job/" + testkit.JobAO + "/2026/ordinary/2026-11",
		},
		{
			name: "money of a cell changed", sql: `UPDATE progress_cells SET amount = amount - 1 WHERE measure = 'devengado'`,
			check: verify.CheckCells, row: "2026/devengado/" + testkit.JobAO,
		},
		{
			name: "a cell deleted", sql: `DELETE FROM progress_cells WHERE measure = 'transfer'`,
			check: verify.CheckCells, row: "2026/transfer/" + testkit.TransferAO,
		},
		{
			name: "a cell invented", sql: `INSERT INTO progress_cells VALUES (2026, 'job', '` + testkit.JobAO + `', 2026, 'ordinary', '2026-12', 9, 0)`,
			check: verify.CheckCells, row: "2026-12",
		},
		{
			name: "a contribution changed", sql: `UPDATE progress_contributions SET quantity = 2 WHERE source_record = '` + cupo1 + `'`,
			check: verify.CheckContributions, row: "cupos/" + cupo1,
		},
		{
			name: "its evidence changed", sql: `UPDATE progress_contributions SET evidence_record = 'x' WHERE source_record = '` + cupo1 + `'`,
			check: verify.CheckContributions, row: "cupos/" + cupo1,
		},
		{
			name: "a contribution deleted", sql: `DELETE FROM progress_contributions WHERE source_record = '` + testkit.ID("t1") + `'`,
			check: verify.CheckContributions, row: "transfers/" + testkit.ID("t1"),
		},
		{name: "a contribution invented", sql: `INSERT INTO progress_contributions SELECT source_collection, '` + testkit.Cupo(testkit.Canal, 2) +
			`', measure, ao, exercise, funding_year, funding_frame, day, quantity, amount, rule, intervention, evidence_collection, evidence_record
			FROM progress_contributions WHERE source_record = '` + cupo1 + `'`, check: verify.CheckContributions, row: "cupos/" + testkit.Cupo(testkit.Canal, 2)},
		{
			name: "an assistance counted twice", sql: `INSERT INTO progress_contributions SELECT source_collection, '` + testkit.ID("at1") +
				`', measure, ao, exercise, funding_year, funding_frame, day, quantity, amount, rule, intervention, evidence_collection, evidence_record
				FROM progress_contributions WHERE source_record = '` + testkit.ID("at0") + `'`,
			check: verify.CheckContributions, row: "technical_assistances/" + testkit.ID("at1"),
		},
		{
			name: "a report forgotten", sql: `DELETE FROM progress_contributions WHERE source_record = '` + testkit.ID("inf1") + `'`,
			check: verify.CheckContributions, row: "management_reports/" + testkit.ID("inf1"),
		},
		{
			name: "a person changed", sql: `UPDATE progress_persons SET sex = CASE sex WHEN 'F' THEN 'M' ELSE 'F' END`,
			check: verify.CheckGroups, row: "progress_persons/2026/",
		},
		{
			name: "a group of persons changed", sql: `UPDATE progress_groups SET n = n + 1`,
			check: verify.CheckGroups, row: "progress_groups/2026/",
		},
		{
			name: "the contributions of a work changed", sql: `UPDATE progress_works SET n = n - 1 WHERE measure = 'job'`,
			check: verify.CheckGroups, row: "progress_works/2026/job/",
		},
		{
			name: "a kept count changed", sql: `UPDATE figures_kept SET counts = replace(counts, '"Resolution":1', '"Resolution":9')`,
			check: verify.CheckKept, row: "figures_kept/2026/",
		},
		{
			name: "kept counts that nobody counted again", sql: `UPDATE progress_people SET exercise = 2025`,
			check: verify.CheckKept, row: "figures_kept/2026/personas",
		},
		{
			name: "a participant forgotten", sql: `DELETE FROM progress_people WHERE participant = '` + testkit.Worker(testkit.Canal, 1) + `'`,
			check: verify.CheckPeople, row: "participants/" + testkit.Worker(testkit.Canal, 1),
		},
		{
			name: "a participant of another year", sql: `UPDATE progress_people SET exercise = 2025`,
			check: verify.CheckPeople, row: "(2025)",
		},
		{
			name: "a disputed day forgotten", sql: `DELETE FROM progress_disputed`,
			check: verify.CheckDisputed, row: "participants/" + testkit.Worker(testkit.Canal, 2),
		},
		{
			name: "a decision that holds of nothing", sql: `UPDATE progress_disputed SET decision = 7`,
			check: verify.CheckDisputed, row: "participants/" + testkit.Worker(testkit.Canal, 2),
		},
		{
			name: "a posting changed", sql: `UPDATE progress_postings SET quantity = 5 WHERE source_record = '` + cupo1 + `'`,
			check: verify.CheckPostings, row: "cupos/" + cupo1,
		},
		{
			name: "a posting moved to another month", sql: `UPDATE progress_postings SET month = '2026-12' WHERE source_record = '` + cupo1 + `'`,
			check: verify.CheckCells, row: "2026-12",
		},
		{
			name: "a posting deleted", sql: `DELETE FROM progress_postings WHERE source_record = '` + testkit.ID("b1") + `'`,
			check: verify.CheckPostings, row: "budget_execution/" + testkit.ID("b1"),
		},
		{
			name: "a span of cover that is longer than its policy", sql: `UPDATE cover_spans SET to_on = '2027-12-31' WHERE insured = '` + insured1 + `'`,
			check: verify.CheckCover, row: "insured_persons/" + insured1,
		},
		{
			name: "a span of cover that is gone", sql: `DELETE FROM cover_spans WHERE insured = '` + insured1 + `'`,
			check: verify.CheckCover, row: "insured_persons/" + insured1,
		},
		{
			name: "cover that is known since before", sql: `UPDATE cover_spans SET known_on = '2026-01-01' WHERE insured = '` + insured1 + `'`,
			check: verify.CheckCover, row: "insured_persons/" + insured1,
		},
		{
			name: "cover that is known since later than it was recorded", sql: `UPDATE cover_spans SET known_on = '2027-01-01' WHERE insured = '` + insured1 + `'`,
			check: verify.CheckCover, row: "insured_persons/" + insured1,
		},
		{
			name: "a span of somebody who is not insured", sql: `UPDATE cover_spans SET insured = 'ghost' WHERE insured = '` + insured1 + `'`,
			check: verify.CheckCover, row: "insured_persons/" + "ghost",
		},
		{
			name: "a payload changed", sql: `UPDATE sync_rows SET payload = replace(payload, 'presente', 'ausente') WHERE record = '` + mark1 + `'`,
			check: verify.CheckRows, row: "visit_marks/" + mark1,
		},
		{
			name: "a digest changed", sql: `UPDATE sync_rows SET digest = '0000000000000000' WHERE record = '` + mark1 + `'`,
			check: verify.CheckRows, row: "visit_marks/" + mark1,
		},
		{
			name: "a remembered row deleted", sql: `DELETE FROM sync_rows WHERE record = '` + mark1 + `'`,
			check: verify.CheckRows, row: "visit_marks/" + mark1,
		},
		{
			name: "a remembered row invented", sql: `INSERT INTO sync_rows (collection, record, rev, digest, payload) VALUES ('visit_marks', 'ghost', 1, 'x', '{}')`,
			check: verify.CheckRows, row: "visit_marks/ghost",
		},
		{
			name: "an entry removed", sql: `DELETE FROM sync_entries WHERE row = (SELECT n FROM sync_rows WHERE record = '` + mark1 + `')`,
			check: verify.CheckBuckets, row: "visit_marks/" + mark1,
		},
		{
			name: "an entry put into another unit", sql: `INSERT INTO sync_entries SELECT handle, 3, (SELECT n FROM sync_rows WHERE record = '` + mark1 + `'), 0, 1 FROM sync_buckets WHERE name = 'ut:` + testkit.UT2 + `'`,
			check: verify.CheckBuckets, row: "visit_marks/" + mark1,
		},
		{
			name: "an entry of no row", sql: `INSERT INTO sync_entries SELECT handle, 3, 9999999, 0, 1 FROM sync_buckets WHERE name = 'catalog'`,
			check: verify.CheckSequence, row: "sync_entries seq 3",
		},
		{
			name: "a bucket's sum changed", sql: `UPDATE sync_buckets SET sum = sum + 1 WHERE name = 'aii:` + testkit.Canal + `'`,
			check: verify.CheckBuckets, row: "aii:" + testkit.Canal,
		},
		{
			name: "a bucket's count changed", sql: `UPDATE sync_buckets SET count = count + 1 WHERE name = 'catalog'`,
			check: verify.CheckBuckets, row: "catalog",
		},
		{
			name: "a bucket said not to have moved", sql: `UPDATE sync_buckets SET newest = newest - 1 WHERE name = 'aii:` + testkit.Canal + `'`,
			check: verify.CheckBuckets, row: "aii:" + testkit.Canal,
		},
		{
			name: "a bucket said to have moved", sql: `UPDATE sync_buckets SET newest = newest + 1 WHERE name = 'catalog'`,
			check: verify.CheckBuckets, row: "catalog",
		},
		{name: "the counter set back", sql: `UPDATE sync_clock SET seq = seq - 1`, check: verify.CheckSequence, row: "sync_commits"},
		{
			name: "a mutation's record never stored", sql: `UPDATE sync_mutations SET record = 'vanished' WHERE record = '` + mark1 + `'`,
			check: verify.CheckSequence, row: "visit_marks/vanished",
		},
		{
			name: "a jornal changed by raw SQL", sql: `UPDATE visit_marks SET mark = 'ausente' WHERE id = '` + mark1 + `'`,
			check: verify.CheckUnattributed, row: "visit_marks/" + mark1,
		},
		{
			name: "a jornal deleted by raw SQL", sql: `DELETE FROM visit_marks WHERE id = '` + mark1 + `'`,
			check: verify.CheckUnattributed, row: "visit_marks/" + mark1,
		},
		{
			name: "a sheet changed by raw SQL", sql: `UPDATE attendance_sheets SET state = 'observada' WHERE id = '` + sheet + `'`,
			check: verify.CheckUnattributed, row: "attendance_sheets/" + sheet,
		},
		{
			name: "a validation that outlived a change, though somebody answered for it", sql: `INSERT INTO audit (id, action, collection, record, detail)
				VALUES ('` + testkit.ID("out") + `', 'unattributed', 'attendance_sheets', '` + sheet + `', '{"before":{"state":"validada","headcount":1},"after":{"state":"validada","headcount":2}}'),
				('` + testkit.ID("ack") + `', 'acknowledged', 'attendance_sheets', '` + sheet + `', '{}')`,
			check: verify.CheckValidations, row: "attendance_sheets/" + sheet,
		},
		{
			name: "a jornal changed behind the trigger: the row", before: untriggered, sql: `UPDATE visit_marks SET mark = 'ausente' WHERE id = '` + mark1 + `'`,
			check: verify.CheckRows, row: "visit_marks/" + mark1,
		},
		{
			name: "a jornal changed behind the trigger: the figure", before: untriggered, sql: `UPDATE visit_marks SET mark = 'ausente' WHERE id = '` + mark1 + `'`,
			check: verify.CheckContributions, row: "cupos/" + cupo1,
		},
		{
			name: "a field revision forgotten", sql: `UPDATE sync_rows SET field_revs = '' WHERE record = '` + testkit.ID("f1") + `'`,
			check: verify.CheckMerge, row: "findings/" + testkit.ID("f1"),
		},
		{
			name: "a field revision ahead", sql: `UPDATE sync_rows SET field_revs = '{"severity":2,"state":7}' WHERE record = '` + testkit.ID("f1") + `'`,
			check: verify.CheckMerge, row: "findings/" + testkit.ID("f1"),
		},
		{
			name: "a revision of no field", sql: `UPDATE sync_rows SET field_revs = '{"severity":2,"color":2}' WHERE record = '` + testkit.ID("f1") + `'`,
			check: verify.CheckMerge, row: "findings/" + testkit.ID("f1"),
		},
		{
			name: "a field revision of an unchanged row", sql: `UPDATE sync_rows SET field_revs = '{"mark":1}' WHERE record = '` + mark1 + `'`,
			check: verify.CheckMerge, row: "visit_marks/" + mark1,
		},
		{name: "a lost value deleted", sql: `DELETE FROM conflicts`, check: verify.CheckMerge, row: "sync_mutations"},
		{name: "a conflict of nobody", sql: `UPDATE conflicts SET mutation = 'x'`, check: verify.CheckMerge, row: "conflicts/"},
		{name: "a lost value emptied", sql: `UPDATE conflicts SET "values" = '[]'`, check: verify.CheckMerge, row: "sync_mutations "},
		{name: "a conflict half settled", sql: `UPDATE conflicts SET state = 'resuelto'`, check: verify.CheckMerge, row: "conflicts/"},
		{
			name: "a decision undone", sql: `UPDATE sync_mutations SET status = 'parked' WHERE id IN (SELECT mutation FROM mutation_reviews)`,
			check: verify.CheckMerge, row: "mutation_reviews/",
		},
		{
			name: "a rule broken by raw SQL", sql: `UPDATE visit_marks SET mark = 'Presente' WHERE id = '` + mark1 + `'`,
			check: verify.CheckProblems, row: "visit_marks/" + mark1,
		},
		{
			name: "a broken rule that was not seen", sql: `UPDATE visits SET note = ' ' WHERE id = '` + testkit.ID("v1") + `'; DELETE FROM dirty`,
			check: verify.CheckListed, row: "visits/" + testkit.ID("v1"),
		},
		{
			name: "a problem invented", sql: `INSERT INTO row_problems VALUES ('visit_marks', '` + mark1 + `', 'mark', 'invalid_value', '{}', '[]', 1, '', '', '', '')`,
			check: verify.CheckListed, row: "visit_marks/" + mark1,
		},
		{name: "a trigger dropped", sql: untriggered[0], check: verify.CheckTriggers, row: "chaski_visit_marks_upd"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := history(t)
			for _, sql := range append(c.before, c.sql) {
				k.SQL(sql)
			}
			if r := run(t, k); !named(r, c.check, c.row) {
				t.Fatalf("%s does not name %s: %+v", c.check, c.row, r.Differences)
			}
		})
	}
}

// A row changed by hand stays named, though nothing is pending any more, until
// somebody accounts for it; the next change is named again.
func TestAcknowledge(t *testing.T) {
	k := history(t)
	mark := testkit.ID("v1m1")
	change := `UPDATE visit_marks SET mark = 'no_visto' WHERE id = '` + mark + `'`
	k.SQL(change)
	for range 2 {
		if r := run(t, k); !named(r, verify.CheckUnattributed, "visit_marks/"+mark) || len(r.Differences) != 1 {
			t.Fatalf("%+v", r.Differences)
		}
	}
	catchUp := func() error { return k.Engine.CatchUp(k.App) }
	answer := func(reason string, rows []string) (int, error) {
		by := app.Answerer{ID: "chaski verify", Name: "chaski verify", Reason: reason}
		if err := by.Check(); err != nil {
			return 0, err
		}
		var named []app.OutsideRow
		for _, r := range rows {
			collection, record, _ := strings.Cut(r, "/")
			named = append(named, app.OutsideRow{Collection: collection, Record: record})
		}
		return problems.AnswerAll(k.Engine, k.App, by, named)
	}
	execute := func(args ...string) (string, error) {
		var out bytes.Buffer
		cmd := verify.Command(k.App, catchUp, answer)
		cmd.SetArgs(args)
		cmd.SetOut(&out)
		cmd.SetErr(io.Discard)
		err := cmd.Execute()
		return out.String(), err
	}
	if _, err := execute("--row", "visit_marks/"+mark); err == nil || errors.Is(err, verify.ErrDiffers) {
		t.Fatalf("a row without a reason was accepted: %v", err)
	}
	if _, err := execute("--acknowledge", "Oficio 12"); err == nil || errors.Is(err, verify.ErrDiffers) {
		t.Fatalf("no reason was accepted: %v", err)
	}
	if out, err := execute(); !errors.Is(err, verify.ErrDiffers) || !strings.Contains(out, "visit_marks/"+mark) {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := execute("--acknowledge", "Oficio 12-2026", "--row", "visit_marks/"+testkit.ID("v1m2")); err == nil || errors.Is(err, verify.ErrDiffers) {
		t.Fatalf("an answer for a row that nobody changed was accepted: %v", err)
	}
	k.SQL(`UPDATE visit_marks SET coverage_seen = 'cubierto' WHERE id = '` + testkit.ID("v1m2") + `'`)
	if out, err := execute("--acknowledge", "Oficio 12-2026", "--row", "visit_marks/"+mark); !errors.Is(err, verify.ErrDiffers) ||
		strings.Contains(out, "visit_marks/"+mark) || !strings.Contains(out, "visit_marks/"+testkit.ID("v1m2")) {
		t.Fatalf("one row of two: %v\n%s", err, out)
	}
	if out, err := execute("--acknowledge", "Oficio 12-2026"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'acknowledged' AND record = '` + mark + `' AND detail LIKE '%Oficio 12-2026%'`); n != 1 {
		t.Fatalf("%d acknowledgements in the audit trail", n)
	}
	out, err := execute("--json")
	if err != nil {
		t.Fatal(err)
	}
	var report verify.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil || !report.OK() || report.Checked[verify.CheckRows] == 0 {
		t.Fatalf("%v: %s", err, out)
	}
	k.SQL(strings.Replace(change, "no_visto", "presente", 1))
	if r := run(t, k); !named(r, verify.CheckUnattributed, "visit_marks/"+mark) {
		t.Fatalf("a second change is not named: %+v", r.Differences)
	}
}

// What raw SQL left unreadable is named; the other checks still run.
func TestUnreadableRowIsNamed(t *testing.T) {
	k := history(t)
	k.SQL(`UPDATE attendance_sheets SET marks = '{' WHERE id = '` + sheet + `'`)
	r := run(t, k)
	if !named(r, verify.CheckRows, "attendance_sheets/"+sheet) || r.Checked[verify.CheckSequence] == 0 {
		t.Fatalf("%+v", r)
	}
}

// Bytes that changed or went on the disk are named, and so is who says that they are kept.
func TestFilesAreReadWhole(t *testing.T) {
	k := history(t)
	sum := testkit.Sum(k.Picture(1, 80))
	at := filepath.Join(k.Dir, "storage", "files", sum[:2], sum)
	body, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	body[len(body)/2] ^= 1
	if err := os.WriteFile(at, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := run(t, k); !named(r, verify.CheckFiles, "files/"+sum) || len(r.Differences) != 1 {
		t.Fatalf("a flipped bit: %+v", r.Differences)
	}
	if err := os.Remove(at); err != nil {
		t.Fatal(err)
	}
	if r := run(t, k); !named(r, verify.CheckFiles, "files/"+sum) || len(r.Differences) != 1 {
		t.Fatalf("gone: %+v", r.Differences)
	}
	k.SQL(`DELETE FROM files`)
	if r := run(t, k); !named(r, verify.CheckFiles, "visit_photos/"+testkit.ID("photo")) || len(r.Differences) != 1 {
		t.Fatalf("its row is gone: %+v", r.Differences)
	}
}
