package store

// AskedByCommits are the statements by which a commit finds whose counts it moves.
func AskedByCommits() map[string]string {
	out := map[string]string{"persons": personsNow}
	for collection, sql := range restsOn {
		out[collection] = sql
	}
	return out
}
