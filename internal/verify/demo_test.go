package verify_test

import (
	"context"
	"testing"

	"chaski/internal/demo"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

func TestDemoIsAsRecomputed(t *testing.T) {
	k := testkit.Empty(t)
	err := demo.Load(context.Background(), k.App, demo.Options{
		Seed: 2026, Today: "2026-11-23",
		InTransaction: k.Engine.InTransaction,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, k)
	for _, d := range r.Differences {
		t.Errorf("%+v", d)
	}
	for _, check := range []string{verify.CheckContributions, verify.CheckPostings, verify.CheckCells, verify.CheckRows, verify.CheckBuckets} {
		if r.Checked[check] < 20 {
			t.Errorf("%s looked at %d only", check, r.Checked[check])
		}
	}
}
