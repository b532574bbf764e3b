package jobs

import (
	"strconv"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/attendance"
	"chaski/internal/domain/fault"
	r "chaski/internal/domain/record"
)

// maxOnSheet is far above any roster; it bounds what one sheet may store.
const maxOnSheet = 500

// Why somebody was not at work, as the executor's people say it of a day. No public
// source of the programme has a list: these four are an assumption.
const (
	NoNotice = "sin_aviso"
	Leave    = "permiso"
	Unwell   = "salud"
	Other    = "otro"
)

// The people of who carries the work out write its sheet, all of them the same one.
var writesSheets = r.By{Right: actor.WriteSheets, Relation: r.Executes}

// dailySheets are who worked in a work on a day, one a work and day. What it says of
// people, their count and why somebody lacks is one statement: of two that differ no
// third one is made.
var dailySheets = &r.Type{
	Name: "attendance_sheets", Plural: "hojas de asistencia", Doc: "who worked on a day", Title: []string{"day"}, Day: "day", Form: "sheet", Version: 1,
	Served: true, Place: r.AtWork("intervention"),
	Fields: r.Join(
		r.Counting(
			r.MustRef("intervention", "interventions").Asks(r.Needed), r.Must("day", r.Past).Asks(r.Needed),
			r.Must("state", r.OneOf(attendance.Sheets.Names()...)).Says("`validada` and `observada` go back to `registrada` with any change of marks, headcount or reasons, by whatever path"),
			r.Of("marks", r.Object(isID, IsMark)).Says("`{participant: mark}`").Asks(r.Needed|r.ToDecide, r.AtMost(maxOnSheet)).AskSays("`{participant: \"presente\"|\"ausente\"}`"),
			r.Of("headcount", r.Count).Asks(r.Needed|r.ToDecide),
		),
		[]r.Field{
			r.Of("reasons", r.Object(isID, IsReason)).Later().Says("`{participant: reason}`: why somebody is absent").Asks(r.Given | r.Cleared).
				AskSays("`{participant: \"sin_aviso\"|\"permiso\"|\"salud\"|\"otro\"}`: of each who is absent, and of nobody else"),
			r.Of("state_reason", r.Text).Later().Says("why it is observed, or not validated any more"),
		},
	),
	Begins: r.Row{"state": string(attendance.Registered)},
	Key:    []string{"intervention", "day"},
	Shut:   r.Shut{Says: r.Says{Field: "state", Value: string(attendance.Validated)}, Code: fault.SheetValidated},
	Units:  [][]string{{"marks", "headcount", "reasons"}},
	Rules:  r.Rules(r.Counted(r.WithinWork("day", nil)), []r.Rule{onTheRoster}),
	Ops: []r.Op{
		{Name: "create", By: writesSheets, Rules: []r.FormRule{r.InWork("day"), r.Coded("sheet", sheetAddsUp)}},
		{Name: "update", By: writesSheets, Rules: []r.FormRule{r.Coded("sheet", sheetAddsUp)}},
	},
}

// sheetAddsUp: the people counted are those marked present, and of each who is absent,
// and of nobody else, it is said why.
func sheetAddsUp(f *r.Reading, _ r.Context) {
	marks, said := f.Clean["marks"].(map[string]any)
	counted, _ := f.Clean["headcount"].(int64)
	if !said || f.Bad("headcount", "reasons") {
		return
	}
	reasons, _ := f.Clean["reasons"].(map[string]any)
	present, explained := int64(0), 0
	for participant, mark := range marks {
		switch mark {
		case Present:
			present++
		case Absent:
			if reasons[participant] == nil {
				f.Refuse(fault.New(fault.Required, "reasons"))
				return
			}
			explained++
		}
	}
	if explained != len(reasons) {
		f.Refuse(fault.New(fault.InvalidValue, "reasons"))
		return
	}
	if counted != present {
		f.Refuse(fault.New(fault.SheetHeadcount, "headcount").With("counted", strconv.FormatInt(counted, 10)).With("present", strconv.FormatInt(present, 10)))
	}
}

var oneMark = r.In(Present, Absent, NotSeen)

// IsMark says whether a value is a mark of a sheet; null says nothing of a person,
// like no_visto.
func IsMark(v any) bool { return v == nil || oneMark(v) }

// IsReason says whether a value is a reason of an absence.
var IsReason = r.In(NoNotice, Leave, Unwell, Other)

func isID(s string) bool { return r.ID.Judge("", s, "") == nil }

// onTheRoster: who is marked is a participant of the sheet's intervention. A
// stranger's mark counts for nobody, with or without the rule; the others' do.
var onTheRoster = r.Rule{Fields: []string{"marks", "intervention"}, Via: []string{"intervention"}, Judge: func(row r.Row, w r.World) *fault.Fault {
	marks, _ := row["marks"].(map[string]any)
	if len(marks) == 0 {
		return nil
	}
	roster, stranger := w.Roster(row.Text("intervention")), ""
	for participant := range marks {
		if !roster[participant] && (stranger == "" || participant < stranger) {
			stranger = participant
		}
	}
	if stranger == "" {
		return nil
	}
	return fault.New(fault.ParticipantNotIntervention, "marks").With("item", stranger)
}}
