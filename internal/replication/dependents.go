package replication

import (
	"slices"

	"chaski/internal/domain/record"
	"chaski/internal/records"
)

// Watch says that rows of a kind may belong elsewhere because a row of another
// kind changed: a way of BucketsOf, walked backwards.
type Watch struct {
	Fields []string // those of the changed row that the way asks for
	Rows   string   // the kind whose rows may move
	// By: the walk begins at the rows that these fields of the changed row name,
	// before and after; none: at the changed row itself.
	By    []string
	Steps []Backstep // from there to the rows, the nearest first
}

// Backstep leads from a row to those of Collection that name it in the field By,
// or, where Take is set, to what these say in Take.
type Backstep struct {
	Collection, By string
	Take           []string
}

// Watches are those on rows of a collection. What names the row itself comes first:
// rows get their sequence numbers in this order.
func Watches(collection string) []Watch { return watches[collection] }

var watches = func() map[string][]Watch {
	out := map[string][]Watch{}
	for _, t := range records.All {
		(&watcher{out: out, rows: t.Name}).all(t.Place, t.Name, nil)
	}
	for _, all := range out {
		slices.SortStableFunc(all, func(a, b Watch) int { return detours(a) - detours(b) })
	}
	return out
}()

func detours(w Watch) int {
	n := 0
	for _, s := range w.Steps {
		if s.Take != nil {
			n++
		}
	}
	return n
}

type watcher struct {
	out  map[string][]Watch
	rows string
}

// all notes what the ways of a row at says ask of other rows. back leads from that
// row to those that are placed.
func (w *watcher) all(place record.Place, at string, back []Backstep) {
	for i := range place {
		way := &place[i]
		asks := []string{}
		for _, f := range []string{way.Field, way.Hidden.Field} {
			if f != "" {
				asks = append(asks, f)
			}
		}
		if len(back) > 0 && len(asks) > 0 { // of the row that is placed itself it is no news
			w.add(at, Watch{Fields: asks, Rows: w.rows, Steps: back})
		}
		step := Backstep{Collection: at, By: way.Field}
		if way.From != "" {
			step = Backstep{Collection: way.From, By: way.Take, Take: way.By}
			w.add(way.From, Watch{Fields: append(slices.Clone(way.By), way.Take), Rows: w.rows, By: way.By, Steps: back})
		}
		if len(way.Then) > 0 {
			w.all(way.Then, way.To, append([]Backstep{step}, back...))
		}
	}
}

// add joins what differs in the fields alone.
func (w *watcher) add(on string, watch Watch) {
	for i, was := range w.out[on] {
		if was.Rows == watch.Rows && slices.Equal(was.By, watch.By) && slices.EqualFunc(was.Steps, watch.Steps, sameStep) {
			for _, f := range watch.Fields {
				if !slices.Contains(was.Fields, f) {
					w.out[on][i].Fields = append(w.out[on][i].Fields, f)
				}
			}
			return
		}
	}
	w.out[on] = append(w.out[on], watch)
}

func sameStep(a, b Backstep) bool {
	return a.Collection == b.Collection && a.By == b.By && slices.Equal(a.Take, b.Take)
}

// Begin says from which ids the walk begins; none if nothing that the way asks for
// has changed. A row that is new or gone has changed.
func (w Watch) Begin(id string, old, now Payload) []string {
	if !slices.ContainsFunc(w.Fields, func(f string) bool { return old.Text(f) != now.Text(f) }) {
		return nil
	}
	if len(w.By) == 0 {
		return []string{id}
	}
	var out []string
	for _, p := range []Payload{old, now} {
		for _, f := range w.By {
			if v := p.Text(f); v != "" && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}

// Asked are the fields that the ways of other rows ask of a collection's rows.
func Asked(collection string) []string { return asked[collection] }

var asked = func() map[string][]string {
	out := map[string][]string{}
	for on, all := range watches {
		for _, w := range all {
			if len(w.By) > 0 {
				continue // these are read as a list
			}
			for _, f := range w.Fields {
				if !slices.Contains(out[on], f) {
					out[on] = append(out[on], f)
				}
			}
		}
	}
	return out
}()
