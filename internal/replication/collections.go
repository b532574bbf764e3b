// Package replication has the pure rules of sync: which rows exist for devices
// and in what shape, which buckets hold them, checksums and cursors. It knows
// neither the database nor the network. docs/protocol.md is its outside view.
package replication

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"chaski/internal/domain/record"
	"chaski/internal/records"
)

// Kind is how a field is kept and how it crosses the wire.
type Kind = record.Kind

// The kinds a replicated field may have.
const (
	Text    = record.KindText
	Int     = record.KindInt
	Bool    = record.KindBool
	JSON    = record.KindJSON
	Instant = record.KindInstant
)

// Field is one column of a tracked collection.
type Field = record.Field

// Collection says what is remembered of a collection's rows. Rows of a
// collection that BucketsOf never places are tracked for progress and
// verification, and never served.
type Collection struct {
	Name   string
	Fields []Field
}

// Fingerprint changes with what is remembered of a row.
func (c *Collection) Fingerprint() string {
	names := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		names[i] = f.Name + " " + strconv.Itoa(int(f.Kind)) + " " + strconv.FormatBool(f.Added)
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(names, "\n")))
	return hex.EncodeToString(sum[:8])
}

// Holds says whether a value of a field is part of a row's content: of one that came
// later, only where it says something.
func Holds(f Field, value any) bool { return !f.Added || !blank(value) }

// Collections lists every tracked collection: docs/protocol.md §10 and those
// that only figures need. The triggers of pb_migrations watch exactly these.
var Collections = func() []Collection {
	out := make([]Collection, len(records.All))
	for i, t := range records.All {
		out[i] = Collection{t.Name, t.Content()}
	}
	return out
}()

var byName = func() map[string]*Collection {
	m := map[string]*Collection{}
	for i := range Collections {
		m[Collections[i].Name] = &Collections[i]
	}
	return m
}()

// Find returns the tracked collection of that name, or nil.
func Find(name string) *Collection { return byName[name] }
