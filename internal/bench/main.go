// The benchmark: in one run it measures Chaski's server against PocketBase
// alone, used as a skilled user would, and against the bare work (SELECT,
// encode, compress; prepared INSERT), on the same rows with the same driver and
// the same synchronous mode. `make bench` runs it; docs/performance.md says what
// it found and how to read it.
//
// Every server is a process of its own on loopback, so that its CPU and memory
// are its own. What each contender brings or stores is compared, row by row:
// a measurement of something else fails the run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase/apis"

	"chaski/internal/streams"
)

func main() {
	if role := os.Getenv(roleVariable); role != "" {
		exit(play(role, os.Args[1:]))
	}
	exit(command())
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// play is this program as one of the processes of a run.
func play(role string, args []string) error {
	switch role {
	case "add-devices":
		listeners, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return addDevices(args[0], listeners, args[2:])
	case "add-crowd":
		count, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return addCrowd(args[0], args[1], count)
	case "add-files":
		megabytes, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return addFiles(args[0], megabytes)
	case "make-plain":
		return makePlain(args[0])
	case "plain":
		return servePlain(args[0], args[1])
	case "raw":
		return serveRaw(args[0], args[1])
	case "serve":
		return serveChaski(args[0], args[1], args[2])
	case "listen":
		count, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		return listen(args[0], args[1], args[2], count)
	}
	return fmt.Errorf("unknown role %q", role)
}

// serveChaski serves the real thing inside this program, to profile it.
func serveChaski(dir, addr, profile string) error {
	app, _, err := openChaski(dir)
	if err != nil {
		return err
	}
	streams.Of(app).PerAddress = 0 // all listeners come from here
	if profile != "" {
		out, err := os.Create(profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(out); err != nil {
			return err
		}
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		go func() {
			<-stop
			pprof.StopCPUProfile()
			_ = out.Close()
			os.Exit(0)
		}()
	}
	return apis.Serve(app, apis.ServeConfig{HttpAddr: addr})
}

func command() error {
	o := options{progress: os.Stderr, afterwards: 250 * time.Millisecond}
	binary := flag.String("chaski", "bin/chaski", "the binary to measure")
	devices := flag.String("devices", "typical,heavy", "devices to measure (internal/bench/devices)")
	listeners := flag.String("listeners", "200,1000", "how many listen for news")
	batches := flag.String("batches", "50,100,200,500,1000", "batch sizes to try with PocketBase")
	out := flag.String("out", "", "file for the results as JSON")
	flag.StringVar(&o.base, "base", "demo", "what else is in the database: empty, demo or national")
	flag.IntVar(&o.runs, "runs", 7, "how often each thing is measured")
	flag.IntVar(&o.mutations, "mutations", 1000, "mutations in a large push")
	flag.IntVar(&o.changes, "changes", 100, "rows changed before a delta")
	flag.IntVar(&o.rush, "rush", 0, "so many devices push 20 mutations each within a minute (three minutes more)")
	flag.IntVar(&o.crowd, "crowd", 0, "data of so many devices like the last in one database (100: some ten minutes the first time)")
	flag.StringVar(&o.cache, "cache", "", "where prepared databases are kept (bin/bench-cache)")
	flag.StringVar(&o.profile, "profile", "", "file for a CPU profile of Chaski's server")
	flag.Parse()
	o.chaski, o.devices = []string{*binary}, strings.Split(*devices, ",")
	var err error
	if o.listeners, err = numbers(*listeners); err != nil {
		return err
	}
	if o.batches, err = numbers(*batches); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := bench(ctx, o)
	if err != nil {
		return err
	}
	r.print(os.Stdout)
	if *out != "" {
		return r.save(*out)
	}
	return nil
}

func numbers(list string) ([]int, error) {
	var out []int
	for _, s := range strings.Split(list, ",") {
		if s == "" {
			continue
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// bench is one whole run.
func bench(ctx context.Context, o options) (*report, error) {
	h, err := newHarness(ctx, o)
	if err != nil {
		return nil, err
	}
	defer h.close()
	bases := []string{o.base}
	if o.base == "national" {
		bases = append(bases, "demo") // the small one beside it
	}
	for _, b := range bases {
		if err := h.prepare(b); err != nil {
			return nil, err
		}
	}
	r := newReport(h)
	if r.Measurements, err = h.measureAll(); err != nil {
		return nil, err
	}
	r.finish(h)
	return r, nil
}
