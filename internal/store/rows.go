package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// Loaded are rows as they are now. A row that is gone is in neither map.
type Loaded struct {
	Now        map[string]replication.Payload
	unreadable map[string]error               // written by hand with what no field can hold
	partly     map[string]replication.Payload // of those, the fields that can be read
}

// LoadPayloads reads the remembered fields of rows. One unreadable row never
// stops the others.
func LoadPayloads(db dbx.Builder, c *replication.Collection, ids []string) (Loaded, error) {
	columns := make([]string, 0, len(c.Fields)+1)
	columns = append(columns, "id")
	for _, f := range c.Fields {
		columns = append(columns, f.Name)
	}
	out := Loaded{Now: make(map[string]replication.Payload, len(ids)), unreadable: map[string]error{}, partly: map[string]replication.Payload{}}
	for len(ids) > 0 {
		n := min(sqlite.Chunk, len(ids))
		rows, err := db.Select(columns...).From(c.Name).Where(dbx.In("id", sqlite.Anys(ids[:n])...)).Rows()
		if err != nil {
			return out, err
		}
		if err = scanPayloads(rows, c, out); err != nil {
			return out, err
		}
		ids = ids[n:]
	}
	return out, nil
}

func scanPayloads(rows *dbx.Rows, c *replication.Collection, out Loaded) error {
	defer func() { _ = rows.Close() }()
	raw := make([]sql.NullString, len(c.Fields)+1) // the id, then the fields
	dest := make([]any, len(raw))
	for i := range raw {
		dest[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		id := raw[0].String
		p := make(replication.Payload, len(c.Fields))
		for i, f := range c.Fields {
			v, err := DecodeField(f, raw[i+1].String)
			if err != nil {
				if out.unreadable[id] == nil {
					out.unreadable[id] = &unreadableField{f.Name, err}
				}
				continue
			}
			if replication.Holds(f, v) {
				p[f.Name] = v
			}
		}
		if out.unreadable[id] == nil {
			out.Now[id] = p
		} else {
			out.partly[id] = p
		}
	}
	return rows.Err()
}

// DecodeField reads a column as its field says.
func DecodeField(f replication.Field, s string) (any, error) {
	switch f.Kind {
	case replication.Int:
		return DecodeInt(s)
	case replication.Bool:
		return s == "1" || s == "true", nil
	case replication.Instant:
		return strings.Replace(s, " ", "T", 1), nil
	case replication.JSON:
		if s == "" {
			return nil, nil
		}
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		return v, wholeNumbers(v)
	case replication.Text:
		return s, nil
	}
	return nil, fmt.Errorf("unknown kind %d", f.Kind)
}

// exact bounds the whole numbers that every side keeps exactly.
const exact = 1 << 53

// DecodeInt reads a whole number. SQL written by hand can leave a fraction
// where PocketBase would have refused it; that is an error, not a rounding.
func DecodeInt(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f != math.Trunc(f) || math.Abs(f) >= exact {
			return 0, fmt.Errorf("not a whole number: %q", s)
		}
		n = int64(f)
	}
	if n <= -exact || n >= exact {
		return 0, fmt.Errorf("beyond what every side keeps exactly: %q", s)
	}
	return n, nil
}

// wholeNumbers refuses JSON in which a number is none: languages print fractions
// differently, and a checksum over them would differ for ever.
func wholeNumbers(v any) error {
	switch x := v.(type) {
	case json.Number:
		_, err := DecodeInt(x.String())
		return err
	case []any:
		for _, item := range x {
			if err := wholeNumbers(item); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, item := range x {
			if err := wholeNumbers(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// DecodePayload reads a payload as it was remembered.
func DecodePayload(s string) replication.Payload {
	if s == "" {
		return nil
	}
	var p replication.Payload
	if json.Unmarshal([]byte(s), &p) != nil {
		return nil // written by this package; verify reports what is not JSON
	}
	return p
}
