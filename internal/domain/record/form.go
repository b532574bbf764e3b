package record

import (
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Form is how a person corrects a field.
type Form string

// The forms. FormOther is not corrected by hand: lists and objects.
const (
	FormText      Form = "text"
	FormDay       Form = "day"
	FormMonth     Form = "month"
	FormNumber    Form = "number" // whole
	FormChoice    Form = "choice"
	FormReference Form = "reference"
	FormOther     Form = "other"
)

// Form asks the field's checks what they take, so that it is declared once.
// choices are those of a closed list.
func (f *Field) Form(today day.Day) (form Form, choices []string) {
	if f.Ref != "" {
		return FormReference, nil
	}
	takes := func(v any) bool { return f.refuses(v, today) == nil }
	if len(f.Checks) == 0 {
		return FormText, nil
	}
	if takes(map[string]any{}) || takes([]any{}) {
		return FormOther, nil
	}
	if takes(int64(2000)) {
		return FormNumber, nil
	}
	no := f.refuses("\x01", today) // no word, no date
	switch {
	case no != nil && no.Args["allowed"] != "":
		return FormChoice, strings.Split(no.Args["allowed"], ", ")
	case no != nil && no.Code == fault.DateInvalid && takes("2000-01-01"):
		return FormDay, nil
	case no != nil && no.Code == fault.MonthInvalid:
		return FormMonth, nil
	}
	return FormText, nil
}

func (f *Field) refuses(v any, today day.Day) *fault.Fault {
	for _, check := range f.Checks {
		if bad := check(f.Name, v, today); bad != nil {
			return bad
		}
	}
	return nil
}
