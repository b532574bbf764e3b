package app

import (
	"strconv"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/domain/visit"
	"chaski/internal/records"
	"chaski/internal/replication"
)

// decide judges a mutation nobody has seen before, and applies it if it holds.
func (j *judge) decide(m Mutation) (*Outcome, error) {
	// Shape first: a person can mend a field, whatever the scope.
	clean, faults := records.Forms.Check(m.Collection, m.Op, m.Fields, record.Context{Today: j.today, Form: m.Form})
	if len(faults) > 0 {
		return reject("", faults...), nil
	}
	t := records.Find(m.Collection)
	// Of a record with a key each says his own, and what they say is merged.
	if m.Op == "create" && !j.reviewing && len(t.Key) == 0 {
		waits, err := j.tx.parkedFor(m.Collection, m.Record)
		if err != nil || waits || j.status[m.Collection+"/"+m.Record] == Parked {
			return verdict(orFault(err, fault.New(fault.RecordExists, "record")))
		}
	}
	switch {
	case t.Op(m.Op).By.Relation == record.IsConcerned:
		return j.settle(m, clean)
	case m.Op != "create":
		return j.change(m, t, clean)
	}
	return j.make(m, t, clean)
}

// judged is the outcome, unless there is a fault.
func judged(o *Outcome, err error) (*Outcome, error) {
	if err != nil {
		return verdict(err)
	}
	return o, nil
}

// make decides a new record: of a work, or of a record that is there already. Of what
// has a key, and is there, it is a change by somebody who did not know of it.
func (j *judge) make(m Mutation, t *record.Type, clean map[string]any) (*Outcome, error) {
	waits, err := j.mayMake(m, t, clean)
	if err == nil {
		err = waits
	}
	if err != nil {
		return verdict(err)
	}
	if key := t.KeyOf(clean); key != "" {
		if m.Record != replication.KeyID(t.Name, key) {
			return verdict(fault.New(fault.InvalidValue, "record"))
		}
		if there, err := look(j.tx, OfKeyed, t.Name, key); err != nil || there != "" {
			if err != nil {
				return nil, err
			}
			return j.onto(m, t, clean, there)
		}
	}
	if err := j.fill(m, t, clean); err != nil {
		return nil, err
	}
	if exists, err := look(j.tx, OfThere, m.Collection, m.Record); err != nil || exists {
		return verdict(orFault(err, fault.New(fault.RecordExists, "record")))
	}
	return judged(&Outcome{Status: Applied}, j.tx.create(Write{Op: "create", Collection: m.Collection, Record: m.Record, Fields: clean, Maker: j.actor.User}, j.actor, j.now))
}

// mayMake judges what a new record says; waits is the fault that parks it, once the
// rules have had their say.
func (j *judge) mayMake(m Mutation, t *record.Type, clean map[string]any) (waits, err error) {
	by := t.Op(m.Op).By
	var parent Parent
	if t.Parent == "" {
		waits, err = j.onWork(m, by, clean)
	} else {
		parent, err = j.onParent(t, by, clean)
		clean["intervention"] = parent.Work
	}
	if err != nil {
		return nil, err
	}
	if err := t.Constrain(clean, clean, j.tx); err != nil {
		return nil, err
	}
	if rule := lookups[m.Collection]; rule != nil {
		if err := rule(j, parent, clean); err != nil {
			return nil, err
		}
	}
	return waits, nil
}

// onto merges a new record into the one that has its key already: its author had seen
// nothing in it. So what he says too is so, and what he says otherwise is a conflict.
func (j *judge) onto(m Mutation, t *record.Type, clean record.Row, there string) (*Outcome, error) {
	row, err := j.tx.Row(m.Collection, there)
	if err != nil {
		return nil, err
	}
	if last := j.last[m.Collection+"/"+there]; last != nil && last.Rev == 0 {
		last.Rev = row.Rev
	}
	said := record.Row{}
	for _, f := range t.Fields {
		if f.AskedBy("update") {
			said[f.Name] = clean[f.Name]
		}
	}
	j.record, j.bases = there, replication.Bases{Default: replication.Unseen}
	m.Record, m.Op = there, "update"
	return j.update(m, t, said, row)
}

// fill puts in what the server says of a new record.
func (j *judge) fill(m Mutation, t *record.Type, clean map[string]any) error {
	for field, value := range t.Begins {
		clean[field] = value
	}
	received := j.now
	if j.reviewing {
		received = m.received
	}
	for field, value := range map[string]any{t.Stamps.Maker: j.actor.User, t.Stamps.Device: j.device, t.Stamps.Received: received} {
		if field != "" {
			clean[field] = value
		}
	}
	if t.Files == nil {
		return nil
	}
	// Its bytes may have come before it: while it was parked, or before a rewind.
	came, err := look(j.tx, OfBytes, m.Collection, m.Record)
	for _, b := range came {
		switch {
		case b.Owner != j.actor.User || b.SHA256 != clean["sha256"]:
		case b.Refusal != "":
			clean["refusal"] = b.Refusal
		default:
			clean["stored_at"] = j.now
		}
	}
	return err
}

// onWork judges what hangs on an intervention alone. Rules about the intervention
// are told only to those who may know of it, and before what parks: that is
// answered as waits.
func (j *judge) onWork(m Mutation, by record.By, clean map[string]any) (waits, err error) {
	id, _ := clean["intervention"].(string)
	work, found, err := j.tx.work(id)
	if err != nil {
		return nil, err
	}
	if !found {
		work.UT = "" // told like one that is not his
	}
	standing := j.standing(by, id, work.UT)
	if f := fault.Of(standing); f != nil && (f.Code == fault.OutOfScope || f.Code == fault.OperationNotAllowed || f.Ours()) {
		return nil, standing
	}
	_, faults := records.Forms.Check(m.Collection, m.Op, m.Fields, record.Context{
		Today: j.today, Form: m.Form, Work: &record.Work{Starts: work.Starts, Ends: work.Ends, ConvenioCode: work.ConvenioCode},
	})
	if len(faults) > 0 {
		return nil, refused(faults)
	}
	return standing, nil
}

// onParent finds what a new record belongs to, or the fault of its fate.
func (j *judge) onParent(t *record.Type, by record.By, clean map[string]any) (Parent, error) {
	id, _ := clean[t.Parent].(string)
	p, err := look(j.tx, OfParent, t.ParentType(), id)
	switch {
	case err != nil:
		return Parent{}, err
	case p == nil || p.Unmade:
		return Parent{}, j.fate(by, t.ParentType(), id, fault.New(fault.ParentNotFound, t.Parent))
	case by.Relation == record.MadeParent && !j.made(p.Maker):
		return *p, fault.New(fault.OutOfScope, t.Parent)
	}
	return *p, j.inScope(by, p.Work)
}

// made: it is his. Of what nobody is known to have made nobody is the maker.
func (j *judge) made(maker string) bool { return maker != "" && maker == j.actor.User }

// fate of a record that does not exist: what became of the actor's own mutation
// of it decides what becomes of what depends on it; none is as otherwise says.
func (j *judge) fate(by record.By, collection, id string, otherwise *fault.Fault) error {
	status := j.status[collection+"/"+id]
	if status == "" {
		var err error
		if status, err = j.tx.fateOf(j.actor.User, collection, id); err != nil {
			return err
		}
	}
	switch {
	case status == Parked:
		return fault.New(fault.ParentParked, otherwise.Field)
	case status == Rejected:
		return fault.New(fault.ParentRejected, otherwise.Field)
	case !j.reviewing && !j.may(by.Right):
		return fault.New(fault.OperationNotAllowed, "op")
	}
	return otherwise
}

func (j *judge) may(right actor.Right) bool { return right == "" || j.actor.Role.May(right) }

func (j *judge) inScope(by record.By, intervention string) error {
	work, _, err := j.tx.work(intervention)
	if err != nil {
		return err
	}
	return j.standing(by, intervention, work.UT)
}

// standing is nil while the actor has the right, in the relation to the intervention
// that the operation asks for, on a device in good standing. Work of somebody who
// once held it, or who covers for a colleague of his unit, waits for review; so does
// what a revoked device still held. ut is the intervention's unit, "" if unknown.
// Under review who decides answers for the scope.
func (j *judge) standing(by record.By, intervention, ut string) error {
	if j.reviewing {
		return nil
	}
	tenure, err := j.tenure(by, intervention)
	may := j.may(by.Right)
	switch {
	case err != nil:
		return err
	case tenure == Never && !may:
		return fault.New(fault.OperationNotAllowed, "op")
	case tenure == Never && (ut == "" || ut != j.actor.UT):
		return fault.New(fault.OutOfScope, "intervention")
	case tenure == Never:
		return fault.New(fault.NeverAssigned, "intervention")
	case j.revoked:
		return fault.New(fault.DeviceRevoked, "device")
	case tenure == Ended, !may:
		return fault.New(fault.AssignmentEnded, "intervention")
	}
	return nil
}

// tenure is how the actor relates to an intervention, as far as the operation asks.
func (j *judge) tenure(by record.By, intervention string) (Tenure, error) {
	if by.Relation.ByExecution() && j.actor.Entity != "" {
		if executes, err := look(j.tx, OfExecution, j.actor.Entity, intervention); err != nil || executes != Never {
			return executes, err
		}
	}
	if by.Relation == record.Executes {
		return Never, nil
	}
	return j.tx.tenure(j.actor.User, intervention, j.today)
}

// lookups are rules over a new record and other rows that are code; the phone has
// its own, on the rows it holds.
var lookups = map[string]func(j *judge, parent Parent, clean record.Row) error{
	"visits":      checklistThere,
	movements:     personThere,
	"visit_marks": withinHeadcount,
}

func checklistThere(j *judge, _ Parent, clean record.Row) error {
	key, asked := clean["checklist_key"].(string)
	if !asked {
		return nil
	}
	version, _ := clean["checklist_version"].(int64)
	if known, err := look(j.tx, OfChecklist, key, strconv.FormatInt(version, 10)); err != nil || !known {
		return orFault(err, fault.New(fault.ChecklistUnknown, "checklist_version"))
	}
	return nil
}

func withinHeadcount(j *judge, parent Parent, clean record.Row) error {
	if clean["mark"] != visit.Present {
		return nil
	}
	present, err := look(j.tx, OfPresent, "", clean.Text("visit"))
	if err != nil || present >= parent.Headcount {
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
