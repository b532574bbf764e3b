package httpapi

import (
	"chaski/internal/app"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/rendicion"
)

type deadlineShape struct {
	Due        string `json:"due_on"`
	Left       int    `json:"left"`
	Overdue    bool   `json:"overdue"`
	Workdays   int    `json:"workdays"`
	Norm       string `json:"norm"`
	Assumption bool   `json:"assumption"`
}

func deadlineOf(d app.Deadline) deadlineShape {
	return deadlineShape{string(d.Due), d.Left, d.Overdue, d.Workdays, d.Norm, d.Assumption}
}

// correctionOf is null where nothing is to be corrected.
func correctionOf(d *app.Deadline) *deadlineShape {
	if d == nil {
		return nil
	}
	shape := deadlineOf(*d)
	return &shape
}

type rendicionWork struct {
	Intervention string `json:"intervention"`
	Name         string `json:"name"`
	Convenio     string `json:"convenio_code"`
	UT           string `json:"ut"`
	UTName       string `json:"ut_name"`
	Executor     string `json:"executor"`
	Starts       string `json:"starts_on"`
	Ends         string `json:"ends_on"`
}

func renderedWork(w app.RendicionWork) rendicionWork {
	return rendicionWork{w.ID, w.Name, w.ConvenioCode, w.UT, w.UTName, w.ExecutorName, string(w.Starts), string(w.Ends)}
}

type rendicionItem struct {
	Work        rendicionWork   `json:"work"`
	State       rendicion.State `json:"state"`
	Deadline    deadlineShape   `json:"deadline"`
	Correction  *deadlineShape  `json:"correction"`
	PresentedOn string          `json:"presented_on"`
	PresentedAt string          `json:"presented_at"`
	Late        bool            `json:"late"`
	Open        int64           `json:"open_observations"`
	Round       int64           `json:"round"`
	Reopens     bool            `json:"reopens"`
}

func itemsOf(items []app.RendicionItem) []rendicionItem {
	out := make([]rendicionItem, len(items))
	for i, x := range items {
		out[i] = rendicionItem{renderedWork(x.Work), x.State, deadlineOf(x.Deadline), correctionOf(x.Correction), string(x.PresentedOn), x.PresentedAt, x.Late, x.Open, x.Round, x.Reopens}
	}
	return out
}

type overdueUT struct {
	UT      string `json:"ut"`
	Name    string `json:"name"`
	Count   int    `json:"count"`
	Longest int    `json:"longest"`
}

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

type submissionShape struct {
	Round       int64  `json:"round"`
	Receipt     string `json:"receipt"`
	SHA256      string `json:"sha256"`
	PresentedAt string `json:"presented_at"`
	PresentedBy string `json:"presented_by"`
}

type rendicionShape struct {
	Work         rendicionWork      `json:"work"`
	State        rendicion.State    `json:"state"`
	Revision     int64              `json:"revision"`
	Round        int64              `json:"round"`
	Deadline     deadlineShape      `json:"deadline"`
	Correction   *deadlineShape     `json:"correction"`
	PresentedOn  string             `json:"presented_on"`
	Receipt      string             `json:"receipt"`
	DecidedOn    string             `json:"decided_on"`
	DecidedBy    string             `json:"decided_by"`
	Transferred  string             `json:"transferred"`
	Presented    string             `json:"transferred_when_presented"`
	Difference   string             `json:"difference"`
	Amounts      []amountShape      `json:"amounts"`
	Kinds        []kindShape        `json:"kinds"`
	Documents    []documentShape    `json:"documents"`
	Observations []observationShape `json:"observations"`
	Submissions  []submissionShape  `json:"submissions"`
	CanEdit      bool               `json:"can_edit"`
	CanReview    bool               `json:"can_review"`
	Reopens      bool               `json:"reopens"`
	MaxDocuments int                `json:"max_documents"`
	MaxBytes     int64              `json:"max_file_bytes"`
}

func rendicionOf(x app.Rendicion) rendicionShape {
	out := rendicionShape{
		Work: renderedWork(x.Work), State: x.State, Revision: x.Revision, Round: x.Round, Deadline: deadlineOf(x.Deadline), Correction: correctionOf(x.Correction),
		PresentedOn: string(x.PresentedOn), Receipt: x.Receipt, DecidedOn: string(x.DecidedOn), DecidedBy: x.DecidedBy,
		Transferred: progress.Money(x.Transferred), Presented: progress.Money(x.Presented), Difference: x.Difference().StringFixed(2),
		CanEdit: x.CanEdit, CanReview: x.CanJudge, Reopens: x.Reopens, MaxDocuments: rendicion.MaxDocuments, MaxBytes: rendicion.MaxFileBytes,
		Documents: make([]documentShape, 0, len(x.Documents)), Observations: make([]observationShape, 0, len(x.Observations)),
		Submissions: make([]submissionShape, 0, len(x.Submissions)),
	}
	for _, l := range rendicion.Lines {
		a := amountShape{Line: l, Open: x.CanEdit && x.Scope.Line(l)}
		if v, stated := x.Amounts[l]; stated {
			s := progress.Money(v)
			a.Amount = &s
		}
		out.Amounts = append(out.Amounts, a)
	}
	required := map[rendicion.Document]bool{}
	for _, k := range x.Needed() {
		required[k] = true
	}
	for _, k := range rendicion.Documents {
		out.Kinds = append(out.Kinds, kindShape{k, required[k], x.CanEdit && x.Scope.Adds(k, "")})
	}
	fresh := x.Fresh()
	for _, d := range x.Documents {
		out.Documents = append(out.Documents, documentShape{
			ID: d.ID, Kind: d.Kind, Name: d.Name, SHA256: d.SHA256, Size: d.Size, MIME: d.MIME, UploadedAt: d.UploadedAt, UploadedBy: d.UploadedBy,
			SupersededBy: d.SupersededBy, Open: x.CanEdit && d.SupersededBy == "" && x.Scope.Adds(d.Kind, d.ID), Fresh: fresh[d.ID],
			SentName: d.SentName, Scan: d.Scan, Quarantine: quarantineOf(d), ReleasedBy: d.ReleasedBy, ReleasedAt: d.ReleasedAt, Reason: d.ReleaseReason,
		})
	}
	for _, o := range x.Observations {
		out.Observations = append(out.Observations, observationShape{
			ID: o.ID, Target: o.Target, Item: o.Item, Also: list(o.Also), Text: o.Text, State: o.State, Round: o.Round, MadeBy: o.MadeBy,
			MadeAt: o.MadeAt, Answer: o.Answer, LiftedBy: o.LiftedBy, LiftedAt: o.Lifted, Touched: x.Touched(o.Observation), Said: x.Said(o.ID),
		})
	}
	for _, s := range x.Submissions {
		out.Submissions = append(out.Submissions, submissionShape{s.Round, s.Receipt, s.SHA256, s.PresentedAt, s.PresentedBy})
	}
	return out
}
