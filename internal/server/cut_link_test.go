package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chaski/internal/testkit"
)

// cutLink is a link to a server that is cut each time so many bytes went up.
type cutLink struct {
	url  string
	cuts atomic.Int64
}

func newCutLink(t *testing.T, upstream string, every int64) *cutLink {
	t.Helper()
	in, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	l := &cutLink{url: "http://" + in.Addr().String()}
	go func() {
		for {
			phone, err := in.Accept()
			if err != nil {
				return
			}
			go l.carry(phone, strings.TrimPrefix(upstream, "http://"), every)
		}
	}()
	return l
}

func (l *cutLink) carry(phone net.Conn, upstream string, every int64) {
	defer func() { _ = phone.Close() }()
	server, err := net.Dial("tcp", upstream)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(phone, server)
		_ = phone.Close()
	}()
	if _, err := io.CopyN(server, phone, every); err == nil {
		l.cuts.Add(1)
	}
}

// ask sends a request and answers its status and headers; an error is a cut.
func (l *cutLink) ask(method, path, token string, body io.Reader, headers map[string]string) (int, http.Header, error) {
	r, err := http.NewRequest(method, l.url+path, body)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", token)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	return answer.StatusCode, answer.Header, answer.Body.Close()
}

// bring sends the bytes of a document as far as the link lets it, asks how much came, and
// goes on from there; it answers the status of the last word.
func (l *cutLink) bring(o *office, p paper) int {
	o.T.Helper()
	began, id := o.BeginPart(o.elsa, ofDocuments, testkit.ID(p.id), "file", sum(p.body), len(p.body))
	if began.Status != 201 {
		return began.Status
	}
	at := uploadsPath + "/" + id
	for offset, tries := 0, 0; offset < len(p.body); tries++ {
		if tries > 2*len(p.body)>>20+10 {
			o.T.Fatalf("%s: at %d of %d after %d tries", p.id, offset, len(p.body), tries)
		}
		_, _, _ = l.ask("PATCH", at, o.elsa, bytes.NewReader(p.body[offset:]), map[string]string{
			"Content-Type": "application/offset+octet-stream", "Upload-Offset": strconv.Itoa(offset),
		})
		_, there, err := l.ask("HEAD", at, o.elsa, nil, nil)
		if err != nil {
			o.T.Fatal(err)
		}
		reached, err := strconv.Atoi(there.Get("Upload-Offset"))
		if err != nil || reached < offset {
			o.T.Fatalf("%s: it was at %d and is at %q", p.id, offset, there.Get("Upload-Offset"))
		}
		offset = reached
	}
	done, _, err := l.ask("POST", at+"/complete", o.elsa, nil, nil)
	if err != nil {
		o.T.Fatal(err)
	}
	return done
}

// 200 MB in many documents, over a link that is cut every 2 MB: each comes whole and once,
// and the one that is none keeps no other.
func TestManyDocumentsOverACutLink(t *testing.T) {
	o := ended(t)
	const each, many = 10 << 20, 20
	l := newCutLink(t, o.Listen(), 2<<20)
	elsa := o.hers()
	var papers []paper
	var batch []any
	for i := range many + 1 {
		p := paper{fmt.Sprintf("cut%d", i), "fotos", "anexo.pdf", "application/pdf", nil}
		p.body = pdf(each, p.id)
		if i == many/2 {
			p.body = bytes.Repeat([]byte("no soy un PDF\n"), 3<<20/14)
		}
		papers, batch = append(papers, p), append(batch, elsa.add(p, nil))
	}
	applied(t, elsa.Push(batch...))
	for i, p := range papers {
		want := 200
		if i == many/2 {
			want = 415
		}
		if got := l.bring(o, p); got != want {
			t.Errorf("%s: %d", p.id, got)
		}
	}
	if cuts := l.cuts.Load(); cuts < many*each>>20/2-many {
		t.Errorf("it was cut %d times", cuts)
	}
	elsa.Pull()
	for i, p := range papers {
		row := elsa.Rows[ofDocuments+"/"+testkit.ID(p.id)]
		if none := i == many/2; none != (row["refusal"] == "file_kind_refused") || none != (row["stored_at"] == "") || !none && o.storedAs(testkit.ID(p.id)) != sum(p.body) {
			t.Errorf("%s: %v", p.id, row)
		}
	}
	if n := o.Int(`SELECT count(*) FROM files`); n != many || o.waiting() != 0 {
		t.Errorf("%d are kept, %d files wait", n, o.waiting())
	}
	o.verified()
}

// One of exactly as much as one may be is taken, byte for byte.
func TestADocumentOfAllThatOneMayBe(t *testing.T) {
	o := ended(t)
	l := newCutLink(t, o.Listen(), 90<<20)
	p := paper{"whole", "fotos", "anexo.pdf", "application/pdf", pdf(200<<20, "entero")}
	elsa := o.hers()
	applied(t, elsa.Push(elsa.add(p, nil)))
	if got := l.bring(o, p); got != 200 || l.cuts.Load() != 2 {
		t.Fatalf("%d, cut %d times", got, l.cuts.Load())
	}
	if r := o.Do("GET", p.path(), o.carla, nil); r.Status != 200 || sum(r.Body) != sum(p.body) {
		t.Errorf("%d, %d bytes", r.Status, len(r.Body))
	}
}
