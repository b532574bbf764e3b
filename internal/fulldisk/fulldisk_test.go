//go:build linux

package fulldisk_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chaski/internal/ops"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

// The disk fills while phones push, a document is uploaded, people sign in and
// devices register, three times, once up to the floor only. What was
// acknowledged is there, once; what was not got the documented answer; reading
// went on all the while, and so does everything when there is space again,
// without a restart.
func TestDiskFillsUnderWork(t *testing.T) {
	onASmallDisk(t, "48m", func(t *testing.T, dir string) {
		seed := data(t)
		t.Setenv("TMPDIR", dir)
		k := testkit.Open(t, seed)
		k.App.Settings().Logs.MaxDays = 5           // the log's database is on the disk too
		k.App.Settings().RateLimits.Enabled = false // one address signs in all the time
		health, ok := k.App.Store().Get(ops.HealthKey).(*ops.Health)
		if !ok {
			t.Fatal("nobody watches the disk")
		}
		c := newCrew(t, k)
		c.work()
		ballast := filepath.Join(dir, "ballast")
		for cycle, floor := range []int64{2 << 20, 0, 0} {
			health.SetMinFree(floor)
			c.cycle.Store(int64(cycle))
			c.wait("work before the disk fills", func() bool { return c.all(cycle, "ok") })
			fill(t, ballast, cycle == 0)
			c.wait("everybody to be told", func() bool { return c.all(cycle, "storage_full") })
			c.reads()
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		}
		health.SetMinFree(0)
		c.cycle.Store(3)
		c.wait("work to go on", func() bool { return c.all(3, "ok") })
		c.rest()
		c.tidied()
		c.judge()
		var said strings.Builder
		report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, &said)
		if err != nil || !report.OK() {
			t.Errorf("verify: %v\n%s", err, said.String())
		}
	})
}

// data is a world with a work that has ended, of which an account is rendered.
func data(t *testing.T) string {
	t.Helper()
	k := testkit.World(t)
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "RM 1", "published_on": "2026-07-01"})
	k.Save("transfers", testkit.ID("tr"), map[string]any{
		"convenio": testkit.ID("cvmuro"), "resolution": testkit.ID("rm"), "state": "girada", "accrued_on": "2026-07-10", "amount": 10_000_00,
	})
	k.Save("parameters", testkit.ID("many"), map[string]any{"key": "device.per_account", "value": 1000, "valid_from": "2026-11-01", "norm": "Prueba"})
	k.Save("interventions", testkit.Muro, map[string]any{"state": "terminada", "ends_on": "2026-11-20"})
	return k.Copy()
}

// fill takes what the disk has left; the last quarter of a megabyte is left to
// the work if it is to fill that itself.
func fill(t *testing.T, file string, leave bool) {
	t.Helper()
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	size, piece := int64(0), make([]byte, 64<<10)
	for err == nil {
		var n int
		n, err = out.Write(piece)
		size += int64(n)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if leave {
		err = out.Truncate(size - 256<<10)
	} else {
		err = nil
	}
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
}

// reads are answered on a full disk as ever.
func (c *crew) reads() {
	c.t.Helper()
	for _, ask := range []struct {
		method, path string
		body         any
	}{
		{"GET", prefix + "/session", nil},
		{"GET", prefix + "/health/live", nil},
		{"POST", prefix + "/sync/pull", map[string]any{"protocol": 1, "schema": 2, "device": c.rosa.ID}},
	} {
		if a := c.ask(ask.method, ask.path, c.rosa.Token, ask.body); a.status != http.StatusOK {
			c.t.Errorf("%s %s on a full disk: %d %s", ask.method, ask.path, a.status, a.body)
		}
	}
}

// tidied lets the server's own minute come: an upload that the full disk kept from
// beginning is still noted where that could not be written either.
func (c *crew) tidied() {
	c.t.Helper()
	c.k.Clock = time.Now().Add(2 * time.Minute)
	for _, job := range c.k.App.Cron().Jobs() {
		if job.Id() == "chaskiUploads" {
			job.Run()
			return
		}
	}
	c.t.Error("nobody tidies uploads")
}

func (c *crew) wait(what string, done func() bool) {
	c.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("waited in vain for %s: %s", what, c.counts())
		}
		if c.t.Failed() {
			c.t.FailNow()
		}
	}
}

// judge compares what was acknowledged with what is there.
func (c *crew) judge() {
	c.t.Helper()
	k := c.k
	c.t.Logf("answers: %s", c.counts())
	visits := int64(0)
	for _, b := range c.acked {
		visits += int64(len(b.mutations))
		again := c.push(b)
		if len(again) != len(b.receipts) {
			c.t.Fatalf("sent again: %d outcomes for %d mutations", len(again), len(b.receipts))
		}
		for i, r := range again {
			if r.Status != "applied" || r.Receipt != b.receipts[i] {
				c.t.Errorf("acknowledged under %s, sent again %+v", b.receipts[i], r)
			}
		}
	}
	for query, want := range map[string]int64{
		`SELECT count(*) FROM visits`:                                     visits,
		`SELECT count(*) FROM sync_mutations WHERE collection = 'visits'`: visits,
		`SELECT count(DISTINCT id) FROM visits`:                           visits,
		`SELECT count(*) FROM rendicion_documents WHERE stored_at <> ''`:  int64(len(c.documents)),
		`SELECT count(*) FROM devices WHERE name = 'de más'`:              int64(len(c.devices)),
		`SELECT count(*) FROM uploads WHERE state <> 'done'`:              0,
		`SELECT count(*) FROM pragma_integrity_check WHERE 1 > 0`:         1,
		`SELECT integrity_check = 'ok' FROM pragma_integrity_check()`:     1,
	} {
		if got := k.Int(query); got != want {
			c.t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	for _, id := range c.devices {
		if k.Int(fmt.Sprintf(`SELECT count(*) FROM devices WHERE id = '%s'`, id)) != 1 {
			c.t.Errorf("device %s was promised and is not there", id)
		}
	}
	for document, sha := range c.documents {
		a := c.ask("GET", prefix+"/rendiciones/"+testkit.Muro+"/documents/"+document+"/file", c.elsa, nil)
		if a.status != http.StatusOK || sum(a.body) != sha {
			c.t.Errorf("document %s: %d, %d bytes of another content", document, a.status, len(a.body))
		}
	}
}
