package rendicion_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/shopspring/decimal"

	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
)

func soles(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestGolden(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/rendicion.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name  string
		Input struct {
			Transferred string
			Amounts     map[rendicion.Line]string
		}
		Expect struct{ Income, Spent, Explained, Difference string }
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 12 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			amounts := rendicion.Amounts{}
			for l, a := range c.Input.Amounts {
				amounts[l] = soles(a)
			}
			got := rendicion.AccountOf(soles(c.Input.Transferred), amounts)
			for name, pair := range map[string][2]string{
				"income": {got.Income.StringFixed(2), c.Expect.Income}, "spent": {got.Spent.StringFixed(2), c.Expect.Spent},
				"explained": {got.Explained.StringFixed(2), c.Expect.Explained}, "difference": {got.Difference.StringFixed(2), c.Expect.Difference},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s = %s, want %s", name, pair[0], pair[1])
				}
			}
			if got.Balanced() != (c.Expect.Difference == "0.00") {
				t.Errorf("balanced %v at %s", got.Balanced(), c.Expect.Difference)
			}
		})
	}
}

func TestOwed(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/rendicion_due.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name  string
		Input struct {
			State                    string
			Ends                     day.Day `json:"ends_on"`
			Observed                 day.Day `json:"observed_on"`
			Presentation, Correction int
			Holidays                 []day.Day
		}
		Expect struct {
			What rendicion.Owed
			Due  day.Day `json:"due_on"`
		}
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 12 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		in := c.Input
		what, due := rendicion.OwedOf(in.State, in.Ends, in.Observed, rendicion.Allowed{Presentation: in.Presentation, Correction: in.Correction}, calendar.New(in.Holidays))
		if what != c.Expect.What || due != c.Expect.Due {
			t.Errorf("%s: %q by %q, want %+v", c.Name, what, due, c.Expect)
		}
	}
}

// Whatever is stated: putting the difference on the balance line squares the
// account exactly, and moving a céntimo anywhere breaks it by exactly that.
func TestAnyAccountSquaresByItsDifference(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	cent := decimal.New(1, -2)
	for range 2000 {
		transferred := decimal.New(rng.Int64N(1<<50), -2)
		amounts := rendicion.Amounts{}
		for _, l := range rendicion.Lines {
			if rng.IntN(4) > 0 {
				amounts[l] = decimal.New(rng.Int64N(1<<45), -2)
			}
		}
		d := rendicion.AccountOf(transferred, amounts).Difference
		amounts[rendicion.Balance] = amounts[rendicion.Balance].Add(d)
		if !rendicion.AccountOf(transferred, amounts).Balanced() {
			t.Fatalf("%v + %s does not square", amounts, d)
		}
		l := rendicion.Lines[rng.IntN(len(rendicion.Lines))]
		amounts[l] = amounts[l].Add(cent)
		want := cent.Neg()
		if l == rendicion.Cofinancing {
			want = cent
		}
		if got := rendicion.AccountOf(transferred, amounts).Difference; !got.Equal(want) {
			t.Fatalf("one céntimo on %s: %s", l, got)
		}
	}
}

func TestAmounts(t *testing.T) {
	for text, good := range map[string]bool{"0": true, "0.01": true, "99999999999.99": true, "-0.01": false, "0.001": false, "100000000000.01": false} {
		if f := rendicion.CheckAmount(rendicion.MONC, soles(text)); (f == nil) != good {
			t.Errorf("%s: %v", text, f)
		}
	}
	if f := rendicion.CheckAmount("transferido", soles("1")); f == nil || f.Code != fault.UnknownField {
		t.Errorf("what was transferred is not stated: %v", f)
	}
}

func squared() rendicion.Submission {
	return rendicion.Submission{
		State: rendicion.Pending, Transferred: soles("1000.00"), Amounts: rendicion.Amounts{rendicion.MONC: soles("1000.00")},
		Required: []rendicion.Document{rendicion.DocOffice}, Documents: map[rendicion.Document]int{rendicion.DocOffice: 1},
	}
}

func codes(faults []*fault.Fault) string {
	out := ""
	for _, f := range faults {
		out += string(f.Code) + " " + f.Field + ";"
	}
	return out
}

func TestSubmit(t *testing.T) {
	open := rendicion.Observation{ID: "o1", Target: rendicion.TargetLine, Item: "monc", State: rendicion.ObservationOpen}
	for name, c := range map[string]struct {
		change func(*rendicion.Submission)
		next   rendicion.State
		faults string
	}{
		"first":           {func(*rendicion.Submission) {}, rendicion.Presented, ""},
		"one céntimo off": {func(s *rendicion.Submission) { s.Amounts[rendicion.MONC] = soles("999.99") }, rendicion.Presented, "rendicion_unbalanced difference;"},
		"a balance may be presented": {func(s *rendicion.Submission) {
			s.Amounts[rendicion.MONC], s.Amounts[rendicion.Balance] = soles("900"), soles("100")
		}, rendicion.Presented, ""},
		"document missing": {func(s *rendicion.Submission) { s.Documents = nil }, rendicion.Presented, "document_missing oficio;"},
		"money given back needs its voucher": {func(s *rendicion.Submission) {
			s.Amounts[rendicion.MONC], s.Amounts[rendicion.Returned] = soles("900"), soles("100")
		}, rendicion.Presented, "document_missing voucher_devolucion;"},
		"twice":    {func(s *rendicion.Submission) { s.State = rendicion.Presented }, rendicion.Presented, "rendicion_closed state;"},
		"approved": {func(s *rendicion.Submission) { s.State = rendicion.Approved }, rendicion.Approved, "rendicion_closed state;"},
		"nothing done about the observation": {func(s *rendicion.Submission) {
			s.State, s.Observations = rendicion.Observed, []rendicion.Observation{open}
		}, rendicion.Corrected, "observation_unanswered o1;"},
		"answered": {func(s *rendicion.Submission) {
			o := open
			o.Answer = "Se corrigió la planilla."
			s.State, s.Observations = rendicion.Observed, []rendicion.Observation{o}
		}, rendicion.Corrected, ""},
		"corrected": {func(s *rendicion.Submission) {
			s.State, s.Observations, s.Touched = rendicion.Observed, []rendicion.Observation{open}, map[string]bool{"o1": true}
		}, rendicion.Corrected, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := squared()
			c.change(&s)
			next, faults := rendicion.Submit(s)
			if next != c.next || codes(faults) != c.faults {
				t.Errorf("%s, %q", next, codes(faults))
			}
		})
	}
}

func TestDecide(t *testing.T) {
	answered := rendicion.Observation{ID: "o1", Target: rendicion.TargetLine, Item: "monc", State: rendicion.ObservationAnswered}
	one := []rendicion.Observation{{Target: rendicion.TargetLine, Item: "otros"}}
	for name, c := range map[string]struct {
		change func(*rendicion.Submission)
		review rendicion.Review
		next   rendicion.State
		code   fault.Code
	}{
		"approve":                       {nil, rendicion.Review{Approve: true}, rendicion.Approved, ""},
		"observe":                       {nil, rendicion.Review{Observations: one}, rendicion.Observed, ""},
		"send back without saying why":  {nil, rendicion.Review{}, rendicion.Presented, fault.Required},
		"approve with new observations": {nil, rendicion.Review{Approve: true, Observations: one}, rendicion.Presented, fault.ObservationsOpen},
		"approve without lifting":       {func(s *rendicion.Submission) { s.Observations = []rendicion.Observation{answered} }, rendicion.Review{Approve: true}, rendicion.Presented, fault.ObservationsOpen},
		"approve lifting all":           {func(s *rendicion.Submission) { s.Observations = []rendicion.Observation{answered} }, rendicion.Review{Approve: true, Lifted: map[string]bool{"o1": true}}, rendicion.Approved, ""},
		"keep it observed":              {func(s *rendicion.Submission) { s.Observations = []rendicion.Observation{answered} }, rendicion.Review{}, rendicion.Observed, ""},
		"money left": {func(s *rendicion.Submission) {
			s.Amounts = rendicion.Amounts{rendicion.MONC: soles("999.99"), rendicion.Balance: soles("0.01")}
		}, rendicion.Review{Approve: true}, rendicion.Presented, fault.BalanceRemains},
		"transfer voided since": {func(s *rendicion.Submission) { s.Transferred = soles("0") }, rendicion.Review{Approve: true}, rendicion.Presented, fault.RendicionUnbalanced},
		"not presented":         {func(s *rendicion.Submission) { s.State = rendicion.Observed }, rendicion.Review{Approve: true}, rendicion.Observed, fault.RendicionClosed},
		"approved already":      {func(s *rendicion.Submission) { s.State = rendicion.Approved }, rendicion.Review{Observations: one}, rendicion.Approved, fault.RendicionClosed},
	} {
		t.Run(name, func(t *testing.T) {
			s := squared()
			s.State = rendicion.Presented
			if c.change != nil {
				c.change(&s)
			}
			next, after, f := rendicion.Decide(s, c.review)
			got := fault.Code("")
			if f != nil {
				got = f.Code
			}
			if next != c.next || got != c.code {
				t.Fatalf("%s, %q", next, got)
			}
			if name == "keep it observed" && after[0].State != rendicion.ObservationOpen {
				t.Errorf("not open again: %+v", after)
			}
		})
	}
}

func TestOnlyWhatIsObservedOpens(t *testing.T) {
	observations := []rendicion.Observation{
		{Target: rendicion.TargetLine, Item: "insumos", Also: []rendicion.Line{rendicion.Returned}, State: rendicion.ObservationOpen},
		{Target: rendicion.TargetDocument, Item: "d1", State: rendicion.ObservationOpen},
		{Target: rendicion.TargetMissing, Item: "informe_ia", State: rendicion.ObservationOpen},
		{Target: rendicion.TargetLine, Item: "epp", State: rendicion.ObservationLifted},
		{Target: rendicion.TargetDocument, Item: "d2", State: rendicion.ObservationAnswered},
	}
	for _, state := range []rendicion.State{rendicion.Pending, rendicion.Presented, rendicion.Observed, rendicion.Corrected, rendicion.Approved} {
		s := rendicion.ScopeOf(state, observations)
		open := 0
		for _, l := range rendicion.Lines {
			if s.Line(l) {
				open++
			}
		}
		want := map[rendicion.State]int{rendicion.Pending: len(rendicion.Lines), rendicion.Observed: 2}[state]
		if open != want {
			t.Errorf("%s: %d lines open, want %d", state, open, want)
		}
		first, observed := state == rendicion.Pending, state == rendicion.Observed
		for _, c := range []struct {
			kind     rendicion.Document
			replaces string
			want     bool
		}{
			{rendicion.DocOffice, "d1", first || observed},
			{rendicion.DocOffice, "d2", first},
			{rendicion.DocOffice, "", first},
			{rendicion.DocInspectorReport, "", first || observed},
			{rendicion.DocReturn, "", first || observed}, // devuelto is open
			{rendicion.DocPhotos, "", first},
		} {
			if got := s.Adds(c.kind, c.replaces); got != c.want {
				t.Errorf("%s: adding %s for %q: %v", state, c.kind, c.replaces, got)
			}
		}
	}
}

func TestDeadline(t *testing.T) {
	c := calendar.New([]day.Day{"2021-07-28", "2021-07-29"})
	// An actual review of 2021: término 15 July, due 9 August.
	due := rendicion.Due("2021-07-15", rendicion.DefaultDeadline, c)
	if due != "2021-08-09" {
		t.Fatalf("due %s", due)
	}
	for _, x := range []struct {
		today day.Day
		left  int
		late  bool
	}{
		{"2021-07-15", 15, false},
		{"2021-08-04", 3, false},
		{"2021-08-06", 1, false},
		{"2021-08-08", 1, false},
		{"2021-08-09", 0, false},
		{"2021-08-10", -1, true},
		{"2021-08-14", -4, true},
		{"2021-08-16", -5, true},
	} {
		if left, late := rendicion.Left(x.today, due, c), rendicion.Late("", x.today, due); left != x.left || late != x.late {
			t.Errorf("on %s: %d left, late %v; want %d, %v", x.today, left, late, x.left, x.late)
		}
	}
	// Due on a Friday: over on Saturday, though no working day has passed.
	if friday := day.Day("2021-08-13"); rendicion.Left("2021-08-14", friday, c) != 0 || !rendicion.Late("", "2021-08-14", friday) {
		t.Error("over on a Saturday")
	}
	if rendicion.Late("2021-08-09", "2022-01-13", due) || !rendicion.Late("2022-01-13", "2022-01-13", due) {
		t.Error("what was presented in time is not late")
	}
}

func TestEveryStateHasItsWork(t *testing.T) {
	for _, s := range []rendicion.State{rendicion.Pending, rendicion.Presented, rendicion.Observed, rendicion.Approved} {
		if back, ok := rendicion.StateOf(s.Work()); !ok || back != s {
			t.Errorf("%s -> %s -> %s", s, s.Work(), back)
		}
	}
	if _, ok := rendicion.StateOf("en_ejecucion"); ok {
		t.Error("a running work has nothing to render")
	}
}
