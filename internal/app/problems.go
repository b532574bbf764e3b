package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
	"chaski/internal/domain/record"
	"chaski/internal/records"
)

// RowProblem is one rule that a row breaks.
type RowProblem struct {
	Fault  *fault.Fault
	Since  string // UTC
	Counts bool   // the row adds to no figure meanwhile
}

// ProblemField is a field that a correction may change, as it stands.
type ProblemField struct {
	Field   string
	Value   any
	Must    bool // it may not be empty
	Form    record.Form
	Choices []string // of a closed list, or for each item
	// Items are those of a field of many that are wrong; nil if it is not of many.
	Items []ProblemItem
}

// ProblemItem is the mark of one person on a sheet.
type ProblemItem struct {
	Key      string `json:"key"`
	Value    any    `json:"value"`
	Cupo     int64  `json:"cupo"`      // 0: unknown
	Person   string `json:"person"`    // the last digits; "" if it is nobody
	OnRoster bool   `json:"on_roster"` // of the sheet's work
}

// ProblemRow is a row that breaks rules, with its context.
type ProblemRow struct {
	Collection, Record string
	Work, UTName       string // the intervention it is of, by name; "" for none
	Person             string // the last digits of whose it is; "" for nobody's
	Which              string // its day, month or number; "" if it has none
	Problems           []RowProblem
	Fields             []ProblemField
}

// ProblemKind is how many rows of a collection have problems.
type ProblemKind struct {
	Collection string `json:"collection"`
	Rows       int    `json:"rows"`
}

// ProblemQuery asks for a page of rows. UT bounds them to a unit, "" for all.
type ProblemQuery struct {
	UT, Collection string
	Offset, Limit  int
}

// ProblemList is a page of rows, and how many there are of each kind.
type ProblemList struct {
	Rows  []ProblemRow
	Total int
	Kinds []ProblemKind
	// Uncounted are those, of all kinds, that add to no figure.
	Uncounted int
}

// Correction changes the fields of a row that its problems are about.
type Correction struct {
	Collection, Record string
	Fields, Seen       map[string]any // seen: as they stood when the person decided
	UT                 string         // "" for any
	Actor, Reason      string
}

// Stands answers the fields of the row as they stand: each that is corrected has to be
// offered, and as it was seen, with its DNI masked. What is masked is not written.
func (c Correction) Stands(row ProblemRow) (map[string]any, error) {
	stands := map[string]any{}
	for _, f := range row.Fields {
		stands[f.Field] = f.Value
	}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		now, asked := stands[name]
		if !asked {
			return nil, fault.New(fault.UnknownField, name)
		}
		shown := MaskedValue(name, now)
		if !alike(shown, c.Seen[name]) {
			return nil, fault.New(fault.Conflict, name)
		}
		if !alike(shown, now) && strings.Contains(fmt.Sprint(c.Fields[name]), "•") {
			return nil, fault.New(fault.InvalidValue, name)
		}
	}
	return stands, nil
}

// Within refuses a correction after which the row is of another unit.
func (c Correction) Within(ut string) error {
	if c.UT != "" && ut != c.UT {
		return fault.New(fault.Forbidden, "intervention")
	}
	return nil
}

// alike compares two values as JSON, a number and its text alike.
func alike(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	if errA != nil || errB != nil {
		return false
	}
	if string(x) == string(y) || fmt.Sprint(a) == fmt.Sprint(b) {
		return true
	}
	var left, right any
	return json.Unmarshal(x, &left) == nil && json.Unmarshal(y, &right) == nil && reflect.DeepEqual(left, right)
}

// ProblemBook is the port: the list of rows that break rules.
type ProblemBook interface {
	List(ProblemQuery) (ProblemList, error)
	// Correct writes the fields as any other write: through the same rules, and with
	// an entry in the audit trail. Conflict if one is not as it was seen.
	Correct(context.Context, Correction) error
}

// Problems is the use case of who corrects rows that break rules.
type Problems struct {
	Book   ProblemBook
	Sights Sights
}

// ProblemPage is how many rows one answer carries.
const ProblemPage = 50

// List answers rows with problems: of the coordinator's unit, or all.
func (p Problems) List(a actor.Actor, collection string, offset int) (ProblemList, error) {
	ut, err := reach(a, actor.CorrectProblems)
	if err != nil {
		return ProblemList{}, err
	}
	out, err := p.Book.List(ProblemQuery{UT: ut, Collection: collection, Offset: offset, Limit: ProblemPage})
	if err != nil {
		return ProblemList{}, err
	}
	var seen []Sight
	for _, r := range out.Rows {
		if records.NamesPeople(r.Collection) {
			seen = append(seen, Sight{
				Actor: a.User, Action: ActionRead, Collection: r.Collection, Record: r.Record, Detail: SightDetail{What: "problems", Rows: 1},
			})
		}
	}
	return out, p.Sights.Saw(seen...)
}

// Correct changes a row with problems; the reason is kept.
func (p Problems) Correct(ctx context.Context, a actor.Actor, c Correction) error {
	ut, err := reach(a, actor.CorrectProblems)
	if err != nil {
		return err
	}
	c.UT, c.Actor, c.Reason = ut, a.User, strings.TrimSpace(c.Reason)
	if err := (Answerer{a.User, a.Name, c.Reason}).Check(); err != nil {
		return err
	}
	return p.Book.Correct(ctx, c)
}

var eightDigits = regexp.MustCompile(`[0-9]{8}`)

// MaskedValue is a field's value as the list of problems shows it: a DNI shows
// its last three digits, also one among what a conflict lost. Text in its place
// that cannot be read has every number of that length masked.
func MaskedValue(field string, v any) any {
	switch v := v.(type) {
	case string:
		switch field {
		case "dni":
			return identity.Mask(v)
		case "values", "errors":
			return eightDigits.ReplaceAllStringFunc(v, identity.Mask)
		}
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = MaskedValue(field, x)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, x := range v {
			if of, _ := v["field"].(string); of == "dni" && name != "field" {
				out[name] = masked(x)
				continue
			}
			out[name] = MaskedValue(name, x)
		}
		return out
	}
	return v
}
