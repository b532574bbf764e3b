//go:build planted

package store

import "os"

// Bugs for the simulation to find; CHASKI_PLANT chooses one. No product build
// has this file.
var (
	supervisedToday = planted("reassign-without-drop",
		`SELECT DISTINCT intervention FROM assignments WHERE user = {:u} AND from_on <= {:d} ORDER BY intervention`,
		`SELECT DISTINCT intervention FROM assignments
			WHERE user = {:u} AND from_on <= {:d} AND (to_on = '' OR to_on >= {:d}) ORDER BY intervention`)
	newestSeq = planted("max-plus-one",
		`SELECT epoch, (SELECT coalesce(max(seq), 0) FROM sync_entries) FROM sync_clock`,
		`SELECT epoch, seq FROM sync_clock`)
)

func planted(name, faulty, sound string) string {
	if os.Getenv("CHASKI_PLANT") == name {
		return faulty
	}
	return sound
}
