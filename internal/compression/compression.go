// Package compression compresses answers that are made whole before they are
// sent: zstd where the client takes it, else gzip. It opens requests, which
// browsers can only gzip. docs/performance.md has sizes.
package compression

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The encodings, as HTTP names them.
const (
	Zstd     = "zstd"
	Gzip     = "gzip"
	Identity = ""
)

// Choose answers the best encoding that an Accept-Encoding header allows.
func Choose(accept string) string {
	allowed := map[string]bool{}
	for _, item := range strings.Split(strings.ToLower(accept), ",") {
		name, params, _ := strings.Cut(strings.Join(strings.Fields(item), ""), ";")
		_, q, weighed := strings.Cut(params, "q=")
		allowed[name] = !weighed || strings.ContainsAny(q, "123456789") // 0, 0.0, 0.000: never
	}
	for _, e := range []string{Zstd, Gzip} {
		if allowed[e] {
			return e
		}
	}
	return Identity
}

const gzipLevel = 6

var (
	gzips = sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(io.Discard, gzipLevel) // the level is one there is
		return w
	}}
	// One goroutine works for each call; the window is no larger than a page, for
	// the sake of the phone that unpacks it.
	zstds = sync.Pool{New: func() any {
		w, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(512<<10))
		return w
	}}
)

// Append appends src to dst, encoded.
func Append(dst []byte, encoding string, src []byte) []byte {
	switch encoding {
	case Zstd:
		w, _ := zstds.Get().(*zstd.Encoder)
		defer zstds.Put(w)
		return w.EncodeAll(src, dst)
	case Gzip:
		w, _ := gzips.Get().(*gzip.Writer)
		defer gzips.Put(w)
		out := bytes.NewBuffer(dst)
		w.Reset(out)
		_, _ = w.Write(src) // a buffer takes everything
		_ = w.Close()
		return out.Bytes()
	}
	return append(dst, src...)
}

// Open answers what a request's body says. What comes out is as long as its
// sender likes: limit it. An error is the sender's: no gzip, or another encoding.
func Open(encoding string, body io.Reader) (io.ReadCloser, error) {
	switch encoding {
	case Identity:
		return io.NopCloser(body), nil
	case Gzip:
		return gzip.NewReader(body)
	}
	return nil, fmt.Errorf("a request in %q", encoding)
}
