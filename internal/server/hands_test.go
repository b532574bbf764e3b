package server_test

import (
	"net/http"
	"testing"

	"chaski/internal/testkit"
)

// Who looked at a record has not written it: the value of the office stays the
// office's though somebody revealed it since, answered for it, or read it.
func TestReadersAreNoAuthors(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	reveal := func(user string) {
		t.Helper()
		k.Do("POST", personal+"/reveal", k.Token(user), fields{
			"collection": "unlisted_workers", "record": testkit.ID("u"), "reason": "Cotejar con la ficha RENIEC",
		}).JSON(http.StatusOK, nil)
	}
	lost := func(name string) (string, fields) {
		t.Helper()
		id := applied(t, rosa.Push(rosa.Change("update", "unlisted_workers", "u", 1, fields{"given_names": name})))[0].Conflict
		rosa.Pull()
		return id, rosa.Rows["conflicts/"+id]
	}
	// What a superuser wrote is nobody's of the app, whoever looked.
	k.Do("PATCH", "/api/collections/unlisted_workers/records/"+testkit.ID("u"), k.Superuser("root@example.org"), fields{"given_names": "Killa"}).JSON(http.StatusOK, nil)
	reveal(testkit.Ana)
	id, one := lost("Quilla")
	if one["other"] != "" {
		t.Errorf("who revealed is named as the author: %v", one)
	}
	m := k.Phone(testkit.Ana).Mutation("update", "conflicts", id, fields{"resolution": "other"})
	m["base_rev"] = 1
	if r := k.Phone(testkit.Ana).Push(m)[0]; r.Code() != "record_not_found" {
		t.Errorf("who only looked decides: %+v", r)
	}
	// A coordinator decides, and so writes; somebody looks afterwards.
	k.Do("POST", "/api/chaski/v1/conflicts/"+id+"/settle", k.Token(testkit.Carla), fields{"resolution": "author"}).JSON(http.StatusOK, nil)
	reveal(testkit.Ana)
	if _, two := lost("Sara"); two["other"] != testkit.Carla {
		t.Errorf("the value is the coordinator's, not of who looked: %v", two)
	}

	// Answering for raw SQL is no writing either.
	k.SQL(`UPDATE findings SET responsible = 'SQL'`)
	k.Do("GET", "/api/chaski/v1/outside-changes", k.Token(testkit.Ana), nil).JSON(http.StatusOK, nil)
	var open struct {
		Items []struct{ Entry, Collection, Record string }
	}
	k.Do("GET", "/api/chaski/v1/outside-changes", k.Token(testkit.Ana), nil).JSON(http.StatusOK, &open)
	if len(open.Items) != 1 {
		t.Fatalf("%+v", open)
	}
	k.Do("POST", "/api/chaski/v1/outside-changes/answer", k.Token(testkit.Ana),
		fields{"reason": "Se corrigió a pedido de la unidad", "until": open.Items[0].Entry}).JSON(http.StatusOK, nil)
	four := applied(t, luis.Push(luis.Change("update", "findings", "f", 1, fields{"responsible": "Luis"})))[0].Conflict
	luis.Pull()
	if c := luis.Rows["conflicts/"+four]; c["other"] != "" {
		t.Errorf("who answered for it is named as the author: %v", c)
	}
}
