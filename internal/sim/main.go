// The simulation's server: the real app behind a pipe. It reads one request a
// line from standard input and writes one answer a line, so that webapp/sim
// decides everything that happens and when. Clock and randomness come with the
// requests. The machine under it can stop at any statement.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// request is one line in; which fields count depends on Op.
type request struct {
	Op   string `json:"op"`
	Now  int64  `json:"now"`  // business clock, ms since 1970
	Seed uint64 `json:"seed"` // reset, open, and after a crash: of nonces and ids

	// http
	Method string `json:"method"`
	Path   string `json:"path"`
	User   string `json:"user"` // whose token to send
	// Session is the sign-in that token is of.
	Session string          `json:"session"`
	Body    json.RawMessage `json:"body"`
	Raw     string          `json:"raw"` // instead of Body: what is left of one that was cut on the road
	// Binary is the body of what carries bytes, Headers what it says of them.
	Binary  []byte            `json:"binary"`
	Headers map[string]string `json:"headers"`
	// IntrudeAt: Writes happen before this statement of the request's read transaction.
	IntrudeAt int `json:"intrude_at"`

	// exec
	Writes []write `json:"writes"`

	// http, exec: where the machine stops. It is started again before the answer.
	Crash *stop `json:"crash"`

	// copy, restore: a name for the copied directory
	Name string `json:"name"`
}

// stop is when and how the machine stops.
type stop struct {
	At    int  `json:"at"`    // the event of the write connection; past the last: after the answer was made
	Power bool `json:"power"` // the power goes, not only the process
}

// write is one office action: a record saved or deleted with all hooks, a
// statement past every hook, or the nightly task.
type write struct {
	Collection string         `json:"collection"`
	ID         string         `json:"id"`
	Fields     map[string]any `json:"fields"`
	Delete     bool           `json:"delete"`
	Update     bool           `json:"update"` // nothing happens if the record is not there
	SQL        string         `json:"sql"`
	// Forget drops old removals, as the nightly task does half a year later.
	Forget bool `json:"forget"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sim <seed directory> <data directory>")
		os.Exit(2)
	}
	if err := keepPages(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	w := &world{seedDir: os.Args[1], dataDir: os.Args[2], plant: plantNamed(os.Getenv("CHASKI_PLANT"))}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return // the scheduler is done with us
		}
		answer, err := w.handle(line)
		if err != nil {
			answer = map[string]any{"error": err.Error()}
		}
		if err := json.NewEncoder(out).Encode(answer); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
	}
}

func (w *world) handle(line []byte) (any, error) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, err
	}
	if r.Now != 0 {
		w.now = r.Now
	}
	ok := map[string]any{"ok": true}
	switch r.Op {
	case "seed":
		return ok, w.buildSeed()
	case "reset":
		return ok, w.reset(r.Seed)
	case "open":
		return ok, w.reopen(r.Seed)
	case "http":
		return w.http(r)
	case "exec":
		w.prepare(r)
		if r.Crash != nil {
			return w.execThenCrash(r)
		}
		return ok, w.exec(r.Writes)
	case "copy":
		return ok, w.disk.picture(w.kept(r.Name), false)
	case "restore":
		return ok, w.restore(r.Name, r.Seed)
	case "head":
		return w.head()
	case "state":
		return w.state()
	}
	return nil, fmt.Errorf("unknown op %q", r.Op)
}
