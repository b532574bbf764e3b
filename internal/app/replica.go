// Package app has the use cases and the ports they need: what devices pull and
// push, what the board shows. It knows no database and no HTTP.
package app

import (
	"encoding/json"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/replication"
)

// PageBytes is about how much JSON one page of a pull carries.
const PageBytes = 192 << 10

// PullQuery is what a device asks.
type PullQuery struct {
	Device    string
	Cursor    *replication.Cursor // nil at first
	Checksums bool
}

// BucketName tells a device what a handle means.
type BucketName struct {
	Handle int    `json:"handle"`
	Name   string `json:"name"`
}

// Put is a row in a bucket, as it is now.
type Put struct {
	Bucket     int             `json:"b"`
	Collection string          `json:"c"`
	ID         string          `json:"id"`
	Rev        int64           `json:"rev"`
	Data       json.RawMessage `json:"data"`
}

// Remove says that a row left a bucket.
type Remove struct {
	Bucket     int    `json:"b"`
	Collection string `json:"c"`
	ID         string `json:"id"`
}

// BucketCheck lets a device prove that it holds what the server holds.
type BucketCheck struct {
	Handle int    `json:"handle"`
	Count  int64  `json:"count"`
	Sum    string `json:"sum"`
}

// Page is one answer to a pull; docs/protocol.md §5.
type Page struct {
	Reset        bool
	ServerTime   time.Time
	BusinessDate day.Day
	Enter        []BucketName
	Drop         []int
	Puts         []Put
	Removes      []Remove
	Cursor       replication.Cursor
	DurableSeq   int64
	Complete     bool
	Total        string
	Checks       []BucketCheck
}

// Replica serves pulls.
type Replica interface {
	// Pull answers one page for the actor's buckets.
	Pull(actor.Actor, PullQuery) (Page, error)
}
