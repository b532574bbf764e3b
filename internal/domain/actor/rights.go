package actor

import "slices"

// Roles lists every role, from the field to the centre.
var Roles = []Role{Supervisor, UTCoordinator, Executor, CentralAnalyst, CentralReviewer, Director, Auditor, DataOfficer, Admin}

// Known says whether the role exists.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// Right is something a role may see or do.
type Right string

// The rights. The words people read for them are the web app's.
const (
	WatchFigures      Right = "watch_figures"      // the AO board and what is behind a figure
	WatchYear         Right = "watch_year"         // the Ficha's figures of an exercise, of the whole country
	RecordVisits      Right = "record_visits"      // push visits and what they are made of
	RecordAccidents   Right = "record_accidents"   // of the works he supervises, or his entity executes
	HoldReplica       Right = "hold_replica"       // work without signal, with the rows of his own works on the device
	ReadRoster        Right = "read_roster"        // rosters and insurance of the works in his charge
	WriteSheets       Right = "write_sheets"       // daily sheets of the works his entity executes
	WriteInsurance    Right = "write_insurance"    // policies and certificates of the works his entity executes
	ValidateSheets    Right = "validate_sheets"    // daily sheets of his unit
	WriteMovements    Right = "write_movements"    // who comes, leaves or is replaced, of the works his entity executes
	ValidateMovements Right = "validate_movements" // those of his unit
	DecideJornales    Right = "decide_jornales"    // disputed days; a coordinator, those that are of his unit alone
	WriteRendicion    Right = "write_rendicion"    // of the works his entity executes
	ReviewRendicion   Right = "review_rendicion"   // a coordinator, those of his unit
	ReleaseFiles      Right = "release_files"      // from quarantine; a coordinator, those of his unit
	ReviewParked      Right = "review_parked"      // a coordinator, that of his unit
	SettleConflicts   Right = "settle_conflicts"   // a coordinator, those of his unit
	ImportData        Right = "import_data"        // and undo imports
	ImportPeople      Right = "import_people"      // accounts, by file
	AnswerOutside     Right = "answer_outside"     // see what raw SQL changed, and answer for it
	ReadPersonal      Right = "read_personal"      // participants and insured persons with masked DNI; a coordinator, those of his unit
	RevealPersonal    Right = "reveal_personal"    // one person's DNI and birth date, with a reason
	RevealOnSite      Right = "reveal_on_site"     // one DNI of the roster of a work assigned to him, with a reason
	ReadAccesses      Right = "read_accesses"      // who saw personal data
	CorrectProblems   Right = "correct_problems"   // see and correct rows that break a rule; a coordinator, those of his unit
	WatchUnit         Right = "watch_unit"         // the works of his unit, and its phones that were not heard of
	SeeOwnUnitPeople  Right = "see_own_people"     // the accounts of his unit
	ReadCatalogue     Right = "read_catalogue"     // parameters, holidays, checklists, jurisdictions
	EditCatalogue     Right = "edit_catalogue"     // add dated values to them
	ManagePeople      Right = "manage_people"      // invite, change roles, deactivate, unlock
	ManageInstitution Right = "manage_institution" // name, public address, mail
)

// granted is the one source of what roles may do: the routes ask it, the page of
// roles shows it, and the matrix of internal/server tries each right with each role.
var granted = []struct {
	Right Right
	Roles []Role
}{
	{RecordVisits, []Role{Supervisor}},
	{RecordAccidents, []Role{Supervisor, Executor}},
	{HoldReplica, []Role{Supervisor, Executor}},
	{ReadRoster, []Role{Supervisor, Executor}},
	{WriteSheets, []Role{Executor}},
	{WriteInsurance, []Role{Executor}},
	{ValidateSheets, []Role{UTCoordinator}},
	{WriteMovements, []Role{Executor}},
	{ValidateMovements, []Role{UTCoordinator}},
	{DecideJornales, []Role{UTCoordinator, CentralReviewer}},
	{WriteRendicion, []Role{Executor}},
	{ReviewRendicion, []Role{UTCoordinator, CentralReviewer}},
	{ReleaseFiles, []Role{UTCoordinator, CentralReviewer}},
	{ReviewParked, []Role{UTCoordinator, CentralReviewer}},
	{SettleConflicts, []Role{UTCoordinator, CentralReviewer}},
	{WatchFigures, []Role{UTCoordinator, CentralAnalyst, CentralReviewer, Director, Auditor, Admin}},
	{WatchYear, []Role{CentralAnalyst, CentralReviewer, Director, Auditor, Admin}},
	{ReadPersonal, []Role{UTCoordinator, CentralAnalyst, CentralReviewer, Auditor, DataOfficer}},
	{RevealPersonal, []Role{UTCoordinator, CentralAnalyst, CentralReviewer, Auditor, DataOfficer}},
	{RevealOnSite, []Role{Supervisor}},
	{ReadAccesses, []Role{Auditor, DataOfficer, Admin}},
	{ImportData, []Role{CentralAnalyst, Admin}},
	{ImportPeople, []Role{Admin}},
	{ReadCatalogue, []Role{CentralAnalyst, CentralReviewer, Director, Auditor, Admin}},
	{EditCatalogue, []Role{CentralAnalyst, Admin}},
	{AnswerOutside, []Role{CentralAnalyst, Admin}},
	{CorrectProblems, []Role{UTCoordinator, CentralAnalyst, Admin}},
	{WatchUnit, []Role{UTCoordinator}},
	{SeeOwnUnitPeople, []Role{UTCoordinator}},
	{ManagePeople, []Role{Admin}},
	{ManageInstitution, []Role{Admin}},
}

// May says whether the role has the right.
func (r Role) May(right Right) bool {
	for _, g := range granted {
		if g.Right == right {
			return slices.Contains(g.Roles, r)
		}
	}
	return false
}

// Grant is one line of the table of roles.
type Grant struct {
	Right Right
	Roles []Role
}

// Grants lists every right with the roles that have it.
func Grants() []Grant {
	out := make([]Grant, len(granted))
	for i, g := range granted {
		out[i] = Grant{g.Right, slices.Clone(g.Roles)}
	}
	return out
}
