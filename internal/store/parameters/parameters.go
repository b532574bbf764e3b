// Package parameters looks up the value that a parameter has on a day.
package parameters

import (
	"encoding/json"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/parameter"
)

// Row is a dated parameter as it is kept.
type Row struct {
	Value      string `db:"value"`
	Norm       string `db:"norm"`
	Assumption bool   `db:"assumption"`
}

// On is the value in force on a day: of several the newest. This is the
// one look-up of parameters.
func On(db dbx.Builder, key string, on day.Day) (Row, bool, error) {
	var rows []Row
	err := db.NewQuery(`SELECT value, norm, assumption FROM parameters WHERE key = {:k} AND valid_from <= {:d}
		AND (valid_to = '' OR valid_to >= {:d}) ORDER BY valid_from DESC LIMIT 1`).
		Bind(dbx.Params{"k": key, "d": string(on)}).All(&rows)
	if err != nil || len(rows) == 0 {
		return Row{}, false, err
	}
	return rows[0], true, nil
}

// Int is the whole number a parameter has on a day: ParameterMissing
// if it has none, ParameterMalformed if it is no whole number.
func Int(db dbx.Builder, key string, on day.Day) (int64, error) {
	value, err := Raw(db, key, on)
	if err != nil {
		return 0, err
	}
	return parameter.IntOf(key, on, value)
}

// Raw is the value a parameter has on a day; nil if it has none.
func Raw(db dbx.Builder, key string, on day.Day) (json.RawMessage, error) {
	row, found, err := On(db, key, on)
	if err != nil || !found {
		return nil, err
	}
	return json.RawMessage(row.Value), nil
}
