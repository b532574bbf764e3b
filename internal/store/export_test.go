package store

// Waiting is how many pushes wait for their turn to write.
func (r *Replica) Waiting() int {
	r.commits.mu.Lock()
	defer r.commits.mu.Unlock()
	return len(r.commits.waiting)
}

// AskedByCommits are the statements by which a commit finds whose counts it moves.
func AskedByCommits() map[string]string {
	out := map[string]string{"persons": personsNow}
	for collection, sql := range restsOn {
		out[collection] = sql
	}
	return out
}
