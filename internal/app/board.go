package app

// Board answers what central staff see.
type Board interface{}
