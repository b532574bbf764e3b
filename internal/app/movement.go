package app

import (
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/record"
	"chaski/internal/domain/roster"
	"chaski/internal/records"
)

const (
	movements    = "movements"
	participants = "participants"
	registered   = "registrado"
)

// RosterDesk reads and writes rosters, in one transaction.
type RosterDesk interface {
	// Movement as it is stored, with what no device gets.
	Movement(id string) (record.Row, bool, error)
	Stay(id string) (roster.Stay, bool, error)
	Place(cupo string) (roster.Place, bool, error)
	// Holders are the stays on a cupo, Stays those of a person in every work.
	Holders(cupo string) ([]roster.Stay, error)
	Stays(dni string) ([]roster.Stay, error)
	// Rests says whether anything else names the stay than this movement.
	Rests(participant, movement string) (bool, error)
	Apply(Write) error
}

// movesBy is who may write movements.
var movesBy = records.Find(movements).Op("create").By

// personThere: who leaves is on the roster of the work. Whom another movement brings
// that did not come yet, or waits for review, is waited for: he has its id.
func personThere(j *judge, _ Parent, clean record.Row) error {
	m := roster.Read(clean.Text)
	if !m.Leaves() {
		return nil
	}
	work, err := look(j.tx, OfRoster, "", m.Leaver)
	switch {
	case err != nil:
		return err
	case work == "":
		return j.fate(movesBy, movements, m.Leaver, fault.New(fault.ParentNotFound, m.LeaverField()))
	case work != m.Work:
		return fault.New(fault.ParticipantNotIntervention, m.LeaverField())
	}
	return nil
}

// take writes a movement with what it does to the roster: all of it, or nothing. Who
// comes has the movement's id there.
func take(d RosterDesk, w Write) error {
	row := record.Row(w.Fields)
	m := roster.Read(row.Text)
	if m.Leaves() {
		stay, found, err := d.Stay(m.Leaver)
		if err != nil || !found {
			return orFault(err, fault.New(fault.ReferenceMissing, m.LeaverField()))
		}
		if f := roster.Leave(m, stay); f != nil {
			return f
		}
		row["held_until"], m.Cupo = string(stay.To), stay.Cupo
		if err := d.Apply(ends(stay.ID, m.Last)); err != nil {
			return err
		}
	}
	if m.Comes() {
		if err := come(d, m, w); err != nil {
			return err
		}
	}
	return d.Apply(w)
}

// ends says of somebody's stay which day is its last, "" for none.
func ends(participant string, last day.Day) Write {
	return Write{Op: "update", Collection: participants, Record: participant, Fields: map[string]any{"baja_on": string(last)}}
}

// come puts who comes on the cupo.
func come(d RosterDesk, m roster.Movement, w Write) error {
	row := record.Row(w.Fields)
	place, found, err := d.Place(m.Cupo)
	if err != nil || !found {
		return orFault(err, fault.New(fault.ReferenceMissing, "cupo"))
	}
	holders, err := d.Holders(m.Cupo)
	if err != nil {
		return err
	}
	his, err := d.Stays(m.DNI)
	if err != nil {
		return err
	}
	elsewhere, f := roster.Come(m, place, holders, his)
	if f != nil {
		return f
	}
	if _, there, err := d.Stay(w.Record); err != nil || there {
		return orFault(err, fault.New(fault.RecordExists, "record"))
	}
	if elsewhere {
		row["doubts"] = []any{jobs.Elsewhere}
	}
	row["cupo"], row["participant"] = m.Cupo, w.Record
	who := map[string]any{"intervention": m.Work, "cupo": m.Cupo, "alta_on": string(m.First), "baja_on": ""}
	for _, name := range []string{"dni", "given_names", "surnames", "sex", "birth_date"} {
		who[name] = row[name]
	}
	return d.Apply(Write{Op: "create", Collection: participants, Record: w.Record, Fields: who, Maker: w.Maker})
}

// undo writes the end of a movement, a deletion or that it is void, and puts the roster
// back as it was before it: unless something rests on what it did.
func undo(d RosterDesk, w Write) error {
	row, found, err := d.Movement(w.Record)
	if err != nil || !found {
		return orFault(err, fault.New(fault.RecordNotFound, "record"))
	}
	m, comes := roster.Read(row.Text), row.Text("participant")
	if m.Comes() && comes != "" {
		if rests, err := d.Rests(comes, w.Record); err != nil || rests {
			return orFault(err, fault.New(fault.MovementFollowed, "record"))
		}
	}
	if err := d.Apply(w); err != nil {
		return err
	}
	if m.Comes() && comes != "" {
		if err := d.Apply(Write{Op: "delete", Collection: participants, Record: comes}); err != nil {
			return err
		}
	}
	if !m.Leaves() || m.Leaver == "" {
		return nil
	}
	stay, found, err := d.Stay(m.Leaver)
	if err != nil || !found || stay.To != m.Last {
		return err // his last day was said otherwise since
	}
	held := day.Day(row.Text("held_until"))
	holders, err := d.Holders(stay.Cupo)
	if err != nil {
		return err
	}
	his, err := d.Stays(stay.DNI)
	if err != nil {
		return err
	}
	if f := roster.Back(stay, held, holders, his); f != nil {
		return f
	}
	return d.Apply(ends(stay.ID, held))
}
