package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"chaski/internal/domain/fault"
	"chaski/internal/replication"
)

// Mutation is one thing a person did on a device; docs/protocol.md §6.
type Mutation struct {
	ID         string         `json:"id"`
	Counter    int64          `json:"counter"`
	Collection string         `json:"collection"`
	Record     string         `json:"record"`
	Op         string         `json:"op"`
	Fields     map[string]any `json:"fields"`
	BaseRev    *int64         `json:"base_rev"`
	Prev       string         `json:"prev"`
	Saw        map[string]any `json:"saw"`
	Form       string         `json:"form"`
	Schema     int            `json:"schema"`
	At         string         `json:"at"`

	hash     string // of the canonical body: the same id must always carry the same
	raw      json.RawMessage
	received time.Time // by the server, if it was decided later
}

var (
	mutationID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	recordID   = regexp.MustCompile(`^[a-z0-9]{15}$`)
)

// decodeMutation reads a mutation strictly. The id is answered whenever it can
// be read, so that even a malformed one gets an outcome its device can place.
func decodeMutation(raw json.RawMessage) (Mutation, *fault.Fault) {
	var m Mutation
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return Mutation{ID: readableID(raw)}, fault.New(fault.MutationMalformed, malformedIn(err))
	}
	switch {
	case !mutationID.MatchString(m.ID):
		return m, fault.New(fault.MutationMalformed, "id")
	case m.Counter < 1:
		return m, fault.New(fault.MutationMalformed, "counter")
	case !recordID.MatchString(m.Record):
		return m, fault.New(fault.MutationMalformed, "record")
	case m.Fields == nil:
		return m, fault.New(fault.MutationMalformed, "fields")
	case m.Op != "create" && m.BaseRev == nil && m.Prev == "":
		return m, fault.New(fault.MutationMalformed, "base_rev")
	}
	hash, err := replication.HashJSON(raw)
	if err != nil {
		return m, fault.New(fault.MutationMalformed, "fields") // numbers no computer agrees on, or the like
	}
	m.hash, m.raw = hash, raw
	return m, nil
}

// malformedIn names what of a mutation could not be read; "mutation" where it is
// none at all.
func malformedIn(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		member, _, _ := strings.Cut(wrong.Field, ".")
		return member
	}
	// encoding/json tells of an unknown member by its sentence alone.
	if member, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		if name, err := strconv.Unquote(member); err == nil && len(name) <= 40 {
			return name
		}
	}
	return "mutation"
}

func readableID(raw json.RawMessage) string {
	var loose struct {
		ID any `json:"id"`
	}
	if json.Unmarshal(raw, &loose) != nil {
		return ""
	}
	id, _ := loose.ID.(string)
	return id
}
