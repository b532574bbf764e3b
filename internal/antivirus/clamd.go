// Package antivirus asks ClamAV's daemon, clamd, about files, over its socket
// (man clamd: PING, VERSION, INSTREAM). There is no client of it in Go that is
// kept; the three commands are this file.
package antivirus

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"chaski/internal/app"
)

// Key is where a running app keeps its scanner.
const Key = "chaskiScanner"

// Usual is where Debian's clamd listens.
const Usual = "/run/clamav/clamd.ctl"

const (
	piece = 256 << 10
	// patience is how long clamd may say and take nothing.
	patience = 30 * time.Second
	// atMost is how long one file may take: 200 MB of archives on a slow machine.
	atMost = 5 * time.Minute
)

// Clamd is a daemon by its socket.
type Clamd struct {
	Socket   string
	Patience time.Duration // 0 for half a minute
}

// Find answers the scanner of an option: a socket's path, "off", or "auto" for
// the usual place where there is one. Nil is none.
func Find(option string) app.Scanner {
	switch option {
	case "off", "":
		return nil
	case "auto":
		if info, err := os.Stat(Usual); err != nil || info.Mode()&os.ModeSocket == 0 {
			return nil
		}
		return &Clamd{Socket: Usual}
	}
	return &Clamd{Socket: option}
}

func (c *Clamd) patience() time.Duration {
	if c.Patience > 0 {
		return c.Patience
	}
	return patience
}

// talk opens a connection; each read and write on it must do something in time.
func (c *Clamd) talk(ctx context.Context, fn func(io.ReadWriter) error) error {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	conn, err := (&net.Dialer{Timeout: c.patience()}).DialContext(ctx, "unix", c.Socket)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	return fn(&watched{conn, c.patience()})
}

type watched struct {
	net.Conn
	patience time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.SetReadDeadline(time.Now().Add(w.patience)); err != nil {
		return 0, err
	}
	return w.Conn.Read(p)
}

func (w *watched) Write(p []byte) (int, error) {
	if err := w.SetWriteDeadline(time.Now().Add(w.patience)); err != nil {
		return 0, err
	}
	return w.Conn.Write(p)
}

// answer reads up to the zero byte that ends what clamd says.
func answer(r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, 4096))
	said, _, whole := strings.Cut(string(text), "\x00")
	if !whole && err == nil {
		err = fmt.Errorf("clamd stopped in the middle: %q", said)
	}
	if whole {
		err = nil
	}
	return said, err
}

// Version implements app.Scanner.
func (c *Clamd) Version(ctx context.Context) (said string, err error) {
	err = c.talk(ctx, func(rw io.ReadWriter) error {
		if _, err := io.WriteString(rw, "zVERSION\x00"); err != nil {
			return err
		}
		said, err = answer(rw)
		return err
	})
	return said, err
}

// Scan implements app.Scanner.
func (c *Clamd) Scan(ctx context.Context, r io.Reader) (found string, err error) {
	var said string
	err = c.talk(ctx, func(rw io.ReadWriter) error {
		from := &source{Reader: r}
		if err := send(rw, from); err != nil {
			// clamd answers and hangs up when a file is above its limit.
			if from.err == nil {
				said, _ = answer(rw)
			}
			if said != "" {
				return nil
			}
			return err
		}
		said, err = answer(rw)
		return err
	})
	if err != nil {
		return "", err
	}
	switch what := strings.TrimPrefix(said, "stream: "); {
	case what == "OK":
		return "", nil
	case strings.HasSuffix(what, " FOUND"):
		return strings.TrimSuffix(what, " FOUND"), nil
	case strings.Contains(what, "size limit exceeded"):
		return "", app.ErrScanLimit
	}
	return "", errors.New("clamd: " + said)
}

// source remembers that reading failed, which is not clamd's fault.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// send hands a stream on in pieces, each with its length before it, the last empty.
func send(w io.Writer, r io.Reader) error {
	if _, err := io.WriteString(w, "zINSTREAM\x00"); err != nil {
		return err
	}
	buf := make([]byte, 4+piece)
	for {
		n, err := io.ReadFull(r, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, err := w.Write(buf[:4+n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			_, err = w.Write([]byte{0, 0, 0, 0})
			return err
		}
		if err != nil {
			return err
		}
	}
}
