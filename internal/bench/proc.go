package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// process is a server under measurement, on loopback, in a process of its own.
type process struct {
	cmd   *exec.Cmd
	base  string // http://127.0.0.1:port
	log   string
	ended error         // once done is closed
	done  chan struct{} // closed when it has ended
}

// startServer runs a command line, in which {addr} stands for where to listen,
// and waits until it answers.
func startServer(ctx context.Context, logDir, name string, argv, env []string) (*process, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := make([]string, len(argv))
	for i, a := range argv {
		if args[i] = a; a == "{addr}" {
			args[i] = addr
		}
	}
	p := &process{base: "http://" + addr, log: filepath.Join(logDir, name+".log"), done: make(chan struct{})}
	out, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }() // the child has its own handle
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	endsWithUs(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.ended = p.cmd.Wait()
		close(p.done)
	}()
	return p, p.ready(ctx)
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (p *process) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/api/health", nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-p.done:
			return fmt.Errorf("the server ended before it was ready: %w; see %s", cmp.Or(p.ended, errExit), p.log)
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer; see %s: %w", p.log, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var errExit = errors.New("status 0")

// stop ends this one process, by its own id.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// usage is what a process has used so far.
type usage struct {
	cpu  time.Duration
	peak int64 // bytes resident, highest since the last reset
}
