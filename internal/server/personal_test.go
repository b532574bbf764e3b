package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/httpapi"
	"chaski/internal/testkit"
)

type peoplePage struct {
	Items []struct {
		ID, Name, DNI, Intervention, Policy string
	}
	Total, Page int
}

type sightings struct {
	Items []struct {
		Actor, What, Collection, Record, Person, Intervention, Reason string
		ActorName                                                     string `json:"actor_name"`
		Filter                                                        map[string]string
		Revealed                                                      bool
		Rows, Times                                                   int
	}
	Total int
}

const personal = httpapi.Prefix + "/personal"

func searched(k *testkit.Kit, user string, body fields) (out peoplePage) {
	k.T.Helper()
	k.Do("POST", personal+"/search", k.Token(user), body).JSON(http.StatusOK, &out)
	return out
}

func seen(k *testkit.Kit, query string) (out sightings) {
	k.T.Helper()
	k.Do("GET", personal+"/accesses"+query, k.Token(testkit.Aldo), nil).JSON(http.StatusOK, &out)
	return out
}

// Staff see people masked and in pages; each page read is in the trail before it
// is shown, and a whole DNI is nowhere.
func TestPeopleAreMaskedPagedAndNoted(t *testing.T) {
	k := testkit.World(t)
	for n := 10; n < 65; n++ {
		k.Save("cupos", testkit.ID(fmt.Sprintf("cp%d", n)), fields{"intervention": testkit.Canal, "number": n, "state": "activo"})
		k.Save("participants", testkit.ID(fmt.Sprintf("pp%d", n)), fields{
			"intervention": testkit.Canal, "cupo": testkit.ID(fmt.Sprintf("cp%d", n)), "dni": fmt.Sprintf("991000%02d", n), "given_names": "Una",
			"surnames": fmt.Sprintf("Ficticia %02d", n), "sex": "F", "birth_date": "1990-01-01", "alta_on": "2026-08-03",
		})
	}
	first := searched(k, testkit.Ana, fields{"list": "participants", "intervention": testkit.Canal})
	second := searched(k, testkit.Ana, fields{"list": "participants", "intervention": testkit.Canal, "offset": 50})
	if first.Total != 58 || len(first.Items) != 50 || len(second.Items) != 8 {
		t.Fatalf("%d people in pages of %d and %d", first.Total, len(first.Items), len(second.Items))
	}
	for _, p := range append(first.Items, second.Items...) {
		if len([]rune(p.DNI)) != 8 || !strings.HasPrefix(p.DNI, "•••••") || p.Name == "" {
			t.Errorf("%+v", p)
		}
	}
	insured := searched(k, testkit.Otto, fields{"list": "insured_persons", "intervention": testkit.Canal})
	if insured.Total != 3 || insured.Items[0].Policy == "" || insured.Items[0].Name == "" || !strings.HasPrefix(insured.Items[0].DNI, "•••••") {
		t.Errorf("%+v", insured)
	}
	searched(k, testkit.Ana, fields{"list": "participants", "intervention": testkit.Canal}) // once more within the hour
	trail := seen(k, "?actor="+testkit.Ana)
	if trail.Total != 2 {
		t.Fatalf("%+v", trail)
	}
	times := map[int]int{}
	for _, e := range trail.Items {
		times[e.Rows] = e.Times
		if e.What != "search" || e.Intervention != testkit.Canal || e.ActorName == "" || e.Revealed {
			t.Errorf("%+v", e)
		}
	}
	if times[50] != 2 || times[8] != 1 {
		t.Errorf("rows and times: %v", times)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE detail LIKE '%99000001%' OR detail LIKE '%991000%'`); n != 0 {
		t.Errorf("%d entries of the trail carry a whole DNI", n)
	}
	// An hour later it is another entry.
	k.Clock = k.Clock.Add(2 * time.Hour)
	searched(k, testkit.Ana, fields{"list": "participants", "intervention": testkit.Canal})
	if got := seen(k, "?actor="+testkit.Ana); got.Total != 3 {
		t.Errorf("%d entries", got.Total)
	}
}

// A person is found by a whole DNI, never by part of one.
func TestLookUpByDNI(t *testing.T) {
	k := testkit.World(t)
	found := searched(k, testkit.Aldo, fields{"list": "participants", "dni": "99000002"})
	if found.Total != 1 || found.Items[0].ID != testkit.Worker(testkit.Canal, 2) {
		t.Fatalf("%+v", found)
	}
	for _, part := range []string{"9900000", "9900000%", "99000002 ", "9900000_", "%", "990000022"} {
		r := k.Do("POST", personal+"/search", k.Token(testkit.Aldo), fields{"list": "participants", "dni": part})
		if r.Code() != "dni_invalid" || strings.Contains(string(r.Body), "9900000") {
			t.Errorf("%q: %d %s", part, r.Status, r.Body)
		}
		if r := k.Do("POST", personal+"/search", k.Token(testkit.Aldo), fields{"list": "participants", "name": part}); r.Status == http.StatusOK {
			var out peoplePage
			if r.JSON(http.StatusOK, &out); out.Total != 0 {
				t.Errorf("a name finds a DNI: %q", part)
			}
		}
	}
	if r := k.Do("POST", personal+"/search", k.Token(testkit.Aldo), fields{"list": "participants"}); r.Code() != "required" {
		t.Errorf("the whole country at once: %d %s", r.Status, r.Body)
	}
	// Who was looked up is in the trail, though nobody was found too.
	searched(k, testkit.Aldo, fields{"list": "participants", "dni": "10000001"})
	looked := seen(k, "?person="+testkit.Worker(testkit.Canal, 2))
	if looked.Total != 1 || looked.Items[0].Filter["dni"] != "•••••002" || looked.Items[0].Rows != 1 {
		t.Errorf("%+v", looked)
	}
	if all := seen(k, ""); all.Total < 2 {
		t.Errorf("%+v", all)
	}
}

// Each route of people, with each role: who may, and a coordinator only for his unit.
func TestWhoSeesPeople(t *testing.T) {
	k := testkit.World(t)
	tokens := everyRole(t, k) // of UT1, where they have a unit
	worker := testkit.Worker(testkit.Canal, 1)
	elsewhere := testkit.Worker(testkit.Puente, 1)
	reason := "Cotejar con la ficha RENIEC"
	for role, token := range tokens {
		want := func(right actor.Right) int {
			if role.May(right) {
				return http.StatusOK
			}
			return http.StatusForbidden
		}
		foreign := http.StatusNotFound
		if role != actor.UTCoordinator {
			foreign = want(actor.RevealPersonal)
		}
		own := want(actor.RevealPersonal)
		if role.May(actor.RevealOnSite) { // of the works that are his today: this one has none
			own, foreign = http.StatusNotFound, http.StatusNotFound
		}
		for _, c := range []struct {
			method, path string
			body         any
			status       int
		}{
			{"POST", "/search", fields{"list": "participants", "intervention": testkit.Canal}, want(actor.ReadPersonal)},
			{"POST", "/search", fields{"list": "insured_persons", "dni": "99000001"}, want(actor.ReadPersonal)},
			{"POST", "/reveal", fields{"collection": "participants", "record": worker, "reason": reason}, own},
			{"POST", "/reveal", fields{"collection": "participants", "record": elsewhere, "reason": reason}, foreign},
			{"GET", "/accesses", nil, want(actor.ReadAccesses)},
		} {
			r := k.Do(c.method, personal+c.path, token, c.body)
			if r.Status != c.status {
				t.Errorf("%s %s as %s: %d, want %d: %s", c.method, c.path, role, r.Status, c.status, r.Body)
			}
			if r.Status != http.StatusOK && strings.Contains(string(r.Body), "9900") {
				t.Errorf("%s as %s tells in its refusal: %s", c.path, role, r.Body)
			}
		}
		if role.May(actor.ReadPersonal) && role == actor.Director || actor.Director.May(actor.RevealPersonal) {
			t.Error("a director needs no lists of people")
		}
	}
	var out peoplePage
	k.Do("POST", personal+"/search", tokens[actor.UTCoordinator], fields{"list": "participants", "name": "Prueba"}).JSON(http.StatusOK, &out)
	if out.Total != 6 {
		t.Errorf("a coordinator finds %d people, 6 are of his unit", out.Total)
	}
	k.Do("POST", personal+"/search", tokens[actor.UTCoordinator], fields{"list": "participants", "dni": "99002001"}).JSON(http.StatusOK, &out)
	if out.Total != 0 {
		t.Error("a coordinator looks up somebody of another unit")
	}
	if r := k.Do("POST", personal+"/search", tokens[actor.UTCoordinator], fields{"list": "participants", "ut": testkit.UT2}); r.Status != http.StatusForbidden {
		t.Errorf("another unit: %d", r.Status)
	}
}

// A number is shown whole to who says why, each time anew, and never without a trace.
func TestRevealIsAnAct(t *testing.T) {
	k := testkit.World(t)
	ana, worker := k.Token(testkit.Ana), testkit.Worker(testkit.Canal, 1)
	ask := func(reason string) testkit.Response {
		return k.Do("POST", personal+"/reveal", ana, fields{"collection": "participants", "record": worker, "reason": reason})
	}
	for _, short := range []string{"por ver", "         a         "} {
		if r := ask(short); r.Code() != "too_short" {
			t.Errorf("%q: %d %s", short, r.Status, r.Body)
		}
	}
	var out struct {
		Name, DNI string
		BirthDate string `json:"birth_date"`
	}
	for range 2 {
		ask("Cotejar con la ficha RENIEC").JSON(http.StatusOK, &out)
	}
	for _, nobody := range []string{"findings", "users", "nada"} { // kinds that say who nobody is
		body := fields{"collection": nobody, "record": worker, "reason": "Cotejar con la ficha RENIEC"}
		code(t, k.Do("POST", personal+"/reveal", ana, body), 400, "invalid_value")
	}
	if out.DNI != "99000001" || out.BirthDate != "1990-01-01" {
		t.Errorf("%+v", out)
	}
	trail := seen(k, "?person="+worker)
	if trail.Total != 2 || !trail.Items[0].Revealed || trail.Items[0].Reason != "Cotejar con la ficha RENIEC" || trail.Items[0].Person != out.Name {
		t.Errorf("%+v", trail)
	}
	if got := k.Int(`SELECT count(*) FROM audit WHERE action = 'reveal_personal' AND detail LIKE '%99000001%'`); got != 0 {
		t.Error("the trail carries the number it guards")
	}
	// What cannot be noted is not shown.
	k.SQL(`CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END`)
	if r := ask("Cotejar con la ficha RENIEC"); r.Status < 500 || strings.Contains(string(r.Body), "99000001") {
		t.Errorf("without a trace: %d %s", r.Status, r.Body)
	}
	if r := k.Do("POST", personal+"/search", ana, fields{"list": "participants", "intervention": testkit.Muro}); r.Status < 500 {
		t.Errorf("a list without a trace: %d", r.Status)
	}
}

// The pages that name people leave an entry too: the counted rows, a visit, the
// conflicts, parked work, a roster's file.
func TestEveryPageWithPeopleIsNoted(t *testing.T) {
	k := testkit.World(t)
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
	waits := luis.Push(luis.Visit("w", testkit.Canal, nil),
		luis.Mutation("create", "unlisted_workers", testkit.ID("x"), fields{"visit": testkit.ID("w"), "dni": "99111333", "given_names": "Killa", "surnames": "Ficticia"}))
	carla, ana := k.Token(testkit.Carla), k.Token(testkit.Ana)
	roster := upload(k, ana, "rosters", "padron.csv", "Convenio,Cupo,DNI,Nombres,Apellidos,Sexo,Nacimiento,Alta\n"+testkit.Codes[testkit.Canal]+",9,9900777,Nueva,Persona,F,01/02/1990,10/11/2026\n")
	roster.preview(map[string]any{})
	for path, token := range map[string]string{
		"/exercises/2026/aos/" + testkit.JobAO + "/interventions/" + testkit.Canal: carla,
		"/visits/" + testkit.ID("v"): carla,
		"/conflicts":                 carla,
		"/parked/" + waits[0].ID:     carla,
		"/records?kind=unlisted_workers&parent=" + testkit.ID("v"): carla,
		"/imports/" + roster.ID + "/bad-rows":                      ana,
		"/imports/" + roster.ID + "/file":                          ana,
	} {
		r := k.Do("GET", httpapi.Prefix+path, token, nil)
		if r.Status != http.StatusOK {
			t.Errorf("%s: %d %s", path, r.Status, r.Body)
		}
		for _, whole := range []string{"99000001", "99111222", "99111223", "99111333"} {
			if strings.Contains(string(r.Body), whole) {
				t.Errorf("%s shows %s whole", path, whole)
			}
		}
	}
	what := map[string]int{}
	for _, e := range seen(k, "").Items {
		what[e.What] += e.Rows
	}
	for page, rows := range map[string]int{"counted": 1, "visit": 1, "records": 1, "conflict": 1, "parked": 1, "preview": 1, "bad_rows": 1, "import_file": 1} {
		if what[page] != rows {
			t.Errorf("%s: %d rows noted, want %d (%v)", page, what[page], rows, what)
		}
	}
	var out struct {
		DNI   string
		Other string `json:"other_dni"`
	}
	k.Do("POST", personal+"/reveal", carla, fields{"collection": "conflicts", "record": testkit.ID("c"), "reason": "Decidir cuál DNI es"}).JSON(http.StatusOK, &out)
	if out.DNI != "99111223" || out.Other != "99111222" {
		t.Errorf("%+v", out)
	}
	k.Do("POST", personal+"/reveal", carla, fields{"collection": "unlisted_workers", "record": testkit.ID("u"), "reason": "Ver si está en la planilla"}).JSON(http.StatusOK, &out)
	if out.DNI != "99111222" {
		t.Errorf("%+v", out)
	}
	if hers := seen(k, "?person="+testkit.ID("u")); hers.Total != 2 || hers.Items[0].Person != "Quilla Ficticia" {
		t.Errorf("%+v", hers)
	}
	// Of a participant of the work, the pages of his work count as his.
	if his := seen(k, "?person="+testkit.Worker(testkit.Canal, 1)); his.Total < 4 {
		t.Errorf("%+v", his)
	}
	if hers := seen(k, "?person="+testkit.Worker(testkit.Puente, 1)); hers.Total != 0 {
		t.Errorf("of another work: %+v", hers)
	}
}

// On the site a supervisor uncovers one number of the roster of a work that is his
// today, with a reason, noted; of no other work, and of nobody outside a roster.
func TestRevealOnSite(t *testing.T) {
	k := testkit.World(t)
	ask := func(who, collection, record, why string) testkit.Response {
		return k.Do("POST", "/api/chaski/v1/personal/reveal", k.Token(who), fields{"collection": collection, "record": record, "reason": why})
	}
	const why = "Verifico su documento en la obra"
	var shown struct{ DNI string }
	ask(testkit.Rosa, "participants", testkit.Worker(testkit.Canal, 1), why).JSON(200, &shown)
	if len(shown.DNI) != 8 {
		t.Errorf("%+v", shown)
	}
	noted := k.Int(`SELECT count(*) FROM audit WHERE actor = '` + testkit.Rosa + `' AND action = 'reveal_personal' AND record = '` +
		testkit.Worker(testkit.Canal, 1) + `' AND json_extract(detail, '$.reason') = '` + why + `'`)
	if noted != 1 {
		t.Errorf("noted %d times", noted)
	}
	code(t, ask(testkit.Rosa, "participants", testkit.Worker(testkit.Canal, 1), "corto"), 400, "too_short")
	code(t, ask(testkit.Rosa, "participants", testkit.Worker(testkit.Puente, 1), why), 404, "not_found")
	code(t, ask(testkit.Luis, "participants", testkit.Worker(testkit.Canal, 1), why), 404, "not_found")
	code(t, ask(testkit.Rosa, "insured_persons", testkit.ID("incana1"), why), 403, "forbidden")
	code(t, ask(testkit.Elsa, "participants", testkit.Worker(testkit.Canal, 1), why), 403, "forbidden")
}
