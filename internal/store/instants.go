package store

import (
	"time"

	"github.com/pocketbase/pocketbase/tools/types"
)

// StampLayout is an instant as this project's own tables keep it, in UTC.
const StampLayout = "2006-01-02T15:04:05.000Z"

// FormatStamp is "" for the zero time.
func FormatStamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(StampLayout)
}

// ParseStamp reads what formatStamp wrote.
func ParseStamp(s string) time.Time {
	t, _ := time.Parse(StampLayout, s) // "" is the zero time
	return t
}

// PBTime is an instant as PocketBase keeps it.
func PBTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000Z") }

// ParsePB reads an instant as PocketBase keeps it.
func ParsePB(s string) time.Time {
	t, _ := types.ParseDateTime(s)
	return t.Time()
}
