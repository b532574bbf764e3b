package server_test

import (
	"context"
	"io"
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/store"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

// outside are the rows that verify names as changed past the application.
func outside(t *testing.T, k *testkit.Kit) []string {
	t.Helper()
	report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range report.Differences {
		if d.Check != verify.CheckUnattributed {
			t.Errorf("%+v", d)
		}
		out = append(out, d.Row)
	}
	return out
}

// What raw SQL changed stays named, whatever path writes the same row next.
func TestOutsideIsNotHidden(t *testing.T) {
	f := testkit.ID("f")
	row := "findings/" + f
	grave := `UPDATE findings SET severity = 'leve' WHERE id = '` + f + `'`
	ctx := context.Background()
	save := func(ctx context.Context, tx core.App, fields map[string]any) error {
		r, err := tx.FindRecordById("findings", f)
		if err != nil {
			return err
		}
		for name, v := range fields {
			r.Set(name, v)
		}
		return tx.SaveWithContext(ctx, r)
	}
	more := fields{"corrective_measure": "señalizar"}
	exec := func(tx core.App, sql string) error {
		_, err := tx.DB().NewQuery(sql).Execute()
		return err
	}
	paths := map[string]func(k *testkit.Kit, rosa *testkit.Phone) error{
		"REST": func(k *testkit.Kit, _ *testkit.Phone) error {
			k.SQL(grave)
			k.Do("PATCH", "/api/collections/findings/records/"+f, k.Superuser("su@example.org"), more).JSON(200, nil)
			return nil
		},
		"a record": func(k *testkit.Kit, _ *testkit.Phone) error {
			k.SQL(grave)
			return save(ctx, k.App, more)
		},
		"a transaction of ours": func(k *testkit.Kit, _ *testkit.Phone) error {
			k.SQL(grave)
			return k.Engine.InTransaction(ctx, k.App, func(ctx context.Context, tx core.App) error { return save(ctx, tx, more) })
		},
		"one transaction, SQL first": func(k *testkit.Kit, _ *testkit.Phone) error {
			return k.App.RunInTransaction(func(tx core.App) error {
				if err := exec(tx, grave); err != nil {
					return err
				}
				return save(ctx, tx, more)
			})
		},
		"one transaction, SQL last": func(k *testkit.Kit, _ *testkit.Phone) error {
			return k.App.RunInTransaction(func(tx core.App) error {
				if err := save(ctx, tx, more); err != nil {
					return err
				}
				return exec(tx, grave)
			})
		},
		"one transaction, SQL between": func(k *testkit.Kit, _ *testkit.Phone) error {
			return k.App.RunInTransaction(func(tx core.App) error {
				if err := save(ctx, tx, more); err != nil {
					return err
				}
				if err := exec(tx, grave); err != nil {
					return err
				}
				return save(ctx, tx, fields{"corrective_measure": "cercar"})
			})
		},
		"bulk": func(k *testkit.Kit, _ *testkit.Phone) error {
			k.SQL(grave)
			return k.Engine.Bulk(ctx, k.App, store.Batch{Action: "test"}, func(tx core.App) error {
				return exec(tx, `UPDATE findings SET corrective_measure = 'señalizar' WHERE id = '`+f+`'`)
			})
		},
		"a push": func(k *testkit.Kit, rosa *testkit.Phone) error {
			k.SQL(grave)
			applied(k.T, rosa.Push(rosa.Change("update", "findings", "f", 1, more)))
			return nil
		},
		"deleted by SQL, created by REST": func(k *testkit.Kit, _ *testkit.Phone) error {
			k.SQL(`CREATE TEMP TABLE kept AS SELECT * FROM findings WHERE id = '` + f + `'`)
			k.SQL(`DELETE FROM findings WHERE id = '` + f + `'`)
			k.Do("POST", "/api/collections/findings/records", k.Superuser("su@example.org"), fields{
				"id": f, "visit": testkit.ID("v"), "intervention": testkit.Canal, "severity": "grave", "description": "Otra vez sin cerco.", "state": "abierto",
			}).JSON(200, nil)
			return nil
		},
		"changed by SQL, deleted by REST": func(k *testkit.Kit, _ *testkit.Phone) error {
			k.SQL(grave)
			if r := k.Do("DELETE", "/api/collections/findings/records/"+f, k.Superuser("su@example.org"), nil); r.Status != 204 {
				k.T.Errorf("%+v", r)
			}
			return nil
		},
		"a column that no device holds": func(k *testkit.Kit, _ *testkit.Phone) error {
			k.SQL(`UPDATE findings SET created = '2020-01-01 00:00:00.000Z' WHERE id = '` + f + `'`)
			return save(ctx, k.App, more)
		},
		"come and gone": func(k *testkit.Kit, _ *testkit.Phone) error {
			k.SQL(`CREATE TEMP TABLE kept AS SELECT * FROM findings WHERE id = '` + f + `'`)
			k.Do("DELETE", "/api/collections/findings/records/"+f, k.Superuser("su@example.org"), nil)
			k.SQL(`INSERT INTO findings SELECT * FROM kept`)
			k.SQL(`DELETE FROM findings WHERE id = '` + f + `'`)
			return nil
		},
	}
	for name, path := range paths {
		t.Run(name, func(t *testing.T) {
			k, rosa, _ := twoPhones(t)
			if err := path(k, rosa); err != nil {
				t.Fatal(err)
			}
			if got := outside(t, k); !slices.Equal(got, []string{row}) {
				t.Errorf("named: %v, want %s", got, row)
			}
		})
	}
}

// What the application writes itself is never named: one record with others,
// and inside a transaction of somebody else.
func TestOwnWritesAreNotNamed(t *testing.T) {
	k, _, _ := twoPhones(t)
	err := k.App.RunInTransaction(func(tx core.App) error {
		for _, name := range []string{"f", "f"} {
			r, err := tx.FindRecordById("findings", testkit.ID(name))
			if err != nil {
				return err
			}
			r.Set("severity", "leve")
			if err := tx.Save(r); err != nil { // no context of a transaction
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = k.Engine.InTransaction(context.Background(), k.App, func(_ context.Context, tx core.App) error {
		for _, name := range []string{"u", "w"} {
			r, err := tx.FindRecordById("unlisted_workers", testkit.ID(name))
			if err != nil {
				return err
			}
			if err := tx.Delete(r); err != nil {
				return err
			}
		}
		return k.Engine.CatchUp(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := outside(t, k); got != nil {
		t.Errorf("named: %v", got)
	}
}

// answering is an analyst's desk of changes past the application.
type answering struct {
	k     *testkit.Kit
	token string
}

type outsideItem struct {
	Collection, Record, Entry, Kind, Work string
	Times                                 int
	Fields                                []struct {
		Field         string
		Before, After any
	}
}

func (d answering) list(before string) (items []outsideItem, total int) {
	var out struct {
		Items []outsideItem
		Total int
	}
	d.k.Do("GET", "/api/chaski/v1/outside-changes"+before, d.token, nil).JSON(200, &out)
	return out.Items, out.Total
}

func (d answering) answer(body any) testkit.Response {
	return d.k.Do("POST", "/api/chaski/v1/outside-changes/answer", d.token, body)
}

// A change stays on the desk, with what it said before and says now, though the
// row is corrected later; it goes when somebody answers for it, and only he.
func TestOutsideIsAnsweredFor(t *testing.T) {
	k, _, _ := twoPhones(t)
	desk := answering{k, k.Token(testkit.Ana)}
	k.SQL(`UPDATE findings SET severity = 'leve' WHERE id = '` + testkit.ID("f") + `'`)
	if _, total := desk.list(""); total != 1 {
		t.Fatalf("%d changes", total)
	}
	k.SQL(`UPDATE findings SET severity = 'moderada' WHERE id = '` + testkit.ID("f") + `'`)
	k.SQL(`UPDATE unlisted_workers SET dni = '45678901' WHERE id = '` + testkit.ID("u") + `'`)
	k.Do("PATCH", "/api/collections/findings/records/"+testkit.ID("f"), k.Superuser("su@example.org"), fields{"severity": "grave"}).JSON(200, nil)
	items, total := desk.list("")
	if total != 2 || items[0].Collection != "unlisted_workers" || items[1].Record != testkit.ID("f") || items[1].Times != 2 ||
		items[1].Kind != "changed" || items[1].Work != "Obra "+testkit.Canal {
		t.Fatalf("%+v", items)
	}
	if f := items[1].Fields; len(f) != 1 || f[0].Field != "severity" || f[0].Before != "grave" || f[0].After != "moderada" {
		t.Errorf("%+v", f)
	}
	if f := items[0].Fields; len(f) != 1 || f[0].Before != "•••••001" || f[0].After != "•••••901" {
		t.Errorf("a whole DNI: %+v", f)
	}
	rows := func(i ...outsideItem) []fields {
		var out []fields
		for _, x := range i {
			out = append(out, fields{"collection": x.Collection, "record": x.Record, "entry": x.Entry})
		}
		return out
	}
	reason := "Pedido en el oficio 12-2026"
	code(t, desk.answer(fields{"reason": "oficio 12", "rows": rows(items[0])}), 400, "too_short")
	code(t, desk.answer(fields{"reason": reason}), 400, "malformed")
	code(t, desk.answer(fields{"reason": reason, "rows": rows()}), 400, "malformed")
	code(t, desk.answer(fields{"reason": reason, "rows": []fields{}}), 400, "malformed")
	code(t, answering{k, k.Token(testkit.Dora)}.answer(fields{"reason": reason, "rows": rows(items[0])}), 403, "forbidden")
	code(t, k.Do("GET", "/api/chaski/v1/outside-changes", k.Token(testkit.Carla), nil), 403, "forbidden")

	k.SQL(`UPDATE findings SET severity = 'leve' WHERE id = '` + testkit.ID("f") + `'`)
	code(t, desk.answer(fields{"reason": reason, "rows": rows(items...)}), 409, "conflict") // it changed since he looked
	if _, total := desk.list(""); total != 2 {
		t.Fatal("half of it was noted")
	}
	desk.answer(fields{"reason": reason, "rows": rows(items[0])}).JSON(200, nil)
	code(t, desk.answer(fields{"reason": reason, "rows": rows(items[0])}), 409, "conflict") // answered for
	if got := outside(t, k); !slices.Equal(got, []string{"findings/" + testkit.ID("f")}) {
		t.Errorf("verify names %v", got)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'acknowledged' AND actor = '` + testkit.Ana + `' AND detail ->> 'reason' = '` + reason + `'
		AND detail ->> 'entry' = '` + items[0].Entry + `'`); n != 1 {
		t.Errorf("%d answers in the audit trail", n)
	}
}

// Many at once: those up to the newest that was seen, and none after it.
func TestOutsideIsAnsweredForInBulk(t *testing.T) {
	k, _, _ := twoPhones(t)
	desk := answering{k, k.Token(testkit.Ana)}
	k.SQL(`UPDATE participants SET sex = 'M'`)
	seen, total := desk.list("")
	if total != 9 {
		t.Fatalf("%d changes", total)
	}
	if rest, _ := desk.list("?before=" + seen[3].Entry); len(rest) != total-4 || rest[0].Entry != seen[4].Entry {
		t.Errorf("the next page: %+v", rest)
	}
	k.SQL(`UPDATE findings SET severity = 'leve'`)
	var done struct{ Answered int }
	desk.answer(fields{"reason": "Corrección masiva del oficio 3", "until": seen[0].Entry}).JSON(200, &done)
	if done.Answered != 9 {
		t.Errorf("%+v", done)
	}
	if got := outside(t, k); !slices.Equal(got, []string{"findings/" + testkit.ID("f")}) {
		t.Errorf("verify names %v", got)
	}
	k.SQL(`UPDATE participants SET sex = 'F' WHERE id = '` + testkit.Worker(testkit.Canal, 1) + `'`)
	if _, total := desk.list(""); total != 2 {
		t.Errorf("changed again, and %d are named", total)
	}
}
