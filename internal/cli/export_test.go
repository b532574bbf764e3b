package cli

import (
	"context"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// WarnsOfPlainHTTP says whether serve warns on that address.
func WarnsOfPlainHTTP(address string, behindProxy bool) bool {
	var out strings.Builder
	o := serveOptions{http: address, out: &out}
	o.warn(behindProxy)
	return strings.Contains(out.String(), "AVISO")
}

// RunBackupPlan makes one backup as the schedule does.
func RunBackupPlan(ctx context.Context, app core.App, to string, keep int) error {
	p := newBackupPlan(app)
	p.to, p.keep = to, keep
	return p.run(ctx)
}
