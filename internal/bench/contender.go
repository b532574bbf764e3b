package main

import (
	"encoding/json"
	"fmt"

	"chaski/internal/replication"
)

// key names a row on a device.
type key struct{ collection, id string }

// contents is what a device received: row to digest of its content, the same
// for every contender.
type contents map[key]string

// contender is one way to serve a device. What it answers to is checked after
// each measurement: a fast way that brings other rows is no way.
type contender interface {
	// first brings everything the device holds; changed what changed since the
	// last call of either.
	first() (received, error)
	changed() (received, error)
	// edit changes the given names of participants at the office.
	edit(participants []string, names string) error
	// push sends visits and their marks; all must be stored when it answers.
	push(visits []visitDraft) error
}

// received is what came, not decoded further than the client must to go on.
type received interface {
	rows() (contents, error)
}

// visitDraft is a visit as a phone made it, with its marks.
type visitDraft struct {
	ID           string
	Intervention string
	Convenio     string
	Supervisor   string
	VisitedOn    string
	Marks        []markDraft
}

type markDraft struct{ ID, Participant, Mark string }

func (v visitDraft) fields() map[string]any {
	return map[string]any{
		"intervention": v.Intervention, "convenio_code": v.Convenio, "kind": "in_situ", "visited_on": v.VisitedOn,
		"device_started_at": v.VisitedOn + "T07:30:00-05:00", "device_ended_at": v.VisitedOn + "T07:55:00-05:00",
		"location_reason": "El teléfono no encontró señal de GPS.", "headcount": len(v.Marks), "roster_size": len(v.Marks),
	}
}

func (m markDraft) fields(v visitDraft) map[string]any {
	return map[string]any{"visit": v.ID, "participant": m.Participant, "mark": m.Mark, "coverage_seen": "cubierto"}
}

// digestOf brings a row's fields, as any contender writes them, to the one
// content that all must agree on.
func digestOf(collection string, data map[string]any) (string, error) {
	c := replication.Find(collection)
	if c == nil {
		return "", fmt.Errorf("unknown collection %q", collection)
	}
	p := make(replication.Payload, len(c.Fields))
	for _, f := range c.Fields {
		v := data[f.Name]
		if s, ok := v.(string); ok && f.Kind == replication.Instant && len(s) > 10 && s[10] == ' ' {
			v = s[:10] + "T" + s[11:]
		}
		if replication.Holds(f, v) { // what came later and is blank is said by some, and left out by others
			p[f.Name] = v
		}
	}
	canonical, err := replication.Canonical(p)
	if err != nil {
		return "", err
	}
	return replication.Digest(canonical), nil
}

func (c contents) add(collection, id string, raw json.RawMessage) error {
	var data map[string]any
	if err := json.Unmarshal(raw, &data); err != nil {
		return err
	}
	digest, err := digestOf(collection, data)
	if err != nil {
		return err
	}
	k := key{collection, id}
	if old, twice := c[k]; twice && old != digest {
		return fmt.Errorf("%s %s came with two contents", collection, id)
	}
	c[k] = digest
	return nil
}

// differ names the first difference between two contents.
func differ(a, b contents) error {
	for k, digest := range a {
		other, there := b[k]
		switch {
		case !there:
			return fmt.Errorf("%s %s is missing", k.collection, k.id)
		case other != digest:
			return fmt.Errorf("%s %s has another content", k.collection, k.id)
		}
	}
	for k := range b {
		if _, there := a[k]; !there {
			return fmt.Errorf("%s %s is too many", k.collection, k.id)
		}
	}
	return nil
}
