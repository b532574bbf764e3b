package record

import (
	"strconv"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Order says that the second day is not before the first. An empty one says nothing.
func Order(from, to string) Rule {
	return Rule{Fields: []string{from, to}, Judge: func(r Row, _ World) *fault.Fault {
		a, b := r.Text(from), r.Text(to)
		if a == "" || b == "" || a <= b {
			return nil
		}
		return fault.New(fault.DatesOutOfOrder, to).With("from", a).With("to", b)
	}}
}

// SameWork says that what the field names is of the intervention that the row names.
func SameWork(field, collection string) Rule { return Same(field, collection, "intervention") }

// Same says that a field that both the row and the row it names have says the same.
func Same(field, collection, of string) Rule {
	return Rule{Fields: []string{field, of}, Via: []string{field}, Judge: func(r Row, w World) *fault.Fault {
		other, there := w.Row(collection, r.Text(field))
		if !there || r.Text(of) == "" || other.Text(of) == r.Text(of) {
			return nil
		}
		if collection == "participants" {
			return fault.New(fault.ParticipantNotIntervention, field)
		}
		return fault.New(fault.ReferenceForeign, field)
	}}
}

// WithinWork says that a day lies in the term of the intervention, both ends included,
// where the condition holds.
func WithinWork(field string, where func(Row) bool, others ...string) Rule {
	return Rule{Fields: append([]string{field, "intervention"}, others...), Via: []string{"intervention"}, Judge: func(r Row, w World) *fault.Fault {
		work, there := w.Row("interventions", r.Text("intervention"))
		on := day.Day(r.Text(field))
		if !there || on == "" || where != nil && !where(r) || on.Within(day.Day(work.Text("starts_on")), day.Day(work.Text("ends_on"))) {
			return nil
		}
		return fault.New(fault.DateOutsideIntervention, field).With("value", string(on)).
			With("starts_on", work.Text("starts_on")).With("ends_on", work.Text("ends_on"))
	}}
}

// YearOf says that a month is of the year of what the field names.
func YearOf(month, field, collection string) Rule {
	return Rule{Fields: []string{month, field}, Via: []string{field}, Judge: func(r Row, w World) *fault.Fault {
		other, there := w.Row(collection, r.Text(field))
		year, ok := Whole(other["exercise"])
		if !there || !ok || int64(day.Month(r.Text(month)).Year()) == year {
			return nil
		}
		return fault.New(fault.MonthOtherYear, month).With("value", r.Text(month)).With("year", strconv.FormatInt(year, 10))
	}}
}

// A box around Peru in microdegrees: a place outside it is a slip or a lie.
const (
	minLat, maxLat = -18_400_000, 100_000
	minLon, maxLon = -81_400_000, -68_600_000
)

// InPeru says that both coordinates are inside, or both zero: no place.
var InPeru = Rule{Fields: []string{"lat_e6", "lon_e6"}, Judge: func(r Row, _ World) *fault.Fault {
	lat, _ := Whole(r["lat_e6"])
	lon, _ := Whole(r["lon_e6"])
	switch {
	case lat == 0 && lon == 0:
	case lat < minLat || lat > maxLat || lat == 0 && lon != 0:
		return fault.New(fault.PlaceOutsidePeru, "lat_e6")
	case lon < minLon || lon > maxLon:
		return fault.New(fault.PlaceOutsidePeru, "lon_e6")
	}
	return nil
}}

// Counted marks rules without which a row adds to no figure.
func Counted(rules ...Rule) []Rule {
	for i := range rules {
		rules[i].Counts = true
	}
	return rules
}

// Rules puts lists of rules together.
func Rules(groups ...[]Rule) []Rule {
	var out []Rule
	for _, g := range groups {
		out = append(out, g...)
	}
	return out
}
