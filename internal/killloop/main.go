// The kill loop: the built server under SIGKILL, again and again, while phones
// work on it over real sockets that are slow, broken and cut. The phones are
// processes too, and are killed as well: the web app's own engine built for Node
// (webapp/tools/node-client) and the second client (examples/goclient). At the
// end the network heals, everybody syncs, and what each client was promised is
// compared with the database: `make kill-loop KILLS=200 SEED=1`.
//
// The seed decides what happens and for how long; which request a kill hits is
// up to the machine. A run that fails leaves its folder and says where.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

// options of a run.
type options struct {
	chaski, nodeClient, goClient string
	kills, nodes, gophers        int
	cameras                      int
	seed                         uint64
	plant, dir                   string
}

func main() {
	var o options
	flag.StringVar(&o.chaski, "chaski", "bin/chaski", "the server")
	flag.StringVar(&o.nodeClient, "node-client", "bin/node-client.mjs", "the web app's engine, built for Node")
	flag.StringVar(&o.goClient, "go-client", "bin/goclient", "the second client")
	flag.IntVar(&o.kills, "kills", 12, "how often the server is killed")
	flag.IntVar(&o.nodes, "nodes", 3, "phones with the web app's engine")
	flag.IntVar(&o.gophers, "gophers", 1, "phones with the second client")
	flag.IntVar(&o.cameras, "cameras", 1, "phones that photograph; 0 for a server that takes no photographs")
	flag.Uint64Var(&o.seed, "seed", 1, "what happens, and when")
	flag.StringVar(&o.plant, "plant", "", "a fault that the run must find: "+plantNames())
	flag.StringVar(&o.dir, "dir", "", "new folder for the run, kept (default: one beside the server, removed if all is well)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "kill loop:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	keep := o.dir != ""
	if !keep {
		dir, err := os.MkdirTemp(filepath.Dir(o.chaski), "kill-loop-")
		if err != nil {
			return err
		}
		o.dir = dir
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	l, err := newLoop(ctx, o)
	if err != nil {
		return err
	}
	defer l.close()
	v, err := l.run(ctx)
	if err != nil {
		return fmt.Errorf("%w (seed %d; everything is in %s)", err, o.seed, o.dir)
	}
	v.print(os.Stdout)
	if !v.holds() {
		return fmt.Errorf("the promises do not hold (seed %d; everything is in %s)", o.seed, o.dir)
	}
	if keep {
		return nil
	}
	return os.RemoveAll(o.dir)
}

// command is a process that ends with ctx and writes to a file.
func command(ctx context.Context, out *os.File, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr = out, out
	return c
}

// killed says that a process ended by our signal and not by itself.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
