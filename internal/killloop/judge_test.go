package main

import (
	"database/sql"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// good is a run in which everything holds: two mutations, one of them parked.
func good() evidence {
	visit := claim{phone: "phone-0", id: "m1", record: "visits/v1", status: "applied", receipt: "n1-1-7-1"}
	waits := claim{phone: "phone-0", id: "m2", record: "visits/v2", status: "parked", receipt: "n1-1-7-2"}
	return evidence{
		promised:     []claim{{phone: "phone-0", id: "m1", record: "visits/v1"}, {phone: "phone-0", id: "m2", record: "visits/v2"}},
		acknowledged: []claim{visit, visit, waits},
		shown:        []claim{visit, waits},
		stored:       map[string]claim{"m1": visit, "m2": waits},
		before:       map[string]bool{"visits/old": true},
		after:        map[string]bool{"visits/old": true, "visits/v1": true},
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*evidence)
		found func(*verdict) []string
	}{
		{"acknowledged, and the server does not know it", func(e *evidence) { delete(e.stored, "m1"); delete(e.after, "visits/v1") }, func(v *verdict) []string { return v.lost }},
		{"applied, and the record is not there", func(e *evidence) { delete(e.after, "visits/v1") }, func(v *verdict) []string { return v.lost }},
		{"acknowledged earlier, forgotten by device and server", func(e *evidence) {
			e.acknowledged = append(e.acknowledged, claim{phone: "phone-0", id: "m3", status: "applied", receipt: "n1-1-8-1"})
		}, func(v *verdict) []string { return v.lost }},
		{"a record that no phone made", func(e *evidence) { e.after["visits/v3"] = true }, func(v *verdict) []string { return v.twice }},
		{"a record made by two mutations", func(e *evidence) {
			again := e.stored["m1"]
			again.id = "m4"
			e.stored["m4"], e.shown = again, append(e.shown, again)
		}, func(v *verdict) []string { return v.twice }},
		{"another answer the second time", func(e *evidence) { e.acknowledged[1].receipt = "n1-1-9-1" }, func(v *verdict) []string { return v.changed }},
		{"another outcome stored than answered", func(e *evidence) {
			at := e.stored["m1"]
			at.status = "rejected"
			e.stored["m1"] = at
		}, func(v *verdict) []string { return v.changed }},
		{"promised, and gone from the device", func(e *evidence) { e.shown = e.shown[:1] }, func(v *verdict) []string { return v.unseen }},
		{"still pending on a device in sync", func(e *evidence) { e.shown[1].status = "pending" }, func(v *verdict) []string { return v.unseen }},
		{"at the server, on no phone", func(e *evidence) { e.stored["m5"] = claim{id: "m5", record: "visits/v1", status: "applied"} }, func(v *verdict) []string { return v.unknown }},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := good()
			c.spoil(&e)
			var v verdict
			e.judge(&v)
			if len(c.found(&v)) == 0 || v.holds() {
				t.Errorf("not found: %+v", v)
			}
		})
	}
}

func TestJudgeOfAGoodRun(t *testing.T) {
	var v verdict
	good().judge(&v)
	if !v.holds() || v.applied != 1 || v.waiting != 1 || v.acknowledged != 2 || v.promised != 2 {
		t.Errorf("%+v", v)
	}
	var idle verdict
	evidence{}.judge(&idle)
	if idle.holds() {
		t.Error("a run in which nothing was applied proves nothing")
	}
}

// The tools of this program stay out of the product.
func TestProductKnowsNoToxics(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "chaski").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "chaski/internal/server") {
		t.Fatal("that is not the list of the product's packages")
	}
	for _, d := range deps {
		if strings.Contains(d, "toxiproxy") || strings.Contains(d, "zerolog") {
			t.Errorf("the product imports %s", d)
		}
	}
}

// Every kind of weather is drawn, and toxiproxy takes it.
func TestWeather(t *testing.T) {
	r := random(1, 0)
	l, err := newLink("127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	drawn := map[string]bool{}
	for range 60 {
		w := draw(r)
		drawn[w.kind] = true
		if err := l.change(w); err != nil {
			t.Fatal(err)
		}
	}
	if kinds := slices.Sorted(maps.Keys(drawn)); !slices.Equal(kinds, []string{"", "bandwidth", "latency", "limit_data", "reset_peer", "slicer"}) {
		t.Errorf("drawn: %q", kinds)
	}
}

// Pictures are compared with what the server keeps: each part once, whole, and said.
func TestJudgeOfPictures(t *testing.T) {
	thumb, file := []byte("thumb"), []byte("file")
	for _, c := range []struct {
		name, sql string
		spoil     func(data string) error
		found     func(*verdict) []string
	}{
		{"as it should be", `SELECT 1`, nil, nil},
		{"its row is gone", `DELETE FROM files WHERE sha256 = '` + sumOf(thumb) + `'`, nil, func(v *verdict) []string { return v.lost }},
		{"kept twice", `INSERT INTO files SELECT * FROM files`, nil, func(v *verdict) []string { return v.twice }},
		{"its record says nothing", `UPDATE visit_photos SET stored_at = ''`, nil, func(v *verdict) []string { return v.wrong }},
		{"its bytes are gone", `SELECT 1`, func(d string) error { return os.Remove(keptAt(d, sumOf(file))) }, func(v *verdict) []string { return v.lost }},
		{"its bytes are others", `SELECT 1`, func(d string) error { return os.WriteFile(keptAt(d, sumOf(file)), thumb, 0o600) }, func(v *verdict) []string { return v.wrong }},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := t.TempDir()
			db, err := sql.Open("sqlite", "file:"+filepath.Join(data, "data.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, statement := range []string{
				`CREATE TABLE files (sha256)`, `INSERT INTO files VALUES ('` + sumOf(thumb) + `'), ('` + sumOf(file) + `')`,
				`CREATE TABLE visit_photos (id, sha256, stored_at, refusal)`, `INSERT INTO visit_photos VALUES ('p', '` + sumOf(file) + `', 'x', '')`, c.sql,
			} {
				if _, err := db.Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			for _, body := range [][]byte{thumb, file} {
				at := keptAt(data, sumOf(body))
				if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(at, body, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.spoil != nil {
				if err := c.spoil(data); err != nil {
					t.Fatal(err)
				}
			}
			camera := &camera{photos: []*picture{{of: &captured{claim: claim{status: "applied"}}, record: "p", parts: [2][]byte{thumb, file}, kept: [2]bool{true, true}}}}
			var v verdict
			if err := camera.judgeFiles(db, data, &v); err != nil {
				t.Fatal(err)
			}
			wrong := len(v.lost) + len(v.twice) + len(v.wrong) + len(v.unseen)
			if c.found == nil && (wrong > 0 || v.parts != 2) || c.found != nil && len(c.found(&v)) == 0 {
				t.Errorf("%+v", v)
			}
		})
	}
}
