package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the second client's file
)

// password of every account of the demo.
const password = "chaski-demo"

// phone is a client as a process that is killed and started again on its folder.
// Its journal holds what it said, each line written through to the disk.
type phone struct {
	name, email, dir string
	program          string
	node             bool
	link             *link
	journal          *os.File
	random           *rand.Rand
	kills, failures  int
}

func newPhone(o options, n int, upstream, email string) (*phone, error) {
	p := &phone{
		name: fmt.Sprintf("phone-%d", n), email: email, node: n < o.nodes, program: o.goClient,
		random: random(o.seed, uint64(n)+1),
	}
	if p.node {
		p.program = o.nodeClient
	}
	p.dir = filepath.Join(o.dir, p.name)
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return nil, err
	}
	var err error
	if p.journal, err = os.OpenFile(p.dir+".journal", os.O_CREATE|os.O_APPEND|os.O_WRONLY|os.O_SYNC, 0o644); err != nil {
		return nil, err
	}
	p.link, err = newLink(upstream)
	return p, err
}

func (p *phone) file() string { return filepath.Join(p.dir, "device.db") }

func (p *phone) command(ctx context.Context, args ...string) *exec.Cmd {
	if p.node {
		return command(ctx, p.journal, "node", append([]string{
			p.program, args[0], "--dir", p.dir, "--server", "http://" + p.link.addr,
			"--email", p.email, "--password", password, "--patience", "500",
		}, args[1:]...)...)
	}
	c := command(ctx, p.journal, p.program, append([]string{"-url", "http://" + p.link.addr, "-file", p.file(), "-email", p.email, "-wait", "400ms"}, args...)...)
	c.Env = append(os.Environ(), "CHASKI_PASSWORD="+password)
	return c
}

// work is what a phone does next: a process for a time drawn from the seed.
func (p *phone) work() []string {
	if p.node {
		seed := strconv.Itoa(p.random.IntN(1 << 30))
		if p.random.IntN(3) == 0 { // without the network
			return []string{"enqueue", "--seed", seed, "--count", strconv.Itoa(1 + p.random.IntN(3))}
		}
		return []string{"run", "--seed", seed, "--every", strconv.Itoa(150 + p.random.IntN(600))}
	}
	var visits []string
	for range p.random.IntN(3) {
		visits = append(visits, strconv.Itoa(p.random.IntN(12)))
	}
	return visits
}

// live works until ctx ends. A process that ends with success starts anew; any
// other end but our kill is an error.
func (p *phone) live(ctx context.Context) error {
	for ctx.Err() == nil {
		life, end := context.WithTimeout(ctx, between(p.random, 3000, 14000))
		err := p.command(life, p.work()...).Run()
		end()
		switch {
		case killed(err):
			p.kills++
		case err != nil && !errors.Is(err, life.Err()): // it may have ended well when it was to be killed
			return fmt.Errorf("%s ended by itself: %w (its journal says why)", p.name, err)
		}
		if p.node {
			if err := p.seen(context.WithoutCancel(ctx)); err != nil {
				return err
			}
		}
		select {
		case <-time.After(between(p.random, 0, 700)):
		case <-ctx.Done():
		}
	}
	return nil
}

// settle syncs until all is sent, read and proved.
func (p *phone) settle(ctx context.Context) error {
	ctx, end := context.WithTimeout(ctx, 2*time.Minute)
	defer end()
	var args []string
	if p.node {
		args = []string{"sync", "--timeout", "100"}
	}
	if err := p.command(ctx, args...).Run(); err != nil {
		return fmt.Errorf("%s does not get in sync: %w (its journal says why)", p.name, err)
	}
	return nil
}

// said reads the journal: what was promised to the person, and every answer the
// device took for an acknowledgement.
func (p *phone) said() (promised, acknowledged []claim, err error) {
	f, err := os.Open(p.dir + ".journal")
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "{") {
			var l struct{ Promised, Records []string }
			// A kill may tear the last line: what was not said was not promised.
			if json.Unmarshal([]byte(line), &l) == nil {
				for i, id := range l.Promised {
					promised = append(promised, claim{phone: p.name, id: id, record: l.Records[i]})
				}
			}
			continue
		}
		switch word := strings.Fields(line); {
		case len(word) == 4 && word[0] == "enqueued":
			promised = append(promised, claim{phone: p.name, id: word[1], record: word[2] + "/" + word[3]})
		case len(word) >= 2 && (word[0] == "applied" || word[0] == "rejected" || word[0] == "parked"):
			c := claim{phone: p.name, id: word[1], status: word[0]}
			if len(word) == 3 {
				c.receipt = word[2]
			}
			acknowledged = append(acknowledged, c)
		case len(word) > 1 && word[0] == "not" && word[1] == "synced:":
			p.failures++
		}
	}
	return promised, acknowledged, lines.Err()
}

// shows is what the device holds in its outbox now. retried counts mutations
// that were sent more than once.
func (p *phone) shows(ctx context.Context) (kept []claim, retried int, err error) {
	if p.node {
		return p.nodeShows(ctx)
	}
	db, err := sql.Open("sqlite", "file:"+p.file()+"?mode=ro")
	if err != nil {
		return nil, 0, err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `SELECT id, collection || '/' || record, status, coalesce(outcome->>'receipt', '') FROM outbox`)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		c := claim{phone: p.name}
		if err := rows.Scan(&c.id, &c.record, &c.status, &c.receipt); err != nil {
			return nil, 0, err
		}
		kept = append(kept, c)
	}
	return kept, 0, rows.Err()
}

func (p *phone) nodeShows(ctx context.Context) (kept []claim, retried int, err error) {
	c := p.command(ctx, "status")
	c.Stdout = nil
	out, err := c.Output()
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", p.name, err)
	}
	var status struct {
		Total       string `json:"total"`
		TotalOfRows string `json:"total_of_rows"`
		Outbox      []struct {
			ID, Record, State, Receipt string
			Attempts                   int
		}
	}
	if err := json.Unmarshal(out, &status); err != nil {
		return nil, 0, fmt.Errorf("%s: %w: %s", p.name, err, out)
	}
	if status.Total == "" || status.Total != status.TotalOfRows {
		return nil, 0, fmt.Errorf("%s: the checksum it keeps is %q, that of its rows %q", p.name, status.Total, status.TotalOfRows)
	}
	for _, e := range status.Outbox {
		kept = append(kept, claim{phone: p.name, id: e.ID, record: e.Record, status: e.State, receipt: e.Receipt})
		if e.Attempts > 1 {
			retried++
		}
	}
	return kept, retried, nil
}

// seen asks a device that was just killed what it took for acknowledged, and
// writes it into the journal: later it may not remember.
func (p *phone) seen(ctx context.Context) error {
	kept, _, err := p.nodeShows(ctx)
	if err != nil {
		return err
	}
	for _, c := range kept {
		if c.status != "pending" {
			if _, err := fmt.Fprintln(p.journal, c.status, c.id, c.receipt); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *phone) close() error {
	p.link.close()
	return p.journal.Close()
}
