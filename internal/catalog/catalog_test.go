package catalog_test

import (
	"encoding/json"
	"testing"

	"chaski/internal/catalog"
	"chaski/internal/domain/day"
	"chaski/internal/domain/identity"
	"chaski/internal/domain/parameter"
)

func TestTerritoryIsWhole(t *testing.T) {
	if d, p, u := len(catalog.Departments()), len(catalog.Provinces()), len(catalog.Units()); d != 25 || p != 196 || u != 20 {
		t.Fatalf("%d departments, %d provinces, %d units", d, p, u)
	}
	if n := len(catalog.Districts()); n != 1892 {
		t.Fatalf("%d districts", n)
	}
	units := map[string]int{}
	for _, u := range catalog.Units() {
		units[u.Code] = 0
	}
	inForce := 0
	for _, d := range catalog.Districts() {
		if err := identity.ValidateUbigeo("", d.Ubigeo); err != nil {
			t.Errorf("%s: %v", d.Ubigeo, err)
		}
		if d.Name == "" || d.Province == "" || d.Department == "" {
			t.Errorf("%+v lacks a name", d)
		}
		if _, known := units[d.UT]; !known {
			t.Errorf("%s is served by %q", d.Ubigeo, d.UT)
		}
		units[d.UT]++
		if d.Assumption != (d.Note != "") {
			t.Errorf("%s: an assumption says why, and nothing else does: %+v", d.Ubigeo, d)
		}
		if d.InForce("2023-06-30") {
			inForce++
		}
	}
	for code, n := range units {
		if n == 0 {
			t.Errorf("%s serves nothing", code)
		}
	}
	if inForce != 1890 {
		t.Fatalf("%d districts in force in 2023: the two older codes of Putumayo are not", inForce)
	}
}

// The reach of a unit is not its department.
func TestUnitsCrossDepartments(t *testing.T) {
	for ubigeo, want := range map[string]string{
		"200101": "UT16", "240101": "UT16", "140101": "UT16", // Piura, Tumbes, Lambayeque
		"170101": "UT17", "070101": "UT13", "180101": "UT19", "110101": "UT10",
		"050601": "UT10", "050701": "UT10", "050801": "UT10", "050901": "UT10", "050101": "UT05", "051001": "UT05",
		"150101": "UT13", "250101": "UT20",
	} {
		d, ok := catalog.DistrictOf(ubigeo)
		if !ok || d.UT != want {
			t.Errorf("%s: %q, want %q", ubigeo, d.UT, want)
		}
	}
	if _, ok := catalog.DistrictOf("999999"); ok {
		t.Error("a district that does not exist")
	}
}

func TestHolidays(t *testing.T) {
	norms := map[day.Day]string{}
	last := day.Day("")
	for _, h := range catalog.Holidays() {
		if h.Day <= last || h.Name == "" || h.Norm == "" {
			t.Errorf("%+v after %s", h, last)
		}
		last = h.Day
		norms[h.Day] = h.Norm
	}
	// The laws of 2021 to 2023, each from the first year it was observed.
	for d, want := range map[day.Day]string{
		"2021-12-09": "", "2022-12-09": "Ley N° 31381 (2021)",
		"2021-08-06": "", "2022-08-06": "Ley N° 31530 (2022)",
		"2023-06-07": "", "2024-06-07": "Ley N° 31788 (2023)",
		"2022-07-23": "", "2023-07-23": "Ley N° 31822 (2023)",
		"2021-07-28": "Decreto Legislativo N° 713, artículo 6", "2023-04-06": "Decreto Legislativo N° 713, artículo 6",
		"2023-04-09": "", // Easter Sunday is none
		"2030-12-25": "Decreto Legislativo N° 713, artículo 6",
	} {
		if norms[d] != want {
			t.Errorf("%s: %q, want %q", d, norms[d], want)
		}
	}
	// A real rendición: término on 15 July 2021, due on 9 August.
	if got := catalog.Calendar().Add("2021-07-15", 15); got != "2021-08-09" {
		t.Errorf("15 working days after 15 July 2021: %s", got)
	}
}

func TestParametersSayWhereTheyComeFrom(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range catalog.Parameters() {
		if p.Key == "" || p.Value == nil || p.Norm == "" || seen[p.Key] {
			t.Errorf("%+v", p)
		}
		seen[p.Key] = true
		// Each is read by a rule, which accepts it.
		spec, known := parameter.Find(p.Key)
		raw, err := json.Marshal(p.Value)
		if err != nil || !known || spec.Check(raw) != nil {
			t.Errorf("%s = %s: %v", p.Key, raw, err)
		}
	}
	for _, c := range catalog.Checklists() {
		if c.Key != catalog.ChecklistKey || c.Version != catalog.ChecklistVersion || len(c.Items) == 0 {
			t.Errorf("%+v", c)
		}
	}
}
