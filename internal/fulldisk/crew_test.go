//go:build linux

package fulldisk_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chaski/internal/httpapi"
	"chaski/internal/testkit"
)

const prefix = httpapi.Prefix

// The kinds of work that are under way.
var kinds = []string{"push", "upload", "signin", "device"}

// crew works on a server over sockets and keeps what it was told.
type crew struct {
	t     *testing.T
	k     *testkit.Kit
	base  string
	rosa  *testkit.Phone
	elsa  string
	cycle atomic.Int64
	stop  chan struct{}
	done  sync.WaitGroup

	mu        sync.Mutex
	told      map[string]int // "cycle kind answer"
	acked     []*batch
	documents map[string]string // by id the SHA-256
	devices   []string
}

type batch struct {
	phone     *testkit.Phone
	mutations []any
	receipts  []string
}

func newCrew(t *testing.T, k *testkit.Kit) *crew {
	t.Helper()
	c := &crew{
		t: t, k: k, rosa: k.Phone(testkit.Rosa), elsa: k.Token(testkit.Elsa), base: k.Listen(), stop: make(chan struct{}), told: map[string]int{}, documents: map[string]string{},
	}
	c.records()
	return c
}

// kept is how many documents are sent whole in a cycle, spare one that is given up again
// and again.
const kept, spare = 4, 4 * 4

func documentID(n int) string { return testkit.ID(fmt.Sprint("doc", n)) }

// document is the nth.
func document(n int) []byte {
	body := bytes.Repeat([]byte(fmt.Sprintf("%% documento %d\n", n)), 1<<16)[:600<<10]
	const begin, end = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
	copy(body, begin)
	copy(body[len(body)-len(end):], end)
	return body
}

// records sends those of all documents, while there is room: their bytes follow.
func (c *crew) records() {
	c.t.Helper()
	elsa := c.k.Phone(testkit.Elsa)
	elsa.Pull()
	rendicion := ""
	for key, row := range elsa.Rows {
		if id, is := strings.CutPrefix(key, "rendiciones/"); is && row["intervention"] == testkit.Muro {
			rendicion = id
		}
	}
	var all []any
	for n := range spare + 1 {
		body := document(n)
		m := elsa.Mutation("create", "rendicion_documents", documentID(n), map[string]any{
			"rendicion": rendicion, "kind": "comprobantes", "sha256": sum(body), "size": len(body), "mime": "application/pdf", "name": "c.pdf", "source": "file",
			"captured_at": "2026-11-23T09:00:00-05:00",
		})
		m["form"] = "rendicion/1"
		all = append(all, m)
	}
	for _, r := range elsa.Push(all...) {
		if r.Status != "applied" {
			c.t.Fatalf("%+v", r)
		}
	}
}

func (c *crew) work() {
	for _, run := range []func(){
		func() { c.pushes("a", c.rosa, testkit.Canal) },
		func() { c.pushes("b", c.k.Phone(testkit.Ines), testkit.Puente) },
		c.uploads, c.signIns, c.registrations,
	} {
		c.done.Add(1)
		go func() {
			defer c.done.Done()
			run()
		}()
	}
}

// rest lets everybody finish what he has in hand.
func (c *crew) rest() {
	close(c.stop)
	c.done.Wait()
}

func (c *crew) over() bool {
	select {
	case <-c.stop:
		return true
	default:
		return c.t.Failed()
	}
}

// note keeps an answer; one that is neither good nor documented fails the test.
func (c *crew) note(kind string, a answer, good ...int) (ok bool) {
	what := "ok"
	for _, status := range good {
		ok = ok || a.status == status
	}
	if !ok {
		what = "storage_full"
		wait, err := strconv.Atoi(a.header.Get("Retry-After"))
		if a.status != http.StatusServiceUnavailable || a.code() != what || err != nil || wait < 1 {
			c.t.Errorf("%s: %d, Retry-After %q: %s", kind, a.status, a.header.Get("Retry-After"), a.body)
		}
		time.Sleep(30 * time.Millisecond) // what a phone would wait is not for a test
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told[fmt.Sprint(c.cycle.Load(), " ", kind, " ", what)]++
	return ok
}

func (c *crew) all(cycle int, what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, kind := range kinds {
		if c.told[fmt.Sprint(cycle, " ", kind, " ", what)] < 2 {
			return false
		}
	}
	return true
}

func (c *crew) counts() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for what, n := range c.told {
		out = append(out, fmt.Sprintf("%s: %d", what, n))
	}
	sort.Strings(out)
	return strings.Join(out, ", ")
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) code() string {
	var f struct{ Error struct{ Code string } }
	_ = json.Unmarshal(a.body, &f)
	return f.Error.Code
}

func (c *crew) ask(method, path, token string, body any, headers ...string) answer {
	raw, plain := body.([]byte)
	if !plain && body != nil {
		raw, _ = json.Marshal(body) // of maps and strings
	}
	r, err := http.NewRequest(method, c.base+path, bytes.NewReader(raw))
	if err != nil {
		c.t.Error(err)
		return answer{}
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Errorf("%s %s: %v", method, path, err)
		return answer{header: http.Header{}}
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Errorf("%s %s: %v", method, path, err)
	}
	return answer{resp.StatusCode, resp.Header, got}
}

// push sends a batch until it is acknowledged.
func (c *crew) push(b *batch) []testkit.Result {
	for !c.t.Failed() {
		a := c.ask("POST", prefix+"/sync/push", b.phone.Token, map[string]any{"protocol": 1, "device": b.phone.ID, "mutations": b.mutations})
		if !c.note("push", a, http.StatusOK) {
			continue
		}
		var out struct{ Results []testkit.Result }
		if err := json.Unmarshal(a.body, &out); err != nil {
			c.t.Errorf("%v: %s", err, a.body)
		}
		return out.Results
	}
	return nil
}

func (c *crew) pushes(name string, phone *testkit.Phone, work string) {
	note := strings.Repeat("Lo que se vio en la obra. ", 180)
	for n := 0; !c.over(); n++ {
		b := &batch{phone: phone}
		for i := range 4 {
			b.mutations = append(b.mutations, phone.Visit(fmt.Sprintf("%s%dx%d", name, n, i), work, map[string]any{"note": note}))
		}
		for _, r := range c.push(b) {
			if r.Status != "applied" {
				c.t.Errorf("%+v", r)
			}
			b.receipts = append(b.receipts, r.Receipt)
		}
		c.mu.Lock()
		c.acked = append(c.acked, b)
		c.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

func sum(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

// uploads sends documents in pieces: some a cycle, for a rendición has room for so
// many, and between them another that is given up.
func (c *crew) uploads() {
	for n := 0; !c.over(); {
		if n < kept*(int(c.cycle.Load())+1) {
			c.document(n, true)
			n++
		} else {
			c.document(spare, false)
		}
	}
}

func (c *crew) document(n int, keep bool) {
	id, body := documentID(n), document(n)
	sha := sum(body)
	meta := func(name, value string) string { return name + " " + base64.StdEncoding.EncodeToString([]byte(value)) }
	at, token := "", c.elsa
	for at == "" && !c.t.Failed() {
		a := c.ask("POST", prefix+"/uploads", token, nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(len(body)),
			"Upload-Metadata", strings.Join([]string{meta("collection", "rendicion_documents"), meta("record", id), meta("part", "file"), meta("sha256", sha)}, ","))
		if c.note("upload", a, http.StatusCreated) {
			path := a.header.Get("Location")
			at = prefix + "/uploads" + path[strings.LastIndex(path, "/"):]
		}
	}
	for !c.t.Failed() {
		head := c.ask("HEAD", at, token, nil, "Tus-Resumable", "1.0.0")
		reached, err := strconv.Atoi(head.header.Get("Upload-Offset"))
		if err != nil {
			c.t.Errorf("HEAD: %d %v", head.status, err)
			return
		}
		if reached == len(body) {
			break
		}
		piece := body[reached:min(len(body), reached+150<<10)]
		c.note("upload", c.ask("PATCH", at, token, piece, "Tus-Resumable", "1.0.0", "Upload-Offset", strconv.Itoa(reached),
			"Content-Type", "application/offset+octet-stream"), http.StatusNoContent)
		if !keep {
			for !c.t.Failed() && !c.note("upload", c.ask("DELETE", at, token, nil), http.StatusNoContent) {
			}
			return
		}
	}
	for !c.t.Failed() {
		if c.note("upload", c.ask("POST", at+"/complete", token, nil), http.StatusOK) {
			c.mu.Lock()
			c.documents[id] = sha
			c.mu.Unlock()
			return
		}
	}
}

func (c *crew) signIns() {
	for !c.over() {
		c.note("signin", c.ask("POST", "/api/collections/users/auth-with-password", "",
			map[string]string{"identity": testkit.Luis + "@example.org", "password": "chaski-test"}), http.StatusOK)
		c.note("signin", c.ask("POST", "/api/collections/users/auth-refresh", c.rosa.Token, nil), http.StatusOK)
		time.Sleep(50 * time.Millisecond)
	}
}

func (c *crew) registrations() {
	token := c.k.Token(testkit.Luis)
	for n := 0; !c.over(); {
		a := c.ask("POST", prefix+"/devices", token, map[string]any{"install": fmt.Sprintf("install-%d-of-luis", n), "name": "de más"})
		if c.note("device", a, http.StatusOK) {
			var d struct{ Device string }
			if err := json.Unmarshal(a.body, &d); err != nil {
				c.t.Error(err)
			}
			c.mu.Lock()
			c.devices = append(c.devices, d.Device)
			c.mu.Unlock()
			n++
		}
		time.Sleep(100 * time.Millisecond)
	}
}
