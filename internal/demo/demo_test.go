package demo_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/demo"
	"chaski/internal/domain/day"
	"chaski/internal/domain/identity"
	"chaski/internal/testkit"
)

const today = day.Day("2026-11-23")

// opened is a database with the schema in a directory of its own, without hooks.
func opened() (core.App, func(), error) {
	dir, err := testkit.Data()
	if err != nil {
		return nil, nil, err
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	return app, func() { _, _ = app.ClearBootstrap(), os.RemoveAll(dir) }, app.Bootstrap()
}

func empty(t *testing.T) core.App {
	t.Helper()
	app, done, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	return app
}

func loaded(t *testing.T, seed int64, on day.Day) core.App {
	t.Helper()
	app := empty(t)
	if err := demo.Load(context.Background(), app, demo.Options{Seed: seed, Today: on}); err != nil {
		t.Fatal(err)
	}
	return app
}

var (
	// shared is one loaded database for the tests that only read; seed 1, today.
	shared core.App
	// derived is where served keeps its database.
	derived string
)

func TestMain(m *testing.M) {
	app, done, err := opened()
	if err == nil {
		err = demo.Load(context.Background(), app, demo.Options{Seed: 1, Today: today})
	}
	if err == nil {
		derived, err = os.MkdirTemp("", "chaski-demo-")
	}
	if err != nil {
		panic(err)
	}
	shared = app
	code := m.Run()
	done()
	_ = os.RemoveAll(derived)
	os.Exit(code)
}

// content hashes every row of every table of records, but for what is random or
// clock by nature: password hashes, token keys, created and updated.
func content(t *testing.T, app core.App) map[string]string {
	t.Helper()
	collections, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range collections {
		if c.System {
			continue
		}
		rows := []dbx.NullStringMap{}
		if err := app.DB().Select("*").From(c.Name).OrderBy("id").All(&rows); err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		for _, row := range rows {
			hashRow(h, row)
		}
		out[c.Name] = fmt.Sprintf("%d %s", len(rows), hex.EncodeToString(h.Sum(nil)))
	}
	return out
}

func hashRow(h io.Writer, row dbx.NullStringMap) {
	names := make([]string, 0, len(row))
	for name := range row {
		switch name {
		case "password", "tokenKey", "created", "updated":
		default:
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		_, _ = fmt.Fprintf(h, "%s=%q\n", name, row[name].String)
	}
}

func TestTheSameSeedGivesTheSameRows(t *testing.T) {
	a, b := content(t, shared), content(t, loaded(t, 1, today))
	if len(a) < 25 {
		t.Fatalf("only %d tables", len(a))
	}
	for table, hash := range a {
		if b[table] != hash {
			t.Errorf("%s: %s, then %s", table, hash, b[table])
		}
	}
	other := content(t, loaded(t, 8, today))
	for _, table := range []string{"participants", "visits", "attendance_sheets"} {
		if other[table] == a[table] {
			t.Errorf("%s: another seed gives the same rows", table)
		}
	}
}

func TestRefusesADatabaseInUse(t *testing.T) {
	app := shared
	before := content(t, app)
	if err := demo.Load(context.Background(), app, demo.Options{Seed: 2, Today: today}); !errors.Is(err, demo.ErrNotEmpty) {
		t.Fatalf("got %v", err)
	}
	for table, hash := range content(t, app) {
		if before[table] != hash {
			t.Errorf("%s changed", table)
		}
	}
}

func TestRefusesADateThatIsNone(t *testing.T) {
	if err := demo.Load(context.Background(), empty(t), demo.Options{Today: "2026-02-30"}); err == nil {
		t.Fatal("accepted")
	}
}

// A failure in the middle leaves nothing behind.
func TestAllOrNothing(t *testing.T) {
	app := empty(t)
	boom := errors.New("boom")
	app.OnRecordCreate("month_closes").BindFunc(func(*core.RecordEvent) error { return boom })
	if err := demo.Load(context.Background(), app, demo.Options{Today: today}); !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
	for table, hash := range content(t, app) {
		if !strings.HasPrefix(hash, "0 ") {
			t.Errorf("%s has rows: %s", table, hash)
		}
	}
}

func TestPeopleAreFictitious(t *testing.T) {
	app := shared
	var people []struct {
		DNI   string `db:"dni"`
		Alta  string `db:"alta_on"`
		Birth string `db:"birth_date"`
	}
	if err := app.DB().Select("dni", "alta_on", "birth_date").From("participants").All(&people); err != nil {
		t.Fatal(err)
	}
	if len(people) < 400 {
		t.Fatalf("only %d people", len(people))
	}
	seen := map[string]bool{}
	for _, p := range people {
		if p.DNI < "99000000" || p.DNI > "99999999" || len(p.DNI) != 8 {
			t.Errorf("DNI %s", p.DNI)
		}
		if seen[p.DNI] {
			t.Errorf("DNI %s twice", p.DNI)
		}
		seen[p.DNI] = true
		if eighteen := fmt.Sprintf("%04d%s", day.Day(p.Birth).Month().Year()+18, p.Birth[4:]); p.Alta < eighteen {
			t.Errorf("born %s, alta %s: not 18", p.Birth, p.Alta)
		}
	}
	// Nobody else has a number outside the range, nor an insured a DNI of nobody.
	none(t, app, "insured without a participant", `SELECT i.dni FROM insured_persons i
		WHERE NOT EXISTS (SELECT 1 FROM participants p WHERE p.dni = i.dni AND p.intervention = i.intervention)`)
	none(t, app, "unlisted outside the range", `SELECT dni FROM unlisted_workers WHERE dni NOT LIKE '99______'`)
	none(t, app, "an account that is not a demo one", `SELECT email FROM users WHERE demo = 0 OR email NOT LIKE '%@demo.pe'`)
}

func TestNumbersAreWellFormed(t *testing.T) {
	app := shared
	check := func(sql string, valid func(string) bool) {
		t.Helper()
		var found []string
		if err := app.DB().NewQuery(sql).Column(&found); err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			t.Errorf("nothing from %s", sql)
		}
		for _, v := range found {
			if !valid(v) {
				t.Errorf("%q from %s", v, sql)
			}
		}
	}
	ruc := func(v string) bool { return identity.ValidateRUC("", v) == nil }
	check(`SELECT ruc FROM entities`, ruc)
	check(`SELECT insurer_ruc FROM insurance_policies`, ruc)
	check(`SELECT ubigeo FROM districts`, func(v string) bool { return identity.ValidateUbigeo("", v) == nil })
	check(`SELECT code FROM convenios`, func(v string) bool { return identity.ValidateConvenioCode("", v) == nil })
	check(`SELECT visited_on FROM visits`, func(v string) bool { d, err := day.Parse(v); return err == nil && d <= today })
}

// The demo must load, and hold together, on any business date: new year, leap
// day, weekends, holidays.
func TestHoldsTogetherOnAnyDate(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the demo several times")
	}
	for _, on := range []day.Day{today, "2027-01-01", "2027-01-15", "2028-02-29", "2026-03-01", "2026-07-29", "2026-12-31"} {
		t.Run(string(on), func(t *testing.T) { holdsTogether(t, loaded(t, 5, on), on) })
	}
}

func holdsTogether(t *testing.T, app core.App, on day.Day) {
	t.Helper()
	none(t, app, "two people on a cupo on one day", `SELECT a.id FROM participants a JOIN participants b ON a.cupo = b.cupo AND a.id < b.id
		WHERE (a.baja_on = '' OR a.baja_on >= b.alta_on) AND (b.baja_on = '' OR b.baja_on >= a.alta_on)`)
	none(t, app, "baja before alta", `SELECT id FROM participants WHERE baja_on <> '' AND baja_on < alta_on`)
	none(t, app, "participant outside the work", `SELECT p.id FROM participants p JOIN interventions i ON i.id = p.intervention
		WHERE p.alta_on < i.starts_on OR p.alta_on > i.ends_on`)
	none(t, app, "work in execution that is over or not begun", `SELECT id FROM interventions
		WHERE state = 'en_ejecucion' AND NOT ({:today} BETWEEN starts_on AND ends_on)`, on)
	none(t, app, "sheet outside the work or of a day to come", `SELECT s.id FROM attendance_sheets s JOIN interventions i ON i.id = s.intervention
		WHERE NOT (s.day BETWEEN i.starts_on AND i.ends_on) OR s.day >= {:today}`, on)
	none(t, app, "visit outside the work or of a day to come", `SELECT v.id FROM visits v JOIN interventions i ON i.id = v.intervention
		WHERE NOT (v.visited_on BETWEEN i.starts_on AND i.ends_on) OR v.visited_on > {:today}`, on)
	none(t, app, "visit by somebody not assigned that day", `SELECT v.id FROM visits v WHERE NOT EXISTS (SELECT 1 FROM assignments a
		WHERE a.user = v.supervisor AND a.intervention = v.intervention AND a.from_on <= v.visited_on AND (a.to_on = '' OR a.to_on >= v.visited_on))`)
	none(t, app, "present beyond the headcount", `SELECT v.id FROM visits v WHERE v.headcount <>
		(SELECT count(*) FROM visit_marks m WHERE m.visit = v.id AND m.mark = 'presente')`)
	none(t, app, "sheet whose headcount is not its marks", `SELECT s.id FROM attendance_sheets s WHERE s.headcount <>
		(SELECT count(*) FROM json_each(s.marks) m WHERE m.value = 'presente')`)
	none(t, app, "transfer before its resolution or after today", `SELECT t.id FROM transfers t JOIN resolutions r ON r.id = t.resolution
		WHERE t.state IN ('devengada', 'girada') AND (t.accrued_on < r.published_on OR t.accrued_on > {:today} OR t.accrued_on = '')`, on)
	none(t, app, "money of a month that is not over", `SELECT id FROM budget_execution WHERE month >= substr({:today}, 1, 7)`, on)
	none(t, app, "month closed too soon", `SELECT month FROM month_closes WHERE month >= substr({:today}, 1, 7)`, on)
	none(t, app, "work without exactly one active assignment", `SELECT i.id FROM interventions i WHERE i.state = 'en_ejecucion' AND 1 <>
		(SELECT count(*) FROM assignments a WHERE a.intervention = i.id AND a.from_on <= {:today} AND (a.to_on = '' OR a.to_on >= {:today}))`, on)
	none(t, app, "assignment that ended without having begun", `SELECT id FROM assignments WHERE to_on <> '' AND to_on < from_on`)
	one(t, app, "the work of the first visit has money of this year and no jornal", `SELECT count(*) FROM interventions i JOIN convenios c ON c.intervention = i.id
		WHERE c.funding_year = CAST(substr({:today}, 1, 4) AS INTEGER) AND i.state = 'en_ejecucion'
		AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.intervention = i.id)
		AND NOT EXISTS (SELECT 1 FROM attendance_sheets s WHERE s.intervention = i.id)`, on)
}

// The variety that the tour and the tests of others rely on.
func TestVariety(t *testing.T) {
	app := shared
	sizes := `(SELECT count(*) FROM cupos c WHERE c.intervention = i.id AND c.state = 'activo')`
	one(t, app, "one roster of 150", `SELECT count(*) FROM interventions i WHERE `+sizes+` = 150`)
	one(t, app, "one roster of 12", `SELECT count(*) FROM interventions i WHERE `+sizes+` = 12`)
	uncovered := `(SELECT count(*) FROM participants p WHERE p.intervention = i.id AND p.alta_on <= {:today} AND (p.baja_on = '' OR p.baja_on >= {:today})
		AND NOT EXISTS (SELECT 1 FROM insured_persons n JOIN insurance_policies s ON s.id = n.insurance_policy
			WHERE n.dni = p.dni AND s.state <> 'anulada' AND {:today} BETWEEN s.valid_from AND s.valid_to
			AND n.from_on <= {:today} AND (n.to_on = '' OR n.to_on >= {:today})))`
	policies := `(SELECT count(*) FROM insurance_policies s WHERE s.intervention = i.id)`
	running := ` FROM interventions i WHERE i.state = 'en_ejecucion' AND `
	one(t, app, "one work whose three newest are not covered", `SELECT count(*)`+running+uncovered+` = 3`, today)
	one(t, app, "one work without any policy", `SELECT count(*)`+running+policies+` = 0`)
	one(t, app, "one work whose policy ended yesterday", `SELECT count(*)`+running+policies+` = 1 AND
		(SELECT max(valid_to) FROM insurance_policies s WHERE s.intervention = i.id) = '2026-11-22'`)
	if got := number(t, app, `SELECT count(*)`+running+uncovered+` = 0`, today); got < 4 {
		t.Errorf("only %d works with everyone covered", got)
	}
	if got := number(t, app, `SELECT count(*) FROM interventions WHERE state = 'en_ejecucion'`); got != 10 {
		t.Errorf("%d works in execution", got)
	}
	one(t, app, "one transfer approved only", `SELECT count(*) FROM transfers WHERE state = 'aprobada'`)
	one(t, app, "one assignment that ended last month", `SELECT count(*) FROM assignments WHERE to_on = '2026-10-31'`)
	one(t, app, "one work with money of last year", `SELECT count(*) FROM convenios WHERE funding_year = 2025`)
	if got := number(t, app, `SELECT max(month) = '2026-09' FROM month_closes`); got != 1 {
		t.Error("closed through another month")
	}
}

// 2023 in the database is 2023 as published, to the céntimo.
func Test2023IsTheFicha(t *testing.T) {
	app := shared
	if got := number(t, app, `SELECT sum(amount) FROM opening_balances WHERE measure = 'devengado'`); got != 64615087690 {
		t.Errorf("devengado %d céntimos", got)
	}
	if got := number(t, app, `SELECT sum(quantity) FROM opening_balances WHERE measure = 'job'`); got != 215247 {
		t.Errorf("%d jobs", got)
	}
	if got := number(t, app, `SELECT sum(quantity) FROM opening_balances WHERE measure = 'job' AND ao = ''`); got != 665 {
		t.Errorf("%d jobs of earlier years", got)
	}
	if got := number(t, app, `SELECT sum(financial_target) FROM aos WHERE exercise = 2023`); got != 65076933200 {
		t.Errorf("financial target %d céntimos", got)
	}
	if got := number(t, app, `SELECT count(*) FROM aos WHERE exercise = 2023 AND code = ''`); got != 3 {
		t.Errorf("%d activities without a code", got)
	}
	none(t, app, "months that do not add up to the year", `SELECT a.key FROM aos a JOIN ao_months m ON m.ao = a.id GROUP BY a.id
		HAVING sum(m.physical_target) <> a.physical_target OR sum(m.financial_target) <> a.financial_target OR count(*) <> 12`)
	none(t, app, "a code in the demonstration", `SELECT key FROM aos WHERE exercise <> 2023 AND code <> ''`)
}

func TestTourNamesEveryAccount(t *testing.T) {
	app := shared
	var emails []string
	if err := app.DB().NewQuery(`SELECT email FROM users`).Column(&emails); err != nil {
		t.Fatal(err)
	}
	if len(emails) != len(demo.Accounts) {
		t.Errorf("%d users, %d accounts", len(emails), len(demo.Accounts))
	}
	for _, e := range emails {
		if !strings.Contains(demo.Tour(), e) {
			t.Errorf("%s is not in the tour", e)
		}
		user, err := app.FindAuthRecordByEmail("users", e)
		if err != nil || !user.ValidatePassword(demo.Password) {
			t.Errorf("%s cannot sign in: %v", e, err)
		}
	}
	var name string
	if err := app.DB().NewQuery(`SELECT i.name FROM interventions i JOIN assignments a ON a.intervention = i.id JOIN users u ON u.id = a.user
		WHERE u.email = 'supervisor@demo.pe' AND i.state = 'en_ejecucion'
		AND NOT EXISTS (SELECT 1 FROM attendance_sheets s WHERE s.intervention = i.id)`).Row(&name); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(demo.Tour(), name) {
		t.Errorf("%q is not in the tour", name)
	}
}

func TestGoldenIsPublishedFigures(t *testing.T) {
	raw, err := os.ReadFile("golden-2023.json")
	if err != nil {
		t.Fatal(err)
	}
	const want = "1ee4ecc0686c0412379fd93c532f1c7cae70787f595bf3d0d6811f8ccc358485"
	if got := fmt.Sprintf("%x", sha256.Sum256(raw)); got != want {
		t.Fatalf("golden-2023.json changed: %s. It is a source; correct it only against the Ficha", got)
	}
}

func bind(sql string, on []day.Day) dbx.Params {
	if len(on) == 0 || !strings.Contains(sql, "{:today}") {
		return dbx.Params{}
	}
	return dbx.Params{"today": string(on[0])}
}

func none(t *testing.T, app core.App, what, sql string, on ...day.Day) {
	t.Helper()
	var found []string
	if err := app.DB().NewQuery(sql).Bind(bind(sql, on)).Column(&found); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if len(found) > 0 {
		t.Errorf("%s: %d, such as %s", what, len(found), found[0])
	}
}

func one(t *testing.T, app core.App, what, sql string, on ...day.Day) {
	t.Helper()
	if got := number(t, app, sql, on...); got != 1 {
		t.Errorf("%s: %d", what, got)
	}
}

func number(t *testing.T, app core.App, sql string, on ...day.Day) int64 {
	t.Helper()
	var n int64
	if err := app.DB().NewQuery(sql).Bind(bind(sql, on)).Row(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}
