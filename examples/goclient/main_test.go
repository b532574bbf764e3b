package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"chaski/internal/testkit"
)

// The client stays small enough to be read at one sitting.
const (
	codeLines = 200 // neither blank nor only a comment
	lineWidth = 180
)

func TestFitsOnAFewPages(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	code := 0
	for n, line := range strings.Split(string(source), "\n") {
		if text := strings.TrimSpace(line); text != "" && !strings.HasPrefix(text, "//") {
			code++
		}
		if len(line) > lineWidth {
			t.Errorf("line %d is %d wide", n+1, len(line))
		}
	}
	if code > codeLines {
		t.Errorf("%d lines of code, at most %d", code, codeLines)
	}
}

// A page is cut; a visit is made without a network, its answer is lost, and it
// counts once; the device is cloned; scope changes; the file is damaged; and the
// server comes back from an older copy of its data without the work it had
// acknowledged.
func TestSecondClient(t *testing.T) {
	k := testkit.World(t)
	d := device{t: t, program: build(t), file: filepath.Join(t.TempDir(), "rosa.db")}
	link := listen(t, k.Listen())

	link.cutNext("/sync/pull", 1)
	d.run(link.url)
	link.mustBeSpent(t)
	d.holdsAllOf(k)

	d.offline("2")
	if n := d.number(`SELECT count(*) FROM outbox WHERE status = 'pending'`); n != 4 {
		t.Fatalf("%d mutations wait, want a visit and three marks", n)
	}
	link.cutNext("/sync/push", 1)
	d.run(link.url)
	link.mustBeSpent(t)
	visits(t, k, 1)
	d.holdsAllOf(k)

	twin := device{t: t, program: d.program, file: filepath.Join(t.TempDir(), "twin.db")}
	raw, err := os.ReadFile(d.file)
	if err == nil {
		err = os.WriteFile(twin.file, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.run(link.url, "1")
	twin.run(link.url, "0")
	visits(t, k, 3)

	k.Save("assignments", testkit.ID("as2"), map[string]any{"to_on": "2026-11-20"}) // Muro leaves, and its bucket with it
	k.Save("participants", testkit.Worker(testkit.Canal, 3), map[string]any{"baja_on": "2026-11-20"})
	k.SQL(`DELETE FROM insured_persons WHERE id = '` + testkit.ID("incana3") + `'`)
	d.run(link.url)
	d.holdsAllOf(k)

	d.exec(`UPDATE stored SET data = json_set(data, '$.given_names', 'Otra') WHERE c = 'participants' AND id = '` + testkit.Worker(testkit.Canal, 1) + `'`)
	d.exec(`DELETE FROM member WHERE c = 'cupos'`)
	d.run(link.url)
	d.holdsAllOf(k)
	if d.number(`SELECT healed IS NOT NULL FROM device`) != 1 {
		t.Error("the damage was not repaired by comparing rows")
	}

	copied := k.Copy()
	d.run(link.url, "1")
	visits(t, k, 4)
	acknowledged := d.number(`SELECT count(*) FROM outbox WHERE status = 'applied'`)

	older := testkit.Open(t, copied)
	visits(t, older, 3)
	d.run(older.Listen())
	visits(t, older, 4)
	d.holdsAllOf(older)
	if n := d.number(`SELECT count(*) FROM outbox WHERE status = 'applied'`); n != acknowledged {
		t.Errorf("%d mutations are acknowledged after the rewind, were %d", n, acknowledged)
	}
	d.run(older.Listen())
	visits(t, older, 4)
}

// What a review refused waits for another where the server has lost it.
func TestLostReview(t *testing.T) {
	k := testkit.World(t)
	d := device{t: t, program: build(t), file: filepath.Join(t.TempDir(), "rosa.db")}
	d.run(k.Listen())
	d.offline("1")
	for _, assignment := range []string{"as1", "as2"} {
		k.Save("assignments", testkit.ID(assignment), map[string]any{"to_on": "2026-11-20"})
	}
	d.run(k.Listen())
	d.waits(4, "parked")

	copied := k.Copy()
	var visit string
	db := d.open()
	defer db.Close()
	if err := db.QueryRow(`SELECT id FROM outbox WHERE collection = 'visits'`).Scan(&visit); err != nil {
		t.Fatal(err)
	}
	decision := map[string]any{"decision": "reject", "reason": "No corresponde a esta actividad."}
	k.Do("POST", "/api/chaski/v1/parked/"+visit+"/decide", k.Token(testkit.Carla), decision).JSON(200, &struct{}{})
	d.run(k.Listen())
	d.waits(4, "rejected")

	d.run(testkit.Open(t, copied).Listen())
	d.waits(4, "parked")
}

// waits fails unless so much of its outbox is in that state, and all of it.
func (d device) waits(want int64, status string) {
	d.t.Helper()
	all, so := d.number(`SELECT count(*) FROM outbox`), d.number(`SELECT count(*) FROM outbox WHERE status = '`+status+`'`)
	if all != want || so != want {
		d.t.Fatalf("%d of %d are %s, want %d", so, all, status, want)
	}
}

func visits(t *testing.T, k *testkit.Kit, want int64) {
	t.Helper()
	if n := k.Int(`SELECT count(*) FROM visits`); n != want {
		t.Fatalf("%d visits on the server, want %d", n, want)
	}
	if n := k.Int(`SELECT count(*) FROM (SELECT 1 FROM visit_marks GROUP BY visit, participant HAVING count(*) > 1)`); n != 0 {
		t.Fatalf("%d marks twice", n)
	}
	if n := k.Int(`SELECT count(*) FROM sync_mutations WHERE status <> 'applied'`); n != 0 {
		t.Fatalf("%d mutations did not apply", n)
	}
}

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "goclient")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// device is the client as a process, its file and nothing else between two runs.
type device struct {
	t             *testing.T
	program, file string
}

func (d device) command(ctx context.Context, url string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, d.program, append([]string{
		"-url", url, "-file", d.file, "-email", testkit.Rosa + "@example.org", "-wait", "50ms",
	}, args...)...)
	c.Env = append(os.Environ(), "CHASKI_PASSWORD=chaski-test")
	return c
}

// run lets it sync until it says that all is done.
func (d device) run(url string, args ...string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	out, err := d.command(ctx, url, args...).CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "sincronizado\n") {
		d.t.Fatalf("%v\n%s", err, out)
	}
}

// offline makes visits where nobody answers, and kills it once it said so.
func (d device) offline(args ...string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := d.command(ctx, "http://127.0.0.1:1", args...)
	out, err := c.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		d.t.Fatal(err)
	}
	said := make([]byte, 8)
	if _, err := io.ReadFull(out, said); err != nil || string(said) != "enqueued" {
		d.t.Fatalf("%s %v", said, err)
	}
	_ = c.Process.Kill()
	_ = c.Wait()
}

func (d device) open() *sql.DB {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file:"+d.file)
	if err != nil {
		d.t.Fatal(err)
	}
	return db
}

func (d device) exec(statement string) {
	d.t.Helper()
	db := d.open()
	defer db.Close()
	r, err := db.Exec(statement)
	if err != nil {
		d.t.Fatal(err)
	}
	if n, _ := r.RowsAffected(); n == 0 {
		d.t.Fatalf("%s: nothing changed", statement)
	}
}

func (d device) number(query string) (n int64) {
	d.t.Helper()
	db := d.open()
	defer db.Close()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

// holdsAllOf compares its replica with that of a phone that starts anew.
func (d device) holdsAllOf(k *testkit.Kit) {
	d.t.Helper()
	p := k.Phone(testkit.Rosa)
	p.Pull()
	want, got, known := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range p.Entries() {
		known[e.Collection+"/"+e.ID] = true
		want[fmt.Sprint(e.Bucket, " ", e.Collection, "/", e.ID, " rev ", e.Rev)] = true
	}
	db := d.open()
	defer db.Close()
	rows, err := db.Query(`SELECT name || ' ' || c || '/' || id || ' rev ' || rev FROM member JOIN stored USING (c, id) JOIN bucket ON handle = b`)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			d.t.Fatal(err)
		}
		got[row] = true
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	if n := d.number(`SELECT count(*) FROM stored`); n != int64(len(known)) {
		d.t.Errorf("%d rows are kept, want %d", n, len(known))
	}
	if len(want) == 0 || !maps.Equal(want, got) {
		for row := range want {
			if !got[row] {
				d.t.Errorf("missing: %s", row)
			}
		}
		for row := range got {
			if !want[row] {
				d.t.Errorf("too much: %s", row)
			}
		}
	}
}

// wire passes requests on and cuts answers in the middle.
type wire struct {
	url string
	mu  sync.Mutex
	cut map[string]int // by the end of the path
}

func listen(t *testing.T, server string) *wire {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{cut: map[string]int{}}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		for path, left := range w.cut {
			if left > 0 && strings.HasSuffix(r.Request.URL.Path, path) {
				w.cut[path]--
				return halve(r)
			}
		}
		return nil
	}
	s := httptest.NewServer(proxy)
	t.Cleanup(s.Close)
	w.url = s.URL
	return w
}

// halve leaves the length that was promised and half of the bytes.
func halve(r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Length", fmt.Sprint(len(body)))
	r.Body = io.NopCloser(bytes.NewReader(body[:len(body)/2]))
	return nil
}

func (w *wire) cutNext(path string, times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut[path] = times
}

func (w *wire) mustBeSpent(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for path, left := range w.cut {
		if left > 0 {
			t.Fatalf("nothing was cut of %s", path)
		}
	}
}
