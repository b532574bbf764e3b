package httpapi

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// live says that the process answers, and nothing of what lies behind it: an
// orchestrator restarts what is not live, and a full disk is no reason to.
func (a *API) live(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]bool{"live": true})
}

func (a *API) ready(c echo.Context) error {
	r := a.Operations.Ready(c.Request().Context())
	status := http.StatusOK
	if !r.Ready {
		status = http.StatusServiceUnavailable
	}
	return c.JSON(status, r)
}

type backupState struct {
	State       string `json:"state"`
	At          string `json:"at,omitempty"`
	Archive     string `json:"archive,omitempty"`
	Bytes       int64  `json:"bytes"`
	Files       int    `json:"files"`
	Missing     int    `json:"missing"`
	Differences int    `json:"differences"`
	Error       string `json:"error,omitempty"`
	Next        string `json:"next_at,omitempty"`
	Since       string `json:"running_since,omitempty"`
}

type operationsResponse struct {
	Version       string             `json:"version"`
	Readiness     app.Readiness      `json:"readiness"`
	Backup        backupState        `json:"backup"`
	DatabaseBytes int64              `json:"database_bytes"`
	WALBytes      int64              `json:"wal_bytes"`
	DiskFree      *int64             `json:"disk_free_bytes,omitempty"`
	DiskFloor     int64              `json:"disk_floor_bytes"`
	Antivirus     app.AntivirusState `json:"antivirus"`
}

func (a *API) operations(c echo.Context) error { return a.sayOperations(c, http.StatusOK) }

func (a *API) backUp(c echo.Context) error {
	if err := a.Operations.BackUp(who(c)); err != nil {
		return err
	}
	return a.sayOperations(c, http.StatusAccepted)
}

func (a *API) sayOperations(c echo.Context, status int) error {
	s, err := a.Operations.State(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	out := operationsResponse{
		Version: s.Version, Readiness: s.Readiness, Backup: sayBackup(s.Backup),
		DatabaseBytes: s.DatabaseBytes, WALBytes: s.WALBytes, DiskFloor: s.DiskFloor, Antivirus: s.Antivirus,
	}
	if s.DiskFree >= 0 {
		out.DiskFree = &s.DiskFree
	}
	return c.JSON(status, out)
}

func sayBackup(b app.BackupState) backupState {
	out := backupState{
		State: b.State, Archive: b.Archive, Bytes: b.Bytes, Files: b.Files,
		Missing: b.Missing, Differences: b.Differences, Error: b.Error,
	}
	for _, x := range []struct {
		at  time.Time
		out *string
	}{{b.At, &out.At}, {b.Next, &out.Next}, {b.Since, &out.Since}} {
		if !x.at.IsZero() {
			*x.out = utc(x.at)
		}
	}
	return out
}
