package figures_test

import (
	"reflect"
	"testing"

	"chaski/internal/domain/day"
	"chaski/internal/domain/figures"
)

func TestCuadro3(t *testing.T) {
	v := func(key string, position int64, ao string, physical, money int64, active bool) figures.Version {
		return figures.Version{Key: key, Position: position, AO: ao, AEI: "AEI.07.04", PhysicalTarget: physical, MoneyTarget: money, Active: active}
	}
	other := v("pia", 0, "moved", 5, 5, true)
	back := v("v2", 2, "moved", 5, 5, true)
	back.AEI = "AEI.08.05"
	in := figures.Input{Exercise: 2023, AEI: "AEI.07.04", Versions: []figures.Version{
		v("pia", 0, "kept", 1, 10, true), v("pia", 0, "unfunded", 1, 0, true), v("pia", 0, "idle", 1, 10, false), v("pia", 0, "dropped", 1, 10, true),
		v("pia", 0, "there and back", 1, 10, true), other,
		v("v1", 1, "new", 3, 30, true), v("v1", 1, "new without target", 0, 30, true), v("v1", 1, "new, dropped", 3, 30, true), v("v1", 1, "there and back", 2, 10, true),
		v("v2", 2, "kept", 1, 10, true), v("v2", 2, "dropped", 1, 10, false), v("v2", 2, "unfunded", 1, 20, true), v("v2", 2, "new, dropped", 3, 30, false),
		v("v2", 2, "there and back", 1, 10, true), back,
	}}
	got := figures.Of(in).Cuadro3
	want := &figures.Cuadro3{
		AtOpening:    4, // kept, dropped, there and back, moved
		AtClose:      4, // kept, unfunded, there and back, new
		Created:      2, // new, new without target
		Reprogrammed: 2, // unfunded, there and back
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	in.Versions = nil
	if got := figures.Of(in).Cuadro3; got != nil {
		t.Errorf("without versions: %+v", got)
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		birth, on day.Day
		want      int
	}{
		{"2005-12-31", "2023-12-31", 18},
		{"2006-01-01", "2023-12-31", 17},
		{"1959-01-01", "2023-12-31", 64},
		{"1958-12-31", "2023-12-31", 65},
		{"2000-02-29", "2023-02-28", 22},
		{"2000-02-29", "2023-03-01", 23},
		{"2000-02-29", "2024-02-29", 24},
		{"", "2023-12-31", -1},
		{"no", "2023-12-31", -1},
	} {
		if got := figures.Age(c.birth, c.on); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.birth, c.on, got, c.want)
		}
	}
	for value, want := range map[string]day.Day{"": "2023-12-31", "exercise_end": "2023-12-31", "exercise_start": "2023-01-01", "06-30": "2023-06-30", "02-30": "2023-12-31"} {
		if got := figures.AgeReference(value, 2023); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

// What contradicts itself is in the total and in no part, and is told.
func TestContradictionsAreTold(t *testing.T) {
	in := figures.Input{Exercise: 2026, AgeOn: "2026-12-31", Today: "2026-11-24", Uncounted: 4, Rows: figures.Rows{
		Persons: []figures.Persons{
			{"F", "1990-01-01", 5},
			{figures.Contradiction, "1990-01-01", 2},
			{"M", figures.Contradiction, 3},
			{"M", "1950-01-01", 1},
			{"M", "", 1},
		},
		BadSex: []string{"participants/a"}, BadBirth: []string{"participants/b"},
	}}
	r := figures.Of(in)
	if r.People.Total.N() != 12 || r.People.SexSum.N() != 10 || r.People.AgeSum.N() != 7 || r.People.Age.Outside != 2 || r.People.Percent["mujeres"] != "41.6667" {
		t.Errorf("%+v", r.People)
	}
	want := []figures.Problem{
		{figures.ProblemUncounted, 4, nil},
		{figures.ProblemSex, 2, []string{"participants/a"}},
		{figures.ProblemBirth, 3, []string{"participants/b"}},
		{figures.ProblemAge, 2, nil},
		{figures.ProblemNoVersion, 1, nil},
	}
	if !reflect.DeepEqual(r.Problems, want) {
		t.Errorf("%+v", r.Problems)
	}
}

// An AO without target or without approved follow-up is in Cuadro 5 and not in
// Cuadro 1; just under 100 is not 100.
func TestCuadro1LeavesOut(t *testing.T) {
	ao := func(key string, target, exec int64, approved bool) figures.Activity {
		return figures.Activity{Key: key, Unit: "job", PhysicalTarget: target, Physical: exec, FollowupApproved: approved, Money: 100, MoneyTarget: 200, Category: "PP0073"}
	}
	r := figures.Of(figures.Input{Exercise: 2026, AOs: []figures.Activity{
		ao("over", 10, 30, true), ao("even", 10, 10, true), ao("under", 100_000, 99_999, true), ao("no target", 0, 9, true), ao("not approved", 10, 10, false),
	}})
	want := figures.Cuadro1{AOs: 3, Financial: "3.00", Average10: "99.9996666667", Average2: "100.00"}
	if r.Cuadro1.AtLeast.N() != 2 || r.Cuadro1.Above.N() != 1 {
		t.Errorf("%+v", r.Cuadro1)
	}
	want.AtLeast, want.Above = r.Cuadro1.AtLeast, r.Cuadro1.Above
	if r.Cuadro1 != want {
		t.Errorf("%+v, want %+v", r.Cuadro1, want)
	}
	if r.Money.Total.Executed != "5.00" || len(r.AOs) != 5 || r.AOs[2].Physical.Percent1 != "100.0" || r.AOs[3].Physical.Percent != "" || r.AOs[3].InCuadro1 {
		t.Errorf("%+v %+v", r.Money, r.AOs)
	}
}

// Money of other years counts for the indicator and Cuadro 4, and in no AO;
// what was taken back altogether leaves no line.
func TestJobsByOrigin(t *testing.T) {
	cell := func(year int64, frame string, n int64) figures.Cell {
		return figures.Cell{Measure: "job", FundingYear: year, Frame: frame, Quantity: n}
	}
	r := figures.Of(figures.Input{Exercise: 2026, AEITarget: 12, Cells: []figures.Cell{
		cell(2026, "ordinary", 7), cell(2026, "ordinary", -2), cell(2026, "ley_31728", 3), cell(2025, "ordinary", 4), cell(2024, "ordinary", 1), cell(2024, "ordinary", -1),
	}})
	if r.AEI.Executed.N() != 12 || r.AEI.Percent0 != "100" || r.Jobs.Cuadro4.Jobs.N() != 9 || r.Jobs.OfYear.Jobs.N() != 8 || len(r.Jobs.ByOrigin) != 3 {
		t.Errorf("%+v %+v", r.AEI, r.Jobs)
	}
	if o := r.Jobs.ByOrigin; o[0].FundingYear != 2025 || o[1].Frame != "ORDINARIO" || o[2].Frame != "LEY_31728" {
		t.Errorf("order %+v", o)
	}
	if p := r.Problems[0]; p.Code != figures.ProblemUnplaced || p.Count != 12 {
		t.Errorf("jobs of the year in no AO are not told: %+v", r.Problems)
	}
}
