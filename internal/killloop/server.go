package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// server is the binary on one data directory and one port, started over and over.
type server struct {
	binary, dir, addr string
	log               *os.File
	cmd               *exec.Cmd
	ended             chan error
}

func newServer(binary, folder string) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(folder, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	return &server{binary: binary, dir: filepath.Join(folder, "data"), addr: addr, log: log}, err
}

// freeAddr is a port below those that systems give to outgoing connections: it
// is closed and opened again, and must not be taken meanwhile.
func freeAddr() (string, error) {
	var err error
	for range 100 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(10_000))); err == nil {
			return l.Addr().String(), l.Close()
		}
	}
	return "", err
}

func (s *server) start() error {
	s.cmd = command(context.Background(), s.log, s.binary, "serve", "--dir", s.dir, "--http", s.addr)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.ended = make(chan error, 1)
	go func(c *exec.Cmd, ended chan error) { ended <- c.Wait() }(s.cmd, s.ended)
	return nil
}

// ready waits until it answers.
func (s *server) ready(ctx context.Context) error {
	client := http.Client{Timeout: time.Second}
	for {
		if r, err := client.Get("http://" + s.addr + "/api/chaski/v1/health/live"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the server ended by itself: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// kill ends it as a power switch would, but for what the system keeps.
func (s *server) kill() error {
	if err := s.cmd.Process.Kill(); err != nil {
		return err
	}
	if err := <-s.ended; !killed(err) {
		return fmt.Errorf("the server ended by itself: %w", err)
	}
	s.cmd = nil
	return nil
}

// stop lets it end in order.
func (s *server) stop() error {
	if s.cmd == nil {
		return nil
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	err := <-s.ended
	s.cmd = nil
	return err
}

func (s *server) close() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		if err := <-s.ended; !killed(err) {
			_, _ = fmt.Fprintf(s.log, "ended by itself: %v\n", err)
		}
	}
	_ = s.log.Close()
}
