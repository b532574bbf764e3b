package rendicion

import "chaski/internal/domain/day"

// Parameter keys.
const (
	DeadlineKey = "rendicion.deadline_workdays"
	RequiredKey = "rendicion.required_documents"
)

// DefaultDeadline is the working days after the end in which a rendición is due,
// where no dated parameter says otherwise: seen in one review of 2021, an
// assumption.
const DefaultDeadline = 15

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
