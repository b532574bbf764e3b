package attendance_test

import (
	"testing"

	"chaski/internal/domain/attendance"
	"chaski/internal/domain/fault"
)

// Who changes something else does not bring back the state that he had read.
func TestWrittenLeavesAloneWhatChangedSince(t *testing.T) {
	read := attendance.Sheet{State: attendance.Validated, Content: "a", ValidatedBy: "luz"}
	stored := attendance.Sheet{State: attendance.Registered, Content: "a", Reason: attendance.TakenBack}
	if now, f := attendance.Written(stored, read, read, ""); f != nil || now != stored {
		t.Errorf("%+v %v, want %+v", now, f, stored)
	}
	sent := read
	sent.State, sent.Reason = attendance.Observed, "Faltan dos personas."
	now, f := attendance.Written(stored, read, sent, "")
	if want := (attendance.Sheet{State: attendance.Observed, Content: "a", Reason: sent.Reason}); f != nil || now != want {
		t.Errorf("%+v %v, want %+v", now, f, want)
	}
	if _, f := attendance.Written(stored, stored, attendance.Sheet{State: attendance.Validated, Content: "b"}, "luz"); f == nil || f.Code != fault.SheetState {
		t.Errorf("what is not stored was signed: %v", f)
	}
}
