package server_test

import (
	"context"
	"strings"
	"testing"

	"chaski/internal/app"
	chaskireport "chaski/internal/report"

	"chaski/internal/store/board"
	"chaski/internal/testkit"
)

type problemList struct {
	Items []struct {
		Collection, Record, Work, Person string
		Problems                         []struct {
			Field, Code, Message string
			Counts               bool
		}
		Fields []struct {
			Field string
			Value any
		}
	}
	Total int
	Kinds []struct {
		Collection string
		Rows       int
	}
}

func problems(k *testkit.Kit, user string) (out problemList) {
	k.Do("GET", "/api/chaski/v1/problems", k.Token(user), nil).JSON(200, &out)
	return out
}

// What raw SQL broke is listed with its work and person, masked; it counts in no
// figure; it is corrected there, with a reason, through the same rules, and then
// counts and is listed no more. A coordinator sees his unit's.
func TestProblemsAreListedAndCorrected(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	p.Push(p.Visit("v", testkit.Canal, nil), p.Mark("v", testkit.Canal, 1, "presente"))
	want(t, k, 1, "before")
	id := testkit.ID("vm")
	k.SQL(`UPDATE visit_marks SET mark = 'Presente'`)
	k.SQL(`UPDATE insurance_policies SET valid_to = '2026-01-31' WHERE intervention = '` + testkit.Puente + `'`)
	if err := k.Engine.CatchUp(k.App); err != nil {
		t.Fatal(err)
	}
	want(t, k, 0, "a mark that is none")
	if got := problems(k, testkit.Ana); got.Total != 2 || len(got.Kinds) != 2 {
		t.Fatalf("%+v", got)
	}
	got := problems(k, testkit.Carla)
	if got.Total != 1 || len(got.Items) != 1 {
		t.Fatalf("of her unit: %+v", got)
	}
	item := got.Items[0]
	id = item.Record
	if item.Collection != "visit_marks" || item.Work != "Obra "+testkit.Canal || item.Person != "•••••001" ||
		len(item.Problems) != 1 || item.Problems[0].Code != "invalid_value" || !item.Problems[0].Counts || item.Problems[0].Message == "" ||
		len(item.Fields) != 1 || item.Fields[0].Value != "Presente" {
		t.Fatalf("%+v", item)
	}
	if code := k.Do("GET", "/api/chaski/v1/problems", k.Token(testkit.Rosa), nil).Code(); code != "forbidden" {
		t.Errorf("a supervisor: %s", code)
	}
	correct := func(user, to, seen, reason string) string {
		return k.Do("POST", "/api/chaski/v1/problems/visit_marks/"+id+"/correct", k.Token(user),
			map[string]any{"fields": map[string]any{"mark": to}, "seen": map[string]any{"mark": seen}, "reason": reason}).Code()
	}
	why := "Acta de visita 12, foja 3"
	for _, c := range []struct{ user, to, seen, reason, code string }{
		{testkit.Carla, "presente", "Presente", "corto", "too_short"},
		{testkit.Carla, "presente", "otra cosa", why, "conflict"},
		{testkit.Carla, "asistió", "Presente", why, "invalid_value"},
		{testkit.Dora, "presente", "Presente", why, "forbidden"},
		{testkit.Carla, "presente", "Presente", why, ""},
		{testkit.Carla, "presente", "presente", why, "not_found"},
	} {
		if code := correct(c.user, c.to, c.seen, c.reason); code != c.code {
			t.Errorf("%+v: %q", c, code)
		}
	}
	want(t, k, 1, "corrected")
	if got := problems(k, testkit.Carla); got.Total != 0 {
		t.Errorf("%+v", got)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'correct' AND actor = '` + testkit.Carla + `' AND record = '` + id + `' AND detail LIKE '%foja 3%'`); n != 1 {
		t.Errorf("%d entries of the correction", n)
	}
	if broken, listed := checked(t, k); len(listed) > 0 || len(broken) != 1 || !strings.HasPrefix(broken[0], "insurance_policies/") {
		t.Errorf("%v %v", broken, listed)
	}
}

// What is in the future when SQL writes it is a problem until its day comes.
func TestTimeMendsWhatWasInTheFuture(t *testing.T) {
	k := testkit.World(t)
	settled(t, k, `INSERT INTO attendance_sheets (id, intervention, day, state, marks, headcount) VALUES
		('`+testkit.ID("s")+`', '`+testkit.Canal+`', '2026-11-25', 'validada', '{"`+testkit.Worker(testkit.Canal, 1)+`":"presente"}', 1)`)
	want(t, k, 0, "a sheet of the day after tomorrow")
	k.Clock = k.Clock.AddDate(0, 0, 2)
	if err := k.Engine.CatchUp(k.App); err != nil { // as every pull and figure does
		t.Fatal(err)
	}
	want(t, k, 1, "its day has come")
	if broken, listed := checked(t, k); len(broken)+len(listed) > 0 {
		t.Errorf("%v %v", broken, listed)
	}
}

// Rows from before there were rules are found by the scan, wherever it was
// interrupted, and count no longer; without it verify names them all the same.
func TestScanFindsOldRows(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	p.Push(p.Visit("v", testkit.Canal, nil), p.Mark("v", testkit.Canal, 1, "presente"))
	settled(t, k, `UPDATE visit_marks SET mark = 'presente '; UPDATE resolutions SET number = ''; UPDATE participants SET alta_on = '2026-02-31' WHERE id = '`+testkit.Worker(testkit.Muro, 2)+`'`)
	if _, listed := checked(t, k); len(listed) > 0 {
		t.Fatal(listed)
	}
	// As an older version left it: it counted, and nothing was listed.
	k.SQL(`DELETE FROM row_problems; UPDATE row_scan SET version = 0, done = 0`)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := k.Engine.ScanRules(ctx, k.App); err == nil {
		t.Fatal("the scan did not stop")
	}
	if n, err := k.Engine.ScanRules(context.Background(), k.App); err != nil || n < 30 {
		t.Fatalf("%d rows, %v", n, err)
	}
	broken, listed := checked(t, k)
	if len(broken) != 2 || len(listed) > 0 {
		t.Errorf("%v %v", broken, listed)
	}
	if n, err := k.Engine.ScanRules(context.Background(), k.App); n != 0 || err != nil {
		t.Errorf("once more: %d %v", n, err)
	}
}

// Every answer with figures of an exercise says to whoever may read it how many
// rows count in none: those of the exercise, and those of which it cannot be told.
func TestFiguresSayWhatCountsInNone(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	p.Push(p.Visit("v", testkit.Canal, nil), p.Mark("v", testkit.Canal, 1, "presente"), p.Mark("v", testkit.Canal, 2, "presente"))
	asked := map[string][]string{
		"/exercises/2026/aos":                  {testkit.Ana, testkit.Dora, testkit.Aldo, testkit.Carla},
		"/exercises/2026/aos/" + testkit.JobAO: {testkit.Ana, testkit.Dora, testkit.Aldo, testkit.Carla},
		"/exercises/2026/aos/" + testkit.JobAO + "/interventions/" + testkit.Canal: {testkit.Ana, testkit.Dora, testkit.Carla},
		"/figures/2026": {testkit.Ana, testkit.Dora, testkit.Aldo},
	}
	say := func(want int) {
		t.Helper()
		for path, users := range asked {
			for _, user := range users {
				var got struct{ Uncounted *int }
				k.Do("GET", "/api/chaski/v1"+path, k.Token(user), nil).JSON(200, &got)
				if got.Uncounted == nil || *got.Uncounted != want {
					t.Errorf("%s of %s: %v, want %d", user, path, got.Uncounted, want)
				}
			}
		}
	}
	say(0)
	// A work whose term is another year's; a policy, which no figure reads.
	k.SQL(`UPDATE visit_marks SET mark = 'Presente' WHERE participant = '` + testkit.Worker(testkit.Canal, 1) + `'`)
	k.SQL(`UPDATE insurance_policies SET valid_to = '2026-01-31' WHERE intervention = '` + testkit.Canal + `'`)
	k.SQL(`UPDATE interventions SET starts_on = '2025-02-01', ends_on = '2025-11-30' WHERE id = '` + testkit.Puente + `'`)
	k.SQL(`UPDATE participants SET baja_on = '2024-01-01', alta_on = '2024-02-01' WHERE id = '` + testkit.Worker(testkit.Puente, 1) + `'`)
	say(1)
	k.SQL(`UPDATE participants SET intervention = '' WHERE id = '` + testkit.Worker(testkit.Puente, 1) + `'`)
	say(2)
	report, err := app.YearOf(board.NewFigures(k.Engine, k.App), 2026)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := chaskireport.Text(&text, report); err != nil || !strings.Contains(text.String(), "no cuentan en ninguna cifra") {
		t.Errorf("chaski figures does not say it: %v\n%s", err, text.String())
	}
}
