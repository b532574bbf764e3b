package records

import (
	"chaski/internal/domain/attendance"
	"chaski/internal/domain/device"
	"chaski/internal/domain/insurance"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/rendicion"
	"chaski/internal/domain/states"
	"chaski/internal/domain/visit"
)

// Machines are the tables of everything that has states and rights to move them,
// tracked or not.
var Machines = []*states.Machine{
	jobs.Works, rendicion.States, rendicion.Observations, visit.Visits, visit.Findings, visit.Conflicts, attendance.Sheets,
	jobs.Movements, jobs.Cupos, insurance.Policies, insurance.Certificates, progress.Resolutions, progress.Transfers,
	progress.Assistances, progress.Reports, device.Devices,
}
