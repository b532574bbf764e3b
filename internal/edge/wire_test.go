package edge_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"chaski/internal/edge"
)

// A sender who reads nothing before he has sent everything gets his refusal, and
// may go on with the same connection, up to what is worth reading.
func TestRefusalsOfLargeBodiesArrive(t *testing.T) {
	server := httptest.NewServer(edge.Drain(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 1000)
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_ = r.Body.Close()
		if _, err := r.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("a closed body is read: %v", err)
		}
	})))
	defer server.Close()
	for _, size := range []int{1001, 3 << 20, 24 << 20} {
		for _, chunked := range []bool{false, true} {
			c, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			_ = c.SetDeadline(time.Now().Add(time.Minute))
			for range 2 {
				if err := post(c, size, chunked); err != nil {
					t.Fatalf("%d bytes, chunked %v: not sent: %v", size, chunked, err)
				}
				got, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					t.Fatalf("%d bytes, chunked %v: %v", size, chunked, err)
				}
				_ = got.Body.Close()
				if got.StatusCode != http.StatusRequestEntityTooLarge {
					t.Errorf("%d bytes, chunked %v: %d", size, chunked, got.StatusCode)
				}
			}
			_ = c.Close()
		}
	}
}

func post(c net.Conn, size int, chunked bool) error {
	body := bytes.Repeat([]byte("y"), size)
	if !chunked {
		_, err := fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", size, body)
		return err
	}
	_, err := fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, body)
	return err
}

// Who waits to be told to send, and is refused, is not told to send; what is far
// too large is not read to its end.
func TestWhatIsNotWorthReading(t *testing.T) {
	server := httptest.NewServer(edge.Drain(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
	})))
	defer server.Close()
	for _, headers := range []string{"Content-Length: 500000\r\nExpect: 100-continue", "Content-Length: 500000000"} {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(30 * time.Second))
		if _, err := fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n", headers); err != nil {
			t.Fatal(err)
		}
		got, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%q: %v", headers, err)
		}
		_ = got.Body.Close()
		if got.StatusCode != http.StatusForbidden || !got.Close {
			t.Errorf("%q: %d, connection closed: %v", headers, got.StatusCode, got.Close)
		}
		_ = c.Close()
	}
}
