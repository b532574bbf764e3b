package imports

import (
	"fmt"
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/territory"
)

// placeFields are the names that stand beside a district's code in many files.
// They are not imported; they tell a code of RENIEC, or a slip, from INEI's.
var placeFields = []Field{
	{Name: "department", Label: "Departamento", Type: TypePlace, Synonyms: list{"dpto", "region", "departamento region"}, Hint: "solo para comprobar el ubigeo"},
	{Name: "province", Label: "Provincia", Type: TypePlace, Hint: "solo para comprobar el ubigeo"},
	{Name: "district_name", Label: "Distrito", Type: TypePlace, Synonyms: list{"nombre del distrito"}, Hint: "solo para comprobar el ubigeo"},
}

// inForce says whether a district's code is in use today.
func (b *Book) inForce(d *Rec) bool {
	return b.today.Within(day.Day(d.Fields.Text("valid_from")), day.Day(d.Fields.Text("valid_to")))
}

// district is the one a ubigeo names today, if the names beside it agree.
func (b *Book) district(l *Line, field string) *Rec {
	code := l.text(field)
	var found *Rec
	for _, d := range b.those("districts", nil, "ubigeo", code) {
		if b.inForce(d) {
			found = d
			break
		}
	}
	said := saidOf(l)
	if found != nil && said.agrees(found) {
		return found
	}
	if found != nil && said.region(found) {
		return b.otherName(l, said, found)
	}
	if said.nothing() {
		l.bad(field, fault.New(fault.ImportUbigeoUnknown, "").With("value", code))
		return nil
	}
	why, likely := fault.ImportUbigeoElse, b.likely(said)
	if d := territory.DepartmentOfReniec(code); d != "" && said.department != "" && samePlace(said.department, d) {
		why = fault.ImportUbigeoReniec
		if likely == nil {
			likely = b.renumbered(said, code)
		}
	}
	f := fault.New(why, "").With("value", code).With("said", said.String()).With("of", "").With("likely", "")
	if found != nil {
		f = f.With("of", placeOf(found))
	}
	if likely != nil {
		f = f.With("likely", likely.Fields.Text("ubigeo")+" ("+placeOf(likely)+")")
	}
	l.bad(field, f)
	return nil
}

// said are the names beside a code.
type said struct{ department, province, district string }

func saidOf(l *Line) said {
	return said{l.text("department"), l.text("province"), l.text("district_name")}
}

func (s said) nothing() bool { return s == said{} }

func (s said) String() string {
	var out []string
	for _, name := range []string{s.district, s.province, s.department} {
		if name != "" {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

func (s said) agrees(d *Rec) bool {
	return s.region(d) && (s.district == "" || samePlace(s.district, d.Fields.Text("name")))
}

// region says whether department and province are the district's.
func (s said) region(d *Rec) bool {
	return (s.department == "" || samePlace(s.department, d.Fields.Text("department"))) &&
		(s.province == "" || samePlace(s.province, d.Fields.Text("province")))
}

// samePlace compares names as people write them: "Prov. Const. del Callao",
// "Lima Metropolitana" and "Distrito de Calca" are Callao, Lima and Calca.
func samePlace(typed, official string) bool {
	t, o := Normalize(typed), Normalize(official)
	for _, before := range []string{"provincia constitucional del ", "prov const del ", "departamento de ", "provincia de ", "distrito de ", "region ", "dpto "} {
		t = strings.TrimPrefix(t, before)
	}
	for _, behind := range []string{" metropolitana", " provincias", " region"} {
		t = strings.TrimSuffix(t, behind)
	}
	return t == o || strings.ReplaceAll(t, " ", "") == strings.ReplaceAll(o, " ", "")
}

func placeOf(d *Rec) string {
	return fmt.Sprintf("%s, %s, %s", d.Fields.Text("name"), d.Fields.Text("province"), d.Fields.Text("department"))
}

// otherName: department and province agree, the district's name does not. Names
// are abbreviated and misspelt, so it is shown, not refused; where the name is
// that of another district, a person says which of the two is meant.
func (b *Book) otherName(l *Line, s said, d *Rec) *Rec {
	other := b.likely(said{d.Fields.Text("department"), d.Fields.Text("province"), s.district})
	if other == nil {
		l.warn("district_name", fault.New(fault.ImportUbigeoName, "").With("value", s.district).With("of", placeOf(d)))
		return d
	}
	code, named := d.Fields.Text("ubigeo"), other.Fields.Text("ubigeo")
	answer := b.ask(l.Row, Question{
		Key: "district " + code + " " + named, Code: "district", Options: []string{"by_name", "by_code"},
		Args: map[string]string{"code": code, "of": placeOf(d), "other": named, "named": placeOf(other)},
	})
	if answer == "by_name" {
		return other
	}
	return d
}

// likely is the only district in force that the names are of.
func (b *Book) likely(s said) *Rec {
	if s.district == "" {
		return nil
	}
	var out *Rec
	for _, d := range b.load("districts", nil).all {
		if !b.inForce(d) || !s.agrees(d) {
			continue
		}
		if out != nil {
			return nil
		}
		out = d
	}
	return out
}

// renumbered is the district whose code differs from a code of RENIEC in the
// department only, as those of most capitals do.
func (b *Book) renumbered(s said, code string) *Rec {
	for _, d := range b.load("districts", nil).all {
		if u := d.Fields.Text("ubigeo"); len(u) == len(code) && u[2:] == code[2:] && b.inForce(d) && s.agrees(d) {
			return d
		}
	}
	return nil
}

// Peru lies within these microdegrees.
const (
	south, north = -18_400_000, 100_000
	west, east   = -81_400_000, -68_600_000
)

func inPeru(lat, lon int64) bool { return lat >= south && lat <= north && lon >= west && lon <= east }

// likelyPlace says of coordinates outside Peru what they probably should be:
// they are swapped, or have lost their sign.
func (l *Line) likelyPlace(f *fault.Fault) *fault.Fault {
	lat, has := l.Values["lat_e6"].(int64)
	lon, both := l.Values["lon_e6"].(int64)
	if f.Code != fault.PlaceOutsidePeru || !has || !both {
		return f
	}
	minus := func(n int64) int64 { return min(n, -n) }
	code, asLat, asLon := fault.ImportPlaceOutside, lat, lon
	switch {
	case inPeru(lon, lat):
		code, asLat, asLon = fault.ImportPlaceSwapped, lon, lat
	case inPeru(minus(lat), minus(lon)):
		code, asLat, asLon = fault.ImportPlaceSign, minus(lat), minus(lon)
	case inPeru(minus(lon), minus(lat)):
		code, asLat, asLon = fault.ImportPlaceSwapped, minus(lon), minus(lat)
	}
	return fault.New(code, f.Field).With("lat", degreesText(asLat)).With("lon", degreesText(asLon))
}

// moves asks before a work goes to another district or unit: the whole file may
// have codes of another system. It answers whether the file is followed.
func (b *Book) moves(l *Line, work *Rec, district *Rec, ut string) bool {
	was := work.Fields
	if work.New || was.Text("district") == district.ID && was.Text("ut") == ut {
		return true
	}
	place := func(district, ut string) string {
		out := ""
		if d := b.byID("districts", district); d != nil {
			out = placeOf(d)
		}
		if u := b.byID("uts", ut); u != nil {
			out += " (" + u.Fields.Text("code") + ")"
		}
		return out
	}
	answer := b.ask(l.Row, Question{
		Key: "move " + work.ID, Code: "move", Options: []string{"stay", "move"},
		Args: map[string]string{
			"what": l.text("convenio_code") + " " + was.Text("name"), "from": place(was.Text("district"), was.Text("ut")), "to": place(district.ID, ut),
		},
	})
	return answer != "stay"
}
