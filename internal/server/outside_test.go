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
	report, err := verify.Run(k.App, func() error { return k.Engine.Settle(k.App) }, io.Discard)
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
		return k.Engine.Settle(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := outside(t, k); got != nil {
		t.Errorf("named: %v", got)
	}
}
