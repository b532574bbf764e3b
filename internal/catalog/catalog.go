// Package catalog owns what every installation starts with: the territory of
// Peru, the programme's units and which districts each serves, holidays,
// parameters and checklists. The data are embedded; Load brings what is missing
// into a database and never touches what people changed there.
//
// Where the data come from and under which licence is said in data/; the scripts
// that made them are in scripts/catalogue.
package catalog

import (
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"math/big"
	"sync"

	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
)

//go:embed data/*.json
var files embed.FS

// From is the first day the catalogue speaks of, but for codes that were out of
// use by then.
const From day.Day = "2020-01-01"

// Checklist of a visit to an intervention.
const (
	ChecklistKey     = "visita_aii"
	ChecklistVersion = 1
)

// Holiday is a day not worked in the whole country, with the norm that says so.
type Holiday struct {
	Day  day.Day `json:"day"`
	Name string  `json:"name"`
	Norm string  `json:"norm"`
}

// Parameter is a first value of a dated parameter. Value is any JSON.
type Parameter struct {
	Key        string `json:"key"`
	Value      any    `json:"value"`
	Unit       string `json:"unit"`
	Norm       string `json:"norm"`
	Assumption bool   `json:"assumption"` // ours, for want of the norm
}

// Item is one question of a checklist.
type Item struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

// Checklist is a version of a list of questions.
type Checklist struct {
	Key     string `json:"key"`
	Version int    `json:"version"`
	Title   string `json:"title"`
	Items   []Item `json:"items"`
	Shots   []Shot `json:"shots"`
}

// Shot is a photograph that a visit asks for.
type Shot struct {
	Key      string `json:"key"`
	Label    string `json:"label"`
	Required bool   `json:"required"`
}

// read decodes an embedded file; one that is not as its type says is a slip of
// this package, found by its tests.
func read[T any](name string) T {
	var out T
	raw, err := files.ReadFile("data/" + name)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		panic(fmt.Sprintf("catalog: %s: %v", name, err))
	}
	return out
}

var (
	// Holidays of Peru from 2020 to 2030, by date.
	Holidays = sync.OnceValue(func() []Holiday {
		return read[struct {
			Holidays []Holiday `json:"holidays"`
		}]("holidays.json").Holidays
	})
	// Parameters lists the first values; all are valid from From.
	Parameters = sync.OnceValue(func() []Parameter { return read[[]Parameter]("parameters.json") })
	// Checklists lists the first versions; all are valid from From.
	Checklists = sync.OnceValue(func() []Checklist { return read[[]Checklist]("checklists.json") })
	// Calendar is the working-day calendar of the embedded holidays. A running
	// server asks the database instead (store.Calendar): people add days there.
	Calendar = sync.OnceValue(func() calendar.Calendar {
		days := make([]day.Day, len(Holidays()))
		for i, h := range Holidays() {
			days[i] = h.Day
		}
		return calendar.New(days)
	})
)

// ID is the record id that a row of this key gets in every installation.
func ID(collection, key string) string {
	const size = 15 // PocketBase's
	sum := sha256.Sum256([]byte("catalog\n" + collection + "\n" + key))
	return new(big.Int).SetBytes(sum[:]).Text(36)[:size]
}
