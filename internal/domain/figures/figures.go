package figures

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/progress"
)

const (
	ordinary   = "ordinary"
	ley        = "ley_31728"
	pp0073     = "PP0073"
	apnop      = "APNOP9002"
	reportUnit = "management_report"
	rounding   = "ROUND_HALF_UP; money as decimal strings, S/"
)

// RulePerson counts participants: a person is a DNI, once in the exercise, with
// at least one jornal in it.
const RulePerson = "persona_v1"

var units = map[string]string{
	"transfer": "Transferencia", "technical_assistance": "Asistencia Técnica", "job": "Empleo Temporal", reportUnit: "Informe",
}

var frames = map[string]string{ordinary: "ORDINARIO", ley: "LEY_31728"}

func word(words map[string]string, key string) string {
	if w, ok := words[key]; ok {
		return w
	}
	return key
}

// Of makes the report.
func Of(in Input) Report {
	out := Report{
		Exercise: in.Exercise, Kind: in.Kind, Closed: in.Closed, Note: in.Note, AsOf: asOf(in.Exercise, in.Today),
		ComputedAt: in.Now.UTC().Format("2006-01-02T15:04:05Z"), Rounding: rounding,
		Cuadro1: cuadro1(in.AOs), Cuadro2: cuadro2(in.AOs), Cuadro3: cuadro3(in), AOs: make([]AO, len(in.AOs)),
		Money: totals(in), Jobs: jobs(in), Transfers: transfers(in), Reports: reportsByUnit(in), Rules: in.Rules, Late: []LateAdjustment{},
	}
	for i, a := range in.AOs {
		out.AOs[i] = a.row()
	}
	jobTotal := out.Jobs.Total.Jobs
	out.AEI = AEI{Code: in.AEI, Target: in.AEITarget, Executed: jobTotal}
	if jobTotal.Held() {
		out.AEI.Percent, out.AEI.Percent0 = progress.Percent4(jobTotal.n, in.AEITarget), progress.Percent(jobTotal.n, in.AEITarget, 0)
	}
	out.People = people(in, jobTotal)
	if out.Rules == nil {
		out.Rules = []Rule{}
	}
	if out.People.Total.n > 0 {
		out.Rules = append(out.Rules, Rule{"participantes", RulePerson})
	}
	for _, l := range in.Late {
		out.Late = append(out.Late, LateAdjustment{l.AO, l.Measure, l.Month, l.Quantity, progress.Money(l.Amount)})
	}
	out.Problems = problems(in, out)
	return out
}

// asOf is the last day the figures of an exercise can tell of.
func asOf(exercise int64, today day.Day) day.Day {
	return min(day.Day(fmt.Sprintf("%04d-12-31", exercise)), today)
}

// counts says whether an AO is in Cuadro 1: an annual physical target and
// approved follow-up (note 1).
func (a Activity) counts() bool { return a.PhysicalTarget > 0 && a.FollowupApproved }

func (a Activity) row() AO {
	out := AO{
		ID: a.ID, Key: a.Key, Name: a.Name, Unit: word(units, a.Unit), Category: a.Category, Frame: word(frames, a.Frame),
		FollowupApproved: a.FollowupApproved, InCuadro1: a.counts(), Rules: a.Rules,
		Physical:  Physical{Target: a.PhysicalTarget, Executed: countedUnless(a.NoPhysical, a.Physical), Opening: a.PhysicalOpening},
		Financial: Financial{Target: progress.Money(a.MoneyTarget), Executed: moneyUnless(a.NoMoney, a.Money)},
	}
	if !a.NoPhysical {
		out.Physical.Percent, out.Physical.Percent1 = progress.Percent(a.Physical, a.PhysicalTarget, 10), progress.Percent(a.Physical, a.PhysicalTarget, 1)
		out.Physical.Adjusted = adjusted(a.Physical, a.PhysicalTarget)
	}
	if !a.NoMoney {
		out.Financial.Percent, out.Financial.Percent1 = progress.Percent(a.Money, a.MoneyTarget, 10), progress.Percent(a.Money, a.MoneyTarget, 1)
	}
	if out.Rules == nil {
		out.Rules = []string{}
	}
	if a.Code != "" {
		out.Code = &a.Code
	}
	if a.MoneyOpening != 0 {
		out.Financial.Opening = progress.Money(a.MoneyOpening)
	}
	return out
}

func adjusted(exec, target int64) string {
	if progress.AtLeast100(exec, target) {
		return "100.0000000000"
	}
	return progress.Percent(exec, target, 10)
}

// cuadro1 has no execution where that of one of its AO is not held.
func cuadro1(aos []Activity) Cuadro1 {
	var out Cuadro1
	var ratios []progress.Ratio
	var atLeast, above, financial int64
	noPhysical, noMoney := false, false
	for _, a := range aos {
		if !a.counts() {
			continue
		}
		out.AOs++
		noPhysical, noMoney = noPhysical || a.NoPhysical, noMoney || a.NoMoney
		if progress.AtLeast100(a.Physical, a.PhysicalTarget) { // note 2, unrounded
			atLeast++
		}
		if a.Physical > a.PhysicalTarget {
			above++
		}
		financial += a.Money // note 3
		ratios = append(ratios, progress.Ratio{Exec: a.Physical, Target: a.PhysicalTarget})
	}
	out.AtLeast, out.Above, out.Financial = countedUnless(noPhysical, atLeast), countedUnless(noPhysical, above), moneyUnless(noMoney, financial)
	if !noPhysical {
		out.Average10, out.Average2 = progress.AverageAdjustedTo(ratios, 10), progress.AverageAdjusted(ratios) // note 4
	}
	return out
}

// cuadro2 leaves out what is measured in reports, and orders by code.
func cuadro2(aos []Activity) Cuadro2 {
	var kept []Activity
	for _, a := range aos {
		if a.Unit != reportUnit {
			kept = append(kept, a)
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return kept[i].Code != "" && (kept[j].Code == "" || kept[i].Code < kept[j].Code) })
	out := Cuadro2{AOs: make([]string, len(kept))}
	for i, a := range kept {
		out.AOs[i] = a.Key
	}
	return out
}

// money sums what a subtotal has.
type money struct {
	target, executed int64
	missing          bool // what an AO of it executed is not held
}

func (m money) total() Total {
	if m.missing {
		return Total{Target: progress.Money(m.target)}
	}
	return Total{progress.Money(m.target), progress.Money(m.executed), progress.Percent4(m.executed, m.target)}
}

func sum(aos []Activity, of func(Activity) bool) money {
	var out money
	for _, a := range aos {
		if of(a) {
			out.target += a.MoneyTarget
			out.executed += a.Money
			out.missing = out.missing || a.NoMoney
		}
	}
	return out
}

func totals(in Input) FinancialTotals {
	part := func(category, frame string) Total {
		return sum(in.AOs, func(a Activity) bool { return a.Category == category && (frame == "" || a.Frame == frame) }).total()
	}
	return FinancialTotals{
		PP0073: part(pp0073, ""), APNOP: part(apnop, ""), Total: sum(in.AOs, func(Activity) bool { return true }).total(),
		OrdinaryPP0073: part(pp0073, ordinary), Ley: part(pp0073, ley), Budget: budget(in),
	}
}

var decree = regexp.MustCompile(`(?i)decreto supremo\s+n[°º.]*\s*0*(\d+)`)

// budget tells how the opening budget became the last version's: the PIA, the
// ceiling of the law, and what was added outside the programme (Ficha 2023,
// section 2). Only what the exercise has.
func budget(in Input) map[string]string {
	if len(in.Versions) == 0 {
		return nil
	}
	out := map[string]string{}
	first, last := opening(in), in.Versions[len(in.Versions)-1]
	all, sentences, name := int64(0), int64(0), ""
	seen := map[string]bool{}
	for _, v := range in.Versions {
		if !in.serves(v) || seen[v.AO] {
			continue
		}
		seen[v.AO] = true
		switch {
		case v.Position == first && v.Category == pp0073:
			all += v.MoneyTarget
		case v.Position > first && v.Category == apnop:
			sentences += v.MoneyTarget
			name = "sentencias"
			if d := decree.FindStringSubmatch(v.Cause); d != nil {
				name += "_ds" + d[1]
			}
		}
	}
	out["pia_pp0073"] = soles(all)
	if name != "" {
		out[name] = soles(sentences)
	}
	if in.LeyCeiling == 0 || !anyLey(in.AOs) {
		return out
	}
	out["credito_ley_31728"] = progress.Money(in.LeyCeiling)
	all += in.LeyCeiling + sentences
	out["pia_mas_ley_mas_sentencias"] = soles(all)
	out["diferencia_con_"+last.Key] = soles(all - sum(in.AOs, func(Activity) bool { return true }).target)
	return out
}

func anyLey(aos []Activity) bool {
	for _, a := range aos {
		if a.Frame == ley {
			return true
		}
	}
	return false
}

// soles writes budget amounts, which are whole soles, without decimals.
func soles(centimos int64) string { return strings.TrimSuffix(progress.Money(centimos), ".00") }

func problems(in Input, r Report) []Problem {
	out := []Problem{}
	add := func(code string, count int64, rows []string) {
		if count > 0 {
			out = append(out, Problem{code, count, rows})
		}
	}
	add(ProblemUncounted, in.Uncounted, nil)
	add(ProblemSex, r.People.Sex.Contradictory, in.BadSex)
	add(ProblemBirth, r.People.Age.Contradictory, in.BadBirth)
	add(ProblemAge, r.People.Age.Outside, nil)
	last := closing(in)
	var off []string
	for _, a := range in.AOs {
		if v, ok := last[a.ID]; ok && (v.PhysicalTarget != a.PhysicalTarget || v.MoneyTarget != a.MoneyTarget) {
			off = append(off, a.Key)
		}
	}
	add(ProblemTarget, int64(len(off)), off)
	var unplaced int64
	for _, c := range in.Cells {
		if c.AO == "" && c.FundingYear == in.Exercise {
			unplaced += max(c.Quantity, -c.Quantity)
		}
	}
	add(ProblemUnplaced, unplaced, nil)
	if len(in.Versions) == 0 {
		add(ProblemNoVersion, 1, nil)
	}
	return out
}

// Round1 is a subtotal's percentage with one decimal, from its exact amounts.
func Round1(t Total) string {
	executed, err := progress.ParseMoney(t.Executed)
	if err != nil {
		return ""
	}
	target, err := progress.ParseMoney(t.Target)
	if err != nil {
		return ""
	}
	return progress.Percent(executed, target, 1)
}
