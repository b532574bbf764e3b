package store

import (
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/tools/types"
)

// stampLayout is an instant as this project's own tables keep it, in UTC.
const stampLayout = "2006-01-02T15:04:05.000Z"

// formatStamp is "" for the zero time.
func formatStamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(stampLayout)
}

// parseStamp reads what formatStamp wrote.
func parseStamp(s string) time.Time {
	t, _ := time.Parse(stampLayout, s) // "" is the zero time
	return t
}

// pbTime is an instant as PocketBase keeps it.
func pbTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000Z") }

// parsePB reads an instant as PocketBase keeps it.
func parsePB(s string) time.Time {
	t, _ := types.ParseDateTime(s)
	return t.Time()
}

// wireInstant writes a stored instant as RFC 3339.
func wireInstant(stored string) string { return strings.Replace(stored, " ", "T", 1) }
