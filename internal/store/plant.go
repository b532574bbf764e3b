//go:build !planted

package store

// The two queries that the simulation replaces with faulty ones, under the build
// tag "planted", to see that it would notice.

// supervisedToday lists the interventions assigned to a person on a day.
const supervisedToday = `SELECT DISTINCT intervention FROM assignments
	WHERE user = {:u} AND from_on <= {:d} AND (to_on = '' OR to_on >= {:d}) ORDER BY intervention`

// newestSeq reads the counter itself: never a MAX, which forgets what was given
// out and left no row.
const newestSeq = `SELECT epoch, seq FROM sync_clock`
