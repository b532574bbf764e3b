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
			l.Jobs += c.Quantity
			l.Opening += c.Opening
		}
	}
	for _, w := range in.Works {
		l := line(origin{w.FundingYear, w.Frame})
		l.AII, l.PI, l.Districts = w.AII, w.PI, w.Districts
	}
	out := Jobs{ByOrigin: []Origin{}, year: in.Exercise}
	for o, l := range lines {
		if l.Jobs == 0 && l.AII == 0 && l.PI == 0 {
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

func (t *JobTotal) add(o JobTotal) {
	t.AII += o.AII
	t.PI += o.PI
	t.Jobs += o.Jobs
}

// transfers are those of the exercise, of every year's money.
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
	total := func(frame string) TransferTotal {
		return TransferTotal{by[frame].number, of[frame].Governments, progress.Money(by[frame].amount)}
	}
	return Transfers{
		Ordinary: total(ordinary), Ley: total(ley), Total: total(""), Resolutions: in.Resolution,
		Idle: Idle{of[ordinary].Idle, of[ley].Idle, of[""].Idle},
	}
}

// reportsByUnit are those of the ordinary management AO ("Gestión del Programa").
func reportsByUnit(in Input) ReportsByUnit {
	managed := map[string]bool{}
	for _, a := range in.AOs {
		managed[a.ID] = a.Unit == reportUnit && a.Category == pp0073 && a.Frame == ordinary
	}
	out := ReportsByUnit{ByUnit: map[string]int64{}}
	for _, r := range in.Reports {
		if managed[r.UnitMeasured] {
			out.ByUnit[r.Unit] += r.Number
			out.Total += r.Number
			out.UTs += r.UTs
		}
	}
	return out
}

// Contradiction stands for a sex or birth date on which a person's rows differ.
const Contradiction = "?"

func people(in Input, jobTotal int64) People {
	out := People{AgeOn: in.AgeOn}
	for _, p := range in.Persons {
		out.Total += p.Number
		switch p.Sex {
		case "F":
			out.Sex.Women += p.Number
		case "M":
			out.Sex.Men += p.Number
		default:
			out.Sex.Contradictory += p.Number
		}
		band(&out.Age, p, in.AgeOn)
	}
	out.SexSum = out.Sex.Women + out.Sex.Men
	out.AgeSum = out.Age.From18 + out.Age.From30 + out.Age.From60
	out.Conditions = Conditions{
		in.Conditions["victima_violencia_1980_2000"], in.Conditions["victima_violencia_genero"],
		in.Conditions["con_discapacidad"], in.Conditions["familiar_discapacidad_severa_contigo"],
	}
	out.Percent, out.Percent1 = map[string]string{}, map[string]string{}
	for key, n := range map[string]int64{
		"mujeres": out.Sex.Women, "hombres": out.Sex.Men, "e18_29": out.Age.From18, "e30_59": out.Age.From30, "e60_64": out.Age.From60,
	} {
		out.Percent[key], out.Percent1[key] = progress.Percent4(n, out.Total), progress.Percent(n, out.Total, 1)
	}
	if out.Total > 0 && jobTotal > 0 {
		out.OverJobs = out.Total - jobTotal
		out.PerJob = decimal.NewFromInt(out.Total).DivRound(decimal.NewFromInt(jobTotal), 6).StringFixed(6)
	}
	return out
}

func band(by *ByAge, p Persons, on day.Day) {
	if p.Birth == Contradiction {
		by.Contradictory += p.Number
		return
	}
	switch age := Age(day.Day(p.Birth), on); {
	case age >= 18 && age <= 29:
		by.From18 += p.Number
	case age >= 30 && age <= 59:
		by.From30 += p.Number
	case age >= 60 && age <= 64:
		by.From60 += p.Number
	default:
		by.Outside += p.Number
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
