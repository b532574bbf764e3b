package figures

import (
	"time"

	"chaski/internal/domain/day"
)

// Input is what the figures are made of. Quantities and céntimos of AO and of
// Cells are those of the ledger; the rest counts distinct rows behind it.
type Input struct {
	Exercise  int64
	Kind      string
	Closed    bool
	Note      string
	AEI       string // code, "" if the exercise names none
	AEITarget int64
	Today     day.Day
	Now       time.Time

	AOs      []Activity // of the AEI, in the order of Cuadro 5
	Cells    []Cell     // jobs and transfers of the exercise, whatever AO or none
	Late     []Late
	Versions []Version // by position
	Rows
	Rules      []Rule
	Uncounted  int64 // rows that break a rule that matters for counting
	LeyCeiling int64 // céntimos; 0 if no parameter says it
	AgeOn      day.Day
}

// Activity is an AO with its execution.
type Activity struct {
	ID, Key, Code, Name, Unit, Category, Frame string
	FollowupApproved                           bool
	Rules                                      []string
	PhysicalTarget, Physical, PhysicalOpening  int64
	MoneyTarget, Money, MoneyOpening           int64 // céntimos
	NoPhysical, NoMoney                        bool  // not held: there is no figure, not even zero
}

// Cell is a sum of the ledger.
type Cell struct {
	AO, Measure, Frame string
	FundingYear        int64
	Quantity, Amount   int64
	Opening            int64
}

// Late is what was posted outside the exercise's months.
type Late struct {
	AO, Measure      string // AO: key
	Month            day.Month
	Quantity, Amount int64
}

// Version is what one version of the POI says of an AO. A version may be silent
// about an AO: then nothing changed for it.
type Version struct {
	Key                         string // pia, v1, …
	Position                    int64
	AO, AEI, Cause              string // AO: id
	PhysicalTarget, MoneyTarget int64
	Active                      bool
	Category                    string
}

// Rows are distinct counts that sums cannot give.
type Rows struct {
	Works      []Works
	Executors  []Executors // Frame "" for all together
	Resolution int64
	Reports    []UnitReports
	Persons    []Persons
	Conditions map[string]int64 // by state value of participant_conditions
	CountedBy  []CountedBy      // every AO and measure that something counts for
	// Participants whose persons contradict themselves, the first few.
	BadSex, BadBirth []string
}

// CountedBy names a rule by which something of a measure counts for an AO.
type CountedBy struct{ AO, Measure, Rule string } // AO: id, "" for the AEI alone

// Works with a job counted in the exercise, by origin of the money.
type Works struct {
	FundingYear        int64
	Frame              string
	AII, PI, Districts int64
}

// Executors of counted transfers, and the transfers of works without a job.
type Executors struct {
	Frame       string
	Governments int64
	Idle        int64
}

// UnitReports are counted reports of one unit; UTs how many territorial ones.
type UnitReports struct {
	Unit         string
	Number, UTs  int64
	UnitMeasured string // AO id
}

// Persons with one sex and birth date. "?" stands for a contradiction.
type Persons struct {
	Sex    string
	Birth  string
	Number int64
}
