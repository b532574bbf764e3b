package app

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/records"
)

// RecordQuery asks for a page of the records of one kind: those of a work, or the
// parts of a record.
type RecordQuery struct {
	Kind                 string
	Intervention, Parent string // one of them
	Waiting              bool   // those that wait for somebody; of a kind that never does, all
	Files                bool   // with each record its files
	Limit, Offset        int
}

// Recorded is a record as devices get it, with who made it and when.
type Recorded struct {
	Kind, ID   string
	Rev        int64
	Data       map[string]any
	Person     string // the name of whom it is about, where that is a row of the roster
	Maker      string // user
	MakerName  string
	On         string // the day it is of
	ReceivedAt string
	Files      []Recorded // that hang on it, in the order they came, where they were asked for
}

// Records are those of a kind that people made in the field, the newest first, and
// how many there are: for who watches figures, a coordinator those of his unit.
func (b *board) Records(a actor.Actor, q RecordQuery) (rows []Recorded, total int64, err error) {
	if !a.WatchesFigures() {
		return nil, 0, fault.New(fault.Forbidden, "")
	}
	t := records.Seen(q.Kind)
	if t == nil {
		return nil, 0, fault.New(fault.NotFound, "kind")
	}
	whole, of, field := "interventions", q.Intervention, "intervention"
	switch {
	case q.Intervention == "" && q.Parent == "":
		return nil, 0, fault.New(fault.Required, "intervention")
	case q.Parent != "" && (q.Intervention != "" || t.Parent == ""):
		return nil, 0, fault.New(fault.InvalidValue, "parent")
	case q.Parent != "":
		whole, of, field = t.ParentType(), q.Parent, "parent"
	}
	work := ""
	err = b.figures.Read(func(s Snapshot) error {
		var ut string
		if work, ut, err = s.WorkOf(whole, of); err != nil || work == "" || !reaches(a, ut) {
			return orFault(err, fault.New(fault.NotFound, field))
		}
		rows, total, err = s.Records(q)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return rows, total, b.saw(a, "records", q.Kind, q.Parent, work, named(rows))
}

// named counts the rows that say who somebody is, their files with them.
func named(rows []Recorded) (n int) {
	for _, r := range rows {
		if records.NamesPeople(r.Kind) || r.Person != "" {
			n++
		}
		n += named(r.Files)
	}
	return n
}
