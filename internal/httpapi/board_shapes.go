package httpapi

import (
	"strconv"

	"chaski/internal/app"
	"chaski/internal/domain/progress"
)

type gauge struct {
	Target   string `json:"target"`
	Executed string `json:"executed"`
	Percent  string `json:"percent"`
	Opening  string `json:"opening"`
}

func units(n int64) string { return strconv.FormatInt(n, 10) }

// gaugeOf says nothing of what is not held: it is not zero.
func gaugeOf(g app.Gauge, write func(int64) string) gauge {
	if g.None {
		return gauge{Target: write(g.Target), Opening: write(0)}
	}
	return gauge{Target: write(g.Target), Executed: write(g.Executed), Percent: progress.Percent4(g.Executed, g.Target), Opening: write(g.Opening)}
}

type aoRow struct {
	ID             string `json:"id"`
	Key            string `json:"key"`
	Code           string `json:"code"`
	Name           string `json:"name"`
	UnitMeasure    string `json:"unit_measure"`
	FundingFrame   string `json:"funding_frame"`
	BudgetCategory string `json:"budget_category"`
	Rule           string `json:"rule"`
	// Followup: the AO's report was accepted; with a target, it counts in the averages.
	Followup  bool   `json:"followup_approved"`
	Physical  gauge  `json:"physical"`
	Financial gauge  `json:"financial"`
	Gap       string `json:"gap"`
}

func aoOf(ao app.AO) aoRow {
	row := aoRow{
		ID: ao.ID, Key: ao.Key, Code: ao.Code, Name: ao.Name, UnitMeasure: ao.UnitMeasure, FundingFrame: ao.FundingFrame,
		BudgetCategory: ao.BudgetCategory, Rule: ao.Rule, Followup: ao.FollowupApproved, Physical: gaugeOf(ao.Physical, units), Financial: gaugeOf(ao.Financial, progress.Money),
	}
	if !ao.Physical.None && !ao.Financial.None {
		row.Gap = progress.Gap4(ao.Physical.Ratio(), ao.Financial.Ratio())
	}
	return row
}

type freshness struct {
	ComputedAt string `json:"computed_at"`
	app.Freshness
}

type summary struct {
	AOs             int64  `json:"aos"`
	AtLeast100      *int64 `json:"aos_at_least_100"` // null: not held
	AverageAdjusted string `json:"average_adjusted"`
	Financial       gauge  `json:"financial"`
}

type aeiLine struct {
	FundingYear  int64  `json:"funding_year"`
	FundingFrame string `json:"funding_frame"`
	Executed     string `json:"executed"`
	Opening      string `json:"opening"`
}

type aei struct {
	Target   string    `json:"target"`
	Executed string    `json:"executed"`
	Percent  string    `json:"percent"`
	Lines    []aeiLine `json:"lines"`
}

type boardShape struct {
	Exercise  app.Exercise `json:"exercise"`
	Freshness freshness    `json:"freshness"`
	Summary   summary      `json:"summary"`
	AEI       aei          `json:"aei"`
	Items     []aoRow      `json:"items"`
	Uncounted int64        `json:"uncounted"`
}

func freshnessOf(f app.Freshness) freshness { return freshness{utc(f.ComputedAt), f} }

func boardOf(t app.Table) boardShape {
	out := boardShape{
		Exercise: t.Exercise, Items: each(t.Items, aoOf), Freshness: freshnessOf(t.Freshness), Uncounted: t.Uncounted,
		Summary: summary{t.Summary.AOs, &t.Summary.AtLeast100, t.Summary.AverageAdjusted, gaugeOf(t.Summary.Financial, progress.Money)},
		AEI: aei{
			Target: units(t.AEI.Target), Executed: units(t.AEI.Executed), Percent: progress.Percent4(t.AEI.Executed, t.AEI.Target),
			Lines: each(t.AEI.Lines, func(l app.AEILine) aeiLine {
				return aeiLine{l.FundingYear, l.FundingFrame, units(l.Executed), units(l.Opening)}
			}),
		},
	}
	if t.Summary.None {
		out.Summary.AtLeast100 = nil
	}
	if t.AEI.None {
		out.AEI.Executed, out.AEI.Percent = "", ""
	}
	return out
}

type monthFigure struct {
	Month           string `json:"month"`
	Closed          bool   `json:"closed"`
	PhysicalTarget  string `json:"physical_target"`
	FinancialTarget string `json:"financial_target"`
	Synthetic       bool   `json:"synthetic"`
	Physical        string `json:"physical"`
	Financial       string `json:"financial"`
	Adjustment      string `json:"adjustment"`
}

type aoLine struct {
	Kind         string `json:"kind"`
	Label        string `json:"label"`
	Intervention string `json:"intervention,omitempty"`
	ConvenioCode string `json:"convenio_code,omitempty"`
	UTName       string `json:"ut_name,omitempty"`
	AsOf         string `json:"as_of,omitempty"`
	Source       string `json:"source,omitempty"`
	Physical     string `json:"physical"`
	Financial    string `json:"financial"`
	LastVisitOn  string `json:"last_visit_on,omitempty"`
}

type aoDetailShape struct {
	Exercise app.Exercise  `json:"exercise"`
	AO       aoRow         `json:"ao"`
	Months   []monthFigure `json:"months"`
	// All lines by unit; of the lines one page of those found, and how many these are.
	Groups []lineGroup `json:"groups"`
	Lines  []aoLine    `json:"lines"`
	Found  int         `json:"found"`
	Page   int         `json:"page"`
	// What SIAF accrued against the transfers recorded; empty for other units.
	Reconciliation []reconciledMonth `json:"reconciliation"`
	Uncounted      int64             `json:"uncounted"`
}

type lineGroup struct {
	UTName    string `json:"ut_name"`
	Lines     int    `json:"lines"`
	Physical  string `json:"physical"`
	Financial string `json:"financial"`
}

type reconciledMonth struct {
	Month       string `json:"month"`
	Transfers   int64  `json:"transfers"`
	Transferred string `json:"transferred"`
	Accrued     string `json:"accrued"`
	Difference  string `json:"difference"`
}

func monthOf(m app.MonthFigure) monthFigure {
	out := monthFigure{
		Month: string(m.Month), Closed: m.Closed, PhysicalTarget: units(m.PhysicalTarget),
		FinancialTarget: progress.Money(m.MoneyTarget), Synthetic: m.Synthetic, Physical: units(m.Physical),
		Financial: progress.Money(m.Financial), Adjustment: units(m.Adjustment),
	}
	if m.NoPhysical {
		out.Physical = ""
	}
	if m.NoFinancial {
		out.Financial = ""
	}
	return out
}

func lineOf(l app.Line) aoLine {
	return aoLine{
		Kind: l.Kind, Label: lineLabel(l), Intervention: l.Intervention, ConvenioCode: l.ConvenioCode, UTName: l.UTName,
		AsOf: l.AsOf, Source: l.Source, Physical: units(l.Physical), Financial: progress.Money(l.Financial), LastVisitOn: string(l.LastVisitOn),
	}
}

func aoDetailOf(d app.AODetail) aoDetailShape {
	return aoDetailShape{
		Exercise: d.Exercise, AO: aoOf(d.AO), Months: each(d.Months, monthOf), Lines: each(d.Lines, lineOf), Found: d.Found, Page: app.LinesPage,
		Groups: each(d.Groups, func(g app.LineGroup) lineGroup {
			return lineGroup{g.Unit, g.Lines, units(g.Physical), progress.Money(g.Financial)}
		}),
		Reconciliation: each(d.Reconciled, func(r app.ReconciledMonth) reconciledMonth {
			return reconciledMonth{
				Month: string(r.Month), Transfers: r.Transfers, Transferred: progress.Money(r.Transferred),
				Accrued: progress.Money(r.Accrued), Difference: progress.Money(r.Difference()),
			}
		}),
		Uncounted: d.Uncounted,
	}
}
