package identity_test

import (
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
)

type check func(field, value string) *fault.Fault

func TestValidators(t *testing.T) {
	cases := []struct {
		name  string
		check check
		value string
		want  fault.Code // "" for accepted
	}{
		{"dni", identity.ValidateDNI, "10117410", ""},
		{"dni keeps zeros in front", identity.ValidateDNI, "00012345", ""},
		{"dni of 7 digits", identity.ValidateDNI, "1011741", fault.DNIInvalid},
		{"dni of 9 digits", identity.ValidateDNI, "101174102", fault.DNIInvalid},
		{"dni with a letter", identity.ValidateDNI, "1011741K", fault.DNIInvalid},
		{"dni with a newline after it", identity.ValidateDNI, "10117410\n", fault.DNIInvalid},
		{"dni with Arabic digits", identity.ValidateDNI, "١٠١١٧٤١٠", fault.DNIInvalid},
		{"dni empty", identity.ValidateDNI, "", fault.Required},
		{"ruc of the tax office", identity.ValidateRUC, "20131312955", ""},
		{"ruc, another", identity.ValidateRUC, "20512333797", ""},
		{"ruc whose 10 becomes 0", identity.ValidateRUC, "20000000010", ""},
		{"ruc whose 11 becomes 1", identity.ValidateRUC, "20000000061", ""},
		{"ruc with a wrong check digit", identity.ValidateRUC, "20131312956", fault.RUCInvalid},
		{"ruc with two digits swapped", identity.ValidateRUC, "20131321955", fault.RUCInvalid},
		{"ruc with an unknown prefix", identity.ValidateRUC, "30131312955", fault.RUCInvalid},
		{"ruc of 10 digits", identity.ValidateRUC, "2013131295", fault.RUCInvalid},
		{"ruc empty", identity.ValidateRUC, " ", fault.Required},
		{"ubigeo of Lima", identity.ValidateUbigeo, "150101", ""},
		{"ubigeo of Callao", identity.ValidateUbigeo, "070101", ""},
		{"ubigeo of Ucayali", identity.ValidateUbigeo, "250101", ""},
		{"ubigeo of no department", identity.ValidateUbigeo, "260101", fault.InvalidValue},
		{"ubigeo of department 00", identity.ValidateUbigeo, "000101", fault.InvalidValue},
		{"ubigeo of a department only", identity.ValidateUbigeo, "080000", fault.InvalidValue},
		{"ubigeo of a province only", identity.ValidateUbigeo, "080100", fault.InvalidValue},
		{"ubigeo of 5 digits", identity.ValidateUbigeo, "80101", fault.InvalidValue},
		{"convenio", identity.ValidateConvenioCode, "11-0004-AII-09", ""},
		{"convenio of a project", identity.ValidateConvenioCode, "08-0012-PI-01", ""},
		{"convenio in lower case", identity.ValidateConvenioCode, "11-0004-aii-09", fault.InvalidValue},
		{"convenio with other dashes", identity.ValidateConvenioCode, "11–0004–AII–09", fault.InvalidValue},
		{"convenio with a short number", identity.ValidateConvenioCode, "11-004-AII-09", fault.InvalidValue},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := c.check("the_field", c.value)
			if c.want == "" {
				if got != nil {
					t.Fatalf("%q refused: %v", c.value, got)
				}
				return
			}
			if got == nil || got.Code != c.want || got.Field != "the_field" {
				t.Fatalf("%q: got %v, want %s at the_field", c.value, got, c.want)
			}
		})
	}
}

// The check digit is one of ten though the remainder is one of eleven, so two
// pairs of remainders share a digit; every other slip of one digit is seen.
func TestRUCSeesOneWrongDigit(t *testing.T) {
	const good = "20131312955"
	seen, slips := 0, 0
	for i := 2; i < 10; i++ {
		for d := '0'; d <= '9'; d++ {
			if rune(good[i]) == d {
				continue
			}
			slips++
			if identity.ValidateRUC("ruc", good[:i]+string(d)+good[i+1:]) != nil {
				seen++
			}
		}
	}
	if slips != 72 || seen < 65 {
		t.Fatalf("%d of %d slips seen", seen, slips)
	}
}
