// Package parameter knows the dated parameters that rules read, and what value
// each may have. A key that is not here moves nothing.
package parameter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Kind of value.
type Kind string

// The kinds.
const (
	Int      Kind = "int"      // a whole number
	Bool     Kind = "bool"     // true or false
	Choice   Kind = "choice"   // one of Choices
	Weekdays Kind = "weekdays" // list of 0 (Sunday) to 6 (Saturday), not empty
	Money    Kind = "money"    // céntimos, a whole number
)

// The keys that rules read.
const (
	RendicionDeadline   = "rendicion.deadline_workdays"
	RendicionCorrection = "rendicion.correction_workdays"
	SheetDays           = "executor.sheet_days"
	UncoveredCounts     = "jobs.uncovered_counts"
	AgeReference        = "participants.age_reference"
	LeyCeiling          = "funding.ley_31728.ceiling"
	// DeviceLease is read by the phones alone: after so many days without an
	// answer of the server they show nothing until somebody signs in.
	DeviceLease = "device.lease_days"
	// DevicesPerAccount is how many devices in use a person may have.
	DevicesPerAccount = "device.per_account"
	// FilesUnnamed is after how many days a file is let go that no record names.
	FilesUnnamed = "files.unnamed_days"
)

// Spec says what a parameter may be.
type Spec struct {
	Key     string   `json:"-"`
	Kind    Kind     `json:"kind,omitempty"`
	Choices []string `json:"choices,omitempty"` // of Choice
	Min     int64    `json:"min,omitempty"`     // of Int and Money
	Max     int64    `json:"max,omitempty"`
}

// maxMoney is more than the State's budget, and exact in JSON.
const maxMoney = 1_000_000_000_000_000

var specs = []Spec{
	{Key: RendicionDeadline, Kind: Int, Min: 1, Max: 365},
	{Key: RendicionCorrection, Kind: Int, Min: 1, Max: 365},
	{Key: SheetDays, Kind: Weekdays},
	{Key: UncoveredCounts, Kind: Bool},
	{Key: AgeReference, Kind: Choice, Choices: []string{"exercise_start", "exercise_end"}},
	{Key: DeviceLease, Kind: Int, Min: 1, Max: 365},
	{Key: DevicesPerAccount, Kind: Int, Min: 1, Max: 1000},
	{Key: FilesUnnamed, Kind: Int, Min: 1, Max: 3650},
	{Key: LeyCeiling, Kind: Money, Max: maxMoney},
}

// Find returns what is known of a key.
func Find(key string) (Spec, bool) {
	i := slices.IndexFunc(specs, func(s Spec) bool { return s.Key == key })
	if i < 0 {
		return Spec{}, false
	}
	return specs[i], true
}

// Check accepts a value as the parameter's own; otherwise an InvalidValue fault.
func (s Spec) Check(value json.RawMessage) error {
	bad := fault.New(fault.InvalidValue, "value")
	switch s.Kind {
	case Int, Money:
		var n int64
		if strict(value, &n) != nil || n < s.Min || n > s.Max {
			return bad
		}
	case Bool:
		var b bool
		if strict(value, &b) != nil {
			return bad
		}
	case Choice:
		var text string
		if strict(value, &text) != nil || !slices.Contains(s.Choices, text) {
			return bad
		}
	case Weekdays:
		var days []int
		if strict(value, &days) != nil || !distinct(days) || slices.Min(days) < 0 || slices.Max(days) > 6 {
			return bad
		}
	}
	return nil
}

func distinct[T comparable](list []T) bool {
	seen := map[T]bool{}
	for _, v := range list {
		if seen[v] {
			return false
		}
		seen[v] = true
	}
	return len(list) > 0
}

// strict refuses null, which decodes into anything.
func strict(value json.RawMessage, dst any) error {
	if bytes.Equal(bytes.TrimSpace(value), []byte("null")) {
		return fmt.Errorf("no value")
	}
	return json.Unmarshal(value, dst)
}

// IntOf reads the value of a parameter on a day as a whole number: a
// ParameterMissing fault if value is nil, ParameterMalformed if it is none.
func IntOf(key string, on day.Day, value json.RawMessage) (int64, error) {
	return read[int64](key, on, value)
}

// TextOf reads a text; faults as IntOf.
func TextOf(key string, on day.Day, value json.RawMessage) (string, error) {
	return read[string](key, on, value)
}

func read[T any](key string, on day.Day, value json.RawMessage) (T, error) {
	var out T
	if value == nil {
		return out, fault.New(fault.ParameterMissing, "").With("key", key).With("day", string(on))
	}
	if strict(value, &out) != nil {
		return out, fault.New(fault.ParameterMalformed, "").With("key", key).With("value", string(value))
	}
	return out, nil
}
