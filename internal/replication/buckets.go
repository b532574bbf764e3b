package replication

import (
	"slices"

	"chaski/internal/domain/record"
	"chaski/internal/records"
)

// Names of buckets; see docs/protocol.md §3.
const Catalog = "catalog"

func userBucket(id string) string   { return "user:" + id }
func utBucket(id string) string     { return "ut:" + id }
func aiiBucket(id string) string    { return "aii:" + id }
func aiiSupBucket(id string) string { return "aii-sup:" + id }

// sensitiveBucket is for the data officer alone; no device holds it today.
func sensitiveBucket(ut string) string { return "sensitive:" + ut }

// Payload is a row's remembered fields by name: string, int64, bool or a JSON
// value as the store decoded it.
type Payload map[string]any

// Text of a field, "" if it has none.
func (p Payload) Text(field string) string {
	s, _ := p[field].(string)
	return s
}

// Surroundings answers what a row's place depends on beside the row itself: the
// steps of the declared ways.
type Surroundings interface {
	// Value is what a field of another row says, "" if it is not there.
	Value(collection, id, field string) (string, error)
	// Values are what the field take says in the rows of a collection one of whose
	// fields by is the id, each once and sorted.
	Values(collection string, by []string, id, take string) ([]string, error)
}

// BucketsOf says which buckets hold a row. No bucket: it is never served.
func BucketsOf(collection, id string, p Payload, s Surroundings) ([]string, error) {
	t := records.Find(collection)
	if t == nil {
		return nil, nil
	}
	w := walk{around: s}
	err := w.all(t.Place, here{collection: collection, id: id, row: p, self: true}, false)
	return w.out, err
}

// here is a row on the way.
type here struct {
	collection, id string
	row            Payload // of the row that is placed
	self           bool
}

type walk struct {
	around Surroundings
	out    []string
}

func (w *walk) says(at here, field string) (string, error) {
	if at.self {
		return at.row.Text(field), nil
	}
	return w.around.Value(at.collection, at.id, field)
}

func (w *walk) all(place record.Place, at here, hidden bool) error {
	for i := range place {
		if err := w.one(&place[i], at, hidden); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) one(way *record.Way, at here, hidden bool) error {
	if way.Hidden.Field != "" {
		state, err := w.says(at, way.Hidden.Field)
		if err != nil {
			return err
		}
		hidden = hidden || state == way.Hidden.Value
	}
	next, err := w.next(way, at)
	if err != nil {
		return err
	}
	for _, id := range next {
		switch name := bucketOf(way.Of, id, hidden); {
		case id == "" && way.Of != record.OfAll:
		case len(way.Then) > 0:
			if err := w.all(way.Then, here{collection: way.To, id: id}, hidden); err != nil {
				return err
			}
		case !slices.Contains(w.out, name):
			w.out = append(w.out, name)
		}
	}
	return nil
}

func (w *walk) next(way *record.Way, at here) ([]string, error) {
	switch {
	case way.From != "":
		return w.around.Values(way.From, way.By, at.id, way.Take)
	case way.Field != "":
		id, err := w.says(at, way.Field)
		return []string{id}, err
	}
	return []string{at.id}, nil
}

func bucketOf(of record.Bucket, id string, hidden bool) string {
	switch of {
	case record.OfUser:
		return userBucket(id)
	case record.OfUnit:
		return utBucket(id)
	case record.OfSensitiveUnit:
		return sensitiveBucket(id)
	case record.OfWork:
		if hidden {
			return aiiSupBucket(id)
		}
		return aiiBucket(id)
	case record.OfAll:
	}
	return Catalog
}

// Holding is what decides which buckets a user's devices hold.
type Holding struct {
	User       string
	UT         string   // supervisors: headers of the whole unit
	Supervised []string // interventions assigned today
	Executed   []string // interventions of the executor's entity
}

// Names lists the buckets in the order in which they are served: small and
// needed first.
func (h Holding) Names() []string {
	out := []string{Catalog, userBucket(h.User)}
	if h.UT != "" {
		out = append(out, utBucket(h.UT))
	}
	for _, i := range h.Supervised {
		out = append(out, aiiBucket(i), aiiSupBucket(i))
	}
	for _, i := range h.Executed {
		out = append(out, aiiBucket(i))
	}
	return out
}

// IntOf reads a whole number of a payload, whether fresh from the store or
// decoded from what was remembered.
func IntOf(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case float64:
		return int64(n), n == float64(int64(n))
	}
	return 0, false
}
