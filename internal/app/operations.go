package app

import (
	"context"

	"chaski/internal/domain/actor"
)

// The checks of readiness, by their names on the wire.
const (
	CheckMigrations = "migrations" // the schema is this program's
	CheckDatabase   = "database"   // a write can begin
	CheckBacklog    = "backlog"    // rows that wait to be taken into account
	CheckDisk       = "disk"       // free space above the floor
)

// Readiness says whether the server should be sent work.
type Readiness struct {
	Ready  bool            `json:"ready"`
	Checks map[string]bool `json:"checks"`
}

// The states of the newest backup.
const (
	BackupNone   = "none"   // never made here
	BackupOK     = "ok"     // proved, and nothing found wrong
	BackupFlawed = "flawed" // made; the original has missing files or differences
	BackupFailed = "failed"
	BackupOld    = "old" // good, but older than two of the schedule's days
)

// BackupState is the newest backup, for those who answer for it. At is zero if
// there was none.
type BackupState struct {
	State       string  `json:"state"`
	At          Instant `json:"at,omitzero"`
	Archive     string  `json:"archive,omitempty"`
	Bytes       int64   `json:"bytes"`
	Files       int     `json:"files"`
	Missing     int     `json:"missing"`
	Differences int     `json:"differences"`
	Error       string  `json:"error,omitempty"`
	Next        Instant `json:"next_at,omitzero"`       // when the schedule makes one; zero if never
	Since       Instant `json:"running_since,omitzero"` // one is being made since then; zero if none
}

// OperationsState is what an administrator wants to know of the machine.
type OperationsState struct {
	Version       string         `json:"version"`
	Readiness     Readiness      `json:"readiness"`
	Backup        BackupState    `json:"backup"`
	DatabaseBytes int64          `json:"database_bytes"`
	WALBytes      int64          `json:"wal_bytes"`
	DiskFree      *int64         `json:"disk_free_bytes,omitempty"` // nil if the system does not tell
	DiskFloor     int64          `json:"disk_floor_bytes"`          // free bytes below which the server is not ready
	Antivirus     AntivirusState `json:"antivirus"`
}

// AntivirusState is the scanner of documents.
type AntivirusState struct {
	Installed bool   `json:"installed"`
	Answers   bool   `json:"answers"`
	Version   string `json:"version"`       // what it says of itself and of its signatures
	Waiting   int64  `json:"in_quarantine"` // documents
}

// Operations knows how the server is.
type Operations interface {
	// Ready is cheap however often it is asked.
	Ready(context.Context) Readiness
	// State is for administrators; a Forbidden fault for anybody else.
	State(context.Context, actor.Actor) (OperationsState, error)
	// BackUp begins a backup and does not wait for it; State tells what became of
	// it. If one is being made already, that one is it. Rights as State.
	BackUp(actor.Actor) error
	// Room is a StorageFull fault if so many bytes more would leave less than the
	// floor on the disk of the data.
	Room(more int64) error
	// SawDamage notes that the database was found damaged: from then on the server
	// is not ready. It stays so until it is started on a sound one.
	SawDamage()
}
