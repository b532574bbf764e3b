package figures

import (
	"fmt"
	"sort"

	"github.com/shopspring/decimal"

	"chaski/internal/domain/day"
	"chaski/internal/domain/progress"
)

type origin struct {
	year  int64
	frame string
}

// jobs of the AEI are all of the exercise, of every year's money; an AO counts
// those of its own year and frame. Two scopes, hence not the sum of AO.
func jobs(in Input) Jobs {
	lines := jobLines(in)
	out := Jobs{ByOrigin: []Origin{}, year: in.Exercise}
	if in.lacks(progress.MeasureJob) {
		none := JobTotal{NoCount, NoCount, NoCount}
		out.Cuadro4, out.OfYear, out.Total = none, none, none
		return out
	}
	for o, l := range lines {
		if l.Jobs.n == 0 && l.AII.n == 0 && l.PI.n == 0 {
			continue // all of it was taken back
		}
		out.ByOrigin = append(out.ByOrigin, *l)
		out.Total.add(l.JobTotal)
		if o.frame == ordinary {
			out.Cuadro4.add(l.JobTotal)
		}
		if o.year == in.Exercise {
			out.OfYear.add(l.JobTotal)
		}
	}
	sort.Slice(out.ByOrigin, func(i, j int) bool {
		a, b := out.ByOrigin[i], out.ByOrigin[j]
		if a.FundingYear != b.FundingYear {
			return a.FundingYear < b.FundingYear
		}
		return a.Frame > b.Frame // ORDINARIO before LEY_31728
	})
	return out
}

// jobLines has no works and districts where there are but balances.
func jobLines(in Input) map[origin]*Origin {
	lines := map[origin]*Origin{}
	line := func(o origin) *Origin {
		if lines[o] == nil {
			lines[o] = &Origin{FundingYear: o.year, Frame: word(frames, o.frame)}
		}
		return lines[o]
	}
	for _, c := range in.Cells {
		if c.Measure == progress.MeasureJob {
			l := line(origin{c.FundingYear, c.Frame})
			l.Jobs.n += c.Quantity
			l.Opening += c.Opening
		}
	}
	worked := map[origin]bool{}
	for _, w := range in.Works {
		o := origin{w.FundingYear, w.Frame}
		worked[o] = true
		l := line(o)
		l.AII, l.PI, l.Districts = counted(w.AII), counted(w.PI), counted(w.Districts)
	}
	for o, l := range lines {
		if l.Opening != 0 && !worked[o] {
			l.AII, l.PI, l.Districts = NoCount, NoCount, NoCount
		}
	}
	return lines
}

func (t *JobTotal) add(o JobTotal) {
	t.AII, t.PI, t.Jobs = t.AII.plus(o.AII), t.PI.plus(o.PI), t.Jobs.plus(o.Jobs)
}

// transfers are those of the exercise, of every year's money. Balances say how
// many they were, and perhaps how much; not to whom and under which resolution.
func transfers(in Input) Transfers {
	type tally struct{ number, amount int64 }
	by := map[string]tally{}
	for _, c := range in.Cells {
		if c.Measure == progress.MeasureTransfer {
			for _, key := range []string{c.Frame, ""} {
				t := by[key]
				by[key] = tally{t.number + c.Quantity, t.amount + c.Amount}
			}
		}
	}
	of := map[string]Executors{}
	for _, e := range in.Executors {
		of[e.Frame] = e
	}
	none := in.lacks(progress.MeasureTransfer)
	rowless := func(frame string) bool {
		_, rows := of[frame]
		return none || !rows && in.fromBalances(progress.MeasureTransfer, frame)
	}
	total := func(frame string) TransferTotal {
		missing := rowless(frame)
		return TransferTotal{
			countedUnless(none, by[frame].number), countedUnless(missing, of[frame].Governments),
			moneyUnless(missing && by[frame].amount == 0, by[frame].amount),
		}
	}
	idle := func(frame string) Count { return countedUnless(rowless(frame), of[frame].Idle) }
	return Transfers{
		Ordinary: total(ordinary), Ley: total(ley), Total: total(""), Resolutions: countedUnless(rowless(""), in.Resolution),
		Idle: Idle{idle(ordinary), idle(ley), idle("")},
	}
}

// reportsByUnit are those of the ordinary management AO ("Gestión del Programa").
func reportsByUnit(in Input) ReportsByUnit {
	managed := map[string]bool{}
	missing := false
	for _, a := range in.AOs {
		if a.Unit == reportUnit && a.Category == pp0073 && a.Frame == ordinary {
			managed[a.ID] = true
			missing = missing || a.NoPhysical || a.PhysicalOpening != 0
		}
	}
	out := ReportsByUnit{ByUnit: map[string]int64{}}
	var number, uts int64
	for _, r := range in.Reports {
		if managed[r.UnitMeasured] {
			missing = false
			out.ByUnit[r.Unit] += r.Number
			number += r.Number
			uts += r.UTs
		}
	}
	out.Total, out.UTs = countedUnless(missing, number), countedUnless(missing, uts)
	return out
}

// Contradiction stands for a sex or birth date on which a person's rows differ.
const Contradiction = "?"

// people are not held where jobs are but balances; the groups not, where nobody's
// is known.
func people(in Input, jobTotal Count) People {
	out := People{AgeOn: in.AgeOn}
	var t headcount
	for _, p := range in.Persons {
		t.add(p, in.AgeOn)
	}
	none := t.total == 0 && (in.lacks(progress.MeasureJob) || in.fromBalances(progress.MeasureJob, ""))
	count := func(n int64) Count { return countedUnless(none, n) }
	out.Total, out.SexSum, out.AgeSum = count(t.total), count(t.women+t.men), count(t.from18+t.from30+t.from60)
	out.Sex = BySex{count(t.women), count(t.men), t.sexless}
	out.Age = ByAge{count(t.from18), count(t.from30), count(t.from60), t.outside, t.ageless}
	var known int64
	for _, n := range in.Conditions {
		known += n
	}
	group := func(condition string) Count {
		return countedUnless(none || t.total > 0 && known == 0, in.Conditions[condition])
	}
	out.Conditions = Conditions{
		group("victima_violencia_1980_2000"), group("victima_violencia_genero"),
		group("con_discapacidad"), group("familiar_discapacidad_severa_contigo"),
	}
	out.Percent, out.Percent1 = map[string]string{}, map[string]string{}
	for key, n := range map[string]int64{"mujeres": t.women, "hombres": t.men, "e18_29": t.from18, "e30_59": t.from30, "e60_64": t.from60} {
		out.Percent[key], out.Percent1[key] = progress.Percent4(n, t.total), progress.Percent(n, t.total, 1)
	}
	out.OverJobs = count(0)
	if t.total > 0 && jobTotal.n > 0 {
		out.OverJobs = counted(t.total - jobTotal.n)
		out.PerJob = decimal.NewFromInt(t.total).DivRound(decimal.NewFromInt(jobTotal.n), 6).StringFixed(6)
	}
	return out
}

// headcount counts persons by what is published of them.
type headcount struct {
	total, women, men, sexless               int64
	from18, from30, from60, outside, ageless int64
}

func (t *headcount) add(p Persons, on day.Day) {
	t.total += p.Number
	switch p.Sex {
	case "F":
		t.women += p.Number
	case "M":
		t.men += p.Number
	default:
		t.sexless += p.Number
	}
	if p.Birth == Contradiction {
		t.ageless += p.Number
		return
	}
	switch age := Age(day.Day(p.Birth), on); {
	case age >= 18 && age <= 29:
		t.from18 += p.Number
	case age >= 30 && age <= 59:
		t.from30 += p.Number
	case age >= 60 && age <= 64:
		t.from60 += p.Number
	default:
		t.outside += p.Number
	}
}

// Age in whole years on a day; -1 if the birth date is none. Who was born on 29
// February comes of age on 1 March in common years.
func Age(birth, on day.Day) int {
	if _, err := day.Parse(string(birth)); err != nil || len(on) != 10 {
		return -1
	}
	age := on.Month().Year() - birth.Month().Year()
	if on[5:] < birth[5:] {
		age--
	}
	return age
}

// AgeReference is the day on which age is measured in an exercise, as the
// parameter participants.age_reference says: exercise_end, exercise_start, or a
// day of the year (MM-DD). Anything else is the end of the exercise.
func AgeReference(value string, exercise int64) day.Day {
	if value == "exercise_start" {
		value = "01-01"
	}
	on := day.Day(fmt.Sprintf("%04d-%s", exercise, value))
	if _, err := day.Parse(string(on)); err != nil {
		return day.Day(fmt.Sprintf("%04d-12-31", exercise))
	}
	return on
}
