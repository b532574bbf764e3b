package store

// Waiting is how many pushes wait for their turn to write.
func (c *Commits) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

// AskedByCommits are the statements by which a commit finds whose counts it moves.
func AskedByCommits() map[string]string {
	out := map[string]string{"persons": personsNow}
	for collection, sql := range restsOn {
		out[collection] = sql
	}
	return out
}
