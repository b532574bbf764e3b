package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/store/sqlite"
)

// MigrationsMatch says whether the schema is exactly this program's: nothing to
// apply, nothing from a newer one.
func MigrationsMatch(pb core.App) (bool, error) {
	applied, err := sqlite.Column(pb.ConcurrentDB(), `SELECT file FROM _migrations`, nil)
	if err != nil {
		return false, err
	}
	var known []string
	for _, list := range []core.MigrationsList{core.SystemMigrations, core.AppMigrations} {
		for _, m := range list.Items() {
			known = append(known, m.File)
		}
	}
	slices.Sort(applied)
	slices.Sort(known)
	return slices.Equal(applied, known), nil
}

// CanWrite begins a write and gives it up. It waits its turn behind other
// writers as long as ctx lasts.
func CanWrite(ctx context.Context, pb core.App) (err error) {
	db, ok := pb.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return errors.New("probe inside a transaction")
	}
	conn, err := db.DB().Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil {
		return err
	}
	_, err = conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
	return err
}

// Backlog counts rows that wait to be taken into account, up to a limit: the
// count stays cheap when there are many.
func Backlog(pb core.App, limit int) (int, error) {
	var n int
	err := pb.ConcurrentDB().NewQuery(fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM dirty LIMIT %d)`, limit)).Row(&n)
	return n, err
}

// DeviceReports sums what devices in use last said of themselves.
type DeviceReports struct {
	Devices  int64 `db:"devices"`
	Outbox   int64 `db:"outbox"`
	Rejected int64 `db:"rejected"`
	Parked   int64 `db:"parked"`
}

// ReportedByDevices reads the device registry.
func ReportedByDevices(pb core.App) (DeviceReports, error) {
	var r DeviceReports
	err := pb.ConcurrentDB().NewQuery(`SELECT count(*) AS devices, coalesce(sum(outbox), 0) AS outbox,
		coalesce(sum(rejected), 0) AS rejected, coalesce(sum(parked), 0) AS parked FROM devices WHERE state IN ('', 'activo')`).One(&r)
	return r, err
}
