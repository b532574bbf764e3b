package edge

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// Where in the order of what is done to the server's handler: bound before all
// others, a hook comes last to wrap it.
const (
	outermost = -100_000 + iota
	next
)

// Seal puts Drain and Headers around everything an app serves.
func Seal(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id: "chaskiSeal", Priority: next,
		Func: func(e *core.ServeEvent) error {
			if err := e.Next(); err != nil {
				return err
			}
			e.Server.Handler = Headers(app, Drain(e.Server.Handler))
			e.Server.DisableGeneralOptionsHandler = true // it would answer OPTIONS * before us
			return nil
		},
	})
}

// How much of a body that its handler left is still read. Beyond either of them
// the connection is closed.
const (
	spareBytes = 48 << 20
	spareTime  = time.Minute
)

// Drain keeps what a handler does to a request from net/http, which has to know
// what was read of its body: bytes that nobody has read must never be taken for
// the next request of the connection. PocketBase puts a body of its own into the
// request it is given and closes it; it gets a copy, with a body whose closing
// closes nothing.
//
// What is left of the body is read and thrown away before the answer goes out.
// Most senders, and proxies, read nothing before they have sent everything: on a
// connection that is closed under them, the refusal would be lost.
func Drain(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own := r.WithContext(r.Context())
		if r.ProtoMajor != 1 || r.Body == nil || r.Body == http.NoBody {
			inner.ServeHTTP(w, own) // HTTP/2 has a stream for each request
			return
		}
		lent := &lentBody{from: r.Body}
		own.Body = lent
		inner.ServeHTTP(w, own)
		lent.drain(w, r)
	})
}

// lentBody is a request's body in the hands of a handler.
type lentBody struct {
	from         io.Reader
	read         int64
	begun, ended bool
	closed       atomic.Bool // from another goroutine too: an upload that is interrupted
}

func (b *lentBody) Read(p []byte) (int, error) {
	if b.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	b.begun = true
	n, err := b.from.Read(p)
	b.read += int64(n)
	b.ended = b.ended || err == io.EOF //nolint:errorlint // a Reader answers io.EOF itself
	return n, err
}

// Close takes the body back from the handler; net/http closes it.
func (b *lentBody) Close() error {
	b.closed.Store(true)
	return nil
}

// drain reads on. What stops it, net/http meets as well, and closes.
func (b *lentBody) drain(w http.ResponseWriter, r *http.Request) {
	waits := r.Header.Get("Expect") != "" && !b.begun // to be told to send: nothing is under way
	if b.ended || waits || r.ContentLength-b.read > spareBytes {
		return
	}
	if http.NewResponseController(w).SetReadDeadline(time.Now().Add(spareTime)) != nil {
		return // else a sender who stops would be waited for
	}
	_, _ = io.CopyN(io.Discard, b.from, spareBytes)
}
