package httpapi

import (
	"chaski/internal/app"
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

type interventionShape struct {
	Intervention string             `json:"intervention"`
	Name         string             `json:"name"`
	ConvenioCode string             `json:"convenio_code"`
	State        string             `json:"state"`
	StartsOn     string             `json:"starts_on"`
	EndsOn       string             `json:"ends_on"`
	Executor     string             `json:"executor"`
	Rows         []countedRow       `json:"rows"`
	Visits       []app.VisitSummary `json:"visits"`
	Uncounted    int64              `json:"uncounted"`
}

func countedOf(r app.CountedRow) countedRow {
	return countedRow{
		Source: r.Collection + "/" + r.Record, Label: rowLabel(r), Day: string(r.Day), PostedMonth: string(r.PostedMonth),
		Adjustment: r.Adjustment, Quantity: r.Quantity, Amount: progress.Money(r.Amount),
		Evidence: evidence{Kind: r.Evidence.Kind, Visit: r.Evidence.Visit, Label: evidenceLabel(r.Evidence)},
	}
}

func interventionOf(d app.InterventionDetail) interventionShape {
	i := d.Intervention
	return interventionShape{
		Intervention: i.ID, Name: i.Name, ConvenioCode: i.ConvenioCode, State: i.State, StartsOn: string(i.StartsOn),
		EndsOn: string(i.EndsOn), Executor: i.Executor, Rows: each(d.Rows, countedOf), Visits: list(d.Visits), Uncounted: d.Uncounted,
	}
}

type visitShape struct {
	Summary          app.VisitSummary `json:"summary"`
	Intervention     string           `json:"intervention"`
	InterventionName string           `json:"intervention_name"`
	ConvenioCode     string           `json:"convenio_code"`
	DeviceStartedAt  string           `json:"device_started_at"`
	DeviceEndedAt    string           `json:"device_ended_at"`
	LatE6            int64            `json:"lat_e6"`
	LonE6            int64            `json:"lon_e6"`
	AccuracyM        int64            `json:"accuracy_m"`
	LocationReason   string           `json:"location_reason"`
	PlaceVerdict     string           `json:"place_verdict"`
	PlaceAgeS        int64            `json:"place_age_s"`
	PlaceTakenAt     string           `json:"place_taken_at"`
	Sensor           app.Sensor       `json:"sensor"`
	RosterSize       int64            `json:"roster_size"`
	RosterAsOf       string           `json:"roster_as_of"`
	ChecklistTitle   string           `json:"checklist_title,omitempty"`
	ChecklistVersion int64            `json:"checklist_version,omitempty"`
	Answers          []app.Answer     `json:"answers"`
	Shots            []app.Shot       `json:"shots"`
	Note             string           `json:"note"`
	Marks            []app.MarkSeen   `json:"marks"`
}

func visitOf(d app.VisitDetail) visitShape {
	return visitShape{
		Summary: d.Summary, Intervention: d.Intervention, InterventionName: d.InterventionName, ConvenioCode: d.ConvenioCode,
		DeviceStartedAt: d.DeviceStartedAt, DeviceEndedAt: d.DeviceEndedAt, LatE6: d.LatE6, LonE6: d.LonE6, AccuracyM: d.AccuracyM,
		LocationReason: d.LocationReason, PlaceVerdict: string(d.Place()), PlaceAgeS: d.Fix.AgeS,
		PlaceTakenAt: d.Fix.TakenAt, Sensor: d.Fix.Sensor, RosterSize: d.RosterSize, RosterAsOf: d.RosterAsOf, ChecklistTitle: d.ChecklistTitle,
		ChecklistVersion: d.ChecklistVersion, Note: d.Note, Answers: list(d.Answers),
		Shots: list(d.Shots), Marks: list(d.Marks),
	}
}
