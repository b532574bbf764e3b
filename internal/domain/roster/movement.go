package roster

import (
	"slices"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/jobs"
)

// Stay is one person's time on one cupo, as a roster has it.
type Stay struct {
	ID, Work, Cupo, DNI string
	From, To            day.Day // To: last day, "" while open
	// Left: a movement that holds says when he leaves.
	Left bool
	// Over: nobody works there any more.
	Over bool
	// Present is the last day on which a sheet or a visit has him present, "" for none.
	Present day.Day
}

// reaches says whether he is there on a day or after it.
func (s Stay) reaches(d day.Day) bool { return s.To == "" || s.To >= d }

// Place is a cupo.
type Place struct {
	ID, Work string
	Void     bool
}

// Movement is what a movement says, of one kind of jobs.Alta, jobs.Baja, jobs.Replace.
// Who leaves does so after Last; who comes, with DNI, does on First.
type Movement struct {
	Kind, Work  string
	Leaver      string
	Last, First day.Day
	Cupo, DNI   string
}

// Read is a movement as its record says it.
func Read(text func(field string) string) Movement {
	m := Movement{Kind: text("kind"), Work: text("intervention"), Cupo: text("cupo"), DNI: text("dni")}
	on := day.Day(text("effective_on"))
	switch m.Kind {
	case jobs.Baja:
		m.Leaver, m.Last = text("participant"), on
	case jobs.Replace:
		m.Leaver, m.Last, m.First = text("replaces"), day.Day(text("leaves_on")), on
	default:
		m.First = on
	}
	return m
}

// Leaves says whether somebody leaves by it.
func (m Movement) Leaves() bool { return m.Kind != jobs.Alta }

// Comes says whether somebody comes by it.
func (m Movement) Comes() bool { return m.Kind != jobs.Baja }

// LeaverField names who leaves; "" where nobody does.
func (m Movement) LeaverField() string {
	switch m.Kind {
	case jobs.Baja:
		return "participant"
	case jobs.Replace:
		return "replaces"
	}
	return ""
}

// Leave judges that somebody leaves, who is on the roster of the work. The same rule
// runs on the phone, on what it holds; both must pass testdata/rules/movements.json.
func Leave(m Movement, s Stay) *fault.Fault {
	on := "effective_on"
	if m.Kind == jobs.Replace {
		on = "leaves_on"
	}
	switch {
	case m.Last < s.From:
		return fault.New(fault.DatesOutOfOrder, on).With("from", string(s.From)).With("to", string(m.Last))
	case s.To != "" && (s.Left || m.Last >= s.To):
		return fault.New(fault.PersonLeft, m.LeaverField()).With("day", string(s.To))
	case m.Comes() && s.DNI == m.DNI:
		return fault.New(fault.PersonOnRoster, "dni").With("from", string(s.From))
	case s.Present > m.Last:
		return fault.New(fault.WorkedAfter, on).With("day", string(s.Present))
	}
	return nil
}

// Come judges that somebody comes to a cupo, once who leaves by the same movement has
// left. holders are the stays on the cupo, his are those of who comes, in every work
// that is known. elsewhere: he is on the roster of another work, which is kept and told.
func Come(m Movement, p Place, holders, his []Stay) (elsewhere bool, f *fault.Fault) {
	field := "cupo"
	if m.Leaves() {
		field = m.LeaverField()
	}
	switch {
	case p.Work != m.Work:
		return false, fault.New(fault.ReferenceForeign, field)
	case p.Void:
		return false, fault.New(fault.CupoVoid, field)
	}
	for _, h := range holders {
		if h.reaches(m.First) {
			return false, fault.New(fault.CupoTaken, field).With("from", string(h.From))
		}
	}
	for _, s := range his {
		switch {
		case !s.reaches(m.First):
		case s.Work == m.Work:
			return false, fault.New(fault.PersonOnRoster, "dni").With("from", string(s.From))
		case !s.Over:
			elsewhere = true
		}
	}
	return elsewhere, nil
}

// Back judges that who left has his stay again until held ("" for open): since then
// nobody came to his cupo, and he to no other of the work.
func Back(s Stay, held day.Day, holders, his []Stay) *fault.Fault {
	for _, h := range slices.Concat(holders, his) {
		if h.ID != s.ID && h.Work == s.Work && h.From > s.To && (held == "" || h.From <= held) {
			return fault.New(fault.MovementFollowed, "record")
		}
	}
	return nil
}
