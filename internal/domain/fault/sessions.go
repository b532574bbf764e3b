package fault

// The codes of what one account or address may have of.
const (
	TooManyStreams Code = "too_many_streams"
	TooManyDevices Code = "too_many_devices"
	PushedEnough   Code = "pushed_enough"
	TooOften       Code = "too_often"
)
