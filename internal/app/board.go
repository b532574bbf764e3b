package app

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/identity"
	"chaski/internal/domain/insurance"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/visit"
)

// Board answers what staff see: figures, what they are made of, and the visits
// behind them. Physical quantities are units, money is céntimos. Who may not
// watch gets a Forbidden fault; what is outside his scope is NotFound.
type Board interface {
	// Exercises lists the exercises, newest first.
	Exercises(actor.Actor) ([]Exercise, error)
	// Table is the AO table of an exercise.
	Table(a actor.Actor, year int64) (Table, error)
	// AO is what a figure is made of.
	AO(a actor.Actor, year int64, ao string, q LineQuery) (AODetail, error)
	// AOLines is every line of it.
	AOLines(a actor.Actor, year int64, ao string) (AO, []Line, error)
	// Intervention lists the counted rows of one intervention behind an AO.
	Intervention(a actor.Actor, year int64, ao, intervention string) (InterventionDetail, error)
	// Year is the report of an exercise: Cuadros 1 to 5, participants and what
	// else of it can be counted. For central roles.
	Year(a actor.Actor, year int64) (YearReport, error)
	// Unit is the unit of a coordinator; UnitWork one of its works.
	Unit(actor.Actor) (UnitView, error)
	UnitWork(a actor.Actor, intervention string) (UnitWorkDetail, error)
	// Records are those of one kind, of a work or of a record.
	Records(actor.Actor, RecordQuery) ([]Recorded, int64, error)
	// Visit is a visit as evidence.
	Visit(a actor.Actor, visit string) (VisitDetail, error)
}

// Exercise is a year of planning.
type Exercise struct {
	Year      int64  `json:"year"`
	Kind      string `json:"kind"`   // real, demonstration
	Closed    bool   `json:"closed"` // December is closed: nothing moves it any more
	Note      string `json:"note"`
	AEI       string `json:"-"`
	AEITarget int64  `json:"-"` // jobs
}

// Gauge is what was executed against a target. Opening is the part of Executed
// that was taken from a published report. None: what was executed is not held.
type Gauge struct {
	Target, Executed, Opening int64
	None                      bool
}

// Ratio of the gauge, for the rules.
func (g Gauge) Ratio() progress.Ratio { return progress.Ratio{Exec: g.Executed, Target: g.Target} }

func (g Gauge) plus(o Gauge) Gauge {
	return Gauge{g.Target + o.Target, g.Executed + o.Executed, g.Opening + o.Opening, g.None || o.None}
}

// AO is an operational activity with its figures.
type AO struct {
	ID, Key, Code, Name         string
	UnitMeasure, FundingFrame   string
	BudgetCategory, Rule        string
	Exercise                    int64
	FollowupApproved            bool
	PhysicalTarget, MoneyTarget int64
	Physical, Financial         Gauge
}

// Cell is a sum of postings within the months of an exercise. Opening* is the
// part that came from opening balances.
type Cell struct {
	AO, Measure                    string
	FundingYear                    int64
	FundingFrame                   string
	Quantity, Amount               int64
	OpeningQuantity, OpeningAmount int64
}

// Freshness says how much of what happened can be in the figures at all.
type Freshness struct {
	ComputedAt     time.Time `json:"-"`
	LastReceivedAt string    `json:"last_received_at,omitempty"` // instant, "" if nothing was ever received
	Devices        int64     `json:"devices"`                    // supervisors', in use
	Stale          int64     `json:"stale_devices"`              // of these, not seen for a day
	OldestSeenAt   string    `json:"oldest_seen_at,omitempty"`
	Pending        int64     `json:"pending_mutations"` // what devices last said they hold unsent
	Parked         int64     `json:"parked_mutations"`
}

// AEI is the strategic indicator: jobs, whatever year's money paid them.
type AEI struct {
	Target, Executed int64
	None             bool // not held: neither row nor balance
	Lines            []AEILine
}

// AEILine is the part of one year's money.
type AEILine struct {
	FundingYear       int64
	FundingFrame      string
	Executed, Opening int64
}

// Summary is Cuadro 1 of the Ficha: over the AO with a physical target and
// approved follow-up (notes 1 to 4).
type Summary struct {
	AOs, AtLeast100 int64
	AverageAdjusted string
	Financial       Gauge
	None            bool // what one of them executed is not held
}

// Table is the board of an exercise.
type Table struct {
	Exercise  Exercise
	Freshness Freshness
	Summary   Summary
	AEI       AEI
	Items     []AO
	Uncounted int64 // see Snapshot
}

// MonthFigure is an AO in one month. Adjustment is the part of Physical that
// belongs to months closed before. Of a month up to a balance of the year, nobody
// says what of it was that month's: None, if it has nothing of its own.
type MonthFigure struct {
	Month                       day.Month
	Closed, Synthetic           bool
	PhysicalTarget, MoneyTarget int64
	Physical, Financial         int64
	NoPhysical, NoFinancial     bool
	Adjustment                  int64
}

// The kinds of lines a figure is made of.
const (
	LineBalance      = "opening_balance"
	LineIntervention = "intervention"
	LineTransfer     = "transfer"
	LineAssistance   = "technical_assistance"
	LineReport       = "management_report"
	LineBudget       = "budget_execution"
	LineUnit         = "unit"       // the works of another unit together, for who may not open them
	LineAdjustment   = "adjustment" // posted outside the exercise: does not move it
)

// Line is one part of an AO's figure. The lines of an AO add up to it exactly.
type Line struct {
	Kind                                     string
	Intervention, Name, ConvenioCode, UTName string
	UT                                       string
	Works                                    int64  // of LineUnit
	AsOf, Source                             string // when it happened or was published; what proves it
	Month                                    day.Month
	Physical, Financial                      int64
	LastVisitOn                              day.Day
}

// AODetail is what a figure is made of: the groups of all its lines, and of the
// lines a page of those found. Reconciled is empty unless the AO counts transfers.
type AODetail struct {
	Exercise   Exercise
	AO         AO
	Months     []MonthFigure
	Groups     []LineGroup
	Lines      []Line
	Found      int
	Reconciled []ReconciledMonth
	Uncounted  int64 // see Snapshot
}

// ReconciledMonth holds a month of transfers against what SIAF accrued for the
// same AO, in céntimos; a difference must be explained.
type ReconciledMonth struct {
	Month       day.Month
	Transfers   int64 // how many
	Transferred int64
	Accrued     int64 // SIAF devengado
}

// Difference is what SIAF has more than the transfers recorded here.
func (r ReconciledMonth) Difference() int64 { return r.Accrued - r.Transferred }

// Evidence is what a counted row rests on.
type Evidence struct {
	Kind   string // visit, attendance_sheet, transfer
	Visit  string
	Day    day.Day
	Who    string // supervisor
	Number string // of the resolution
}

// CountedRow is a row that counts, with its evidence.
type CountedRow struct {
	Collection, Record string
	Cupo               int64
	Person             string // name of the participant
	Day                day.Day
	PostedMonth        day.Month
	Adjustment         bool
	Quantity, Amount   int64
	Evidence           Evidence
}

// Intervention is a work as the board shows it.
type Intervention struct {
	ID           string  `json:"intervention"`
	Name         string  `json:"name"`
	ConvenioCode string  `json:"convenio_code"`
	Executor     string  `json:"executor"`
	State        string  `json:"state"`
	StartsOn     day.Day `json:"starts_on"`
	EndsOn       day.Day `json:"ends_on"`
	UT           string  `json:"-"`
	FundingYear  int64   `json:"-"`
	FundingFrame string  `json:"-"`
}

// InterventionDetail is one work behind an AO's figure.
type InterventionDetail struct {
	Intervention Intervention
	Rows         []CountedRow
	Visits       []VisitSummary
	Uncounted    int64 // of the exercise, see Snapshot
}

// VisitSummary is a visit in a list.
type VisitSummary struct {
	ID           string           `json:"id"`
	VisitedOn    day.Day          `json:"visited_on"`
	Kind         string           `json:"kind"`
	Supervisor   string           `json:"supervisor"`
	SupervisorID string           `json:"-"`
	ReceivedAt   string           `json:"received_at,omitempty"`
	Headcount    int64            `json:"headcount"`
	Present      int64            `json:"present"`
	Absent       int64            `json:"absent"`
	Parts        map[string]int64 `json:"parts"` // how many there are of each kind
}

// Answer to a point of a checklist.
type Answer struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Answer string `json:"answer"`
}

// ShotsOf reads the photographs that a checklist asks for; one of before there were any has none.
func ShotsOf(shots string) (out []Shot) {
	_ = json.Unmarshal([]byte(shots), &out)
	return out
}

// AnswersOf puts answers in the order of the checklist; those it does not list
// follow under their own key, so that nothing answered is hidden.
func AnswersOf(items, answers string) []Answer {
	var points []struct{ Key, Label string }
	given := map[string]string{}
	_ = json.Unmarshal([]byte(items), &points)  // an empty or broken list has no labels
	_ = json.Unmarshal([]byte(answers), &given) // nothing answered
	var out []Answer
	for _, p := range points {
		if a, ok := given[p.Key]; ok {
			out = append(out, Answer{Key: p.Key, Label: p.Label, Answer: a})
			delete(given, p.Key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		out = append(out, Answer{Key: key, Label: key, Answer: given[key]})
	}
	return out
}

// MarkSeen is one person of a visit.
type MarkSeen struct {
	Participant string             `json:"participant"`
	Name        string             `json:"name"`
	DNI         identity.HiddenDNI `json:"dni"`
	Cupo        int64              `json:"cupo"`
	Mark        string             `json:"mark"`
	// Coverage is as the server knows it now, by papers that may have come since; the
	// others say how late, if that is what it says.
	Coverage       insurance.Status `json:"coverage"`
	CoverageLate   int64            `json:"coverage_late"`
	CoverageSince  day.Day          `json:"coverage_since"`
	CoverageIssued day.Day          `json:"coverage_issued"`
	CoverageSeen   string           `json:"coverage_seen"` // what the phone showed when the person was marked, "" for nothing
	Counted        bool             `json:"counted"`       // this jornal is the one that counted the cupo
}

func (m *MarkSeen) covered(c insurance.Cover) {
	m.Coverage, m.CoverageLate, m.CoverageSince, m.CoverageIssued = c.Status, int64(c.Late), c.Since, c.Issued
}

// Fix is what the sensor said of a visit's position besides where it is.
type Fix struct {
	AgeS    int64  `json:"age_s"`
	Mocked  bool   `json:"mocked"`
	TakenAt string `json:"taken_at"`
	Sensor
}

// Sensor is what else it said of a position; null for what it did not.
type Sensor struct {
	AltitudeM         *int64 `json:"altitude_m"`
	AltitudeAccuracyM *int64 `json:"altitude_accuracy_m"`
	HeadingDeg        *int64 `json:"heading_deg"`
	SpeedCMS          *int64 `json:"speed_cms"`
}

// Place is what the visit's position is good for.
func (d VisitDetail) Place() visit.PositionVerdict {
	return visit.Position{LatE6: d.LatE6, LonE6: d.LonE6, AccuracyM: d.AccuracyM, AgeS: d.Fix.AgeS, Mocked: d.Fix.Mocked}.Judge()
}

// VisitDetail is a visit as evidence. What else was recorded on it is read by kind
// (RecordQuery).
type VisitDetail struct {
	Summary                            VisitSummary
	Intervention, InterventionName, UT string
	ConvenioCode                       string
	DeviceStartedAt, DeviceEndedAt     string
	LatE6, LonE6, AccuracyM            int64
	LocationReason                     string
	Fix                                Fix
	RosterSize                         int64
	RosterAsOf                         string
	ChecklistTitle                     string
	ChecklistVersion                   int64
	Answers                            []Answer
	Shots                              []Shot // that its checklist asks for
	Note                               string
	Marks                              []MarkSeen
}
