package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"chaski/internal/compression"
)

// The listeners are a process of their own, so that their work is not the
// server's. It is told "arm <word>" on standard input and answers one line of
// JSON once every listener has heard news with that word in it.
type heard struct {
	Listeners int   `json:"listeners"`
	Heard     int   `json:"heard"`
	Last      int64 `json:"last"` // Unix nanoseconds of the last delivery
	Down      int64 `json:"down"` // bytes, from arming to the last delivery
}

const deliveryLimit = 60 * time.Second

type listening struct {
	wire  *wire
	topic string

	mu    sync.Mutex
	word  string
	done  map[int]bool
	last  time.Time
	all   chan struct{}
	count int
}

// listen is the role of the listeners: args are the server's address, the file
// of the manifest, how many and the topic.
func listen(base, manifestDir, topic string, count int) error {
	m, err := readManifest(manifestDir)
	if err != nil {
		return err
	}
	if len(m.Listeners) < count {
		return fmt.Errorf("%d people to listen, %d asked", len(m.Listeners), count)
	}
	l := &listening{wire: newWire(base, compression.Identity), topic: topic, count: count}
	l.wire.client.Timeout = 0 // streams stay open
	if err := l.connectAll(m.Listeners[:count]); err != nil {
		return err
	}
	fmt.Println(`{"ready":true}`)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		word, ok := strings.CutPrefix(in.Text(), "arm ")
		if !ok {
			continue
		}
		if err := json.NewEncoder(os.Stdout).Encode(l.await(word)); err != nil {
			return err
		}
	}
	return in.Err()
}

func (l *listening) connectAll(tokens []string) error {
	slots := make(chan struct{}, 16)
	faults := make(chan error, len(tokens))
	for n, token := range tokens {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			faults <- l.connect(n, token)
		}()
	}
	for range tokens {
		if err := <-faults; err != nil {
			return err
		}
	}
	return nil
}

// connect opens a stream and subscribes it; what comes is read for ever.
func (l *listening) connect(n int, token string) error {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, l.wire.base+"/api/realtime", nil)
	if err != nil {
		return err
	}
	answer, err := l.wire.client.Do(r) //nolint:bodyclose // open as long as the process lives
	if err != nil {
		return err
	}
	stream := bufio.NewReader(answer.Body)
	_, data, err := nextEvent(stream)
	if err != nil {
		return err
	}
	var hello struct {
		ClientID string `json:"clientId"`
	}
	if err := json.Unmarshal(data, &hello); err != nil {
		return err
	}
	err = l.wire.do(http.MethodPost, "/api/realtime", token, map[string]any{"clientId": hello.ClientID, "subscriptions": []string{l.topic}}, nil)
	if err != nil {
		return err
	}
	go func() {
		for {
			name, data, err := nextEvent(stream)
			if err != nil {
				return // the server is gone
			}
			if name == l.topic {
				l.note(n, data)
			}
		}
	}()
	return nil
}

func nextEvent(stream *bufio.Reader) (name string, data []byte, err error) {
	for {
		line, err := stream.ReadBytes('\n')
		if err != nil {
			return "", nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if rest, ok := bytes.CutPrefix(line, []byte("event:")); ok {
			name = string(bytes.TrimSpace(rest))
		}
		if rest, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			data = append([]byte(nil), bytes.TrimSpace(rest)...)
		}
		if len(line) == 0 && name != "" {
			return name, data, nil
		}
	}
}

func (l *listening) note(n int, data []byte) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil || l.done[n] || !bytes.Contains(data, []byte(l.word)) {
		return
	}
	l.done[n], l.last = true, now
	if len(l.done) == l.count {
		close(l.all)
		l.all = nil
	}
}

func (l *listening) await(word string) heard {
	before := l.wire.down.Load()
	all := make(chan struct{})
	l.mu.Lock()
	l.word, l.done, l.all = word, map[int]bool{}, all
	l.mu.Unlock()
	fmt.Println(`{"armed":true}`)
	select {
	case <-all:
	case <-time.After(deliveryLimit):
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = nil
	return heard{Listeners: l.count, Heard: len(l.done), Last: l.last.UnixNano(), Down: l.wire.down.Load() - before}
}

// crowd is the listeners' process as the harness holds it.
type crowd struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (h *harness) gather(base, topic string, count int) (*crowd, error) {
	cmd := h.role("listen", base, h.measured().dir, topic, fmt.Sprint(count))
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	logged, err := os.Create(filepath.Join(h.work, "listen.log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = logged.Close() }() // the child has its own handle
	cmd.Stderr = logged
	endsWithUs(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &crowd{cmd: cmd, in: in, out: bufio.NewReader(out)}
	if _, err := c.out.ReadBytes('\n'); err != nil {
		c.leave()
		return nil, fmt.Errorf("the listeners did not get ready; see %s: %w", logged.Name(), err)
	}
	return c, nil
}

func (c *crowd) arm(word string) error {
	if _, err := fmt.Fprintln(c.in, "arm "+word); err != nil {
		return err
	}
	_, err := c.out.ReadBytes('\n') // armed
	return err
}

func (c *crowd) result() (heard, error) {
	var out heard
	raw, err := c.out.ReadBytes('\n')
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, err
	}
	if out.Heard != out.Listeners {
		return out, fmt.Errorf("%d of %d heard the news within %s", out.Heard, out.Listeners, deliveryLimit)
	}
	return out, nil
}

func (c *crowd) leave() {
	_ = errors.Join(c.in.Close(), c.cmd.Process.Kill())
	_ = c.cmd.Wait() // killed: its status says nothing
}
