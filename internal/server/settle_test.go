package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// The two it is about settle a conflict on their phones, a reviewer at the office;
// once, and attributed.
func TestSettlingConflicts(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	conflict := func(measure string, rev int64) string {
		t.Helper()
		applied(t, rosa.Push(rosa.Change("update", "findings", "f", rev, fields{"corrective_measure": "de Rosa " + measure})))
		return applied(t, luis.Push(luis.Change("update", "findings", "f", rev, fields{"corrective_measure": "de Luis " + measure})))[0].Conflict
	}
	settle := func(p *testkit.Phone, id, resolution string) testkit.Result {
		t.Helper()
		m := p.Mutation("update", "conflicts", id, fields{"resolution": resolution})
		m["base_rev"] = 1
		return p.Push(m)[0]
	}
	office := func(user, id, resolution string) testkit.Response {
		return k.Do("POST", "/api/chaski/v1/conflicts/"+id+"/settle", k.Token(user), fields{"resolution": resolution})
	}
	measure := func() string {
		rosa.Pull()
		s, _ := row(rosa, "findings", "f")["corrective_measure"].(string)
		return s
	}

	one := conflict("1", 1)
	if r := settle(k.Phone(testkit.Ines), one, "author"); r.Code() != "record_not_found" {
		t.Errorf("a stranger settles: %+v", r)
	}
	if r := settle(rosa, one, "other"); r.Status != "applied" || measure() != "de Rosa 1" {
		t.Errorf("%+v %s", r, measure())
	}
	if r := settle(luis, one, "author"); r.Code() != "conflict_settled" || measure() != "de Rosa 1" {
		t.Errorf("settled twice: %+v", r)
	}
	if r := office(testkit.Carla, one, "author"); r.Status != 409 || r.Code() != "conflict_settled" {
		t.Errorf("settled twice, at the office: %s", r.Body)
	}

	two := conflict("2", 2)
	var list struct {
		Items []struct{ ID, Author, State string }
		Total int
	}
	k.Do("GET", "/api/chaski/v1/conflicts?state=abierto", k.Token(testkit.Carla), nil).JSON(200, &list)
	if list.Total != 1 || len(list.Items) != 1 || list.Items[0].ID != two || list.Items[0].Author != testkit.Luis {
		t.Errorf("%+v", list)
	}
	k.Do("GET", "/api/chaski/v1/conflicts", k.Token(testkit.Carla), nil).JSON(200, &list)
	if list.Total != 2 {
		t.Errorf("%+v", list)
	}
	k.Save("users", testkit.ID("otrac"), fields{
		"email": "otra@example.org", "password": "chaski-test", "name": "Otra coordinadora", "role": "ut_coordinator", "ut": testkit.UT2, "active": true, "verified": true,
	})
	k.Do("GET", "/api/chaski/v1/conflicts", k.Token(testkit.ID("otrac")), nil).JSON(200, &list)
	if list.Total != 0 || len(list.Items) != 0 {
		t.Errorf("another unit's coordinator sees %+v", list)
	}
	var read struct{ ID, Author string }
	k.Do("GET", "/api/chaski/v1/conflicts/"+two, k.Token(testkit.Carla), nil).JSON(200, &read)
	if read.ID != two || read.Author != testkit.Luis {
		t.Errorf("%+v", read)
	}
	for user, status := range map[string]int{testkit.ID("otrac"): 404, testkit.Ana: 403, testkit.Rosa: 403, testkit.Dora: 403} {
		if r := k.Do("GET", "/api/chaski/v1/conflicts/"+two, k.Token(user), nil); r.Status != status {
			t.Errorf("%s reads one: %d %s", user, r.Status, r.Body)
		}
		if r := office(user, two, "author"); r.Status != status {
			t.Errorf("%s: %d %s", user, r.Status, r.Body)
		}
	}
	office(testkit.Carla, two, "author").JSON(200, nil)
	if measure() != "de Luis 2" {
		t.Errorf("after the coordinator's decision: %s", measure())
	}
	if c := rosa.Rows["conflicts/"+two]; c["state"] != "resuelto" || c["resolution"] != "author" || c["resolved_by"] != testkit.Carla {
		t.Errorf("%v", c)
	}
	// The coordinator's value stands against who did not know it.
	r := luis.Push(luis.Change("update", "findings", "f", 3, fields{"corrective_measure": "de Luis 3"}))
	luis.Pull()
	if c := luis.Rows["conflicts/"+r[0].Conflict]; c["other"] != testkit.Carla {
		t.Errorf("%+v: %v", r, c)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'settle_conflict' AND record = '` + testkit.ID("f") + `'`); n != 2 {
		t.Errorf("%d settlements in the trail, want 2", n)
	}
	verifies(t, k)
}

// Nobody decides a conflict over what he was not shown, in whatever order: not
// over a newer value of the record, nor over a newer one that its author lost.
func TestSettlingShowsWhatStands(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	settle := func(p *testkit.Phone, id, resolution string) testkit.Result {
		t.Helper()
		m := p.Mutation("update", "conflicts", id, fields{"resolution": resolution})
		m["base_rev"] = p.Revs["conflicts/"+id]
		return p.Push(m)[0]
	}
	says := func(want string) {
		t.Helper()
		rosa.Pull()
		if f := row(rosa, "findings", "f"); f["severity"] != want {
			t.Errorf("the finding is %v, want %s", f["severity"], want)
		}
	}
	applied(t, rosa.Push(rosa.Change("update", "findings", "f", 1, fields{"severity": "leve"})))
	id := applied(t, luis.Push(luis.Change("update", "findings", "f", 1, fields{"severity": "moderada"})))[0].Conflict
	rosa.Pull()
	luis.Pull()

	// He loses a newer value: who was shown the older one decides nothing.
	again := luis.Change("update", "findings", "f", 1, fields{"severity": "moderada", "corrective_measure": "Llevar agua"})
	if r := applied(t, luis.Push(again)); r[0].Conflict != id {
		t.Errorf("%+v", r[0])
	}
	applied(t, luis.Push(luis.Change("update", "findings", "f", 1, fields{"severity": "grave"}))) // what the record was made with
	for _, resolution := range []string{"author", "other"} {
		if r := settle(rosa, id, resolution); r.Code() != "conflict_moved" {
			t.Errorf("%+v", r)
		}
	}
	says("leve")

	// The record moves on: the conflict shows it, and only then can be settled.
	applied(t, rosa.Push(rosa.Change("update", "findings", "f", rosa.Revs["findings/"+testkit.ID("f")], fields{"severity": "moderada"})))
	luis.Pull()
	office := func(seen int64) testkit.Response {
		return k.Do("POST", "/api/chaski/v1/conflicts/"+id+"/settle", k.Token(testkit.Carla), fields{"resolution": "author", "seen": seen})
	}
	var shown struct {
		Version int64
		Values  []struct{ Mine, Theirs any }
	}
	read := func() {
		k.Do("GET", "/api/chaski/v1/conflicts/"+id, k.Token(testkit.Carla), nil).JSON(200, &shown)
	}
	read()
	if r := office(shown.Version); r.Status != 409 || r.Code() != "conflict_moved" {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	says("moderada")
	if r := settle(luis, id, "author"); r.Code() != "conflict_moved" {
		t.Errorf("on what it showed before: %+v", r)
	}
	old := shown.Version
	read()
	if shown.Version <= old || shown.Values[0].Mine != "grave" || shown.Values[0].Theirs != "moderada" {
		t.Errorf("%+v", shown)
	}
	if r := office(old); r.Code() != "conflict_moved" {
		t.Errorf("%s", r.Body)
	}
	luis.Pull()
	applied(t, []testkit.Result{settle(luis, id, "author")})
	says("grave")

	// The record is deleted past the conflict: that is shown, and it comes back.
	rev := rosa.Revs["findings/"+testkit.ID("f")]
	applied(t, luis.Push(luis.Change("update", "findings", "f", rev, fields{"severity": "leve"})))
	lost := applied(t, rosa.Push(rosa.Change("update", "findings", "f", rev, fields{"severity": "moderada"})))[0].Conflict
	rosa.Pull()
	applied(t, rosa.Push(rosa.Change("delete", "findings", "f", rosa.Revs["findings/"+testkit.ID("f")], fields{})))
	rosa.Pull()
	if r := settle(rosa, lost, "author"); r.Code() != "conflict_moved" {
		t.Errorf("%+v", r)
	}
	rosa.Pull()
	if c := rosa.Rows["conflicts/"+lost]; c["kind"] != "edit_deleted" {
		t.Errorf("%v", c)
	}
	applied(t, []testkit.Result{settle(rosa, lost, "author")})
	says("moderada")
	verifies(t, k)
}
