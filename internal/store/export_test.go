package store

// Waiting is how many pushes wait for their turn to write.
func (r *Replica) Waiting() int {
	r.commits.mu.Lock()
	defer r.commits.mu.Unlock()
	return len(r.commits.waiting)
}
