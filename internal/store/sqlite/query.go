package sqlite

import (
	"encoding/json"
	"strings"

	"github.com/pocketbase/dbx"
)

// Chunk bounds the number of values in one IN list.
const Chunk = 500

// Anys are values as dbx.In takes them.
func Anys[T any](in []T) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = v
	}
	return out
}

// Column reads one column of strings.
func Column(db dbx.Builder, sql string, params dbx.Params) ([]string, error) {
	var out []string
	err := db.NewQuery(sql).Bind(params).Column(&out)
	return out, err
}

// JSONList hands a list to SQL as one value, for json_each.
func JSONList(ids []string) string {
	out, _ := json.Marshal(ids) // strings always encode
	return string(out)
}

// LikePattern is for LIKE, to find text anywhere.
func LikePattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.TrimSpace(text)) + "%"
}
