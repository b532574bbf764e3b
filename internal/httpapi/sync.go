package httpapi

import (
	"encoding/json"
	"time"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/replication"
)

func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

type sessionResponse struct {
	User         string `json:"user"`
	Name         string `json:"name"`
	Email        string `json:"email"`
	Role         string `json:"role"`
	UTName       string `json:"ut_name,omitempty"`
	EntityName   string `json:"entity_name,omitempty"`
	Demo         bool   `json:"demo"`
	DemoData     bool   `json:"demo_data"`
	UnitsNote    string `json:"units_note,omitempty"`
	BusinessDate string `json:"business_date"`
	ServerTime   string `json:"server_time"`
}

func (a *API) session(c echo.Context) (any, error) {
	return as(func(s app.Session) sessionResponse {
		return sessionResponse{
			User: s.Actor.User, Name: s.Actor.Name, Email: s.Actor.Email, Role: string(s.Actor.Role),
			UTName: s.UTName, EntityName: s.EntityName, Demo: s.Actor.Demo, DemoData: s.DemoData, UnitsNote: s.UnitsNote,
			BusinessDate: string(s.BusinessDate), ServerTime: utc(s.ServerTime),
		}
	})(a.Accounts.Session(who(c)))
}

type deviceRequest struct {
	Install    string `json:"install" validate:"required,min=8,max=64" clean:"-"`
	Name       string `json:"name" validate:"max=100"`
	Platform   string `json:"platform" validate:"max=200"`
	AppVersion string `json:"app_version" validate:"max=40"`
}

func (a *API) register(c echo.Context, q deviceRequest) (any, error) {
	d, err := a.Accounts.Register(who(c), app.DeviceRequest(q))
	return map[string]any{"device": d.ID, "last_counter": d.LastCounter}, err
}

type deviceReport struct {
	AppVersion      string `json:"app_version" validate:"max=40"`
	Outbox          int64  `json:"outbox" validate:"min=0"`
	OldestPendingAt string `json:"oldest_pending_at" validate:"max=40"`
	Rejected        int64  `json:"rejected" validate:"min=0"`
	Parked          int64  `json:"parked" validate:"min=0"`
	StorageUsed     int64  `json:"storage_used" validate:"min=0"`
	StorageQuota    int64  `json:"storage_quota" validate:"min=0"`
	Persisted       bool   `json:"persisted"`
	LastHealAt      string `json:"last_heal_at" validate:"max=40"`
	DiffersSince    string `json:"differs_since" validate:"max=40"`
}

type pullRequest struct {
	Protocol  int                 `json:"protocol" validate:"required"`
	Schema    int                 `json:"schema" validate:"required"`
	Device    string              `json:"device" validate:"required,max=15"`
	Cursor    *replication.Cursor `json:"cursor"`
	Marks     []replication.Mark  `json:"marks" validate:"max=32,dive"`
	Checksums bool                `json:"checksums"`
	Report    *deviceReport       `json:"report"`
}

func (a *API) pull(c echo.Context) error {
	var q pullRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	if q.Protocol != 1 || q.Schema < app.ResetSchema || q.Schema > app.ReconcileSchema {
		return fault.New(fault.ClientOutdated, "schema")
	}
	if err := a.Accounts.MaySync(who(c), q.Device); err != nil {
		return err
	}
	send, err := a.page(c, &q)
	if err != nil {
		return err
	}
	if err := a.Accounts.Seen(who(c), q.Device, (*app.DeviceReport)(q.Report)); err != nil {
		a.Log.Warn("device report not kept", "device", q.Device, "error", err) // it comes again with the next pull
	}
	return send()
}

// page makes the answer of a pull while it has a place at the gate.
func (a *API) page(c echo.Context, q *pullRequest) (send func() error, err error) {
	leave, err := a.gateOf(q).Enter(c.Request().Context())
	if err != nil {
		return nil, err
	}
	defer leave()
	p, err := a.Replica.Pull(who(c), app.PullQuery{Device: q.Device, Schema: q.Schema, Cursor: q.Cursor, Marks: q.Marks, Checksums: q.Checksums})
	if err != nil {
		return nil, err
	}
	return spool(c, p)
}

type pushRequest struct {
	Protocol  int                `json:"protocol" validate:"required"`
	Device    string             `json:"device" validate:"required,max=15"`
	Marks     []replication.Mark `json:"marks" validate:"max=32,dive"`
	Mutations []json.RawMessage  `json:"mutations" validate:"required"`
}

type outcome struct {
	ID      string    `json:"id"`
	Status  string    `json:"status"`
	Seq     int64     `json:"seq,omitempty"`
	Rev     int64     `json:"rev,omitempty"`
	Receipt string    `json:"receipt,omitempty"`
	Errors  []problem `json:"errors,omitempty"`

	Lost     []string `json:"lost,omitempty"`
	Conflict string   `json:"conflict,omitempty"`
	Reviewed bool     `json:"reviewed,omitempty"`
}

type pushResponse struct {
	Rewound    bool             `json:"rewound,omitempty"`
	Mark       replication.Mark `json:"mark"`
	Results    []outcome        `json:"results"`
	DurableSeq int64            `json:"durable_seq"`
	ServerTime string           `json:"server_time"`
}

func bytesOf(mutations []json.RawMessage) (n int64) {
	for _, m := range mutations {
		n += int64(len(m))
	}
	return n
}

func (a *API) push(c echo.Context, q pushRequest) (any, error) {
	if err := a.Accounts.MayPush(who(c), q.Device); err != nil {
		return nil, err
	}
	size, kept := bytesOf(q.Mutations), false
	if err := a.PushQuota.Take(who(c).User, size); err != nil {
		return nil, err
	}
	defer func() {
		if !kept {
			a.PushQuota.GiveBack(who(c).User, size)
		}
	}()
	knows, err := a.Replica.Knows(q.Marks)
	if err != nil {
		return nil, err
	}
	if !knows {
		// What the device sends may rest on acknowledged work that this server has
		// lost. That comes first: the device hears of it, and sends both again.
		q.Mutations = nil
	}
	r, err := a.Pusher.Push(c.Request().Context(), who(c), q.Device, q.Mutations)
	if err != nil {
		return nil, err
	}
	kept = knows
	// Read after the commit: this mark and what it says of the device's own hold
	// for the commit before it too.
	w, err := a.Replica.Witness(who(c), q.Device, q.Marks)
	if err != nil {
		return nil, err
	}
	results := each(r.Outcomes, func(o app.Outcome) outcome {
		return outcome{
			ID: o.ID, Status: o.Status, Seq: o.Seq, Rev: o.Rev, Receipt: o.Receipt, Errors: each(o.Errors, say), Lost: o.Lost, Conflict: o.Conflict,
			Reviewed: o.Reviewed,
		}
	})
	return pushResponse{
		Rewound: len(w.Rewound) > 0, Mark: w.Mark, Results: results, DurableSeq: r.DurableSeq, ServerTime: utc(r.ServerTime),
	}, nil
}
