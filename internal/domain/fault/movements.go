package fault

// The codes of a movement of a roster.
const (
	// MovementOrder: who comes does so on the last day of who is replaced, or before.
	MovementOrder Code = "movement_order"
	UnderAge      Code = "under_age"
	// PersonLeft: somebody's last day was said already.
	PersonLeft Code = "person_left"
	// PersonOnRoster: who comes is on the roster of this work that day.
	PersonOnRoster Code = "person_on_roster"
	CupoTaken      Code = "cupo_taken"
	CupoVoid       Code = "cupo_void"
	// WorkedAfter: somebody was marked present after the day that is said to be his last.
	WorkedAfter Code = "worked_after"
	// MovementDecided: its unit validated or voided it.
	MovementDecided Code = "movement_decided"
	// MovementFollowed: something else rests on it.
	MovementFollowed Code = "movement_followed"
	MovementState    Code = "movement_state"
)
