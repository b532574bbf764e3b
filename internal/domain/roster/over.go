package roster

import "chaski/internal/domain/jobs"

var over = jobs.Works.Set(jobs.Over)

// IsOver says whether nobody works there any more: its insurance alarms nobody.
// The same rule runs on the phone; both must pass testdata/rules/over.json.
func IsOver(state string) bool { return over[state] }
