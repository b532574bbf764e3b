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
const PageBytes = 256 << 10

// The shapes of a replica that a pull may ask for. Of a history that was lost,
// ResetSchema starts over; ReconcileSchema repairs the difference.
const (
	ResetSchema     = 1
	ReconcileSchema = 2
)

// PullQuery is what a device asks.
type PullQuery struct {
	Device    string
	Schema    int
	Cursor    *replication.Cursor // nil at first
	Marks     []replication.Mark  // not confirmed yet
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

// Witness is what the server says of the marks a device sent.
type Witness struct {
	Mark    replication.Mark   // the newest commit
	Rewound []replication.Mark // those of a history that this server does not have
}

// Page is one answer to a pull; docs/protocol.md §5.
type Page struct {
	Witness
	Reset        bool
	ServerTime   time.Time
	BusinessDate day.Day
	Enter        []BucketName
	Drop         []int
	Reconcile    []BucketName // to be compared row by row: see Digests
	Puts         []Put
	Removes      []Remove
	Cursor       replication.Cursor
	DurableSeq   int64
	Complete     bool
	Total        string
	Checks       []BucketCheck
}

// The bounds of a comparison row by row.
const (
	DigestsPage = 4000 // rows
	MaxRowKeys  = 500
)

// RowDigest is what a row must be like on a device that holds its bucket.
type RowDigest struct {
	Collection, ID string
	Rev            int64
	Digest         string // 16 hex digits
}

// Digests is one page of what a bucket holds, by collection and id.
type Digests struct {
	Bucket BucketName
	Mark   replication.Mark // of the transaction that read this page
	Rows   []RowDigest
	Next   string // the key to go on with, "" at the end
}

// RowKey names a row.
type RowKey struct {
	Collection string `json:"c" validate:"required,max=60"`
	ID         string `json:"id" validate:"required,max=60"`
}

// Row is a row as it is now.
type Row struct {
	Collection string          `json:"c"`
	ID         string          `json:"id"`
	Rev        int64           `json:"rev"`
	Data       json.RawMessage `json:"data"`
}

// Replica serves what devices hold.
type Replica interface {
	// Pull answers one page for the actor's buckets.
	Pull(actor.Actor, PullQuery) (Page, error)
	// Digests lists a bucket the actor holds, at most DigestsPage rows after a
	// key that an earlier page gave; NotFound if he does not hold it.
	Digests(a actor.Actor, bucket int, after string) (Digests, error)
	// Rows answers those of the keys that are in a bucket the actor holds;
	// NotFound if he does not hold it.
	Rows(a actor.Actor, bucket int, keys []RowKey) ([]Row, error)
	// Knows says whether all these marks are of this history.
	Knows(marks []replication.Mark) (bool, error)
	// Witness looks a device's marks up in this history, and notes those that
	// are not in it.
	Witness(a actor.Actor, device string, marks []replication.Mark) (Witness, error)
}
