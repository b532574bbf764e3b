package httpapi

import (
	"strconv"

	"chaski/internal/app"
	"chaski/internal/domain/progress"
)

type exerciseShape struct {
	Year   int64  `json:"year"`
	Kind   string `json:"kind"`
	Closed bool   `json:"closed"`
	Note   string `json:"note"`
}

func exerciseOf(e app.Exercise) exerciseShape { return exerciseShape{e.Year, e.Kind, e.Closed, e.Note} }

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
	ComputedAt       string `json:"computed_at"`
	LastReceivedAt   string `json:"last_received_at,omitempty"`
	Devices          int64  `json:"devices"`
	StaleDevices     int64  `json:"stale_devices"`
	OldestSeenAt     string `json:"oldest_seen_at,omitempty"`
	PendingMutations int64  `json:"pending_mutations"`
	ParkedMutations  int64  `json:"parked_mutations"`
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
	Exercise  exerciseShape `json:"exercise"`
	Freshness freshness     `json:"freshness"`
	Summary   summary       `json:"summary"`
	AEI       aei           `json:"aei"`
	Items     []aoRow       `json:"items"`
	Uncounted int64         `json:"uncounted"`
}

func freshnessOf(f app.Freshness) freshness {
	return freshness{
		ComputedAt: utc(f.ComputedAt), LastReceivedAt: f.LastReceivedAt, Devices: f.Devices, StaleDevices: f.Stale,
		OldestSeenAt: f.OldestSeenAt, PendingMutations: f.Pending, ParkedMutations: f.Parked,
	}
}

func boardOf(t app.Table) boardShape {
	out := boardShape{
		Exercise: exerciseOf(t.Exercise), Items: make([]aoRow, len(t.Items)),
		Freshness: freshnessOf(t.Freshness), Uncounted: t.Uncounted,
		Summary: summary{t.Summary.AOs, &t.Summary.AtLeast100, t.Summary.AverageAdjusted, gaugeOf(t.Summary.Financial, progress.Money)},
		AEI: aei{
			Target: units(t.AEI.Target), Executed: units(t.AEI.Executed), Percent: progress.Percent4(t.AEI.Executed, t.AEI.Target),
			Lines: make([]aeiLine, len(t.AEI.Lines)),
		},
	}
	if t.Summary.None {
		out.Summary.AtLeast100 = nil
	}
	if t.AEI.None {
		out.AEI.Executed, out.AEI.Percent = "", ""
	}
	for i, ao := range t.Items {
		out.Items[i] = aoOf(ao)
	}
	for i, l := range t.AEI.Lines {
		out.AEI.Lines[i] = aeiLine{l.FundingYear, l.FundingFrame, units(l.Executed), units(l.Opening)}
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
	Exercise exerciseShape `json:"exercise"`
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

func aoDetailOf(d app.AODetail) aoDetailShape {
	out := aoDetailShape{Exercise: exerciseOf(d.Exercise), AO: aoOf(d.AO), Months: make([]monthFigure, len(d.Months)), Lines: make([]aoLine, len(d.Lines)), Groups: make([]lineGroup, len(d.Groups)), Found: d.Found, Page: app.LinesPage, Uncounted: d.Uncounted}
	for i, g := range d.Groups {
		out.Groups[i] = lineGroup{g.Unit, g.Lines, units(g.Physical), progress.Money(g.Financial)}
	}
	for i, m := range d.Months {
		out.Months[i] = monthFigure{
			Month: string(m.Month), Closed: m.Closed, PhysicalTarget: units(m.PhysicalTarget),
			FinancialTarget: progress.Money(m.MoneyTarget), Synthetic: m.Synthetic, Physical: units(m.Physical),
			Financial: progress.Money(m.Financial), Adjustment: units(m.Adjustment),
		}
		if m.NoPhysical {
			out.Months[i].Physical = ""
		}
		if m.NoFinancial {
			out.Months[i].Financial = ""
		}
	}
	for i, l := range d.Lines {
		out.Lines[i] = aoLine{
			Kind: l.Kind, Label: lineLabel(l), Intervention: l.Intervention, ConvenioCode: l.ConvenioCode, UTName: l.UTName,
			AsOf: l.AsOf, Source: l.Source, Physical: units(l.Physical), Financial: progress.Money(l.Financial), LastVisitOn: string(l.LastVisitOn),
		}
	}
	out.Reconciliation = make([]reconciledMonth, len(d.Reconciled))
	for i, r := range d.Reconciled {
		out.Reconciliation[i] = reconciledMonth{
			Month: string(r.Month), Transfers: r.Transfers, Transferred: progress.Money(r.Transferred),
			Accrued: progress.Money(r.Accrued), Difference: progress.Money(r.Difference()),
		}
	}
	return out
}
