package server_test

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/testkit"
)

// A push writes records past PocketBase's Save. They are those it would save,
// column by column, defaults included, and pass its validation: a change of the
// schema cannot drift away unnoticed.
func TestPushWritesWhatPocketBaseSaves(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	finding := p.Finding("f", "v")
	finding["fields"].(fields)["due_on"] = "2026-12-01"
	applied(t, p.Push(p.Visit("v", testkit.Canal, fields{"note": "Ñandú <b>"}), p.Visit("w", testkit.Canal, fields{
		"lat_e6": nil, "lon_e6": nil, "accuracy_m": nil, "location_reason": "Sin señal", "answers": nil, "checklist_key": nil, "checklist_version": nil,
	}), p.Mark("v", testkit.Canal, 1, "presente"), finding, p.Finding("g", "v"), p.Unlisted("u", "v", "99000001")))
	for _, collection := range []string{"visits", "visit_marks", "findings", "unlisted_workers"} {
		records, err := k.App.FindAllRecords(collection)
		if err != nil || len(records) == 0 {
			t.Fatalf("%s: %d, %v", collection, len(records), err)
		}
		for _, pushed := range records {
			if err := k.App.Validate(pushed); err != nil {
				t.Errorf("%s: PocketBase refuses it: %v", collection, err)
			}
			was := columnsOf(t, k, collection, pushed.Id)
			again := core.NewRecord(pushed.Collection())
			for _, f := range pushed.Collection().Fields {
				if _, auto := f.(*core.AutodateField); !auto {
					again.Set(f.GetName(), pushed.Get(f.GetName()))
				}
			}
			if err := k.App.Delete(pushed); err != nil && collection != "visits" {
				t.Fatal(err)
			} else if err != nil { // its children name it: compare it under another id
				again.Id = testkit.ID("x" + pushed.Id[:1])
			}
			if err := k.App.Save(again); err != nil {
				t.Fatal(err)
			}
			now := columnsOf(t, k, collection, again.Id)
			for _, own := range []string{"id", "created", "updated"} {
				if was[own] == "" || len(was[own]) != len(now[own]) {
					t.Errorf("%s.%s: %q, PocketBase saves %q", collection, own, was[own], now[own])
				}
				delete(was, own)
				delete(now, own)
			}
			if !reflect.DeepEqual(was, now) {
				t.Errorf("%s: pushed %v\nPocketBase saves %v", collection, was, now)
			}
		}
	}
}

// columnsOf are a row's columns with their storage classes.
func columnsOf(t *testing.T, k *testkit.Kit, table, id string) map[string]string {
	t.Helper()
	c, err := k.App.FindCollectionByNameOrId(table)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range c.Fields {
		var s string
		if err := k.App.DB().NewQuery("SELECT typeof(`" + f.GetName() + "`) || ' ' || quote(`" + f.GetName() + "`) FROM " + table + " WHERE id = '" + id + "'").Row(&s); err != nil {
			t.Fatal(err)
		}
		out[f.GetName()] = s
	}
	return out
}

// What the rules let pass and the tables do not take is found out and refused
// alone; the rest of the batch goes through.
func TestTableRefusesOne(t *testing.T) {
	k := testkit.World(t)
	k.SQL(`CREATE UNIQUE INDEX idx_strict ON unlisted_workers (visit, surnames)`)
	p := k.Phone(testkit.Rosa)
	r := p.Push(p.Visit("v", testkit.Canal, nil), p.Unlisted("u", "v", "99000001"), p.Unlisted("w", "v", "99000002"), p.Mark("v", testkit.Canal, 1, "presente"))
	if r[0].Status != "applied" || r[1].Status != "applied" || r[2].Code() != "invalid_value" || r[3].Status != "applied" {
		t.Errorf("%+v", r)
	}
	verifies(t, k)
}

// Many phones at once: each acknowledged mutation is there once, a push that
// fails fails nobody else's, and everything is as recomputed.
func TestConcurrentPushesAndPulls(t *testing.T) {
	k := testkit.World(t)
	const phones, rounds = 6, 4
	var all []*testkit.Phone
	for range phones {
		k.Save("devices", testkit.ID(fmt.Sprintf("d%d", len(all))), fields{"user": testkit.Rosa, "install": fmt.Sprintf("install-%d", len(all)), "state": "activo"})
		p := k.Phone(testkit.Rosa)
		p.ID = testkit.ID(fmt.Sprintf("d%d", len(all)))
		all = append(all, p)
	}
	var mu sync.Mutex
	receipts := map[string]int{}
	var wait sync.WaitGroup
	for n, p := range all {
		wait.Go(func() {
			for round := range rounds {
				v := fmt.Sprintf("v%dr%d", n, round)
				sent := []any{p.Visit(v, testkit.Canal, nil), p.Mark(v, testkit.Canal, 1, "presente"), p.Mark(v, testkit.Canal, 9, "presente"), p.Finding(v+"f", v)}
				for range 2 { // the answer was lost: the same again
					for i, r := range p.Push(sent...) {
						if (r.Status == "applied") == (i == 2) {
							t.Errorf("%s %d: %+v", v, i, r)
						}
						mu.Lock()
						receipts[r.Receipt]++
						mu.Unlock()
					}
				}
				if r := k.Do("POST", "/api/chaski/v1/sync/push", p.Token, fields{"protocol": 1, "device": testkit.ID("nobody"), "mutations": []any{}}); r.Code() != "device_unknown" {
					t.Errorf("%s", r.Body)
				}
				p.Pull()
			}
		})
	}
	wait.Wait()
	if len(receipts) != phones*rounds*4 {
		t.Errorf("%d receipts for %d mutations", len(receipts), phones*rounds*4)
	}
	for _, table := range []string{"visits", "visit_marks", "findings"} {
		if n := k.Int(`SELECT count(*) FROM ` + table); n != phones*rounds {
			t.Errorf("%d %s, want %d", n, table, phones*rounds)
		}
	}
	verifies(t, k)
}
