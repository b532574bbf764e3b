package server_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
	"chaski/internal/records"
	"chaski/internal/replication"
	"chaski/internal/store"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

// settled takes in what raw SQL left.
func settled(t *testing.T, k *testkit.Kit, sql string) {
	t.Helper()
	k.SQL(sql)
	if err := k.Engine.CatchUp(k.App); err != nil {
		t.Fatal(err)
	}
}

// checked answers what verify says of rules, "collection/id field: code".
func checked(t *testing.T, k *testkit.Kit) (broken, listed []string) {
	t.Helper()
	report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		switch d.Check {
		case verify.CheckProblems:
			field, _, _ := strings.Cut(d.Expected, " ")
			code, _, _ := strings.Cut(d.Found, ":")
			broken = append(broken, d.Row+" "+field+": "+code)
		case verify.CheckListed:
			listed = append(listed, d.Row+" "+d.Expected+" / "+d.Found)
		}
	}
	return broken, listed
}

// Every tracked collection is declared, field by field, and whatever is named
// like a date has a rule about dates: a new field cannot be forgotten.
func TestEveryTrackedFieldHasItsRule(t *testing.T) {
	dates := map[string]bool{"day": true, "month": true, "period": true, "as_of": true, "valid_from": true, "valid_to": true}
	free := map[string]bool{ // said by a clock or a person, compared with nothing
		"visit_photos.exif_at": true, "finding_photos.exif_at": true, "rendicion_documents.exif_at": true, "certificate_photos.exif_at": true,
		"visits.roster_as_of": true, "conflicts.author_at": true, "conflicts.other_at": true, "conflicts.resolved_at": true, "mutation_reviews.decided_at": true,
	}
	noDate := map[string]bool{"date_invalid": true, "month_invalid": true}
	for _, c := range replication.Collections {
		declared := records.Find(c.Name)
		if declared == nil {
			t.Errorf("%s has no rules", c.Name)
			continue
		}
		for _, f := range c.Fields {
			named := dates[f.Name] || strings.HasSuffix(f.Name, "_on") || strings.HasSuffix(f.Name, "_from") || strings.HasSuffix(f.Name, "_to") ||
				strings.HasSuffix(f.Name, "_at") || strings.HasSuffix(f.Name, "_of")
			if f.Kind != replication.Text || !named || free[c.Name+"."+f.Name] {
				continue
			}
			of := declared.Field(f.Name)
			if of == nil || len(of.Checks) == 0 {
				t.Errorf("%s.%s has no rule", c.Name, f.Name)
				continue
			}
			found := false
			for _, value := range []string{"2026-13-01", "2026-11-31", "2026-13"} {
				for _, check := range of.Checks {
					if bad := check.Judge(f.Name, value, "2026-11-23"); bad != nil && noDate[string(bad.Code)] {
						found = true
					}
				}
			}
			if !found {
				t.Errorf("%s.%s takes dates that are none", c.Name, f.Name)
			}
		}
	}
}

// breach is a value that breaks a rule, in a row that is right otherwise.
type breach struct {
	collection, field string
	value             any
	code              fault.Code
	at                string // the field that is told, if it is another
}

var breaches = []breach{
	{collection: "attendance_sheets", field: "day", value: "2026-12-31", code: fault.DateInFuture},
	{collection: "attendance_sheets", field: "day", value: "2026-11-31", code: fault.DateInvalid},
	{collection: "attendance_sheets", field: "day", value: "2026-08-02", code: fault.DateOutsideIntervention},
	{collection: "attendance_sheets", field: "marks", value: map[string]any{testkit.Worker(testkit.Canal, 1): "Presente"}, code: fault.InvalidValue},
	{collection: "attendance_sheets", field: "marks", value: map[string]any{testkit.Worker(testkit.Canal, 1): true}, code: fault.InvalidValue},
	{collection: "attendance_sheets", field: "marks", value: []string{"presente"}, code: fault.InvalidValue},
	{collection: "attendance_sheets", field: "reasons", value: map[string]any{testkit.Worker(testkit.Canal, 1): "pereza"}, code: fault.InvalidValue},
	{collection: "attendance_sheets", field: "reasons", value: []string{"salud"}, code: fault.InvalidValue},
	{collection: "attendance_sheets", field: "marks", value: map[string]any{testkit.Worker(testkit.Muro, 1): "presente"}, code: fault.ParticipantNotIntervention},
	{collection: "participants", field: "baja_on", value: "2026-08-01", code: fault.DatesOutOfOrder},
	{collection: "participants", field: "alta_on", value: "2026-02-30", code: fault.DateInvalid},
	{collection: "participants", field: "alta_on", value: "0226-02-20", code: fault.DateInvalid},
	{collection: "participants", field: "cupo", value: testkit.Cupo(testkit.Muro, 2), code: fault.ReferenceForeign},
	{collection: "insurance_policies", field: "valid_to", value: "2026-07-31", code: fault.DatesOutOfOrder},
	{collection: "insurance_policies", field: "insurer_ruc", value: "20100070971", code: fault.RUCInvalid},
	{collection: "insured_persons", field: "to_on", value: "2026-01-31", code: fault.DatesOutOfOrder},
	{collection: "insured_persons", field: "intervention", value: testkit.Muro, code: fault.ReferenceForeign, at: "insurance_policy"},
	{collection: "entities", field: "ruc", value: "20131312956", code: fault.RUCInvalid},
	{collection: "districts", field: "ubigeo", value: "990101", code: fault.InvalidValue},
	{collection: "jurisdictions", field: "valid_to", value: "2019-12-31", code: fault.DatesOutOfOrder},
	{collection: "interventions", field: "ends_on", value: "2026-08-02", code: fault.DatesOutOfOrder},
	{collection: "interventions", field: "lat_e6", value: 12046374, code: fault.PlaceOutsidePeru},
	{collection: "assignments", field: "to_on", value: "2026-09-30", code: fault.DatesOutOfOrder},
	{collection: "visits", field: "visited_on", value: "2026-11-24", code: fault.DateInFuture},
	{collection: "visits", field: "visited_on", value: "2026-06-31", code: fault.DateInvalid},
	{collection: "visits", field: "convenio_code", value: "11-0002-AII-26", code: fault.ConvenioMismatch},
	{collection: "visits", field: "answers", value: map[string]any{"cartel": "quizás"}, code: fault.InvalidValue},
	{collection: "visit_marks", field: "participant", value: testkit.Worker(testkit.Muro, 1), code: fault.ParticipantNotIntervention},
	{collection: "findings", field: "due_on", value: "2026-11-31", code: fault.DateInvalid},
	{collection: "findings", field: "intervention", value: testkit.Muro, code: fault.ReferenceForeign, at: "visit"},
	{collection: "unlisted_workers", field: "intervention", value: testkit.Muro, code: fault.ReferenceForeign, at: "visit"},
	{collection: "ao_months", field: "month", value: "2026-13", code: fault.MonthInvalid},
	{collection: "ao_months", field: "month", value: "2025-03", code: fault.MonthOtherYear},
	{collection: "budget_execution", field: "month", value: "2026-12", code: fault.MonthInFuture},
	{collection: "budget_execution", field: "month", value: "2025-12", code: fault.MonthOtherYear},
	{collection: "budget_execution", field: "clasificador", value: "2.3.27.114", code: fault.ClasificadorUnread},
	{collection: "insurance_policies", field: "number", value: "---", code: fault.InvalidValue},
	{collection: "opening_balances", field: "as_of", value: "2026-12-31", code: fault.DateInFuture},
	{collection: "resolutions", field: "published_on", value: "2026-12-01", code: fault.DateInFuture},
	{collection: "transfers", field: "accrued_on", value: "2026-06-01", code: fault.AccruedEarly},
	{collection: "transfers", field: "accrued_on", value: "2026-12-01", code: fault.DateInFuture},
	{collection: "poi_versions", field: "approved_on", value: "2026-12-01", code: fault.DateInFuture},
	{collection: "technical_assistances", field: "held_on", value: "2026-12-01", code: fault.DateInFuture},
	{collection: "technical_assistances", field: "held_on", value: "2026-09-31", code: fault.DateInvalid},
	{collection: "management_reports", field: "approved_on", value: "2026-12-01", code: fault.DateInFuture},
	{collection: "management_reports", field: "period", value: "2026-13", code: fault.MonthInvalid},
	{collection: "participant_conditions", field: "accredited_on", value: "2026-11-24", code: fault.DateInFuture},
	{collection: "participant_conditions", field: "intervention", value: testkit.Muro, code: fault.ParticipantNotIntervention, at: "participant"},
	{collection: "movements", field: "effective_on", value: "2026-11-31", code: fault.DateInvalid},
	{collection: "movements", field: "participant", value: testkit.Worker(testkit.Muro, 1), code: fault.ParticipantNotIntervention},
	{collection: "insurance_certificates", field: "issued_on", value: "2026-11-24", code: fault.DateInFuture},
	{collection: "insurance_certificates", field: "intervention", value: testkit.Muro, code: fault.ReferenceForeign, at: "insurance_policy"},
	{collection: "rendiciones", field: "presented_on", value: "2026-11-24", code: fault.DateInFuture},
	{collection: "rendiciones", field: "decided_on", value: "2026-11-01", code: fault.DatesOutOfOrder},
	{collection: "rendicion_lines", field: "intervention", value: testkit.Muro, code: fault.ReferenceForeign, at: "rendicion"},
	{collection: "rendicion_observations", field: "also", value: []string{"propinas"}, code: fault.InvalidValue},
	{collection: "holidays", field: "day", value: "2026-02-29", code: fault.DateInvalid},
	{collection: "parameters", field: "valid_to", value: "2019-01-01", code: fault.DatesOutOfOrder},
	{collection: "checklists", field: "items", value: []map[string]string{{"key": "a", "label": "A"}, {"key": "a", "label": "B"}}, code: fault.InvalidValue},
	{collection: "month_closes", field: "month", value: "2026-11", code: fault.MonthOutOfOrder},
	{collection: "month_closes", field: "month", value: "2026-13", code: fault.MonthInvalid},
	{collection: "aos", field: "exercise", value: 1026, code: fault.InvalidValue},
	{collection: "exercises", field: "aei_target", value: -1, code: fault.InvalidValue},
	{collection: "uts", field: "code", value: "UT1", code: fault.InvalidValue},
	{collection: "convenios", field: "code", value: "11-1-AII-26", code: fault.InvalidValue},
	{collection: "cupos", field: "number", value: -1, code: fault.InvalidValue},
	{collection: "ao_versions", field: "aei", value: "AEI.7.4", code: fault.InvalidValue},
	{collection: "rendicion_documents", field: "sha256", value: "abc", code: fault.InvalidValue},
}

// sample is a right row of each collection that the world has none of.
func samples(k *testkit.Kit) {
	id, work := testkit.ID, testkit.Canal
	w1 := testkit.Worker(work, 1)
	policy := id("polcana")
	for _, s := range []struct {
		collection string
		fields     map[string]any
	}{
		{"attendance_sheets", map[string]any{"intervention": work, "day": "2026-11-10", "headcount": 1, "state": "validada", "marks": map[string]string{w1: "presente"}}},
		{"visits", map[string]any{
			"intervention": work, "convenio_code": testkit.Codes[work], "supervisor": testkit.Rosa, "kind": "in_situ", "state": "sincronizada", "visited_on": "2026-11-20",
			"answers": map[string]string{"cartel": "si"},
		}},
		{"visit_marks", map[string]any{"visit": id("sample"), "intervention": work, "participant": w1, "mark": "presente"}},
		{"findings", map[string]any{"visit": id("sample"), "intervention": work, "severity": "leve", "description": "Falta el cartel de obra", "state": "abierto", "due_on": "2026-12-01"}},
		{"unlisted_workers", map[string]any{"visit": id("sample"), "intervention": work, "dni": "00990001", "given_names": "Ana", "surnames": "Prueba"}},
		{"ao_months", map[string]any{"ao": testkit.JobAO, "month": "2026-10", "physical_target": 1}},
		{"budget_execution", map[string]any{"ao": testkit.JobAO, "month": "2026-10", "clasificador": "2.3", "amount": 5}},
		{"opening_balances", map[string]any{"ao": testkit.JobAO, "exercise": 2026, "as_of": "2026-06-30", "measure": "job", "funding_frame": "ordinary", "funding_year": 2026, "source": "Ficha"}},
		{"resolutions", map[string]any{"number": "RM 001-2026-TR", "published_on": "2026-07-01", "state": "publicada"}},
		{"transfers", map[string]any{"convenio": id("cvcana"), "resolution": id("sample"), "state": "devengada", "accrued_on": "2026-10-05", "amount": 100}},
		{"poi_versions", map[string]any{"exercise": 2026, "key": "v1", "label": "Versión 1", "approved_on": "2026-02-01", "resolution": "RD 1"}},
		{"ao_versions", map[string]any{"poi_version": id("sample"), "ao": testkit.JobAO, "aei": "AEI.07.04"}},
		{"technical_assistances", map[string]any{
			"ut": testkit.UT1, "entity": id("muni"), "held_on": "2026-10-05", "modality": "taller", "scope": "grupal", "channel": "virtual", "topic": "T",
			"funding_frame": "ordinary", "funding_year": 2026, "state": "validada", "evidence": "Acta",
		}},
		{"management_reports", map[string]any{"unit": "UFPP", "ao": testkit.JobAO, "kind": "avance", "period": "2026-09", "number": "1", "approved_on": "2026-10-01", "state": "aprobado"}},
		{"participant_conditions", map[string]any{"participant": w1, "intervention": work, "condition": "con_discapacidad", "source": "OMAPED", "accredited_on": "2026-08-01"}},
		{"movements", map[string]any{"intervention": work, "participant": w1, "kind": "alta", "effective_on": "2026-08-03", "state": "validado"}},
		{"insurance_certificates", map[string]any{"insurance_policy": policy, "intervention": work, "number": "C-1", "issued_on": "2026-08-05", "state": "conforme"}},
		{"rendiciones", map[string]any{"intervention": work, "state": "conforme", "presented_on": "2026-11-10", "decided_on": "2026-11-12"}},
		{"rendicion_lines", map[string]any{"rendicion": id("sample"), "intervention": work, "kind": "monc", "amount": 1}},
		{"rendicion_observations", map[string]any{"rendicion": id("sample"), "intervention": work, "target": "line", "item": "monc", "text": "Revise", "also": []string{"insumos"}, "state": "abierta"}},
		{"holidays", map[string]any{"day": "2026-12-08", "name": "Inmaculada", "norm": "DL 713", "scope": "national"}},
	} {
		if s.collection == "rendicion_lines" { // in the place of the server's own
			made, err := k.App.FindRecordById(s.collection, store.LineID(id("sample"), rendicion.MONC))
			if err == nil {
				err = k.App.Delete(made)
			}
			if err != nil {
				k.T.Fatal(err)
			}
		}
		k.Save(s.collection, id("sample"), s.fields)
	}
	k.SQL(`INSERT INTO rendicion_documents (id, rendicion, intervention, kind, sha256, name, size, mime, source, captured_at, recorded_by) VALUES ('` + id("sample") + `', '` + id("sample") + `', '` + work +
		`', 'oficio', '` + strings.Repeat("a", 64) + `', 'oficio.pdf', 5, 'application/pdf', 'file', '2026-11-20T10:00:00Z', '` + testkit.Elsa + `')`)
}

// target is the row of a collection that a breach is tried on.
func target(k *testkit.Kit, collection string) string {
	id := map[string]string{
		"participants": testkit.Worker(testkit.Canal, 1), "insurance_policies": testkit.ID("polcana"), "insured_persons": testkit.ID("incana1"),
		"entities": testkit.ID("muni"), "districts": testkit.ID("dist1"), "jurisdictions": testkit.ID("juris1"), "interventions": testkit.Canal,
		"assignments": testkit.ID("as1"), "parameters": testkit.ID("param"), "checklists": testkit.ID("check"), "month_closes": testkit.ID("close"),
		"aos": testkit.JobAO, "exercises": testkit.ID("ex2026"), "uts": testkit.UT1, "convenios": testkit.ID("cvcana"), "cupos": testkit.Cupo(testkit.Canal, 1),
	}[collection]
	if id == "" {
		id = testkit.ID("sample")
	}
	return id
}

// One breach of each rule, by REST (which is the dashboard's way too) and by raw
// SQL: the first is refused at the field with a sentence, the second is kept,
// listed, and named by verify, which finds it by itself; taken back, it is gone
// from both.
func TestEveryPathKeepsTheRules(t *testing.T) {
	k := testkit.World(t)
	samples(k)
	token := k.Superuser("reglas@example.org")
	if broken, listed := checked(t, k); len(broken)+len(listed) > 0 {
		t.Fatalf("the samples are not right: %v %v", broken, listed)
	}
	for _, b := range breaches {
		id := target(k, b.collection)
		name := b.collection + "/" + id + " " + b.field
		r := k.Do("PATCH", "/api/collections/"+b.collection+"/records/"+id, token, map[string]any{b.field: b.value})
		var said struct {
			Data map[string]struct{ Code, Message string }
		}
		_ = json.Unmarshal(r.Body, &said)
		if b.at == "" {
			b.at = b.field
		}
		if r.Status != 400 || said.Data[b.at].Code != string(b.code) || said.Data[b.at].Message == "" {
			t.Errorf("%s = %v by REST: %d %s", name, b.value, r.Status, r.Body)
		}
		raw, _ := json.Marshal(b.value)
		literal := string(raw)
		switch v := b.value.(type) {
		case string:
			literal = "'" + v + "'"
		case int:
		default:
			literal = "'" + literal + "'"
		}
		k.SQL(`CREATE TEMP TABLE kept AS SELECT id, "` + b.field + `" AS was FROM ` + b.collection + ` WHERE id = '` + id + `'`)
		settled(t, k, `UPDATE `+b.collection+` SET "`+b.field+`" = `+literal+` WHERE id = '`+id+`'`)
		broken, listed := checked(t, k)
		if len(listed) > 0 {
			t.Errorf("%s = %v: %v", name, b.value, listed)
		}
		found := false
		for _, line := range broken {
			found = found || line == b.collection+"/"+id+" "+b.at+": "+string(b.code)
		}
		if !found {
			t.Errorf("%s = %v by SQL is not named as %s: %v", name, b.value, b.code, broken)
		}
		settled(t, k, `UPDATE `+b.collection+` SET "`+b.field+`" = (SELECT was FROM temp.kept) WHERE id = '`+id+`'`)
		k.SQL(`DROP TABLE temp.kept`)
		if broken, listed := checked(t, k); len(broken)+len(listed) > 0 {
			t.Fatalf("%s = %v: left after it was taken back: %v %v", name, b.value, broken, listed)
		}
	}
}

// agrees says that verify finds every figure as the application has it.
func agrees(t *testing.T, k *testkit.Kit, when string) {
	t.Helper()
	report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		switch d.Check {
		case verify.CheckProblems, verify.CheckUnattributed, verify.CheckRows, verify.CheckBuckets:
		default:
			t.Errorf("%s: %+v", when, d)
		}
	}
}

// Every field by which a row names another has an index that begins with it: the
// rows that name one that changes are looked for by it.
func TestEveryReferenceHasAnIndex(t *testing.T) {
	k := testkit.World(t)
	for _, kind := range records.All {
		for _, f := range kind.Fields {
			if f.Ref == "" {
				continue
			}
			if n := k.Int(`SELECT count(*) FROM pragma_index_list('` + kind.Name + `') l, pragma_index_info(l.name) i
				WHERE i.seqno = 0 AND i.name = '` + f.Name + `' AND l.partial = 0`); n == 0 {
				t.Errorf("%s.%s has no index", kind.Name, f.Name)
			}
		}
	}
}

// The first close of an exercise that begins with opening balances is of any month
// up to the one after the newest of them; without one the months go in order.
func TestFirstCloseFollowsTheOpeningBalance(t *testing.T) {
	k := testkit.World(t)
	k.SQL(`DELETE FROM month_closes`)
	if err := k.Engine.CatchUp(k.App); err != nil {
		t.Fatal(err)
	}
	token := k.Superuser("cierres@example.org")
	closing := func(month string) int {
		return k.Do("POST", "/api/collections/month_closes/records", token, map[string]any{"month": month}).Status
	}
	if got := closing("2026-10"); got != 400 {
		t.Fatalf("with nothing before: %d", got)
	}
	id := k.Save("opening_balances", testkit.ID("ob"), map[string]any{
		"ao": testkit.JobAO, "exercise": 2026, "as_of": "2026-09-30", "measure": "job", "funding_frame": "ordinary", "funding_year": 2026, "source": "Ficha",
	})
	if got := closing("2026-11"); got != 400 {
		t.Errorf("the second month after the balance: %d", got)
	}
	if got := closing("2026-10"); got != 200 {
		t.Errorf("the month after the balance: %d", got)
	}
	if broken, listed := checked(t, k); len(broken)+len(listed) > 0 {
		t.Errorf("%v %v", broken, listed)
	}
	settled(t, k, `UPDATE opening_balances SET as_of = '2026-08-31' WHERE id = '`+id+`'`)
	if broken, listed := checked(t, k); len(broken) != 1 || !strings.HasSuffix(broken[0], "month_out_of_order") || len(listed) > 0 {
		t.Errorf("the balance is older: %v %v", broken, listed)
	}
}

// A number that languages print differently would never agree in a checksum: it is
// refused where it is stored, also inside JSON, and named where it got in by SQL.
func TestOnlyWholeNumbers(t *testing.T) {
	k := testkit.World(t)
	root := k.Superuser("root@example.org")
	parameter := func(key, value string) string {
		body := `{"key":"` + key + `","value":` + value + `,"valid_from":"2026-11-01","norm":"Prueba"}`
		r := k.Do("POST", "/api/collections/parameters/records", root, json.RawMessage(body))
		if r.Status == 200 {
			return ""
		}
		return string(r.Body)
	}
	for _, value := range []string{`0.5`, `{"a":[1,{"b":-2.25}]}`, `9007199254740992`, `1e300`} {
		if said := parameter("p.bad", value); !strings.Contains(said, `"value"`) {
			t.Errorf("%s: %q", value, said)
		}
	}
	for i, value := range []string{`3`, `-9007199254740991`, `[1.0,2e3]`, `{"a":"0.5"}`} {
		if said := parameter("p.good"+string(rune('a'+i)), value); said != "" {
			t.Errorf("%s: %s", value, said)
		}
	}
	rosa := k.Phone(testkit.Rosa)
	rosa.Pull()
	held := len(rosa.Rows)
	settled(t, k, `UPDATE parameters SET value = '0.5' WHERE key = 'p.gooda'`)
	rosa.Pull()
	if len(rosa.Rows) != held {
		t.Errorf("%d rows, %d before", len(rosa.Rows), held)
	}
	if broken, listed := checked(t, k); len(broken) != 1 || !strings.Contains(broken[0], "value: invalid_value") {
		t.Errorf("%v %v", broken, listed)
	}
}
