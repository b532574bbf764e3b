package fault

// The codes of who saw as many people as an account may in a day.
const (
	RevealedEnough Code = "revealed_enough"
	ReadEnough     Code = "read_enough"
)
