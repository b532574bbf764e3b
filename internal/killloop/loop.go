package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// loop is a run: a server, phones, the links between them, and the seed.
type loop struct {
	options
	server *server
	phones []*phone
	eyes   []*camera
	random *rand.Rand
	closes []func()
}

func newLoop(ctx context.Context, o options) (*loop, error) {
	l := &loop{options: o, random: random(o.seed, 0)}
	var err error
	if l.server, err = newServer(o.chaski, o.dir); err != nil {
		return nil, err
	}
	l.closes = append(l.closes, l.server.close)
	if out, err := exec.CommandContext(ctx, o.chaski, "demo", "--dir", l.server.dir).CombinedOutput(); err != nil {
		return l, fmt.Errorf("demo: %w\n%s", err, out)
	}
	upstream := l.server.addr
	if o.plant != "" {
		planted, err := startPlant(o.plant, upstream)
		if err != nil {
			return l, err
		}
		l.closes = append(l.closes, planted.Close)
		upstream = strings.TrimPrefix(planted.URL, "http://")
	}
	emails, err := l.supervisors()
	if err != nil {
		return l, err
	}
	for n := range o.nodes + o.gophers {
		p, err := newPhone(o, n, upstream, emails[n%len(emails)])
		if err != nil {
			return l, err
		}
		l.phones = append(l.phones, p)
		l.closes = append(l.closes, func() { _ = p.close() })
	}
	for n := range o.cameras {
		c, err := newCamera(o, n, upstream, emails[n%len(emails)])
		if err != nil {
			return l, err
		}
		l.eyes = append(l.eyes, c)
		l.closes = append(l.closes, c.link.close)
	}
	return l, l.introduce()
}

// introduce tells the cameras what may be visited.
func (l *loop) introduce() error {
	db, err := l.database()
	if err != nil {
		return err
	}
	defer db.Close()
	for _, c := range l.eyes {
		if err := c.know(db); err != nil {
			return err
		}
	}
	return nil
}

func (l *loop) close() {
	for i := len(l.closes) - 1; i >= 0; i-- {
		l.closes[i]()
	}
}

// database opens the server's while no server runs.
func (l *loop) database() (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+filepath.Join(l.server.dir, "data.db"))
}

func (l *loop) supervisors() ([]string, error) {
	db, err := l.database()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	emails, err := column(db, `SELECT email FROM users WHERE role = 'supervisor' ORDER BY email`)
	if err == nil && len(emails) == 0 {
		err = errors.New("the demo has no supervisor")
	}
	return emails, err
}

func (l *loop) look() (map[string]bool, map[string]claim, error) {
	db, err := l.database()
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	of := written
	if l.cameras > 0 {
		of = append(slices.Clone(written), photographed)
	}
	there, err := records(db, of)
	if err != nil {
		return nil, nil, err
	}
	outcomes, err := stored(db)
	return there, outcomes, err
}

// random is a source of its own for each thing that draws.
func random(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// between is a time drawn from the seed.
func between(r *rand.Rand, low, high int) time.Duration {
	return time.Duration(low+r.IntN(high-low)) * time.Millisecond
}

func (l *loop) run(ctx context.Context) (*verdict, error) {
	v := &verdict{seed: l.seed, phones: len(l.phones)}
	before, earlier, err := l.look()
	if err != nil {
		return nil, err
	}
	if err := l.calm(ctx); err != nil {
		return nil, err
	}
	if err := l.server.kill(); err != nil {
		return nil, err
	}
	if err := l.storm(ctx, v); err != nil {
		return nil, err
	}
	e := evidence{before: before}
	if err := l.heal(ctx, v, &e); err != nil {
		return nil, err
	}
	if e.after, e.stored, err = l.look(); err != nil {
		return nil, err
	}
	for id := range earlier {
		delete(e.stored, id)
	}
	if err := l.files(v); err != nil {
		return nil, err
	}
	v.verify, err = l.verify(ctx)
	if err != nil {
		v.wrong = append(v.wrong, "verify: "+err.Error())
	}
	tally.Lock()
	v.toxics = maps.Clone(tally.of)
	tally.Unlock()
	e.judge(v)
	return v, nil
}

// calm is a server that stays and links that carry, until every phone is in sync.
func (l *loop) calm(ctx context.Context) error {
	if err := l.server.start(); err != nil {
		return err
	}
	if err := l.server.ready(ctx); err != nil {
		return err
	}
	for _, p := range l.phones {
		if err := p.link.change(weather{}); err != nil {
			return err
		}
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	for _, c := range l.eyes {
		if err := errors.Join(c.link.change(weather{}), c.settle(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// storm kills the server again and again while the phones work and the weather changes.
func (l *loop) storm(ctx context.Context, v *verdict) error {
	working, end := context.WithCancelCause(ctx)
	defer end(nil)
	var all sync.WaitGroup
	for _, p := range l.phones {
		weather := random(l.seed, p.random.Uint64())
		all.Go(func() {
			if err := p.live(working); err != nil {
				end(err)
			}
		})
		all.Go(func() {
			if err := p.link.storm(working, weather); err != nil {
				end(err)
			}
		})
	}
	for _, c := range l.eyes {
		weather := random(l.seed, c.random.Uint64())
		for _, live := range []func(context.Context) error{c.live, func(ctx context.Context) error { return c.link.storm(ctx, weather) }} {
			all.Go(func() {
				if err := live(working); err != nil {
					end(err)
				}
			})
		}
	}
	for v.kills < l.kills && working.Err() == nil {
		if err := l.once(working, v); err != nil {
			end(err)
		}
		if v.kills%25 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d kills\n", v.kills, l.kills)
		}
	}
	end(nil)
	all.Wait()
	if err := context.Cause(working); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return ctx.Err()
}

// once is one life of the server.
func (l *loop) once(ctx context.Context, v *verdict) error {
	early, lives, dead := l.random.IntN(7) == 0, between(l.random, 300, 6000), between(l.random, 0, 500)
	if err := l.server.start(); err != nil {
		return err
	}
	if early {
		v.early++
		lives /= 8
	} else if err := l.server.ready(ctx); err != nil {
		return err
	}
	time.Sleep(lives)
	if err := l.server.kill(); err != nil {
		return err
	}
	v.kills++
	time.Sleep(dead)
	return nil
}

func (l *link) storm(ctx context.Context, r *rand.Rand) error {
	for ctx.Err() == nil {
		w := draw(r)
		if err := l.change(w); err != nil {
			return err
		}
		select {
		case <-time.After(w.lasts):
		case <-ctx.Done():
		}
	}
	return nil
}

// heal lets everything end well; then it asks the phones what they said and
// what they show.
func (l *loop) heal(ctx context.Context, v *verdict, e *evidence) error {
	if err := l.calm(ctx); err != nil {
		return err
	}
	for _, p := range l.phones {
		promised, acknowledged, err := p.said()
		if err != nil {
			return err
		}
		shown, retried, err := p.shows(ctx)
		if err != nil {
			return err
		}
		e.promised = append(e.promised, promised...)
		e.acknowledged = append(e.acknowledged, acknowledged...)
		e.shown = append(e.shown, shown...)
		v.phoneKills += p.kills
		v.retried += retried
		v.failures += p.failures
	}
	for _, c := range l.eyes {
		e.promised, e.shown = append(e.promised, c.claims()...), append(e.shown, c.claims()...)
		v.cameras, v.cuts, v.photos, v.failures = v.cameras+1, v.cuts+c.cuts, v.photos+len(c.photos), v.failures+c.failed
	}
	return l.server.stop()
}

// files compares what cameras took with what is kept.
func (l *loop) files(v *verdict) error {
	db, err := l.database()
	if err != nil {
		return err
	}
	defer db.Close()
	for _, c := range l.eyes {
		if err := c.judgeFiles(db, l.server.dir, v); err != nil {
			return err
		}
	}
	return nil
}

func (l *loop) verify(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, l.chaski, "verify", "--dir", l.server.dir).CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil {
		return "does not hold", fmt.Errorf("%w\n%s", err, out)
	}
	return lines[len(lines)-1], nil
}
