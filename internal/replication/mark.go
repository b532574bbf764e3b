package replication

// Mark proves a commit of one history: no other history has this seq with this
// nonce. A device keeps the marks it was given until the server has confirmed
// them, and sends them with every request (docs/protocol.md §4).
//
// History is linear: a mark that is known proves every commit before it.
type Mark struct {
	Epoch int64  `json:"epoch"`
	Seq   int64  `json:"seq"`
	Nonce string `json:"nonce" validate:"max=1000"`
}

// MaxMarks is how many marks one request may carry.
const MaxMarks = 32

// RemovalDays is how long a removal is kept for devices that were away. Longer
// away than that costs a comparison row by row, not a first sync.
const RemovalDays = 180
