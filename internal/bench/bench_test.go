package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		exit(play(role, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// The whole harness at its smallest, every server and the listeners in processes
// of their own. It says nothing of time: that what is measured is done, and is
// the same for all, is checked by the run itself and below.
func TestTheHarnessMeasuresWhatItSays(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	o := options{
		base: "empty", devices: []string{"tiny"}, runs: 1, mutations: 14, changes: 5, listeners: []int{3}, batches: []int{5, 20}, crowd: 3,
		cache: t.TempDir(), progress: t.Output(),
	}
	r, err := bench(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{firstSync: 81 + 1, delta: 5, nothing: 0, pushMany: 14, pushVisit: 7}
	for what, want := range rows {
		for _, contender := range contenders {
			m := r.find("tiny", what, contender)
			if m == nil {
				continue
			}
			if m.Rows != want {
				t.Errorf("%s, %s: %d rows, want %d", what, contender, m.Rows, want)
			}
			if m.CPUMs.Min <= 0 || m.WallMs.Min <= 0 || m.Down.Min <= 0 || m.Up.Min <= 0 || m.Requests.Min < 1 || m.Peak.Min <= 0 {
				t.Errorf("%s, %s: not measured: %+v", what, contender, *m)
			}
		}
		if r.find("tiny", what, ours) == nil || r.find("tiny", what, pbGzip) == nil || r.find("tiny", what, rawGzip) == nil {
			t.Errorf("%s: a contender is missing", what)
		}
	}
	if zip, flat := r.find("tiny", firstSync, pbGzip), r.find("tiny", firstSync, pbPlain); zip.Down.Median >= flat.Down.Median {
		t.Errorf("gzip does not make it smaller: %d and %d bytes", zip.Down.Median, flat.Down.Median)
	}
	if two, one := r.find("tiny", nothing, oursHTTP2), r.find("tiny", nothing, ours); two == nil || two.Up.Median+two.Down.Median >= one.Up.Median+one.Down.Median {
		t.Errorf("over HTTP/2: %+v", two)
	}
	if packed, one := r.find("tiny", pushMany, oursPack), r.find("tiny", pushMany, ours); packed == nil || packed.Up.Median >= one.Up.Median {
		t.Errorf("packed: %+v", packed)
	}
	for _, n := range heardOf {
		for _, contender := range []string{ours, pbPlain} {
			if m := r.find("3 listeners", n.what, contender); m == nil || m.Rows != 3 || m.WallMs.Min <= 0 || m.CPUMs.Min <= 0 {
				t.Errorf("%s, %s: %+v", n.what, contender, m)
			}
		}
	}
	if many, one := r.find("tiny", crowdSync, ours), r.find("tiny", crowdSync, oursSmall); many == nil || one == nil || many.Rows != one.Rows || many.Rows == 0 {
		t.Errorf("crowd: %+v, %+v", many, one)
	}
	file := filepath.Join(t.TempDir(), "out.json")
	if err := r.save(file); err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	r.print(&table)
	if !strings.Contains(table.String(), "tiny: first sync") || !strings.Contains(table.String(), "Budget") {
		t.Errorf("the table: %s", table.String())
	}
}

func TestTheFixtureFollowsFromItsSpec(t *testing.T) {
	for _, name := range []string{"typical", "heavy", "tiny"} {
		s, err := loadSpec(name)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s.rows(0), s.rows(0)) {
			t.Errorf("%s: not the same rows twice", name)
		}
		seen := map[key]bool{}
		for _, r := range s.rows(0) {
			if k := (key{r.Collection, r.ID}); seen[k] {
				t.Errorf("%s: %v twice", name, k)
			} else {
				seen[k] = true
			}
		}
	}
}

// What brings other rows than the others is found out.
func TestDifferencesAreNamed(t *testing.T) {
	a := contents{{"visits", "1"}: "x", {"visits", "2"}: "y"}
	for name, b := range map[string]contents{
		"missing":         {{"visits", "1"}: "x"},
		"another content": {{"visits", "1"}: "x", {"visits", "2"}: "z"},
		"too many":        {{"visits", "1"}: "x", {"visits", "2"}: "y", {"visits", "3"}: "z"},
	} {
		if err := differ(a, b); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := differ(a, contents{{"visits", "1"}: "x", {"visits", "2"}: "y"}); err != nil {
		t.Error(err)
	}
}

func TestDraftsHoldAsManyRowsAsAsked(t *testing.T) {
	s, err := loadSpec("heavy")
	if err != nil {
		t.Fatal(err)
	}
	for _, count := range []int{1, 52, 1000} {
		got, ids := 0, map[string]bool{}
		for _, v := range s.drafts("test", count) {
			got, ids[v.ID] = got+1, true
			for _, m := range v.Marks {
				got, ids[m.ID] = got+1, true
			}
		}
		if got != count || len(ids) != count {
			t.Errorf("%d rows with %d ids, want %d", got, len(ids), count)
		}
	}
}
