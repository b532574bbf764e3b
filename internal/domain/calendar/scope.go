package calendar

import (
	"regexp"

	"chaski/internal/domain/day"
)

// National is the scope of a holiday of the whole country; that of a regional
// one is its department, INEI's two digits ("08" is Cusco).
const National = "national"

var department = regexp.MustCompile(`^(0[1-9]|1\d|2[0-5])$`)

// KnownScope says whether a holiday may have it.
func KnownScope(scope string) bool { return scope == National || department.MatchString(scope) }

// Holiday is a day not worked, in the whole country or in one department.
type Holiday struct {
	Day   day.Day `db:"day"`
	Scope string  `db:"scope"`
}

// Of is the calendar of a department: its own holidays and the national ones.
// Where the department is not known ("") only the national ones count.
func Of(holidays []Holiday, department string) Calendar {
	var days []day.Day
	for _, h := range holidays {
		if h.Scope == National || h.Scope == department && department != "" {
			days = append(days, h.Day)
		}
	}
	return New(days)
}

// DepartmentOf is the department a district lies in, by its ubigeo; "" if that is
// no ubigeo.
func DepartmentOf(ubigeo string) string {
	if len(ubigeo) != 6 || !department.MatchString(ubigeo[:2]) {
		return ""
	}
	return ubigeo[:2]
}
