// Package identity checks the numbers that name people, bodies, places and
// agreements in Peru. Every check answers nil or a fault at the field the
// caller names; it never looks anything up.
package identity

import (
	"regexp"
	"strings"

	"chaski/internal/domain/fault"
)

var (
	dniPattern      = regexp.MustCompile(`^\d{8}$`)
	rucPattern      = regexp.MustCompile(`^(10|15|16|17|20)\d{9}$`)
	ubigeoPattern   = regexp.MustCompile(`^\d{6}$`)
	convenioPattern = regexp.MustCompile(`^\d{2}-\d{4}-(AII|PI)-\d{2}$`)
)

// ValidateDNI accepts exactly 8 ASCII digits; zeros in front belong to the
// number, so a DNI is text everywhere.
func ValidateDNI(field, dni string) *fault.Fault {
	return match(dniPattern, fault.DNIInvalid, field, dni)
}

// ValidateRUC accepts 11 digits with a known prefix (10, 15, 16 and 17 for
// persons, 20 for bodies: SUNAT) and a right check digit.
func ValidateRUC(field, ruc string) *fault.Fault {
	if f := match(rucPattern, fault.RUCInvalid, field, ruc); f != nil {
		return f
	}
	if RUCCheck(ruc[:10]) != ruc[10:] {
		return fault.New(fault.RUCInvalid, field).With("value", ruc)
	}
	return nil
}

// RUCCheck is the check digit that completes the first ten digits of a RUC.
// It panics if first10 is shorter.
func RUCCheck(first10 string) string {
	d := (11 - weighted(first10, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 10
	return string(rune('0' + d))
}

// ValidateUbigeo accepts an INEI district code: department 01 to 25, then
// province and district, neither 00. Whether the district exists is for the
// table of districts to say.
func ValidateUbigeo(field, ubigeo string) *fault.Fault {
	if f := match(ubigeoPattern, fault.InvalidValue, field, ubigeo); f != nil {
		return f
	}
	department := ubigeo[:2]
	if department < "01" || department > "25" || ubigeo[2:4] == "00" || ubigeo[4:] == "00" {
		return fault.New(fault.InvalidValue, field).With("value", ubigeo)
	}
	return nil
}

// ValidateConvenioCode accepts the shape of an agreement's code, like
// "11-0004-AII-09".
func ValidateConvenioCode(field, code string) *fault.Fault {
	return match(convenioPattern, fault.InvalidValue, field, code)
}

func match(pattern *regexp.Regexp, code fault.Code, field, value string) *fault.Fault {
	switch {
	case strings.TrimSpace(value) == "":
		return fault.New(fault.Required, field)
	case !pattern.MatchString(value):
		return fault.New(code, field).With("value", value)
	}
	return nil
}

// weighted sums digit × weight; the caller made sure they are digits.
func weighted(digits string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return sum
}
