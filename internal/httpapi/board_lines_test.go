package httpapi_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// A figure of more lines than a page: grouped by unit, which add up to it, in pages
// that leave nothing out and say nothing twice, sorted, sought, and taken away whole.
func TestLinesOfAFigureArePaged(t *testing.T) {
	k := testkit.World(t)
	ao := testkit.ID("aoat")
	k.Save("aos", ao, map[string]any{
		"key": "promocion", "name": "Promoción", "exercise": 2026, "funding_frame": "ordinary", "unit_measure": "technical_assistance",
		"budget_category": "PP0073", "counting_rule": "v1", "physical_target": 200,
	})
	const many = 130
	for i := range many {
		ut := testkit.UT1
		if i%3 == 0 {
			ut = testkit.UT2
		}
		k.Save("technical_assistances", testkit.ID(fmt.Sprintf("at%d", i)), map[string]any{
			"ut": ut, "entity": testkit.ID("muni"), "held_on": "2026-10-07", "modality": "taller", "scope": "grupal", "channel": "virtual",
			"topic": fmt.Sprintf("Árbol %03d", i), "funding_frame": "ordinary", "funding_year": 2026, "state": "validada", "evidence": "Acta",
		})
	}
	k.Save("opening_balances", testkit.ID("ob"), map[string]any{
		"ao": ao, "exercise": 2026, "as_of": "2026-10-01", "measure": "technical_assistance",
		"funding_frame": "ordinary", "funding_year": 2026, "quantity": 7, "source": "Ficha",
	})
	ask := func(query string) (d detail) {
		k.Do("GET", v1+"/exercises/2026/aos/"+ao+"?"+query, k.Token(testkit.Ana), nil).JSON(200, &d)
		return d
	}
	first := ask("")
	sum := 0
	for _, g := range first.Groups {
		n, _ := strconv.Atoi(g.Physical)
		sum += n
	}
	if len(first.Groups) != 3 || first.Groups[2].UTName != "" || sum != many+7 || first.AO.Physical.Executed != strconv.Itoa(sum) {
		t.Errorf("groups %+v of %+v", first.Groups, first.AO.Physical)
	}
	seen := map[string]bool{}
	for _, d := range []detail{first, ask("offset=100")} {
		if d.Found != many || d.Page != 100 || d.Lines[0].Kind != "opening_balance" {
			t.Errorf("%d found, pages of %d, first %+v", d.Found, d.Page, d.Lines[0])
		}
		for _, l := range d.Lines[1:] {
			if seen[l.Label] {
				t.Errorf("%s is on two pages", l.Label)
			}
			seen[l.Label] = true
		}
	}
	if len(seen) != many || len(first.Lines) != 101 {
		t.Errorf("%d lines on two pages, %d on the first", len(seen), len(first.Lines))
	}
	unit := first.Groups[1]
	if d := ask("ut_name=" + url.QueryEscape(unit.UTName)); d.Found != unit.Lines || d.Lines[1].UTName != unit.UTName || len(d.Groups) != 3 {
		t.Errorf("of %s %d lines, want %d", unit.UTName, d.Found, unit.Lines)
	}
	if d := ask("q=" + url.QueryEscape("arbol 012")); d.Found != 1 {
		t.Errorf("%d lines with «arbol 012»", d.Found)
	}
	if d := ask("order=name"); !strings.HasSuffix(d.Lines[1].Label, "Árbol 000") || !strings.HasSuffix(d.Lines[2].Label, "Árbol 001") {
		t.Errorf("by name: %s, %s", d.Lines[1].Label, d.Lines[2].Label)
	}
	if d := ask("offset=5000"); len(d.Lines) != 1 || d.Found != many {
		t.Errorf("beyond the end: %d lines", len(d.Lines))
	}
	if r := k.Do("GET", v1+"/exercises/2026/aos/"+ao+"?order=no", k.Token(testkit.Ana), nil); r.Status != 422 && r.Status != 400 {
		t.Errorf("an order that there is not: %d", r.Status)
	}
	whole := k.Do("GET", v1+"/exercises/2026/aos/"+ao+"/csv", k.Token(testkit.Ana), nil)
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(whole.Body), "\ufeff"))).ReadAll()
	if err != nil || len(lines) != many+2 {
		t.Fatalf("%v, %d lines of CSV", err, len(lines))
	}
	sum = 0
	for _, l := range lines[1:] {
		n, _ := strconv.Atoi(l[6])
		sum += n
	}
	if sum != many+7 || whole.Header.Get("Content-Disposition") != `attachment; filename="lineas-2026-promocion.csv"` {
		t.Errorf("the CSV adds up to %d, %s", sum, whole.Header.Get("Content-Disposition"))
	}
}
