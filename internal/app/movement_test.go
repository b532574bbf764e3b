package app_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/domain/roster"
)

// book is a roster in memory: one work of some cupos, in which all holds or nothing.
type book struct {
	stays     map[string]roster.Stay
	movements map[string]record.Row
}

func (b *book) Movement(id string) (record.Row, bool, error) {
	row, there := b.movements[id]
	return row, there, nil
}

func (b *book) Stay(id string) (roster.Stay, bool, error) {
	s, there := b.stays[id]
	s.Left = slices.ContainsFunc(b.all(), func(r record.Row) bool { return roster.Read(r.Text).Leaver == id && id != "" })
	return s, there, nil
}

func (b *book) all() []record.Row {
	out := make([]record.Row, 0, len(b.movements))
	for _, r := range b.movements {
		out = append(out, r)
	}
	return out
}

func (b *book) Place(cupo string) (roster.Place, bool, error) {
	return roster.Place{ID: cupo, Work: "w"}, true, nil
}

func (b *book) those(is func(roster.Stay) bool) (out []roster.Stay, err error) {
	for _, s := range b.stays {
		if is(s) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (b *book) Holders(cupo string) ([]roster.Stay, error) {
	return b.those(func(s roster.Stay) bool { return s.Cupo == cupo })
}

func (b *book) Stays(dni string) ([]roster.Stay, error) {
	return b.those(func(s roster.Stay) bool { return s.DNI == dni })
}

func (b *book) Rests(participant, movement string) (bool, error) {
	for id, r := range b.movements {
		if id != movement && (r.Text("participant") == participant || r.Text("replaces") == participant) {
			return true, nil
		}
	}
	return false, nil
}

func (b *book) Apply(w app.Write) error {
	row := record.Row(w.Fields)
	switch {
	case w.Collection == "movements" && w.Op == "create":
		b.movements[w.Record] = row
	case w.Collection == "movements":
		delete(b.movements, w.Record)
	case w.Op == "create":
		b.stays[w.Record] = roster.Stay{ID: w.Record, Work: row.Text("intervention"), Cupo: row.Text("cupo"), DNI: row.Text("dni"), From: day.Day(row.Text("alta_on"))}
	case w.Op == "delete":
		delete(b.stays, w.Record)
	default:
		s := b.stays[w.Record]
		s.To = day.Day(row.Text("baja_on"))
		b.stays[w.Record] = s
	}
	return nil
}

// whole runs one act: what fails leaves nothing.
func (b *book) whole(fn func(app.RosterDesk) error) error {
	stays, movements := clone(b.stays), clone(b.movements)
	err := fn(b)
	if err != nil {
		b.stays, b.movements = stays, movements
	}
	return err
}

func clone[V any](m map[string]V) map[string]V {
	out := make(map[string]V, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// The slow model knows no ends and no rows, only who was there at first and the acts
// that were taken: who is on a cupo on a day follows from all of them, each time anew.
type acted struct {
	id          string
	comes       string // DNI
	cupo        string // to which somebody comes
	leaver      string // the act that brought him, or who was there at first
	last, first day.Day
}

type slow struct {
	at   map[string][2]string // who was there at first: cupo, DNI
	acts []acted
}

const since = day.Day("2026-11-02")

// on is whose DNI is on each cupo on a day; two on one would overwrite each other, and
// are counted.
func (s *slow) on(d day.Day) (who map[string]string, crowded bool) {
	who = map[string]string{}
	put := func(id, cupo, dni string, from day.Day) {
		for _, a := range s.acts {
			if a.leaver == id && d > a.last {
				return
			}
		}
		if d >= from {
			_, taken := who[cupo]
			crowded = crowded || taken
			who[cupo] = dni
		}
	}
	for id, x := range s.at {
		put(id, x[0], x[1], since)
	}
	for _, a := range s.acts {
		if a.comes != "" {
			put(a.id, a.cupo, a.comes, a.first)
		}
	}
	return who, crowded
}

// Movements in any order, many of them wrong, some taken back: the roster is what the
// acts that were taken say, on every day; no cupo is held by two, and nobody is on two.
func TestTheRosterIsWhatItsMovementsSay(t *testing.T) {
	taken, refused, back := 0, map[fault.Code]int{}, 0
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 7))
		b, model := &book{stays: map[string]roster.Stay{}, movements: map[string]record.Row{}}, &slow{at: map[string][2]string{}}
		for n := range 3 {
			id, cupo, dni := fmt.Sprint("p", n), fmt.Sprint("c", n), fmt.Sprint("9900000", n)
			b.stays[id] = roster.Stay{ID: id, Work: "w", Cupo: cupo, DNI: dni, From: since}
			model.at[id] = [2]string{cupo, dni}
		}
		for step := range 25 {
			if rng.IntN(4) == 0 && len(model.acts) > 0 { // the newest is not always the one
				i := rng.IntN(len(model.acts))
				if b.whole(func(d app.RosterDesk) error {
					return app.Undo(d, app.Write{Op: "delete", Collection: "movements", Record: model.acts[i].id})
				}) == nil {
					model.acts = slices.Delete(model.acts, i, i+1)
					back++
				}
			} else {
				w, a := someAct(rng, b, fmt.Sprint("m", step))
				err := b.whole(func(d app.RosterDesk) error { return app.Take(d, w) })
				if err == nil {
					if a.cupo == "" {
						a.cupo = b.stays[a.leaver].Cupo
					}
					model.acts = append(model.acts, a)
					taken++
				} else if f := (*fault.Fault)(nil); errors.As(err, &f) {
					refused[f.Code]++
				}
			}
			for n := range 30 {
				d := day.Day(fmt.Sprintf("2026-11-%02d", n+1))
				want, crowded := model.on(d)
				got := map[string]string{}
				for _, s := range b.stays {
					if d.Within(s.From, s.To) {
						got[s.Cupo] += s.DNI
					}
				}
				if crowded || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("seed %d step %d, %s: %v, by its movements %v (two on a cupo: %v)", seed, step, d, got, want, crowded)
				}
				people := map[string]bool{}
				for _, dni := range got {
					if people[dni] {
						t.Fatalf("seed %d step %d, %s: %s twice in %v", seed, step, d, dni, got)
					}
					people[dni] = true
				}
			}
		}
	}
	for _, code := range []fault.Code{fault.PersonLeft, fault.CupoTaken, fault.PersonOnRoster, fault.ReferenceMissing, fault.DatesOutOfOrder} {
		if refused[code] == 0 {
			t.Errorf("nothing was refused as %s", code)
		}
	}
	if taken < 1000 || back < 100 {
		t.Errorf("%d taken, %d taken back", taken, back)
	}
}

// someAct is a movement of any kind, right or wrong, as a mutation and as the model's.
func someAct(rng *rand.Rand, b *book, id string) (app.Write, acted) {
	ids := []string{"nobody"}
	for who := range b.stays {
		ids = append(ids, who)
	}
	slices.Sort(ids)
	who, dni, cupo := ids[rng.IntN(len(ids))], fmt.Sprint("9900000", rng.IntN(7)), fmt.Sprint("c", rng.IntN(3))
	n := 1 + rng.IntN(27)
	last, first := day.Day(fmt.Sprintf("2026-11-%02d", n)), day.Day(fmt.Sprintf("2026-11-%02d", n+1+rng.IntN(2)))
	fields := map[string]any{"intervention": "w"}
	a := acted{id: id, last: last, first: first}
	switch rng.IntN(3) {
	case 0:
		fields["kind"], fields["participant"], fields["effective_on"] = "baja", who, string(last)
		a.leaver = who
	case 1:
		fields["kind"], fields["cupo"], fields["dni"], fields["effective_on"] = "alta", cupo, dni, string(first)
		a.comes, a.cupo = dni, cupo
	default:
		fields["kind"], fields["replaces"], fields["leaves_on"], fields["dni"], fields["effective_on"] = "reemplazo", who, string(last), dni, string(first)
		a.leaver, a.comes = who, dni
	}
	return app.Write{Op: "create", Collection: "movements", Record: id, Fields: fields}, a
}
