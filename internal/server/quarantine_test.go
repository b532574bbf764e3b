package server_test

import (
	"bytes"
	"errors"
	"maps"
	"path/filepath"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	storefiles "chaski/internal/store/files"
	"chaski/internal/testkit"
	receiving "chaski/internal/upload"
)

// inQuarantine is a page of what waits.
type inQuarantine struct {
	Items []struct {
		Collection, Record, Quarantine, Since, Visit, Mutation string
		Intervention                                           struct{ ID, UT string }
		Author                                                 struct{ ID, Name string }
	}
	Total int
}

func quarantineOf(k *testkit.Kit, token string) (out inQuarantine) {
	k.T.Helper()
	k.Do("GET", httpapiPrefix+"/quarantine", token, nil).JSON(200, &out)
	return out
}

// foundLater brings photographs while the scanner is silent; asked again, it finds
// something in each.
func foundLater(k *testkit.Kit, token string, photos ...photo) {
	k.T.Helper()
	s := &scanner{err: errors.New("hangs")}
	r := receiver(k, func(f *receiving.Files) { f.Scanner = s })
	for _, x := range photos {
		for part, body := range map[string][]byte{"file": x.body, "thumb": x.thumb} {
			_, id := x.ask(k, token, part, body)
			k.SendPart(token, id, 0, body)
			if err := r.Complete(k.T.Context(), id); err != nil {
				k.T.Fatal(err)
			}
		}
	}
	s.err, s.found = nil, "Eicar-Test"
	if err := r.Sweep(k.T.Context()); err != nil {
		k.T.Fatal(err)
	}
}

// A photograph in which the scanner found something later is read by nobody, is listed,
// and let out by who reviews, with its thumbnail: every kind of file that there is.
func TestHeldPhotosAreLetOut(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	elsa := k.Phone(testkit.Elsa)
	applied(t, elsa.Push(policyOf(elsa, "pol", nil), certificateOf(elsa, "cer", "pol", fields{"names": named(testkit.Worker(testkit.Canal, 1))})))
	type origin struct {
		by                  *testkit.Phone
		user, parent, visit string
	}
	taken := map[string]origin{
		"visit_photos": {rosa, testkit.Rosa, "v", testkit.ID("v")}, "finding_photos": {rosa, testkit.Rosa, "f", testkit.ID("v")},
		"certificate_photos": {elsa, testkit.Elsa, "cer", ""},
	}
	var photos []photo
	for i, kind := range storefiles.Kinds() {
		if kind.Files.Paper { // TestQuarantine and others let these out
			continue
		}
		of, known := taken[kind.Name]
		if !known {
			t.Fatalf("%s: a kind of photograph that nobody lets out here", kind.Name)
		}
		x := newPhoto(k, kind.Name, "p"+string(rune('a'+i)), uint64(i+1))
		applied(t, of.by.Push(x.of(of.by, of.parent)))
		photos = append(photos, x)
	}
	carla := k.Token(testkit.Carla)
	stranger := k.Token(k.Save("users", testkit.ID("coord2"), fields{
		"email": "coord2@example.org", "password": "chaski-test", "name": "Otra", "role": "ut_coordinator", "ut": testkit.UT2, "active": true, "verified": true,
	}))
	for _, x := range photos {
		foundLater(k, k.Token(taken[x.collection].user), x)
	}

	list := quarantineOf(k, carla)
	if list.Total != len(photos) || len(list.Items) != len(photos) {
		t.Fatalf("%+v", list)
	}
	for _, q := range list.Items {
		if q.Quarantine != "El antivirus encontró algo (Eicar-Test)." || q.Since == "" || q.Visit != taken[q.Collection].visit || q.Mutation != "" ||
			q.Intervention.ID != testkit.Canal || q.Intervention.UT != testkit.UT1 || q.Author.ID != taken[q.Collection].user {
			t.Errorf("%+v", q)
		}
	}
	if n, err := storefiles.Waiting(k.App); err != nil || n != int64(len(photos)) {
		t.Errorf("the state of the server counts %d, %v", n, err)
	}
	if other := quarantineOf(k, stranger); other.Total != 0 {
		t.Errorf("another unit's: %+v", other)
	}
	code(t, k.Do("GET", httpapiPrefix+"/quarantine", k.Token(testkit.Rosa), nil), 403, "forbidden")

	for i, x := range photos {
		mine := k.Token(taken[x.collection].user)
		release := releaseOf(x.collection, x.record)
		for _, at := range []string{x.path(), x.path() + "/thumb"} {
			for _, token := range []string{mine, carla} {
				code(t, k.Do("GET", at, token, nil), 409, "document_quarantined")
			}
		}
		code(t, k.Do("POST", release, mine, fields{"reason": because}), 403, "forbidden")
		code(t, k.Do("POST", release, stranger, fields{"reason": because}), 404, "not_found")
		code(t, k.Do("POST", release, carla, fields{"reason": "sí"}), 400, "too_short")
		k.Do("POST", release, carla, fields{"reason": because}).JSON(204, nil)
		code(t, k.Do("POST", release, carla, fields{"reason": because}), 409, "quarantine_over")
		for at, want := range map[string][]byte{x.path(): x.body, x.path() + "/thumb": x.thumb} {
			if r := k.Do("GET", at, mine, nil); r.Status != 200 || !bytes.Equal(r.Body, want) {
				t.Errorf("%s, let out: %d", at, r.Status)
			}
		}
		if left := quarantineOf(k, carla).Total; left != len(photos)-i-1 {
			t.Errorf("%d still wait", left)
		}
		for _, want := range []string{because, sum(x.body), sum(x.thumb), "Eicar-Test"} {
			if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'files.release' AND collection = '` + x.collection + `' AND record = '` + x.record +
				`' AND actor = '` + testkit.Carla + `' AND instr(detail, '` + want + `') > 0`); n != 1 {
				t.Errorf("%d entries of the trail say %s", n, want)
			}
		}
	}
	code(t, k.Do("POST", releaseOf("visit_photos", testkit.ID("nadie")), carla, fields{"reason": because}), 404, "not_found")
	code(t, k.Do("POST", releaseOf("participants", testkit.Worker(testkit.Canal, 1)), carla, fields{"reason": because}), 404, "not_found")
	verifies(t, k)
}

// What is let out is one record's: the same picture on another one waits as before.
func TestAReleaseIsOfOneRecord(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	x, y := newPhoto(k, "visit_photos", "p", 1), newPhoto(k, "visit_photos", "q", 1)
	applied(t, rosa.Push(rosa.Visit("v2", testkit.Canal, nil), x.of(rosa, "v"), y.of(rosa, "v2")))
	mine, carla := k.Token(testkit.Rosa), k.Token(testkit.Carla)
	foundLater(k, mine, x, y)
	k.Do("POST", releaseOf(x.collection, x.record), carla, fields{"reason": because}).JSON(204, nil)
	if r := k.Do("GET", x.path(), mine, nil); r.Status != 200 {
		t.Errorf("let out: %d", r.Status)
	}
	code(t, k.Do("GET", y.path(), mine, nil), 409, "document_quarantined")
	if list := quarantineOf(k, carla); list.Total != 1 || list.Items[0].Record != y.record {
		t.Errorf("%+v", list)
	}
}

// Of work that waits for review the files wait too: who decides lets them out, and they
// stay so once it is accepted.
func TestHeldPhotosOfParkedWork(t *testing.T) {
	k := testkit.World(t)
	luis := k.Phone(testkit.Luis) // Canal is not his
	x := newPhoto(k, "visit_photos", "p", 5)
	for _, r := range luis.Push(luis.Visit("v", testkit.Canal, nil), x.of(luis, "v")) {
		if r.Status != "parked" {
			t.Fatalf("%+v", r)
		}
	}
	carla := k.Token(testkit.Carla)
	foundLater(k, k.Token(testkit.Luis), x)
	code(t, k.Do("GET", x.path(), carla, nil), 409, "document_quarantined")
	list := quarantineOf(k, carla)
	if list.Total != 1 || list.Items[0].Mutation == "" || list.Items[0].Intervention.ID != testkit.Canal || list.Items[0].Author.ID != testkit.Luis {
		t.Fatalf("%+v", list)
	}
	k.Do("POST", releaseOf(x.collection, x.record), carla, fields{"reason": because}).JSON(204, nil)
	group := waiting(k, testkit.Carla).Items[0].Mutation
	for range 2 {
		if r := k.Do("GET", x.path(), carla, nil); r.Status != 200 {
			t.Errorf("let out: %d %s", r.Status, r.Body)
		}
		k.Do("POST", httpapiPrefix+"/parked/"+group+"/decide", carla, fields{"decision": "accept"})
	}
	verifies(t, k)
}

// Documents that were let out before there were other files to let out stay so, and
// one step down gives them back what they said.
func TestReleasesOfBeforeAreKept(t *testing.T) {
	k := ended(t).Kit
	var step *core.Migration
	for _, m := range core.AppMigrations.Items() {
		if filepath.Base(m.File) == "202612020900_file_releases.go" {
			step = m
		}
	}
	released := fields{"released_by": testkit.Carla, "released_at": "2026-11-22 10:00:00.000Z", "release_reason": because}
	apply := func(do func(core.App) error) {
		t.Helper()
		if err := do(k.App); err != nil {
			t.Fatal(err)
		}
	}
	apply(step.Down)
	of := k.Save("rendiciones", testkit.ID("rmuro"), fields{"intervention": testkit.Muro, "state": "pendiente", "due_on": "2026-12-15"})
	for id, also := range map[string]fields{"out": released, "held": {}} {
		row := fields{
			"rendicion": of, "intervention": testkit.Muro,
			"kind": "oficio", "sha256": sum([]byte(id)), "size": 10, "mime": "application/pdf", "name": id + ".pdf", "recorded_by": testkit.Elsa, "source": "file", "captured_at": "2026-11-22T10:00:00Z",
		}
		maps.Copy(row, also)
		k.Save(ofDocuments, testkit.ID(id), row)
	}
	apply(step.Up)
	kept := `SELECT count(*) FROM file_releases WHERE collection = 'rendicion_documents' AND record = '` + testkit.ID("out") + `' AND sha256 = '` + sum([]byte("out")) +
		`' AND released_by = '` + testkit.Carla + `' AND released_at = '2026-11-22 10:00:00.000Z' AND reason = '` + because + `'`
	if k.Int(kept) != 1 || k.Int(`SELECT count(*) FROM file_releases`) != 1 {
		t.Error("what was let out is not")
	}
	apply(step.Down)
	if k.Int(`SELECT count(*) FROM rendicion_documents WHERE released_at <> '' AND id = '`+testkit.ID("out")+`' AND release_reason = '`+because+`'`) != 1 ||
		k.Int(`SELECT count(*) FROM rendicion_documents WHERE released_at <> ''`) != 1 {
		t.Error("one step down forgets it")
	}
	apply(step.Up)
	if k.Int(kept) != 1 {
		t.Error("and up again")
	}
	verifies(t, k)
}
