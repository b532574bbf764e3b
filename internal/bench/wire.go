package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"

	"chaski/internal/compression"
)

// wire is an HTTP client that counts every byte of its connections, headers
// and all, both ways.
type wire struct {
	client         *http.Client
	base           string
	accept         string // encodings; "" for none
	packs          bool   // requests go as gzip
	up, down, reqs atomic.Int64
}

func newWire(base, accept string) *wire {
	return newWireTrusting(base, accept, nil)
}

// newWireTrusting speaks HTTP/2 to who has one of the certificates.
func newWireTrusting(base, accept string, trusted *x509.CertPool) *wire {
	w := &wire{base: base, accept: accept}
	dialer := &net.Dialer{}
	w.client = &http.Client{Timeout: 5 * time.Minute, Transport: &http.Transport{
		DisableCompression:  true, // so that the header is ours to set
		MaxIdleConnsPerHost: 8,
		ForceAttemptHTTP2:   trusted != nil,
		TLSClientConfig:     &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS13},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, addr)
			return &countedConn{Conn: c, wire: w}, err
		},
	}}
	return w
}

type countedConn struct {
	net.Conn
	wire *wire
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.wire.down.Add(int64(n))
	return n, err
}

// Write counts before it writes: the answer can be there, and its bytes counted,
// before the writing goroutine runs on, and these would fall to the next measurement.
func (c *countedConn) Write(b []byte) (int, error) {
	c.wire.up.Add(int64(len(b)))
	n, err := c.Conn.Write(b)
	c.wire.up.Add(int64(n - len(b)))
	return n, err
}

// do sends a request and decodes the answer into out, which may be nil.
func (w *wire) do(method, path, token string, body, out any) error {
	var payload io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		if w.packs {
			raw = compression.Append(nil, compression.Gzip, raw)
		}
		payload = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, w.base+path, payload)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if w.packs && payload != nil {
		r.Header.Set("Content-Encoding", compression.Gzip)
	}
	if w.accept != "" {
		r.Header.Set("Accept-Encoding", w.accept)
	}
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	w.reqs.Add(1)
	answer, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := read(answer)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %.500s", method, path, answer.Status, raw)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

func read(answer *http.Response) ([]byte, error) {
	body := io.Reader(answer.Body)
	switch answer.Header.Get("Content-Encoding") {
	case compression.Zstd:
		zip, err := zstd.NewReader(body)
		if err != nil {
			return nil, err
		}
		defer zip.Close()
		body = zip
	case compression.Gzip:
		zip, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		defer func() { _ = zip.Close() }()
		body = zip
	}
	return io.ReadAll(body)
}
