package app_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"

	"chaski/internal/app"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/rendicion"
)

const openCases = "../../testdata/rules/rendicion_open.json"

type statedCase struct {
	Amount    int64 `json:"amount"`
	Presented int64 `json:"presented"`
}

type paperCase struct {
	ID           string `json:"id"`
	Kind         string `json:"kind"`
	SupersededBy string `json:"superseded_by"`
	UploadedAt   string `json:"uploaded_at"`
}

type remarkCase struct {
	ID        string   `json:"id"`
	Target    string   `json:"target"`
	Item      string   `json:"item"`
	Also      []string `json:"also"`
	State     string   `json:"state"`
	Answer    string   `json:"answer"`
	Presented string   `json:"presented_answer"`
}

// openCase is a rendición as a phone holds it, and what is open in it.
type openCase struct {
	Name  string `json:"name"`
	Input struct {
		State        string                `json:"state"`
		Round        int64                 `json:"round"`
		PresentedAt  string                `json:"presented_at"`
		Accrued      int64                 `json:"accrued"`
		Transferred  int64                 `json:"transferred"`
		Lines        map[string]statedCase `json:"lines"`
		Documents    []paperCase           `json:"documents"`
		Observations []remarkCase          `json:"observations"`
		Required     []string              `json:"required"`
	} `json:"input"`
	Expect struct {
		Lines      []string `json:"lines"`
		Documents  []string `json:"documents"`
		Kinds      []string `json:"kinds"`
		Fresh      []string `json:"fresh"`
		Missing    []string `json:"missing"`
		Touched    []string `json:"touched"`
		Unanswered []string `json:"unanswered"`
	} `json:"expect"`
}

func openCaseOf(t *testing.T, x app.Rendicion) (c openCase) {
	t.Helper()
	x, err := over(&shelf{copied(x), onlyOffice}).Find(executor, "w")
	if err != nil {
		t.Fatal(err)
	}
	in, out := &c.Input, &c.Expect
	in.State, in.Round, in.PresentedAt, in.Accrued, in.Transferred = string(x.State), x.Round, "2026-12-01T00:00:02.000Z", x.Transferred, x.Presented
	in.Required, in.Lines, in.Documents, in.Observations = []string{"oficio"}, map[string]statedCase{}, []paperCase{}, []remarkCase{}
	var last app.SubmissionContent
	for _, s := range x.Submissions {
		last = s.Content
	}
	presented, err := progress.ParseMoney("0" + last.Amounts[rendicion.MONC])
	if err != nil {
		t.Fatal(err)
	}
	in.Lines["monc"] = statedCase{x.Amounts[rendicion.MONC], presented}
	seen := map[string]bool{}
	for _, d := range last.Documents {
		seen[d.ID] = true
	}
	fresh := x.Fresh()
	*out = struct {
		Lines      []string `json:"lines"`
		Documents  []string `json:"documents"`
		Kinds      []string `json:"kinds"`
		Fresh      []string `json:"fresh"`
		Missing    []string `json:"missing"`
		Touched    []string `json:"touched"`
		Unanswered []string `json:"unanswered"`
	}{[]string{}, []string{}, []string{}, []string{}, []string{}, []string{}, []string{}}
	have := map[rendicion.Document]int{}
	for _, d := range x.Documents {
		at := "2026-12-01T00:00:03.000Z"
		if seen[d.ID] {
			at = "2026-12-01T00:00:01.000Z"
		}
		in.Documents = append(in.Documents, paperCase{d.ID, string(d.Kind), d.SupersededBy, at})
		if d.SupersededBy != "" {
			continue
		}
		have[d.Kind]++
		if x.CanEdit && x.Scope.Adds(d.Kind, d.ID) {
			out.Documents = append(out.Documents, d.ID)
		}
		if fresh[d.ID] {
			out.Fresh = append(out.Fresh, d.ID)
		}
	}
	for _, l := range rendicion.Lines {
		if x.CanEdit && x.Scope.Line(l) {
			out.Lines = append(out.Lines, string(l))
		}
	}
	for _, k := range rendicion.Documents {
		if x.CanEdit && x.Scope.Adds(k, "") {
			out.Kinds = append(out.Kinds, string(k))
		}
	}
	for _, k := range rendicion.Missing(x.Required, have, nil) {
		out.Missing = append(out.Missing, string(k))
	}
	for _, o := range x.Observations {
		also := []string{}
		for _, l := range o.Also {
			also = append(also, string(l))
		}
		in.Observations = append(in.Observations, remarkCase{o.ID, string(o.Target), o.Item, also, o.State, o.Answer, x.Said(o.ID)})
		if o.State != rendicion.ObservationOpen {
			continue
		}
		if x.Touched(o.Observation) {
			out.Touched = append(out.Touched, o.ID)
		} else if o.Answer == "" || o.Answer == x.Said(o.ID) {
			out.Unanswered = append(out.Unanswered, o.ID)
		}
	}
	return c
}

// What is open, touched and missing, of rendiciones as they come about: the phone
// tells the same of its rows (webapp/src/domain/account.ts). CORPUS=1 writes them anew.
func TestWhatIsOpen(t *testing.T) {
	nodes := explored(t)
	keys := slices.Sorted(maps.Keys(nodes))
	// Whether its bytes came opens nothing.
	keys = slices.DeleteFunc(keys, func(k string) bool { return unread(nodes[k].x) })
	var cases []openCase
	const cut = 150
	for i := 0; i < len(keys); i += max(1, len(keys)/cut) {
		x := nodes[keys[i]].x
		c := openCaseOf(t, x)
		c.Name = string(x.State) + ": " + nodes[keys[i]].how
		cases = append(cases, c)
	}
	if os.Getenv("CORPUS") != "" {
		var out []byte
		for i, c := range cases {
			line, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			sep := ",\n"
			if i == 0 {
				sep = "[\n"
			}
			out = append(append(out, sep...), line...)
		}
		if err := os.WriteFile(openCases, append(out, "\n]\n"...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(openCases)
	if err != nil {
		t.Fatal(err)
	}
	var kept []openCase
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	if len(kept) < 100 || !reflect.DeepEqual(kept, cases) {
		t.Errorf("%d cases, %d kept, or they say something else: if that is meant, CORPUS=1 writes them", len(cases), len(kept))
	}
}
