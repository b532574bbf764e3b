package push

// Waiting is how many pushes wait for their turn to write.
func (c *Commits) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}
