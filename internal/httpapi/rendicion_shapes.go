package httpapi

import (
	"slices"

	"chaski/internal/app"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/rendicion"
)

type amountShape struct {
	Line   rendicion.Line `json:"line"`
	Amount *string        `json:"amount"`
	Open   bool           `json:"open"`
}

type documentShape struct {
	ID           string             `json:"id"`
	Kind         rendicion.Document `json:"kind"`
	Name         string             `json:"name"`
	SHA256       string             `json:"sha256"`
	Size         int64              `json:"size"`
	MIME         string             `json:"mime"`
	UploadedAt   string             `json:"uploaded_at"`
	UploadedBy   string             `json:"uploaded_by"`
	SupersededBy string             `json:"superseded_by"`
	Open         bool               `json:"open"`
	Fresh        bool               `json:"fresh"`
	StoredAt     string             `json:"stored_at"`
	Refusal      string             `json:"refusal"`
	SentName     string             `json:"sent_name"`
	Scan         string             `json:"scan"`
	Quarantine   string             `json:"quarantine"`
	ReleasedBy   string             `json:"released_by"`
	ReleasedAt   string             `json:"released_at"`
	Reason       string             `json:"release_reason"`
}

// quarantineOf is the sentence about a document that is, or was, in quarantine.
func quarantineOf(d app.RendicionDocument) string {
	if d.Quarantine == "" {
		return ""
	}
	return Quarantined(d.Quarantine, d.Finding)
}

type kindShape struct {
	Kind     rendicion.Document `json:"kind"`
	Required bool               `json:"required"`
	Open     bool               `json:"open"`
}

type observationShape struct {
	ID       string           `json:"id"`
	Target   rendicion.Target `json:"target"`
	Item     string           `json:"item"`
	Also     []rendicion.Line `json:"also"`
	Text     string           `json:"text"`
	State    string           `json:"state"`
	Round    int64            `json:"round"`
	MadeBy   string           `json:"made_by"`
	MadeAt   string           `json:"made_at"`
	Answer   string           `json:"answer"`
	LiftedBy string           `json:"lifted_by"`
	LiftedAt string           `json:"lifted_at"`
	Touched  bool             `json:"touched"`
	Said     string           `json:"answer_presented"`
}

type rendicionShape struct {
	Work         app.RendicionWork         `json:"work"`
	State        rendicion.State           `json:"state"`
	Revision     int64                     `json:"revision"`
	Round        int64                     `json:"round"`
	Deadline     app.Deadline              `json:"deadline"`
	Correction   *app.Deadline             `json:"correction"`
	PresentedOn  string                    `json:"presented_on"`
	Receipt      string                    `json:"receipt"`
	DecidedOn    string                    `json:"decided_on"`
	DecidedBy    string                    `json:"decided_by"`
	Transferred  string                    `json:"transferred"`
	Presented    string                    `json:"transferred_when_presented"`
	Difference   string                    `json:"difference"`
	Amounts      []amountShape             `json:"amounts"`
	Kinds        []kindShape               `json:"kinds"`
	Documents    []documentShape           `json:"documents"`
	Observations []observationShape        `json:"observations"`
	Submissions  []app.RendicionSubmission `json:"submissions"`
	CanEdit      bool                      `json:"can_edit"`
	CanReview    bool                      `json:"can_review"`
	Reopens      bool                      `json:"reopens"`
	MaxDocuments int                       `json:"max_documents"`
	MaxBytes     int64                     `json:"max_file_bytes"`
}

func rendicionOf(x app.Rendicion) rendicionShape {
	out := rendicionShape{
		Work: x.Work, State: x.State, Revision: x.Revision, Round: x.Round, Deadline: x.Deadline, Correction: x.Correction,
		PresentedOn: string(x.PresentedOn), Receipt: x.Receipt, DecidedOn: string(x.DecidedOn), DecidedBy: x.DecidedBy,
		Transferred: progress.Money(x.Transferred), Presented: progress.Money(x.Presented), Difference: x.Difference().StringFixed(2),
		CanEdit: x.CanEdit, CanReview: x.CanJudge, Reopens: x.Reopens, MaxDocuments: rendicion.MaxDocuments, MaxBytes: rendicion.MaxFileBytes,
		Submissions: list(x.Submissions),
	}
	out.Amounts = each(rendicion.Lines, func(l rendicion.Line) amountShape {
		a := amountShape{Line: l, Open: x.CanEdit && x.Scope.Line(l)}
		if v, stated := x.Amounts[l]; stated {
			s := progress.Money(v)
			a.Amount = &s
		}
		return a
	})
	required := x.Needed()
	out.Kinds = each(rendicion.Documents, func(k rendicion.Document) kindShape {
		return kindShape{k, slices.Contains(required, k), x.CanEdit && x.Scope.Adds(k, "")}
	})
	fresh := x.Fresh()
	out.Documents = each(x.Documents, func(d app.RendicionDocument) documentShape {
		return documentShape{
			ID: d.ID, Kind: d.Kind, Name: d.Name, SHA256: d.SHA256, Size: d.Size, MIME: d.MIME, UploadedAt: d.UploadedAt, UploadedBy: d.UploadedBy,
			SupersededBy: d.SupersededBy, Open: x.CanEdit && d.SupersededBy == "" && x.Scope.Adds(d.Kind, d.ID), Fresh: fresh[d.ID],
			StoredAt: d.StoredAt, Refusal: d.Refusal, SentName: d.SentName, Scan: d.Scan, Quarantine: quarantineOf(d), ReleasedBy: d.ReleasedBy, ReleasedAt: d.ReleasedAt, Reason: d.ReleaseReason,
		}
	})
	out.Observations = each(x.Observations, func(o app.RendicionObservation) observationShape {
		return observationShape{
			ID: o.ID, Target: o.Target, Item: o.Item, Also: list(o.Also), Text: o.Text, State: o.State, Round: o.Round, MadeBy: o.MadeBy,
			MadeAt: o.MadeAt, Answer: o.Answer, LiftedBy: o.LiftedBy, LiftedAt: o.Lifted, Touched: x.Touched(o.Observation), Said: x.Said(o.ID),
		}
	})
	return out
}
