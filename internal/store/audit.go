package store

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
)

// AuditUnattributed is the action of a change that arrived past the hooks.
// `chaski verify` names such rows until somebody has accounted for them.
const AuditUnattributed = "unattributed"

// AuditCatalogue is the action of a value that central staff added.
const AuditCatalogue = "catalogue"

// AuditCorrected is the action of who corrected a row on that list.
const AuditCorrected = "correct"

// writers are the actions of the trail that change the row they name. All others
// leave it as it is: who looked at a row, answered for it or was refused is no
// author of what it says. A new action is a reader until it stands here.
var writers = []string{"create", "update", "delete", "settle_conflict", AuditCorrected, AuditCatalogue, AuditUnattributed}

// WritersSQL is that list for a condition.
var WritersSQL = `('` + strings.Join(writers, `', '`) + `')`

// Audit is one entry of the trail.
type Audit struct {
	Actor  string // user id, "superuser:<id>", or "" for nobody known
	Action string
	Key    Key
	Detail any
	Device string
	At     time.Time
}

// WriteAudit adds an entry in the transaction of app.
func WriteAudit(app core.App, a Audit) error {
	detail, err := json.Marshal(a.Detail)
	if err != nil {
		return err
	}
	at := PBTime(a.At)
	_, err = app.NonconcurrentDB().Insert("audit", dbx.Params{
		"id": security.PseudorandomStringWithAlphabet(15, core.DefaultIdAlphabet), "actor": a.Actor, "action": a.Action,
		"collection": a.Key.Collection, "record": a.Key.Record, "detail": string(detail), "device": a.Device,
		"created": at, "updated": at,
	}).Execute()
	return err
}
