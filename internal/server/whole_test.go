package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"chaski/internal/domain/actor"
	"chaski/internal/httpapi"
	"chaski/internal/testkit"
)

// No route that is read by a person, documented now or later, answers a whole DNI
// or a birth date of anybody, whatever the role. The ids in its address are those
// of a world where there is something to see behind each.
func TestNoRouteShowsWholeNumbers(t *testing.T) {
	k := testkit.World(t)
	// Past the application; and no number is that of an example.
	k.SQL(`UPDATE participants SET birth_date = '1987-06-05', dni = '9955' || substr(dni, 5)`)
	k.SQL(`UPDATE insured_persons SET dni = '9955' || substr(dni, 5)`)
	rosa := k.Phone(testkit.Rosa)
	applied(t, rosa.Push(rosa.Visit("v", testkit.Canal, nil),
		rosa.Mutation("create", "visit_marks", testkit.ID("m"), fields{"visit": testkit.ID("v"), "participant": testkit.Worker(testkit.Canal, 1), "mark": "presente", "coverage_seen": "cubierto"}),
		rosa.Mutation("create", "unlisted_workers", testkit.ID("u"), fields{"visit": testkit.ID("v"), "dni": "99111222", "given_names": "Quilla", "surnames": "Ficticia"})))
	k.Save("conflicts", testkit.ID("c"), fields{
		"kind": "edit", "collection": "unlisted_workers", "record": testkit.ID("u"), "intervention": testkit.Canal, "label": "Obra", "mutation": "m-1",
		"values": []fields{{"field": "dni", "mine": "99111223", "theirs": "99111222"}}, "author": testkit.Rosa, "author_name": "Rosa",
		"author_at": "2026-11-20T10:00:00Z", "rule": "first_stays", "state": "abierto",
	})
	luis := k.Phone(testkit.Luis)
	luis.Push(luis.Visit("w", testkit.Canal, nil),
		luis.Mutation("create", "unlisted_workers", testkit.ID("x"), fields{"visit": testkit.ID("w"), "dni": "99111333", "given_names": "Killa", "surnames": "Ficticia"}))
	// A file of an importer's own names nobody of the server's people, but for the cupo that somebody holds.
	roster := upload(k, k.Token(testkit.Ana), "rosters", "padron.csv", "Convenio,Cupo,DNI,Nombres,Apellidos,Sexo,Nacimiento,Alta\n"+testkit.Codes[testkit.Canal]+",1,77007777,Nueva,Persona,F,01/02/1990,10/11/2026\n")
	roster.preview(map[string]any{})

	routes, err := testkit.Documented()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{
		"intervention": testkit.Canal, "visit": testkit.ID("v"), "conflict": testkit.ID("c"), "year": "2026", "ao": testkit.JobAO, "import": roster.ID,
		"person": testkit.Rosa, "kind": "rosters",
	}
	parameter := regexp.MustCompile(`\{([a-z]+)\}`)
	whole := regexp.MustCompile(`9955\d{4}|99111\d{3}|1987-06-05`)
	answered := 0
	for role, token := range everyRole(t, k) {
		for _, route := range routes {
			path, isGet := strings.CutPrefix(route, "GET ")
			if !isGet {
				continue
			}
			path = parameter.ReplaceAllStringFunc(path, func(p string) string {
				if id, known := ids[strings.Trim(p, "{}")]; known {
					return id
				}
				return testkit.ID("none")
			})
			r := k.Do("GET", httpapi.Prefix+path, token, nil)
			if r.Status == http.StatusOK {
				answered++
			}
			if shown := whole.FindString(string(r.Body)); shown != "" {
				t.Errorf("%s shows %s to %s", route, shown, role)
			}
		}
	}
	if answered < 60 {
		t.Errorf("only %d answers were looked at", answered)
	}
	if p := roster.preview(map[string]any{}); len(p.Problems) != 1 || whole.MatchString(p.Problems[0].Message) {
		t.Errorf("%+v", p.Problems)
	}
	if !actor.CentralAnalyst.May(actor.AnswerOutside) {
		t.Error("nobody looked at what raw SQL changed")
	}
}
