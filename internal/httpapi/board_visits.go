package httpapi

import (
	"chaski/internal/app"
	"chaski/internal/domain/identity"
	"chaski/internal/domain/insurance"
	"chaski/internal/domain/progress"
)

type evidence struct {
	Kind  string `json:"kind"`
	Visit string `json:"visit,omitempty"`
	Label string `json:"label"`
}

type countedRow struct {
	Source      string   `json:"source"`
	Label       string   `json:"label"`
	Day         string   `json:"day"`
	PostedMonth string   `json:"posted_month"`
	Adjustment  bool     `json:"adjustment"`
	Quantity    int64    `json:"quantity"`
	Amount      string   `json:"amount"`
	Evidence    evidence `json:"evidence"`
}

type visitSummary struct {
	ID         string           `json:"id"`
	VisitedOn  string           `json:"visited_on"`
	Kind       string           `json:"kind"`
	Supervisor string           `json:"supervisor"`
	ReceivedAt string           `json:"received_at,omitempty"`
	Headcount  int64            `json:"headcount"`
	Present    int64            `json:"present"`
	Absent     int64            `json:"absent"`
	Parts      map[string]int64 `json:"parts"`
}

func visitSummaryOf(v app.VisitSummary) visitSummary {
	return visitSummary{
		ID: v.ID, VisitedOn: string(v.VisitedOn), Kind: v.Kind, Supervisor: v.Supervisor, ReceivedAt: v.ReceivedAt,
		Headcount: v.Headcount, Present: v.Present, Absent: v.Absent, Parts: v.Parts,
	}
}

type interventionShape struct {
	Intervention string         `json:"intervention"`
	Name         string         `json:"name"`
	ConvenioCode string         `json:"convenio_code"`
	State        string         `json:"state"`
	StartsOn     string         `json:"starts_on"`
	EndsOn       string         `json:"ends_on"`
	Executor     string         `json:"executor"`
	Rows         []countedRow   `json:"rows"`
	Visits       []visitSummary `json:"visits"`
	Uncounted    int64          `json:"uncounted"`
}

func interventionOf(d app.InterventionDetail) interventionShape {
	i := d.Intervention
	out := interventionShape{
		Intervention: i.ID, Name: i.Name, ConvenioCode: i.ConvenioCode, State: i.State, StartsOn: string(i.StartsOn),
		EndsOn: string(i.EndsOn), Executor: i.Executor, Rows: make([]countedRow, len(d.Rows)), Visits: make([]visitSummary, len(d.Visits)),
		Uncounted: d.Uncounted,
	}
	for n, r := range d.Rows {
		out.Rows[n] = countedRow{
			Source: r.Collection + "/" + r.Record, Label: rowLabel(r), Day: string(r.Day), PostedMonth: string(r.PostedMonth),
			Adjustment: r.Adjustment, Quantity: r.Quantity, Amount: progress.Money(r.Amount),
			Evidence: evidence{Kind: r.Evidence.Kind, Visit: r.Evidence.Visit, Label: evidenceLabel(r.Evidence)},
		}
	}
	for n, v := range d.Visits {
		out.Visits[n] = visitSummaryOf(v)
	}
	return out
}

type answer struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Answer string `json:"answer"`
}

type mark struct {
	Participant string           `json:"participant"`
	Name        string           `json:"name"`
	DNI         string           `json:"dni"`
	Cupo        int64            `json:"cupo"`
	Mark        string           `json:"mark"`
	Coverage    insurance.Status `json:"coverage"`
	Seen        string           `json:"coverage_seen"`
	Counted     bool             `json:"counted"`
}

// sensorShape is what else the sensor said of a position; null for what it did not.
type sensorShape struct {
	AltitudeM         *int64 `json:"altitude_m"`
	AltitudeAccuracyM *int64 `json:"altitude_accuracy_m"`
	HeadingDeg        *int64 `json:"heading_deg"`
	SpeedCMS          *int64 `json:"speed_cms"`
}

type visitShape struct {
	Summary          visitSummary `json:"summary"`
	Intervention     string       `json:"intervention"`
	InterventionName string       `json:"intervention_name"`
	ConvenioCode     string       `json:"convenio_code"`
	DeviceStartedAt  string       `json:"device_started_at"`
	DeviceEndedAt    string       `json:"device_ended_at"`
	LatE6            int64        `json:"lat_e6"`
	LonE6            int64        `json:"lon_e6"`
	AccuracyM        int64        `json:"accuracy_m"`
	LocationReason   string       `json:"location_reason"`
	PlaceVerdict     string       `json:"place_verdict"`
	PlaceAgeS        int64        `json:"place_age_s"`
	PlaceTakenAt     string       `json:"place_taken_at"`
	Sensor           sensorShape  `json:"sensor"`
	RosterSize       int64        `json:"roster_size"`
	RosterAsOf       string       `json:"roster_as_of"`
	ChecklistTitle   string       `json:"checklist_title,omitempty"`
	ChecklistVersion int64        `json:"checklist_version,omitempty"`
	Answers          []answer     `json:"answers"`
	Note             string       `json:"note"`
	Marks            []mark       `json:"marks"`
}

func visitOf(d app.VisitDetail) visitShape {
	out := visitShape{
		Summary: visitSummaryOf(d.Summary), Intervention: d.Intervention, InterventionName: d.InterventionName, ConvenioCode: d.ConvenioCode,
		DeviceStartedAt: d.DeviceStartedAt, DeviceEndedAt: d.DeviceEndedAt, LatE6: d.LatE6, LonE6: d.LonE6, AccuracyM: d.AccuracyM,
		LocationReason: d.LocationReason, PlaceVerdict: string(d.Place()), PlaceAgeS: d.Fix.AgeS,
		PlaceTakenAt: d.Fix.TakenAt, Sensor: sensorShape{d.Fix.AltitudeM, d.Fix.AltitudeAccuracyM, d.Fix.HeadingDeg, d.Fix.SpeedCMS},
		RosterSize: d.RosterSize, RosterAsOf: d.RosterAsOf, ChecklistTitle: d.ChecklistTitle,
		ChecklistVersion: d.ChecklistVersion, Note: d.Note, Answers: make([]answer, len(d.Answers)), Marks: make([]mark, len(d.Marks)),
	}
	for i, x := range d.Answers {
		out.Answers[i] = answer(x)
	}
	for i, m := range d.Marks {
		out.Marks[i] = mark{m.Participant, m.Name, identity.Mask(m.DNI), m.Cupo, m.Mark, m.Coverage, m.CoverageSeen, m.Counted}
	}
	return out
}
