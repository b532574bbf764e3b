package record

import "slices"

// Place says in which buckets a row belongs: at the ends of the ways that begin at
// the row, in their order. The same ways walked backwards say which rows belong
// elsewhere once another row has changed.
type Place []Way

// Way leads to one kind of bucket, or to another row whose ways go on from there.
type Way struct {
	// Field of the row we are at names the next one, of the collection To.
	Field, To string
	// From set: the next ones are instead what Take says in the rows of From that
	// name the row we are at in one of the fields By.
	From string
	By   []string
	Take string
	// Then are the ways of the next row; none: the bucket is of it.
	Then Place
	Of   Bucket
	// Hidden: the bucket is for supervision alone, as long as the row we are at says so.
	Hidden Says
}

// Says is a field with a value; zero: never.
type Says struct{ Field, Value string }

// Bucket is what a bucket is of.
type Bucket uint8

// The kinds of bucket (docs/protocol.md §3).
const (
	OfAll Bucket = iota // the catalogue
	OfUser
	OfUnit
	OfWork
	OfSensitiveUnit // held by no device
)

// Everywhere is with everybody.
func Everywhere() Place { return Place{{Of: OfAll}} }

// Itself is in the bucket that the row gives its name.
func Itself(of Bucket) Way { return Way{Of: of} }

// Named is in the bucket of what a field names.
func Named(field, to string, of Bucket) Way { return Way{Field: field, To: to, Of: of} }

// OfPeople is with those whom fields name.
func OfPeople(fields ...string) Place {
	out := make(Place, len(fields))
	for i, f := range fields {
		out[i] = Named(f, "users", OfUser)
	}
	return out
}

// AtWork is with who holds the intervention that a field names.
func AtWork(field string) Place { return Place{Named(field, "interventions", OfWork)} }

// Header is what its unit knows of an intervention, as a place of that.
func Header() Place { return Place{Itself(OfWork), Named("ut", "uts", OfUnit)} }

// Through is where the row that a field names is, whatever the row itself says.
func Through(field, to string, place Place) Place {
	return Place{{Field: field, To: to, Then: place}}
}

// Backwards is where those are that name the row, or what they name.
func Backwards(from string, by []string, take, to string, then Place) Way {
	return Way{From: from, By: by, Take: take, To: to, Then: then}
}

// HiddenWhile is the same place for supervision alone, while the row says so.
func (p Place) HiddenWhile(field, value string) Place {
	out := make(Place, len(p))
	for i, w := range p {
		w.Hidden = Says{field, value}
		out[i] = w
	}
	return out
}

// Reaches says whether a way ends in a bucket that devices hold.
func (p Place) Reaches() bool {
	return slices.ContainsFunc(p, func(w Way) bool {
		if len(w.Then) > 0 {
			return w.Then.Reaches()
		}
		return w.Of != OfSensitiveUnit
	})
}
