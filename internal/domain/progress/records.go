package progress

import (
	"slices"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	r "chaski/internal/domain/record"
)

var (
	frames   = r.OneOf("ordinary", "ley_31728")
	measures = []string{MeasureTransfer, MeasureAssistance, MeasureJob, MeasureReport}
)

// Records are the kinds of record of planning, money and what AO count beside
// jobs.
var Records = []*r.Type{
	{Name: "exercises", Plural: "ejercicios", Fields: []r.Field{
		r.Must("year", r.Year), r.Of("kind", r.OneOf("real", "demonstration")), r.Of("aei_target", r.Count), r.Of("aei", r.AEICode), r.Of("note", r.Text),
	}},
	{
		Name: "aos", Plural: "actividades operativas",
		Fields: []r.Field{
			r.Must("key", r.Like(`^[a-z0-9_]+$`)), r.Of("code", r.AOCode), r.Must("name", r.Text), r.Must("exercise", r.Year),
			r.Must("funding_frame", frames), r.Must("unit_measure", r.OneOf(measures...)), r.Of("budget_category", r.OneOf("PP0073", "APNOP9002")),
			r.Must("counting_rule", r.Text), r.Of("physical_target", r.Count), r.Of("financial_target", r.Count), r.Of("position", r.Any), r.Flag("followup_approved"),
		},
		Read: []string{"exercise"},
	},
	{
		Name: "ao_months", Plural: "metas por mes",
		Fields: []r.Field{
			r.MustRef("ao", "aos"), r.Must("month", r.Month), r.Of("physical_target", r.Count), r.Of("financial_target", r.Count), r.Flag("synthetic"),
		},
		Rules: []r.Rule{r.YearOf("month", "ao", "aos")},
	},
	{
		// Devengado is a fact (Directiva de tesorería: the obligation was
		// recognised); a reversal is negative.
		Name: "budget_execution", Plural: "ejecución presupuestal",
		Fields: r.Join(
			r.Counting(r.MustRef("ao", "aos"), r.Must("month", r.PastMonth), r.Of("amount", r.Any)),
			r.Counting(r.Must("clasificador", r.Short, r.Clasificador)),
		),
		Rules: append(r.Counted(r.YearOf("month", "ao", "aos"), subtotal), belowAmount),
		Read:  []string{"month", "clasificador", "amount"},
	},
	{Name: "opening_balances", Plural: "saldos importados", Fields: r.Join(
		r.Counting(
			r.Ref("ao", "aos"), r.Must("as_of", r.Past), r.Must("measure", r.OneOf(append(slices.Clone(measures), MeasureAccrued)...)),
			r.Must("funding_frame", frames), r.Must("exercise", r.Year), r.Must("funding_year", r.Year), r.Of("quantity", r.Any), r.Of("amount", r.Any),
		),
		[]r.Field{r.Must("source", r.Text)},
	)},
	{Name: "month_closes", Plural: "cierres de mes", Fields: []r.Field{r.Must("month", r.PastMonth), r.Of("note", r.Text)}, Rules: []r.Rule{closedInOrder}, Remove: newestClose},
	{Name: "resolutions", Plural: "resoluciones", Fields: []r.Field{
		r.Must("number", r.Short, r.Resolution), r.Must("published_on", r.Past), r.Of("state", r.OneOf(Resolutions.Names()...)),
	}, Read: []string{"published_on", "number"}},
	{
		Name: "transfers", Plural: "transferencias",
		Fields: r.Join(
			r.Counting(
				r.MustRef("convenio", "convenios"), r.MustRef("resolution", "resolutions"), r.Of("accrued_on", r.Past), r.Of("amount", r.Count),
				r.Must("state", r.OneOf(Transfers.Names()...)),
			),
		),
		Rules: append(r.Counted(clearResolution, accruedAfterPublication), oneTransfer),
		Read:  []string{"resolution", "state"},
	},
	{
		Name: "poi_versions", Plural: "versiones del POI",
		Fields: []r.Field{
			r.Must("exercise", r.Year), r.Must("key", r.Like(`^(pia|v[1-9]\d?)$`)), r.Must("label", r.Text), r.Of("approved_on", r.Past),
			r.Must("resolution", r.Text), r.Of("reason", r.Text), r.Of("position", r.Count),
		},
	},
	{
		Name: "ao_versions", Plural: "metas por versión",
		Fields: []r.Field{
			r.MustRef("poi_version", "poi_versions"), r.MustRef("ao", "aos"), r.Must("aei", r.AEICode), r.Of("cause", r.Text),
			r.Of("physical_target", r.Count), r.Of("financial_target", r.Count), r.Flag("active"), r.Flag("synthetic"),
		},
	},
	{
		Name: "technical_assistances", Plural: "asistencias técnicas",
		Fields: r.Join(
			r.Counting(
				r.MustRef("ut", "uts"), r.MustRef("entity", "entities"), r.Must("held_on", r.Day),
				r.Must("modality", r.OneOf("taller", "reunion", "capacitacion")), r.Must("topic", r.Text),
				r.Must("funding_frame", frames), r.Must("funding_year", r.Year), r.Must("state", r.OneOf(Assistances.Names()...)),
			),
			[]r.Field{
				r.Must("scope", r.OneOf("grupal", "personalizada")), r.Must("channel", r.OneOf("presencial", "virtual", "telefono")),
				r.Of("session", r.Text), r.Of("evidence", r.Text), r.Of("attendees", r.Count),
			},
		),
		Rules: r.Counted(heldBefore),
	},
	{
		Name: "management_reports", Plural: "informes",
		Fields: r.Join(
			r.Counting(
				r.Ref("ut", "uts"), r.MustRef("ao", "aos"), r.Must("unit", r.Text), r.Must("kind", r.Text), r.Must("period", r.Only(r.KindText, period)),
				r.Of("approved_on", r.Past), r.Must("state", r.OneOf(Reports.Names()...)),
			),
			[]r.Field{r.Must("number", r.Short), r.Of("sha256", r.SHA256)},
		),
	},
}

var periodShape = r.Like(`^\d{4}(-(Q[1-4]|S[12]|\d{2}))?$`)

// period is a year, or a quarter, half or month of one.
func period(name string, v any, today day.Day) *fault.Fault {
	if f := periodShape.Judge(name, v, today); f != nil {
		return f
	}
	if s := v.(string); len(s) == len("2026-11") && s[5] <= '9' {
		return r.Month.Judge(name, v, today)
	}
	return nil
}

// closedInOrder: a month is closed after the one before it in its exercise. What
// is closed through is the newest close (docs/decisions/0007), so that a gap
// would close the months in it without anybody having said so. What opening
// balances bring was reported, and closed, elsewhere: the first close may be of
// any month up to the one after the newest of them.
var closedInOrder = r.Rule{Fields: []string{"month"}, Judge: func(row r.Row, w r.World) *fault.Fault {
	month := day.Month(row.Text("month"))
	before := month.Previous()
	if before.Year() != month.Year() {
		return nil
	}
	if _, closed := w.By("month_closes", "month", string(before)); closed {
		return nil
	}
	if day.Month(w.Newest("opening_balances", "exercise", int64(month.Year()), "as_of")) >= before {
		return nil
	}
	return fault.New(fault.MonthOutOfOrder, "month").With("value", string(month)).With("before", string(before))
}}

// newestClose: only the newest close of an exercise is taken back.
func newestClose(row r.Row, w r.World) *fault.Fault {
	month := day.Month(row.Text("month"))
	after := month.Next()
	if _, closed := w.By("month_closes", "month", string(after)); !closed || after.Year() != month.Year() {
		return nil
	}
	return fault.New(fault.MonthNotNewest, "month").With("value", string(month)).With("after", string(after))
}

// accruedAfterPublication: money is recognised under a resolution that was
// published.
var accruedAfterPublication = r.Rule{
	Fields: []string{"accrued_on", "resolution"}, Via: []string{"resolution"},
	Judge: func(row r.Row, w r.World) *fault.Fault {
		resolution, there := w.Row("resolutions", row.Text("resolution"))
		on, published := row.Text("accrued_on"), resolution.Text("published_on")
		if !there || on == "" || on >= published {
			return nil
		}
		return fault.New(fault.AccruedEarly, "accrued_on").With("value", on).With("published", published)
	},
}

// heldBefore: what is only planned may lie ahead.
var heldBefore = r.Rule{Fields: []string{"held_on", "state"}, Judge: func(row r.Row, w r.World) *fault.Fault {
	if row.Text("state") == "programada" {
		return nil
	}
	return r.NotAfter("held_on", row.Text("held_on"), w.Today())
}}
