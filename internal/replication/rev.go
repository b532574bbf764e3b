package replication

// epochRevs is more than a row changes in one epoch.
const epochRevs = 1_000_000

// NextRev is the revision of a row that changes in an epoch (from 1); rev is 0
// for one that is created. The epochs' revisions lie apart: a base that a device
// saw in a future that was lost is below whatever changed since, and never passes
// for knowledge of it (I4).
func NextRev(rev, epoch int64) int64 {
	if rev == 0 {
		return 1
	}
	return max(rev+1, (epoch-1)*epochRevs)
}
