package app

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/domain/visit"
	"chaski/internal/records"
)

// decide judges a mutation nobody has seen before, and applies it if it holds.
func (j *judge) decide(m Mutation) (*Outcome, error) {
	// Shape first: a person can mend a field, whatever the scope.
	clean, faults := records.Forms.Check(m.Collection, m.Op, m.Fields, record.Context{Today: j.today, Form: m.Form})
	if len(faults) > 0 {
		return reject("", faults...), nil
	}
	if m.Op == "create" && !j.reviewing {
		waits, err := j.tx.ParkedFor(m.Collection, m.Record)
		if err != nil || waits || j.status[m.Collection+"/"+m.Record] == Parked {
			return verdict(orFault(err, fault.New(fault.RecordExists, "record")))
		}
	}
	switch {
	case m.Collection == "conflicts":
		return j.settle(m, clean)
	case m.Op != "create":
		return j.change(m, clean)
	case m.Collection == "visits":
		return j.visit(m, clean)
	}
	return judged(&Outcome{Status: Applied}, j.child(m, clean))
}

// judged is the outcome, unless there is a fault.
func judged(o *Outcome, err error) (*Outcome, error) {
	if err != nil {
		return verdict(err)
	}
	return o, nil
}

// visit decides a new visit. Rules about the intervention are told only to those
// who may know of it.
func (j *judge) visit(m Mutation, clean map[string]any) (*Outcome, error) {
	id, _ := clean["intervention"].(string)
	work, found, err := j.tx.Work(id)
	if err != nil {
		return nil, err
	}
	if !found {
		work.UT = "" // told like one that is not his
	}
	standing := j.standing(id, work.UT)
	if f := fault.Of(standing); f != nil && (f.Code == fault.OutOfScope || f.Code == fault.OperationNotAllowed || f.Ours()) {
		return verdict(standing)
	}
	_, faults := records.Forms.Check(m.Collection, m.Op, m.Fields, record.Context{
		Today: j.today, Form: m.Form, Work: &record.Work{Starts: work.Starts, Ends: work.Ends, ConvenioCode: work.ConvenioCode},
	})
	if len(faults) > 0 {
		return reject("", faults...), nil
	}
	if key, ok := clean["checklist_key"].(string); ok {
		version, _ := clean["checklist_version"].(int64)
		if known, err := j.tx.ChecklistExists(key, version); err != nil || !known {
			return reject("", fault.New(fault.ChecklistUnknown, "checklist_version")), err
		}
	}
	if standing != nil {
		return verdict(standing)
	}
	clean["supervisor"], clean["device"], clean["state"] = j.actor.User, j.device, visit.StateSynced
	clean["received_at"] = j.now
	if j.reviewing {
		clean["received_at"] = m.received
	}
	return judged(&Outcome{Status: Applied}, j.create(m, clean))
}

// parent finds the visit a mutation belongs to, or the fault of its fate.
func (j *judge) parent(id string) (Visit, error) {
	v, found, err := j.tx.Visit(id)
	if err != nil {
		return v, err
	}
	if found && v.State != visit.Planned { // a planned one was not made yet
		if v.Supervisor != j.actor.User {
			return v, fault.New(fault.OutOfScope, "visit")
		}
		return v, j.inScope(v.Intervention)
	}
	return v, j.fate("visits", id, fault.New(fault.ParentNotFound, "visit"))
}

// fate of a record that does not exist: what became of the actor's own mutation
// of it decides what becomes of what depends on it; none is as otherwise says.
func (j *judge) fate(collection, record string, otherwise *fault.Fault) error {
	status := j.status[collection+"/"+record]
	if status == "" {
		var err error
		if status, err = j.tx.FateOf(j.actor.User, collection, record); err != nil {
			return err
		}
	}
	switch {
	case status == Parked:
		return fault.New(fault.ParentParked, otherwise.Field)
	case status == Rejected:
		return fault.New(fault.ParentRejected, otherwise.Field)
	case !j.actor.Role.May(actor.RecordVisits):
		return fault.New(fault.OperationNotAllowed, "op")
	}
	return otherwise
}

func (j *judge) inScope(intervention string) error {
	work, _, err := j.tx.Work(intervention)
	if err != nil {
		return err
	}
	return j.standing(intervention, work.UT)
}

// standing is nil while the actor is a supervisor with the intervention assigned
// to him, on a device in good standing. Work of somebody who once held it, or
// who covers for a colleague of his unit, waits for review; so does what a
// revoked device still held. ut is the intervention's unit, "" if unknown.
func (j *judge) standing(intervention, ut string) error {
	if j.reviewing {
		return nil
	}
	tenure, err := j.tx.Tenure(j.actor.User, intervention, j.today)
	supervises := j.actor.Role.May(actor.RecordVisits)
	switch {
	case err != nil:
		return err
	case tenure == Never && !supervises:
		return fault.New(fault.OperationNotAllowed, "op")
	case tenure == Never && (ut == "" || ut != j.actor.UT):
		return fault.New(fault.OutOfScope, "intervention")
	case tenure == Never:
		return fault.New(fault.NeverAssigned, "intervention")
	case j.revoked:
		return fault.New(fault.DeviceRevoked, "device")
	case tenure == Ended, !supervises:
		return fault.New(fault.AssignmentEnded, "intervention")
	}
	return nil
}

// child decides what hangs on a visit: marks, findings, unlisted workers.
func (j *judge) child(m Mutation, clean map[string]any) error {
	id, _ := clean["visit"].(string)
	v, err := j.parent(id)
	if err != nil {
		return err
	}
	switch m.Collection {
	case "visit_marks":
		err = j.mark(id, v, clean)
	case "unlisted_workers":
		dni, _ := clean["dni"].(string)
		var listed bool
		if listed, err = j.tx.Listed(id, dni); err == nil && listed {
			err = fault.New(fault.PersonListed, "dni")
		}
	}
	if err != nil {
		return err
	}
	clean["intervention"] = v.Intervention
	if m.Collection == "findings" {
		clean["state"] = visit.FindingOpen
	}
	return j.create(m, clean)
}

func (j *judge) mark(id string, v Visit, clean map[string]any) error {
	participant, _ := clean["participant"].(string)
	if in, err := j.tx.ParticipantIn(participant, v.Intervention); err != nil || !in {
		return orFault(err, fault.New(fault.ParticipantNotIntervention, "participant"))
	}
	if marked, err := j.tx.Marked(id, participant); err != nil || marked {
		return orFault(err, fault.New(fault.MarkExists, "participant"))
	}
	if clean["mark"] != visit.Present {
		return nil
	}
	present, err := j.tx.PresentIn(id)
	if err != nil || present >= v.Headcount {
		return orFault(err, fault.New(fault.HeadcountMismatch, "mark"))
	}
	return nil
}

func orFault(err error, f *fault.Fault) error {
	if err != nil {
		return err
	}
	return f
}

func (j *judge) create(m Mutation, fields map[string]any) error {
	if exists, err := j.tx.Exists(m.Collection, m.Record); err != nil || exists {
		return orFault(err, fault.New(fault.RecordExists, "record"))
	}
	return j.tx.Apply("create", m.Collection, m.Record, fields)
}
