package replication

import "sort"

// Group is the buckets that stand at one sequence number.
type Group struct {
	Seq     int64  `json:"seq"`
	Nonce   string `json:"nonce" validate:"max=1000"`
	Buckets []int  `json:"buckets"`
}

// Cursor says how far each bucket was read in one history of one node.
type Cursor struct {
	Node  string  `json:"node" validate:"max=64"`
	Epoch int64   `json:"epoch"`
	At    []Group `json:"at" validate:"dive"`
}

// Positions is seq by bucket handle.
func (c *Cursor) Positions() map[int]int64 {
	out := map[int]int64{}
	if c == nil {
		return out
	}
	for _, g := range c.At {
		for _, b := range g.Buckets {
			out[b] = g.Seq
		}
	}
	return out
}

// NewCursor groups positions by sequence number, newest first. nonce answers
// the nonce of the commit that holds a sequence number.
func NewCursor(node string, epoch int64, positions map[int]int64, nonce func(int64) (string, error)) (Cursor, error) {
	bySeq := map[int64][]int{}
	for bucket, seq := range positions {
		bySeq[seq] = append(bySeq[seq], bucket)
	}
	c := Cursor{Node: node, Epoch: epoch, At: []Group{}}
	for seq, buckets := range bySeq {
		sort.Ints(buckets)
		n, err := nonce(seq)
		if err != nil {
			return c, err
		}
		c.At = append(c.At, Group{Seq: seq, Nonce: n, Buckets: buckets})
	}
	sort.Slice(c.At, func(i, j int) bool { return c.At[i].Seq > c.At[j].Seq })
	return c, nil
}
