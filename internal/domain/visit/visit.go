// Package visit judges what a supervisor records on a visit: its own fields,
// who was there, findings, and people at work who are not on the roster; and how
// he settles a conflict about them.
//
// It decides meaning only from what was said. That the records named exist, are in
// the supervisor's scope and belong together is for the caller (docs/protocol.md §6).
package visit

import (
	"chaski/internal/domain/fault"
	r "chaski/internal/domain/record"
)

// MinDescription is how many characters say what a finding is.
const MinDescription = 10

// convenioOfWork: the code that was read at the work is the work's.
func convenioOfWork(f *r.Reading, ctx r.Context) {
	if code := f.Text("convenio_code"); ctx.Work != nil && code != "" && code != ctx.Work.ConvenioCode {
		f.Refuse(fault.New(fault.ConvenioMismatch, "convenio_code").With("value", code))
	}
}

// checklist: answers mean something only with the version of the list that
// asked. That the version exists is for the caller.
func checklist(f *r.Reading, _ r.Context) {
	if f.Bad("checklist_key", "checklist_version") {
		return
	}
	version, _ := f.Clean["checklist_version"].(int64)
	_, answered := f.Clean["answers"]
	key := f.Text("checklist_key") != ""
	switch {
	case answered && !key:
		f.Refuse(fault.New(fault.Required, "checklist_key"))
	case key && version == 0:
		f.Refuse(fault.New(fault.Required, "checklist_version"))
	}
}
