package server_test

import (
	"encoding/json"
	"io"
	"testing"

	"chaski/internal/testkit"
	"chaski/internal/verify"
)

// named are those of a work's roster whom a certificate names.
func named(people ...string) fields {
	out := fields{}
	for _, p := range people {
		out[p] = true
	}
	return out
}

func policyOf(p *testkit.Phone, id string, with fields) map[string]any {
	said := fields{
		"intervention": testkit.Canal, "number": "SCTR-77", "insurer_ruc": "20131312955", "insurer_name": "Aseguradora Ficticia",
		"valid_from": "2026-11-01", "valid_to": "2026-12-18", "issued_on": "2026-11-20",
	}
	for k, v := range with {
		said[k] = v
	}
	m := p.Mutation("create", "insurance_policies", testkit.ID(id), said)
	m["form"] = "policy/1"
	return m
}

func certificateOf(p *testkit.Phone, id, policy string, with fields) map[string]any {
	said := fields{"insurance_policy": testkit.ID(policy), "number": "C-1", "issued_on": "2026-11-22", "from_on": "2026-11-20"}
	for k, v := range with {
		said[k] = v
	}
	m := p.Mutation("create", "insurance_certificates", testkit.ID(id), said)
	m["form"] = "certificate/1"
	return m
}

// said is what the screens say now of his cover on the day of the visit.
func (w *coverWorld) said() coverSaid {
	w.t.Helper()
	r := w.Do("GET", "/api/chaski/v1/visits/"+testkit.ID("v"), w.Token(testkit.Carla), nil)
	var visit struct{ Marks []coverSaid }
	r.JSON(200, &visit)
	return visit.Marks[0]
}

type insuredRow struct {
	DNI, FromOn, Policy, Certificate, Proves string
}

// insuredBy are those whom a certificate covers, by their DNI.
func (w *coverWorld) insuredBy(certificate string) map[string]insuredRow {
	w.t.Helper()
	rows, err := w.App.DB().NewQuery(`SELECT dni, from_on, insurance_policy, insurance_certificate, proves FROM insured_persons
		WHERE insurance_certificate = '` + testkit.ID(certificate) + `'`).Rows()
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	out := map[string]insuredRow{}
	for rows.Next() {
		var r insuredRow
		if err := rows.Scan(&r.DNI, &r.FromOn, &r.Policy, &r.Certificate, &r.Proves); err != nil {
			w.t.Fatal(err)
		}
		out[r.DNI] = r
	}
	return out
}

// The executor's people enter a policy and its certificate, in one act of their own each;
// who is named is covered from then on, and for the days before it is said that it came
// late. Whom a corrected certificate names no more is covered no more.
func TestPapersFromThePhone(t *testing.T) {
	w := newCoverWorld(t)
	elsa := w.Phone(testkit.Elsa)
	elsa.Pull()
	w.later(4)
	first := testkit.Worker(testkit.Canal, 1)
	applied(t, elsa.Push(policyOf(elsa, "pol", nil), certificateOf(elsa, "cer", "pol", fields{"names": named(w.worker, first)})))
	got := w.insuredBy("cer")
	if r := got[newcomerDNI]; len(got) != 2 || r.FromOn != "2026-11-20" || r.Policy != testkit.ID("pol") {
		t.Fatalf("%+v", got)
	}
	if said := w.said(); said.Coverage != "acreditada_despues" || said.CoverageLate != 4 || said.CoverageIssued != "2026-11-22" || said.CoverageSeen != "sin_cobertura" {
		t.Errorf("%+v", said)
	}
	elsa.Pull()
	row := elsa.Rows["insurance_certificates/"+testkit.ID("cer")]
	if row["state"] != "presentada" || row["recorded_by"] != testkit.Elsa || row["received_at"] == "" {
		t.Errorf("%v", row)
	}
	verifies(t, w.Kit)

	// Corrected: it names another. What stays keeps the day since which it is known.
	before := got[w.dni(first)].Proves
	w.later(2)
	second := testkit.Worker(testkit.Canal, 2)
	applied(t, elsa.Push(change(elsa, "cer", fields{"names": named(first, second)})))
	got = w.insuredBy("cer")
	if len(got) != 2 || got[newcomerDNI].DNI != "" || got[w.dni(first)].Proves != before || got[w.dni(second)].Proves == "" {
		t.Errorf("%+v, was %s", got, before)
	}
	if said := w.said(); said.Coverage != "sin_cobertura" {
		t.Errorf("%+v", said)
	}
	verifies(t, w.Kit)
}

func change(p *testkit.Phone, id string, said fields) map[string]any {
	p.Pull()
	rev := p.Revs["insurance_certificates/"+testkit.ID(id)]
	m := p.Change("update", "insurance_certificates", id, rev, said)
	m["form"] = "certificate/1"
	return m
}

func (w *coverWorld) dni(participant string) string {
	w.t.Helper()
	var out string
	if err := w.App.DB().NewQuery(`SELECT dni FROM participants WHERE id = '` + participant + `'`).Row(&out); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// A certificate proves until the unit doubts it; presented again it proves anew, known
// since then. What the unit approved changes no more.
func TestACertificateProvesAsItStands(t *testing.T) {
	w := newCoverWorld(t)
	elsa := w.Phone(testkit.Elsa)
	elsa.Pull()
	applied(t, elsa.Push(policyOf(elsa, "pol", nil), certificateOf(elsa, "cer", "pol", fields{"names": named(w.worker)})))
	if said := w.said(); said.Coverage != "cubierto" {
		t.Fatalf("%+v", said)
	}
	w.Save("insurance_certificates", testkit.ID("cer"), fields{"state": "observada", "state_reason": "Falta la firma de la aseguradora"})
	if said := w.said(); said.Coverage != "sin_cobertura" {
		t.Errorf("observed: %+v", said)
	}
	verifies(t, w.Kit)
	w.later(3)
	if r := elsa.Push(change(elsa, "cer", fields{"state": "conforme"})); r[0].Code() != "certificate_state" {
		t.Errorf("approved by herself: %+v", r)
	}
	applied(t, elsa.Push(change(elsa, "cer", fields{"state": "presentada"})))
	if said := w.said(); said.Coverage != "acreditada_despues" || said.CoverageLate != 3 {
		t.Errorf("presented again: %+v", said)
	}
	w.Save("insurance_certificates", testkit.ID("cer"), fields{"state": "conforme"})
	if r := elsa.Push(change(elsa, "cer", fields{"number": "C-2"})); r[0].Code() != "certificate_settled" {
		t.Errorf("changed after it was approved: %+v", r)
	}
	m := change(elsa, "cer", fields{})
	m["op"] = "delete"
	if r := elsa.Push(m); r[0].Code() != "certificate_settled" {
		t.Errorf("taken back after it was approved: %+v", r)
	}
	verifies(t, w.Kit)
}

// Who takes a certificate back takes along whom it named.
func TestACertificateTakenBack(t *testing.T) {
	w := newCoverWorld(t)
	elsa := w.Phone(testkit.Elsa)
	elsa.Pull()
	applied(t, elsa.Push(policyOf(elsa, "pol", nil), certificateOf(elsa, "cer", "pol", fields{"names": named(w.worker)})))
	m := change(elsa, "cer", fields{})
	m["op"] = "delete"
	applied(t, elsa.Push(m))
	if n := w.Int(`SELECT count(*) FROM insured_persons WHERE participant <> '' OR insurance_certificate = '` + testkit.ID("cer") + `'`); n != 0 {
		t.Errorf("%d are still insured by it", n)
	}
	if n := w.Int(`SELECT count(*) FROM cover_spans WHERE dni = '` + newcomerDNI + `' AND until_at <> ''`); n != 1 {
		t.Errorf("%d spans are kept of what was claimed", n)
	}
	verifies(t, w.Kit)
}

func TestPapersThatAreNotTaken(t *testing.T) {
	w := newCoverWorld(t)
	elsa := w.Phone(testkit.Elsa)
	elsa.Pull()
	applied(t, elsa.Push(policyOf(elsa, "pol", nil), certificateOf(elsa, "cer", "pol", fields{"names": named(w.worker)})))
	stranger := testkit.Worker(testkit.Muro, 1)
	for _, c := range []struct {
		why, code, field string
		said             map[string]any
	}{
		{"an insurer's number with a wrong digit", "ruc_invalid", "insurer_ruc", policyOf(elsa, "x", fields{"number": "N-1", "insurer_ruc": "20131312956"})},
		{"the same policy, spelled otherwise", "policy_double", "number", policyOf(elsa, "x", fields{"number": "Póliza N° sctr 77"})},
		{"a policy that ends before it begins", "dates_out_of_order", "valid_to", policyOf(elsa, "x", fields{"number": "N-1", "valid_to": "2026-10-01"})},
		{"a policy of tomorrow", "date_in_future", "issued_on", policyOf(elsa, "x", fields{"number": "N-1", "issued_on": "2026-11-24"})},
		{"names one of another work", "certificate_stranger", "names", certificateOf(elsa, "x", "pol", fields{"number": "C-2", "names": named(w.worker, stranger)})},
		{"names nobody", "required", "names", certificateOf(elsa, "x", "pol", fields{"number": "C-2", "names": fields{}})},
		{"issued tomorrow", "date_in_future", "issued_on", certificateOf(elsa, "x", "pol", fields{"number": "C-2", "issued_on": "2026-11-24", "names": named(w.worker)})},
		{"from before its policy", "certificate_outside", "from_on", certificateOf(elsa, "x", "pol", fields{"number": "C-2", "from_on": "2026-10-31", "names": named(w.worker)})},
		{"from after its policy", "certificate_outside", "from_on", certificateOf(elsa, "x", "pol", fields{"number": "C-2", "from_on": "2026-12-19", "names": named(w.worker)})},
		{"its number twice", "certificate_double", "number", certificateOf(elsa, "x", "pol", fields{"names": named(w.worker)})},
		{"a state of the unit's", "unknown_field", "state", certificateOf(elsa, "x", "pol", fields{"number": "C-2", "state": "conforme", "names": named(w.worker)})},
	} {
		if r := elsa.Push(c.said); r[0].Status != "rejected" || r[0].Code() != c.code || r[0].Errors[0].Field != c.field {
			t.Errorf("%s: %+v", c.why, r[0])
		}
	}
	if got := w.insuredBy("x"); len(got) != 0 {
		t.Errorf("what was refused covers: %+v", got)
	}
	// Of another's work, and by who only supervises it.
	other := testkit.ID("pol" + testkit.Puente[:4])
	m := certificateOf(elsa, "x", "pol", fields{"number": "C-2", "names": named(testkit.Worker(testkit.Puente, 1))})
	m["fields"].(map[string]any)["insurance_policy"] = other
	if r := elsa.Push(m); r[0].Code() != "out_of_scope" {
		t.Errorf("of another executor's work: %+v", r[0])
	}
	rosa := w.Phone(testkit.Rosa)
	rosa.Pull()
	if r := rosa.Push(policyOf(rosa, "y", fields{"number": "N-2"})); r[0].Code() != "operation_not_allowed" {
		t.Errorf("by a supervisor: %+v", r[0])
	}
	verifies(t, w.Kit)
}

// Rows that follow from a certificate follow its people too, by whatever way they are
// changed; who is named past the rules and is on no roster is listed, and covers nobody.
func TestWhomACertificateNamesIsKept(t *testing.T) {
	w := newCoverWorld(t)
	elsa := w.Phone(testkit.Elsa)
	elsa.Pull()
	applied(t, elsa.Push(policyOf(elsa, "pol", nil), certificateOf(elsa, "cer", "pol", fields{"names": named(w.worker)})))
	w.Save("participants", w.worker, fields{"dni": "99011002"})
	if got := w.insuredBy("cer"); len(got) != 1 || got["99011002"].DNI == "" {
		t.Errorf("a DNI was corrected: %+v", got)
	}
	names, err := json.Marshal(named(w.worker, testkit.Worker(testkit.Muro, 1)))
	if err != nil {
		t.Fatal(err)
	}
	w.SQL(`UPDATE insurance_certificates SET names = '` + string(names) + `', from_on = '2026-11-21' WHERE id = '` + testkit.ID("cer") + `'`)
	elsa.Pull()
	got := w.insuredBy("cer")
	if len(got) != 1 || got["99011002"].FromOn != "2026-11-21" {
		t.Errorf("%+v", got)
	}
	if n := w.Int(`SELECT count(*) FROM row_problems WHERE collection = 'insurance_certificates' AND code = 'certificate_stranger'`); n != 1 {
		t.Errorf("%d are listed", n)
	}
	report, err := verify.Run(w.App, func() error { return w.Engine.CatchUp(w.App) }, io.Discard)
	if err != nil || report.Of(verify.CheckCover) > 0 {
		t.Errorf("%v %+v", err, report.Differences)
	}
}
