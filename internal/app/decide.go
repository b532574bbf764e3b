package app

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/visit"
)

// decide judges a mutation nobody has seen before, and applies it if it holds.
func (j *judge) decide(m Mutation) (*Outcome, error) {
	if j.actor.Role != actor.Supervisor {
		return reject("", fault.New(fault.OperationNotAllowed, "").With("op", m.Op)), nil
	}
	// Shape first: a person can mend a field, whatever the scope.
	clean, faults := visit.Check(m.Collection, m.Op, m.Fields, visit.Context{BusinessDate: j.today})
	if len(faults) > 0 {
		return reject("", faults...), nil
	}
	var err error
	switch {
	case m.Op == "update":
		err = j.update(m, clean)
	case m.Collection == "visits":
		return j.visit(m, clean)
	default:
		err = j.child(m, clean)
	}
	if err != nil {
		return verdict(err)
	}
	return &Outcome{Status: Applied}, nil
}

// visit decides a new visit. Rules about the intervention are told only to those
// who may know of it.
func (j *judge) visit(m Mutation, clean map[string]any) (*Outcome, error) {
	id, _ := clean["intervention"].(string)
	work, found, err := j.tx.Work(id)
	if err != nil {
		return nil, err
	}
	tenure, err := j.tx.Tenure(j.actor.User, id, j.today)
	if err != nil {
		return nil, err
	}
	if !found || tenure == Never && work.UT != j.actor.UT {
		return reject("", fault.New(fault.OutOfScope, "intervention")), nil
	}
	_, faults := visit.Check(m.Collection, m.Op, m.Fields, visit.Context{
		BusinessDate: j.today,
		Intervention: &visit.Intervention{Starts: work.Starts, Ends: work.Ends, ConvenioCode: work.ConvenioCode},
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
	switch tenure {
	case Ended:
		err = fault.New(fault.AssignmentEnded, "intervention")
	case Never:
		err = fault.New(fault.NeverAssigned, "intervention")
	case Now:
		clean["supervisor"], clean["device"], clean["state"] = j.actor.User, j.device, "sincronizada"
		err = j.create(m, clean)
	}
	if err != nil {
		return verdict(err)
	}
	return &Outcome{Status: Applied}, nil
}

// parent finds the visit a mutation belongs to, or the fault of its fate.
func (j *judge) parent(id string) (Visit, error) {
	v, found, err := j.tx.Visit(id)
	if err != nil {
		return v, err
	}
	if found {
		if v.Supervisor != j.actor.User {
			return v, fault.New(fault.OutOfScope, "visit")
		}
		return v, j.inScope(v.Intervention)
	}
	status := j.status["visits/"+id]
	if status == "" {
		if status, err = j.tx.LastFor("visits", id); err != nil {
			return v, err
		}
	}
	switch status {
	case Parked:
		return v, fault.New(fault.ParentParked, "visit")
	case Rejected:
		return v, fault.New(fault.ParentRejected, "visit")
	}
	return v, fault.New(fault.ParentNotFound, "visit")
}

// inScope is nil while the intervention is assigned to the actor.
func (j *judge) inScope(intervention string) error {
	tenure, err := j.tx.Tenure(j.actor.User, intervention, j.today)
	switch {
	case err != nil:
		return err
	case tenure == Ended:
		return fault.New(fault.AssignmentEnded, "intervention")
	case tenure == Never:
		return fault.New(fault.OutOfScope, "intervention")
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
	if m.Collection == "visit_marks" {
		if err := j.mark(id, v, clean); err != nil {
			return err
		}
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

// update changes a finding, unless somebody changed it meanwhile: then nothing
// is overwritten, and the person looks again.
func (j *judge) update(m Mutation, fields map[string]any) error {
	visitID, found, err := j.tx.VisitOf(m.Collection, m.Record)
	if err != nil || !found {
		return orFault(err, fault.New(fault.RecordNotFound, "record"))
	}
	v, _, err := j.tx.Visit(visitID)
	if err != nil {
		return err
	}
	if err := j.inScope(v.Intervention); err != nil {
		return err
	}
	rev, err := j.tx.Rev(m.Collection, m.Record)
	if err != nil {
		return err
	}
	base := int64(0)
	if m.BaseRev != nil {
		base = *m.BaseRev
	}
	switch {
	case m.Prev != "" && m.Prev == j.last[m.Collection+"/"+m.Record]:
		base = rev // nobody else writes within this batch
	case m.Prev != "":
		if base, err = j.tx.AppliedRev(j.device, m.Prev, m.Collection, m.Record); err != nil {
			return err
		}
	}
	if base != rev {
		return fault.New(fault.Conflict, "record")
	}
	return j.tx.Apply("update", m.Collection, m.Record, fields)
}
