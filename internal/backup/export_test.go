package backup

// OnStep lets a test act between the steps of a backup.
func (o *Options) OnStep(act func(point string)) { o.onStep = act }

// The steps.
const (
	FilesLinked = filesLinked
	MomentHeld  = momentHeld
)
