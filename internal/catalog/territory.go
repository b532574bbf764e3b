package catalog

import (
	"sync"

	"chaski/internal/domain/day"
)

// Department is one of the 24 departments or Callao; Code is INEI's, 2 digits.
type Department struct{ Code, Name string }

// Province has INEI's code, 4 digits; the first two are its department's.
type Province struct{ Code, Name string }

// Unit is a territorial unit of the programme, UT01 to UT20. Names and reach are
// our assumption; Note says so.
type Unit struct{ Code, Name, Note string }

// District of INEI's frame of 2022: 1,892 codes, of which two are older codes of
// districts that are listed under a newer one too.
type District struct {
	Ubigeo               string // INEI, 6 digits
	Name                 string
	Province, Department string  // names; their codes begin the ubigeo
	UT                   string  // code of the unit that serves it
	ValidFrom, ValidTo   day.Day // "" for open
	Assumption           bool    // the dates are ours
	Note                 string
}

// InForce says whether the code is in use on a day.
func (d District) InForce(on day.Day) bool { return on.Within(d.ValidFrom, d.ValidTo) }

// The dates of codes that changed are assumptions: creation laws were not looked
// up one by one.
const (
	createdFrom day.Day = "2023-01-01"
	createdNote         = "Distrito creado después de 2017. Se toma desde el inicio del ejercicio 2023; falta la fecha de su ley de creación."
	formerFrom  day.Day = "2000-01-01"
	formerTo    day.Day = "2014-12-31"
	formerNote          = "Código anterior del distrito que hoy es "
	formerWhy           = ": pasó a la provincia de Putumayo, creada en 2014. Fechas supuestas."
)

type units struct {
	Assumption string `json:"assumption"`
	Units      []struct {
		Code        string   `json:"code"`
		Name        string   `json:"name"`
		Departments []string `json:"departments"`
		Provinces   []string `json:"provinces"` // of other departments
	} `json:"units"`
}

type territory struct {
	departments []Department
	provinces   []Province
	units       []Unit
	districts   []District
	byUbigeo    map[string]int
}

var load = sync.OnceValue(func() territory {
	raw := read[struct {
		Departments [][]string `json:"departments"`
		Provinces   [][]string `json:"provinces"`
		Districts   [][]string `json:"districts"` // ubigeo, name; "created"; "former", ubigeo now
	}]("territory.json")
	t := territory{byUbigeo: map[string]int{}}
	names, serves := map[string]string{}, map[string]string{}
	u := read[units]("units.json")
	for _, x := range u.Units {
		t.units = append(t.units, Unit{x.Code, x.Name, u.Assumption})
		for _, code := range append(x.Departments, x.Provinces...) {
			serves[code] = x.Code
		}
	}
	for _, d := range raw.Departments {
		t.departments = append(t.departments, Department{d[0], d[1]})
		names[d[0]] = d[1]
	}
	for _, p := range raw.Provinces {
		t.provinces = append(t.provinces, Province{p[0], p[1]})
		names[p[0]] = p[1]
	}
	for i, d := range raw.Districts {
		province, department := d[0][:4], d[0][:2]
		x := District{Ubigeo: d[0], Name: d[1], Province: names[province], Department: names[department], ValidFrom: From}
		if x.UT = serves[province]; x.UT == "" {
			x.UT = serves[department]
		}
		if len(d) > 2 {
			x.Assumption = true
			if x.ValidFrom, x.Note = createdFrom, createdNote; d[2] == "former" {
				x.ValidFrom, x.ValidTo, x.Note = formerFrom, formerTo, formerNote+d[3]+formerWhy
			}
		}
		t.districts = append(t.districts, x)
		t.byUbigeo[x.Ubigeo] = i
	}
	return t
})

// Departments lists the 24 departments and Callao by code.
func Departments() []Department { return load().departments }

// Provinces lists the 196 provinces by code.
func Provinces() []Province { return load().provinces }

// Units lists the 20 units by code.
func Units() []Unit { return load().units }

// Districts lists all 1,892 codes in order, each with the unit that serves it.
// Those in use in a year are InForce on a day of it.
func Districts() []District { return load().districts }

// DistrictOf finds a district by its ubigeo.
func DistrictOf(ubigeo string) (District, bool) {
	i, ok := load().byUbigeo[ubigeo]
	if !ok {
		return District{}, false
	}
	return load().districts[i], true
}
