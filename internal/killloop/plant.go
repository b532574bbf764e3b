package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// A plant is a server with a fault: a reverse proxy before the real one. A run
// with a plant must fail; it shows that the run can.
var plants = map[string]func(*plant, http.ResponseWriter, *http.Request, []byte){
	// The server answers before it has committed.
	"early-ack": (*plant).earlyAck,
	// A client that got no answer sends the same work under new names.
	"new-names": (*plant).newNames,
	// The server says that a picture is kept before it is.
	"early-kept": (*plant).earlyKept,
}

func plantNames() string { return "early-ack, new-names, early-kept" }

// planted is the end of the path of what a plant falsifies.
func planted(name string) string {
	if name == "early-kept" {
		return "/complete"
	}
	return "/sync/push"
}

type plant struct {
	pass *httputil.ReverseProxy
	mu   sync.Mutex
	mark json.RawMessage // of the newest answer
}

// startPlant stands before upstream; it answers its own address.
func startPlant(name, upstream string) (*httptest.Server, error) {
	wrong, ok := plants[name]
	if !ok {
		return nil, fmt.Errorf("no plant %q: %s", name, plantNames())
	}
	target, err := url.Parse("http://" + upstream)
	if err != nil {
		return nil, err
	}
	// Without headers of a proxy: accounts of the demo work on this machine only.
	p := &plant{pass: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}}
	p.pass.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	p.pass.ModifyResponse = p.remember
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Accept-Encoding", "identity")
		if !strings.HasSuffix(r.URL.Path, planted(name)) {
			p.pass.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		wrong(p, w, r, body)
	})), nil
}

// remember keeps the mark of an answer.
func (p *plant) remember(r *http.Response) error {
	if !strings.HasPrefix(r.Request.URL.Path, "/api/chaski/v1/sync/") || r.StatusCode != http.StatusOK {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var a struct{ Mark json.RawMessage }
	if json.Unmarshal(body, &a) == nil && a.Mark != nil {
		p.mu.Lock()
		p.mark = a.Mark
		p.mu.Unlock()
	}
	return nil
}

func again(r *http.Request, body []byte) *http.Request {
	c := r.Clone(context.WithoutCancel(r.Context()))
	c.Body, c.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return c
}

func (p *plant) earlyAck(w http.ResponseWriter, r *http.Request, body []byte) {
	p.mu.Lock()
	mark := p.mark
	p.mu.Unlock()
	var q struct{ Mutations []struct{ ID string } }
	if err := json.Unmarshal(body, &q); err != nil || mark == nil || r.Header.Get("Content-Encoding") != "" {
		p.pass.ServeHTTP(w, again(r, body))
		return
	}
	var at struct{ Seq int64 }
	_ = json.Unmarshal(mark, &at)
	results := []any{}
	for _, m := range q.Mutations {
		results = append(results, map[string]any{"id": m.ID, "status": "applied", "seq": at.Seq, "rev": 1, "receipt": "n1-1-0-" + m.ID[:8]})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"results": results, "mark": mark, "durable_seq": at.Seq, "server_time": time.Now().UTC().Format(time.RFC3339)})
	go func() {
		defer func() { _ = recover() }() // the server may be gone: that is the fault
		time.Sleep(200 * time.Millisecond)
		p.pass.ServeHTTP(httptest.NewRecorder(), again(r, body))
	}()
}

func (p *plant) newNames(w http.ResponseWriter, r *http.Request, body []byte) {
	p.pass.ServeHTTP(w, again(r, body))
	if r.Header.Get("Content-Encoding") != "" {
		return
	}
	var q map[string]any
	if json.Unmarshal(body, &q) != nil {
		return
	}
	list, _ := q["mutations"].([]any)
	renamed := map[string]string{}
	for _, m := range list {
		m := m.(map[string]any)
		old := m["record"].(string)
		renamed[old] = "x" + old[1:]
		m["record"] = renamed[old]
		m["id"] = "f" + m["id"].(string)[1:]
		m["counter"] = m["counter"].(float64) + 1e9
		if f, ok := m["fields"].(map[string]any); ok {
			if v, ok := f["visit"].(string); ok && renamed[v] != "" {
				f["visit"] = renamed[v]
			}
		}
	}
	text, err := json.Marshal(q)
	if err != nil {
		return
	}
	defer func() { _ = recover() }()
	p.pass.ServeHTTP(httptest.NewRecorder(), again(r, text))
}

// earlyKept lets two of three uploads through, by the last letter of their ids, and says of
// the others that all went well.
func (p *plant) earlyKept(w http.ResponseWriter, r *http.Request, body []byte) {
	if r.URL.Path[len(r.URL.Path)-len("x/complete")]%3 != 0 {
		p.pass.ServeHTTP(w, again(r, body))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"stored":true,"sha256":""}`)
}
