package record

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

// Form is how this field is corrected, with the choices of a closed list.
func (f *Field) Form() (form Form, choices []string) {
	switch {
	case f.Ref != "":
		return FormReference, nil
	case f.Kind == KindInt:
		return FormNumber, nil
	case f.Kind != KindText:
		return FormOther, nil
	}
	for _, check := range f.Checks {
		switch check.Type {
		case "one_of":
			return FormChoice, check.Values
		case "day", "past":
			return FormDay, nil
		case "month":
			return FormMonth, nil
		}
	}
	return FormText, nil
}
