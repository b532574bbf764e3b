package catalogue

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/store/sqlite"
)

// Holidays of the database, each with its scope.
func Holidays(db dbx.Builder) (out []calendar.Holiday, err error) {
	return out, db.NewQuery(`SELECT day, scope FROM holidays`).All(&out)
}

// UTOfDistrict is the id of the unit that serves a district on a day, "" if none
// does. district is its id.
func UTOfDistrict(db dbx.Builder, district string, on day.Day) (string, error) {
	out, err := sqlite.Column(db, `SELECT ut FROM jurisdictions WHERE district = {:id} AND valid_from <= {:d}
		AND (valid_to = '' OR valid_to >= {:d}) ORDER BY valid_from DESC LIMIT 1`, dbx.Params{"id": district, "d": string(on)})
	if err != nil || len(out) == 0 {
		return "", err
	}
	return out[0], nil
}

// dated says what makes the rows of a dated table one line of values.
type dated struct{ collection, column, value string }

// span is one value of a line.
type span struct {
	ID   string  `db:"id"`
	From day.Day `db:"valid_from"`
	To   day.Day `db:"valid_to"`
}

// follow makes room in a line for a value from a day on: the value that would
// overlap ends the day before. It answers the last day of the new one ("" for
// open) and what it ended. DateTaken if a value begins on that day.
func follow(w writing, line dated, from day.Day) (to day.Day, ended string, err error) {
	var spans []span
	if err := w.app.DB().Select("id", "valid_from", "valid_to").From(line.collection).
		Where(dbx.HashExp{line.column: line.value}).OrderBy("valid_from").All(&spans); err != nil {
		return "", "", err
	}
	for _, s := range spans {
		switch {
		case s.From == from:
			return "", "", fault.New(fault.DateTaken, "valid_from").With("value", string(from))
		case s.From > from:
			if to == "" {
				to = s.From.Add(-1)
			}
		case s.To == "" || s.To >= from:
			rec, err := w.app.FindRecordById(line.collection, s.ID)
			if err != nil {
				return "", "", err
			}
			rec.Set("valid_to", string(from.Add(-1)))
			if err := w.app.SaveWithContext(w.ctx, rec); err != nil {
				return "", "", err
			}
			ended = s.ID
		}
	}
	return to, ended, nil
}

// add saves a new row and answers its id.
func add(w writing, collection string, fields map[string]any) (string, error) {
	c, err := w.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return "", err
	}
	rec := core.NewRecord(c)
	rec.Load(fields)
	err = w.app.SaveWithContext(w.ctx, rec)
	return rec.Id, err
}
