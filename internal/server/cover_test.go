package server_test

import (
	"encoding/json"
	"io"
	"testing"
	"time"

	"chaski/internal/testkit"
	"chaski/internal/verify"
)

// coverWorld is a world with a worker whose certificate has not come yet, and the visit
// that met him at work on 2026-11-23.
type coverWorld struct {
	*testkit.Kit
	t      *testing.T
	worker string
}

const newcomerDNI = "99011001"

func newCoverWorld(t *testing.T) *coverWorld {
	k := testkit.World(t)
	w := &coverWorld{Kit: k, t: t, worker: testkit.ID("late")}
	cupo := testkit.ID("latecupo")
	k.Save("cupos", cupo, fields{"intervention": testkit.Canal, "number": 9, "state": "activo"})
	k.Save("participants", w.worker, fields{
		"intervention": testkit.Canal, "cupo": cupo, "dni": newcomerDNI, "given_names": "Killa", "surnames": "Ficticia", "sex": "F",
		"birth_date": "1990-01-01", "alta_on": "2026-11-20",
	})
	rosa := k.Phone(testkit.Rosa)
	applied(t, rosa.Push(rosa.Visit("v", testkit.Canal, nil),
		rosa.Mutation("create", "visit_marks", testkit.ID("m"), fields{"visit": testkit.ID("v"), "participant": w.worker, "mark": "presente", "coverage_seen": "sin_cobertura"})))
	return w
}

// later moves the clock on.
func (w *coverWorld) later(days int) { w.Clock = w.Clock.Add(time.Duration(days) * 24 * time.Hour) }

// insures records that he is insured, with a paper of that date, "" for none.
func (w *coverWorld) insures(issued string) {
	policy := testkit.ID("pol" + testkit.Canal[:4])
	certificate := ""
	if issued != "" {
		certificate = w.Save("insurance_certificates", testkit.ID("cert"), fields{
			"insurance_policy": policy, "intervention": testkit.Canal, "number": "C-9", "issued_on": issued, "insured": 1, "state": "presentada",
		})
	}
	w.Save("insured_persons", testkit.ID("inlate"), fields{
		"insurance_policy": policy, "intervention": testkit.Canal, "dni": newcomerDNI, "from_on": "2026-11-20", "insurance_certificate": certificate,
	})
}

type coverSaid struct {
	Coverage       string `json:"coverage"`
	CoverageLate   int    `json:"coverage_late"`
	CoverageSince  string `json:"coverage_since"`
	CoverageIssued string `json:"coverage_issued"`
	CoverageSeen   string `json:"coverage_seen"`
}

// says checks what the board says of him in the visit, and that nothing differs.
func (w *coverWorld) says(when string, want coverSaid) {
	w.t.Helper()
	r := w.Do("GET", "/api/chaski/v1/visits/"+testkit.ID("v"), w.Token(testkit.Carla), nil)
	var visit struct{ Marks []coverSaid }
	if err := json.Unmarshal(r.Body, &visit); err != nil || r.Status != 200 || len(visit.Marks) != 1 {
		w.t.Fatalf("%s: %v: %d %s", when, err, r.Status, r.Body)
	}
	want.CoverageSeen = "sin_cobertura" // whatever comes later: that is what was seen
	if visit.Marks[0] != want {
		w.t.Errorf("%s: got %+v, want %+v", when, visit.Marks[0], want)
	}
	report, err := verify.Run(w.App, func() error { return w.Engine.CatchUp(w.App) }, io.Discard)
	if err != nil {
		w.t.Fatal(err)
	}
	if report.Of(verify.CheckCover) > 0 {
		w.t.Errorf("%s: %+v", when, report.Differences)
	}
}

var uncovered = coverSaid{Coverage: "sin_cobertura"}

func TestACertificateThatComesLateIsNeverSimplyCover(t *testing.T) {
	w := newCoverWorld(t)
	w.says("the day itself", uncovered)
	w.later(4)
	w.insures("2026-11-25")
	late := coverSaid{Coverage: "acreditada_despues", CoverageLate: 4, CoverageSince: "2026-11-27", CoverageIssued: "2026-11-25"}
	w.says("four days later", late)
	w.later(3)
	w.says("and it stays so", late)

	// Whatever touches the row: what was known since when is not news.
	w.Save("insured_persons", testkit.ID("inlate"), fields{"to_on": "2026-12-10"})
	w.says("with an end that lies after the day", late)
	w.SQL(`UPDATE insured_persons SET to_on = '' WHERE id = '` + testkit.ID("inlate") + `'`)
	w.says("without it again, past every hook", late)

	// Who is on the roster no more is covered no more, from his last day on.
	w.Save("participants", w.worker, fields{"baja_on": "2026-11-22"})
	w.says("with a baja before the visit", uncovered)
	w.later(1)
	w.Save("participants", w.worker, fields{"baja_on": ""})
	late.CoverageLate, late.CoverageSince = 8, "2026-12-01"
	w.says("the baja taken back a day later: what came back is new", late)
	w.Save("insured_persons", testkit.ID("inlate"), fields{"dni": "99011002"})
	w.says("it names somebody else now", uncovered)
	gone, err := w.App.FindRecordById("insured_persons", testkit.ID("inlate"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.App.Delete(gone); err != nil {
		t.Fatal(err)
	}
	w.says("it is gone", uncovered)
	if n := w.Int(`SELECT count(*) FROM cover_spans WHERE insured = '` + testkit.ID("inlate") + `' AND until_at <> ''`); n < 4 {
		t.Errorf("of what was once proved %d spans are kept", n)
	}
	if n := w.Int(`SELECT count(*) FROM cover_spans WHERE insured = '` + testkit.ID("inlate") + `' AND until_at = ''`); n != 0 {
		t.Errorf("%d spans of a row that is gone stand", n)
	}
}

// A baja reaches a phone with what it does to cover, and nothing else does.
func TestABajaReachesThePhoneWithItsCover(t *testing.T) {
	w := newCoverWorld(t)
	w.insures("")
	rosa := w.Phone(testkit.Rosa)
	rosa.Pull()
	w.Save("participants", w.worker, fields{"baja_on": "2026-11-25"})
	page := rosa.Pull()
	if len(page.Puts) != 2 {
		t.Fatalf("%+v", page.Puts)
	}
	proves, _ := json.Marshal(rosa.Rows["insured_persons/"+testkit.ID("inlate")]["proves"])
	if want := `[{"from":"2026-11-20","issued":"","known":"2026-11-23","sure":true,"to":"2026-11-25"}]`; string(proves) != want {
		t.Errorf("%s, want %s", proves, want)
	}
}

func TestAPolicyThatIsVoidForAWhile(t *testing.T) {
	w := newCoverWorld(t)
	w.insures("")
	policy := testkit.ID("pol" + testkit.Canal[:4])
	w.says("recorded on the day itself", coverSaid{Coverage: "cubierto"})
	w.later(1)
	w.Save("insurance_policies", policy, fields{"state": "anulada"})
	w.says("void", uncovered)
	w.later(1)
	w.Save("insurance_policies", policy, fields{"state": "emitida"})
	w.says("in force again: known since then", coverSaid{Coverage: "acreditada_despues", CoverageLate: 2, CoverageSince: "2026-11-25"})
	w.later(1)
	w.Save("insurance_policies", policy, fields{"issued_on": "2026-11-26"})
	w.says("and its paper has a date", coverSaid{Coverage: "acreditada_despues", CoverageLate: 3, CoverageSince: "2026-11-25", CoverageIssued: "2026-11-26"})
}

// What was there before it was kept since when cover is known: since it was made, where
// nobody has touched it; known today at the latest otherwise.
func TestCoverOfBefore(t *testing.T) {
	w := newCoverWorld(t)
	w.insures("")
	w.later(5)
	before := func(touched bool) {
		w.SQL(`DELETE FROM cover_spans`)
		w.SQL(`UPDATE insured_persons SET proves = ''`)
		for _, table := range []string{"insured_persons", "insurance_policies"} {
			w.SQL(`UPDATE ` + table + ` SET created = '2026-11-23 17:00:00.000Z', updated = '2026-11-23 17:00:00.000Z'`)
		}
		if touched {
			w.SQL(`UPDATE insurance_policies SET updated = '2026-11-24 17:00:00.000Z'`)
		}
		w.SQL(`DELETE FROM dirty`)
		w.SQL(`INSERT INTO dirty (collection, record, source) SELECT 'insured_persons', id, 'schema' FROM insured_persons`)
	}
	before(false)
	w.says("made once, and never touched", coverSaid{Coverage: "cubierto"})
	before(true)
	w.says("nobody wrote it down", coverSaid{Coverage: "sin_dato"})
}
