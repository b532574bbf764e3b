package store

import (
	"encoding/json"

	"github.com/pocketbase/dbx"
)

// chunk bounds the number of values in one IN list.
const chunk = 500

// anys are values as dbx.In takes them.
func anys[T any](in []T) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = v
	}
	return out
}

// column reads one column of strings.
func column(db dbx.Builder, sql string, params dbx.Params) ([]string, error) {
	var out []string
	err := db.NewQuery(sql).Bind(params).Column(&out)
	return out, err
}

// jsonList hands a list to SQL as one value, for json_each.
func jsonList(ids []string) string {
	out, _ := json.Marshal(ids) // strings always encode
	return string(out)
}
