package fault

// The codes of imports that are written in steps: why one does not go on.
const (
	ImportStopped    Code = "import_stopped"
	ImportStoppedRow Code = "import_stopped_row"
)
