package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/cron"
)

const backupJob = "chaski_backup"

// Off is the schedule that never comes.
const Off = "off"

// maxBackup is how long a backup may take before it is given up.
const maxBackup = 6 * time.Hour

// ScheduleBackups runs a backup by a cron expression in UTC (Off: never) while
// the app serves. What became of it is kept beside the data (backup.Last); a
// failure is logged as an error too.
func ScheduleBackups(app core.App, expression string, run func(context.Context) error) error {
	if expression == Off {
		app.Cron().Remove(backupJob)
		return nil
	}
	if _, err := cron.NewSchedule(expression); err != nil {
		return fmt.Errorf("--backup-schedule %q no es un horario de cron (minuto hora día mes día-de-semana, en UTC) ni «off»: %w", expression, err)
	}
	return app.Cron().Add(backupJob, expression, func() {
		ctx, cancel := context.WithTimeout(context.Background(), maxBackup)
		defer cancel()
		if err := run(ctx); err != nil {
			app.Logger().Error("scheduled backup failed", "error", err)
			return
		}
		app.Logger().Info("scheduled backup made")
	})
}
