package rendicion

import (
	"chaski/internal/domain/day"
	"chaski/internal/domain/jobs"
)

// Parameter keys.
const (
	DeadlineKey   = "rendicion.deadline_workdays"
	CorrectionKey = "rendicion.correction_workdays"
	RequiredKey   = "rendicion.required_documents"
)

// DefaultDeadline is the working days after the end in which a rendición is due,
// where no dated parameter says otherwise: seen in one review of 2021, an
// assumption.
const DefaultDeadline = 15

// DefaultCorrection is the working days after observations in which they are to
// be corrected, where no dated parameter says otherwise: an assumption.
const DefaultCorrection = 10

// Workdays counts working days; internal/domain/calendar does.
type Workdays interface {
	// Add is the n-th working day after d.
	Add(d day.Day, n int) day.Day
	// Between counts the working days after from up to and including to, negative
	// if to is past.
	Between(from, to day.Day) int
}

// Due is when the rendición of a work that ended on d has to be presented.
func Due(ended day.Day, workdays int, c Workdays) day.Day { return c.Add(ended, workdays) }

// Owed is what an executor still has to do about a rendición.
type Owed string

// What may be owed.
const (
	OwesNothing      Owed = ""
	OwesPresentation Owed = "presentation"
	OwesCorrection   Owed = "correction"
)

// Allowed are the working days for what is owed; 0 for what is not known.
type Allowed struct{ Presentation, Correction int }

// OwedOf says what is owed about a work in this state, and by when ("" where that
// is not known). Once it was presented its first deadline is over for good: what
// is observed has one of its own, from the day it was observed. The phone has the
// same rule; both pass testdata/rules/rendicion_due.json.
func OwedOf(work string, ended, observed day.Day, allowed Allowed, c Workdays) (Owed, day.Day) {
	presented, done := jobs.Works.Is(work, jobs.Presented), jobs.Works.Is(work, jobs.Done)
	switch {
	case presented && jobs.Works.Turn(work, writes):
		return OwesCorrection, after(observed, allowed.Correction, c)
	case presented, done:
		return OwesNothing, ""
	}
	return OwesPresentation, after(ended, allowed.Presentation, c)
}

func after(d day.Day, workdays int, c Workdays) day.Day {
	if d == "" || workdays <= 0 {
		return ""
	}
	return Due(d, workdays, c)
}

// Left is how many working days remain today: 0 on the last day itself,
// negative by the working days since it was over. It is 0 too on a weekend right
// after, so ask Late whether it is over.
func Left(today, due day.Day, c Workdays) int { return c.Between(today, due) }

// Late says whether something was presented, or is still due, after the deadline.
func Late(presented, today, due day.Day) bool {
	if presented != "" {
		return presented > due
	}
	return today > due
}
