package main

import (
	"crypto/sha256"
	"embed"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed devices/*.json
var specFiles embed.FS

// spec says exactly what a device holds: the rows follow from it alone, with
// the same ids and content on every machine.
type spec struct {
	Name         string `json:"name"`
	What         string `json:"what"`
	Seed         int    `json:"seed"`
	Unit         string `json:"unit"` // code of a unit of its own
	Works        int    `json:"works"`
	Participants int    `json:"participants"` // over all works
	Policies     int    `json:"policies_per_work"`
	Movements    int    `json:"movements_per_work"`
	Sheets       int    `json:"sheets_per_work"`
	Visits       int    `json:"visits_per_work"`
	Findings     int    `json:"findings_per_visit"`
	Unlisted     int    `json:"unlisted_per_visit"`
	OtherWorks   int    `json:"other_works_of_unit"` // headers of colleagues' works
	Entities     int    `json:"entities"`
	Districts    int    `json:"districts"`
	// Rows and Bytes are what all this comes to: rows on the device besides the
	// catalogue, and bytes of their content as canonical JSON. Checked when the
	// fixture is built.
	Rows  int   `json:"rows"`
	Bytes int64 `json:"bytes"`
}

func loadSpec(name string) (spec, error) {
	var s spec
	raw, err := specFiles.ReadFile("devices/" + name + ".json")
	if err != nil {
		return s, fmt.Errorf("no device %q: %w", name, err)
	}
	return s, json.Unmarshal(raw, &s)
}

func loadSpecs(names []string) ([]spec, error) {
	out := make([]spec, len(names))
	for i, n := range names {
		var err error
		if out[i], err = loadSpec(n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// id makes a record id that looks random, as PocketBase's do, and follows from
// the seed and a readable key.
func (s spec) id(format string, args ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d "+format, append([]any{s.Unit, s.Seed}, args...)...))
	return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:10]))[:15]
}

// roster is how many people the nth work has.
func (s spec) roster(work int) int {
	n := s.Participants / s.Works
	if work < s.Participants%s.Works {
		n++
	}
	return n
}

func (s spec) user() string                    { return s.id("user") }
func (s spec) work(n int) string               { return s.id("work %d", n) }
func (s spec) convenio(n int) string           { return fmt.Sprintf("%s-%04d-AII-26", s.Unit[2:], n+1) }
func (s spec) participant(w, n int) string     { return s.id("participant %d %d", w, n) }
func (s spec) insurancePolicy(w, n int) string { return s.id("policy %d %d", w, n) }
