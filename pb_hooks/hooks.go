// Package pb_hooks says which record event calls which rule. Each hook is a few
// lines, ends in e.Next() and uses e.App.
package pb_hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/replication"
	"chaski/internal/store"
)

// Register binds every hook to an app.
func Register(app core.App, engine *store.Engine) {
	registerLedger(app, engine)
	registerRules(app, engine)
	registerSheets(app, engine)
	registerAudit(app, engine)
	registerAccess(app)
}

// tracked are the collections whose writes the ledger remembers.
func tracked() []string {
	names := make([]string, len(replication.Collections))
	for i, c := range replication.Collections {
		names[i] = c.Name
	}
	return names
}
