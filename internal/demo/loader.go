package demo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/demo/fictitious"
	"chaski/internal/domain/day"
)

type values = map[string]any

// loader writes the rows of one phase.
type loader struct {
	ctx         context.Context
	app         core.App
	seed        int64
	today       day.Day
	out         io.Writer
	collections map[string]*core.Collection
	dnis        int               // how many were given out
	paid        map[paid]int64    // what transfers accrued, for the budget rows
	resolutions map[string]string // number -> id
	err         error             // the first; nothing is written after it
}

// paid is a month's accrued transfers of one frame.
type paid struct {
	frame string
	month day.Month
}

func newLoader(ctx context.Context, app core.App, o Options) *loader {
	return &loader{
		ctx: ctx, app: app, seed: o.Seed, today: o.Today, out: o.Progress,
		collections: map[string]*core.Collection{}, paid: map[paid]int64{}, resolutions: map[string]string{},
	}
}

func (l *loader) say(line string) { _, _ = fmt.Fprintln(l.out, "  "+line) }

// year is the running exercise's.
func (l *loader) year() int { return l.today.Month().Year() }

// id is the record id that a row of this key always gets under this seed.
func (l *loader) id(collection, key string) string { return recordID(l.seed, collection, key) }

func recordID(seed int64, collection, key string) string {
	const size = 15 // PocketBase's
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%s\n%s", seed, collection, key))
	return new(big.Int).SetBytes(sum[:]).Text(36)[:size]
}

// rng is the randomness of one subject: what is drawn for one never shifts what
// is drawn for another.
func (l *loader) rng(subject string) *rand.Rand { return fictitious.Draw(l.seed, subject) }

// note keeps the first error: the whole load is undone by it.
func (l *loader) note(err error) {
	if l.err == nil {
		l.err = err
	}
}

// collection is one of the database's; nil once something failed.
func (l *loader) collection(name string) *core.Collection {
	c := l.collections[name]
	if c == nil && l.err == nil {
		if c, l.err = l.app.FindCollectionByNameOrId(name); l.err != nil {
			l.err = fmt.Errorf("collection %s: %w", name, l.err)
			return nil
		}
		l.collections[name] = c
	}
	return c
}

// put saves a record under the id of its key and answers the id.
func (l *loader) put(collection, key string, v values) string {
	id, c := l.id(collection, key), l.collection(collection)
	if l.err != nil {
		return id
	}
	r := core.NewRecord(c)
	for name, value := range v {
		if hashed, is := value.(*core.PasswordFieldValue); is {
			r.SetRaw(name, hashed)
		} else {
			r.Set(name, value)
		}
	}
	r.Id = id
	if err := l.app.SaveWithContext(l.ctx, r); err != nil {
		l.note(fmt.Errorf("%s %s: %w", collection, key, err))
	}
	return id
}

// dni gives each caller another number. The national year takes its own range.
func (l *loader) dni() string {
	n := l.dnis
	l.dnis++
	return fictitious.DNI(fictitious.DNIs(l.seed), n)
}
