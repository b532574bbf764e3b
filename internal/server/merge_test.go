package server_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/testkit"
)

// twoPhones: Rosa visited and left a finding and a person; Luis, whose the work
// is too, has pulled all of it.
func twoPhones(t *testing.T) (*testkit.Kit, *testkit.Phone, *testkit.Phone) {
	t.Helper()
	k := testkit.World(t)
	k.Save("assignments", testkit.ID("as9"), map[string]any{"user": testkit.Luis, "intervention": testkit.Canal, "from_on": "2026-10-01"})
	rosa, luis := k.Phone(testkit.Rosa), k.Phone(testkit.Luis)
	applied(t, rosa.Push(rosa.Visit("v", testkit.Canal, nil), rosa.Finding("f", "v"), rosa.Unlisted("u", "v", "99000001"), rosa.Unlisted("w", "v", "99000002")))
	rosa.Pull()
	luis.Pull()
	return k, rosa, luis
}

func applied(t *testing.T, results []testkit.Result) []testkit.Result {
	t.Helper()
	for i, r := range results {
		if r.Status != "applied" {
			t.Fatalf("mutation %d: %+v", i, r)
		}
	}
	return results
}

type fields = map[string]any

func row(p *testkit.Phone, collection, id string) fields {
	return p.Rows[collection+"/"+testkit.ID(id)]
}

// Two people change different fields of a finding, both without signal: both
// changes stand, and nothing is asked.
func TestFieldsMerge(t *testing.T) {
	_, rosa, luis := twoPhones(t)
	applied(t, rosa.Push(rosa.Change("update", "findings", "f", 1, fields{"severity": "leve", "corrective_measure": "Llevar agua"})))
	r := applied(t, luis.Push(luis.Change("update", "findings", "f", 1, fields{"responsible": "Residente", "corrective_measure": "Llevar agua"})))
	if r[0].Rev != 3 || r[0].Lost != nil || r[0].Conflict != "" {
		t.Errorf("%+v", r[0])
	}
	rosa.Pull()
	if f := row(rosa, "findings", "f"); f["severity"] != "leve" || f["responsible"] != "Residente" || f["corrective_measure"] != "Llevar agua" {
		t.Errorf("%v", f)
	}
}

// Both change the state: the first to arrive stays, with its reason; the other's
// state and reason are kept whole; his other field is written. Both see it.
func TestConflictIsKeptAndShown(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	applied(t, rosa.Push(rosa.Change("update", "findings", "f", 1, fields{"state": "levantado", "state_reason": "Se llevó agua"})))
	r := applied(t, luis.Push(luis.Change("update", "findings", "f", 1, fields{"state": "abierto", "state_reason": "Sigue sin agua", "severity": "leve"})))
	if !slices.Equal(r[0].Lost, []string{"state", "state_reason"}) || r[0].Rev != 3 {
		t.Fatalf("%+v", r[0])
	}
	again := luis.Push(luis.Change("update", "findings", "f", 3, fields{"due_on": "2026-12-01"}))
	applied(t, again)
	for _, p := range []*testkit.Phone{rosa, luis} {
		p.Pull()
		if f := row(p, "findings", "f"); f["state"] != "levantado" || f["state_reason"] != "Se llevó agua" || f["severity"] != "leve" {
			t.Errorf("%v", f)
		}
		c := p.Rows["conflicts/"+r[0].Conflict]
		if c["kind"] != "edit" || c["author"] != testkit.Luis || c["other"] != testkit.Rosa || c["other_name"] != "Persona "+testkit.Rosa ||
			c["author_at"] != "2026-11-23T11:00:00-05:00" || c["other_at"] != "2026-11-23T17:00:00.000Z" || c["state"] != "abierto" || c["label"] != "Obra "+testkit.Canal {
			t.Errorf("the conflict: %v", c)
		}
		want := []any{
			fields{"field": "state", "mine": "abierto", "theirs": "levantado"},
			fields{"field": "state_reason", "mine": "Sigue sin agua", "theirs": "Se llevó agua"},
		}
		if !reflect.DeepEqual(c["values"], want) {
			t.Errorf("its values: %v", c["values"])
		}
	}
	ines := k.Phone(testkit.Ines)
	ines.Pull()
	if ines.Rows["conflicts/"+r[0].Conflict] != nil {
		t.Error("a stranger was told of it")
	}
}

// Edits chained without signal name their predecessor: what it won is known, what
// it lost conflicts again, in one batch and over several.
func TestChainedEdits(t *testing.T) {
	for name, split := range map[string]bool{"one batch": false, "two batches": true} {
		t.Run(name, func(t *testing.T) {
			k, rosa, luis := twoPhones(t)
			applied(t, rosa.Push(rosa.Change("update", "findings", "f", 1, fields{"severity": "leve"})))
			first := luis.Change("update", "findings", "f", 1, fields{"severity": "moderada", "corrective_measure": "uno"})
			second := luis.Mutation("update", "findings", testkit.ID("f"), fields{"severity": "grave", "corrective_measure": "dos"})
			second["prev"] = first["id"]
			third := luis.Mutation("update", "findings", testkit.ID("f"), fields{"corrective_measure": "tres"})
			third["prev"] = second["id"]
			var r []testkit.Result
			if split {
				r = append(luis.Push(first), luis.Push(second, third)...)
			} else {
				r = luis.Push(first, second, third)
			}
			applied(t, r)
			for i, want := range [][]string{{"severity"}, {"severity"}, nil} {
				if !slices.Equal(r[i].Lost, want) || r[i].Rev != int64(3+i) {
					t.Errorf("edit %d: %+v", i, r[i])
				}
			}
			luis.Pull()
			if f := row(luis, "findings", "f"); f["severity"] != "leve" || f["corrective_measure"] != "tres" {
				t.Errorf("%v", f)
			}
			// What he lost twice is one conflict, with what he said last.
			c := luis.Rows["conflicts/"+r[1].Conflict]
			want := []any{fields{"field": "severity", "mine": "grave", "theirs": "leve"}}
			if n := k.Int(`SELECT count(*) FROM conflicts`); n != 1 || r[0].Conflict != r[1].Conflict || !reflect.DeepEqual(c["values"], want) {
				t.Errorf("%d conflicts, want 1: %v", n, c)
			}
		})
	}
}

// A predecessor that was taken back, and never came, leaves the revision that was
// shown below it.
func TestPredecessorThatNeverCame(t *testing.T) {
	_, rosa, luis := twoPhones(t)
	applied(t, rosa.Push(rosa.Change("update", "findings", "f", 1, fields{"severity": "leve"})))
	luis.Pull()
	change := luis.Change("update", "findings", "f", luis.Revs["findings/"+testkit.ID("f")], fields{"severity": "grave", "corrective_measure": "uno"})
	change["prev"], change["saw"] = "01939a00-0000-7000-8000-000000000001", fields{"severity": "leve", "corrective_measure": "no vino"}
	r := applied(t, luis.Push(change))
	if !slices.Equal(r[0].Lost, []string{"corrective_measure"}) {
		t.Errorf("what he saw in the change that never came: %+v", r[0])
	}
	luis.Pull()
	if f := row(luis, "findings", "f"); f["severity"] != "grave" || f["corrective_measure"] == "uno" {
		t.Errorf("%v", f)
	}
}

// A change on a base from a history that is lost knows nothing.
func TestBaseFromTheFuture(t *testing.T) {
	_, rosa, luis := twoPhones(t)
	applied(t, rosa.Push(rosa.Change("update", "findings", "f", 1, fields{"severity": "leve"})))
	r := luis.Push(luis.Change("update", "findings", "f", 9, fields{"severity": "moderada", "due_on": "2026-12-01"}))
	if !slices.Equal(r[0].Lost, []string{"severity"}) {
		t.Errorf("%+v", r[0])
	}
}

// A rev may be given twice: what was changed between a restore and the first
// device that shows it up has one of the lost future's. What the person saw tells.
func TestRevGivenTwice(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	old := k.Copy()
	applied(t, luis.Push(luis.Change("update", "findings", "f", 1, fields{"severity": "leve"})))
	rosa.Pull()
	update := rosa.Change("update", "findings", "f", rosa.Revs["findings/"+testkit.ID("f")], fields{"severity": "moderada", "due_on": "2026-12-01"})
	update["saw"] = fields{"severity": "leve", "due_on": "", "responsible": ""}

	k = testkit.Open(t, old)
	carry(rosa, k)
	rosa.Marks = nil // who has no mark left to show
	k.SQL(`UPDATE findings SET severity = 'grave' WHERE id = '` + testkit.ID("f") + `'`)
	r := rosa.Push(update)
	if !slices.Equal(r[0].Lost, []string{"severity"}) || r[0].Conflict == "" {
		t.Errorf("%+v", r[0])
	}
	if f := k.Int(`SELECT count(*) FROM findings WHERE severity = 'grave' AND due_on = '2026-12-01'`); f != 1 {
		t.Error("what stood was overwritten, or what nobody changed was not")
	}
	if named := outside(t, k); !slices.Equal(named, []string{"findings/" + testkit.ID("f")}) {
		t.Errorf("verify names %v", named) // the change by SQL above, and nothing else
	}
}

// Deletions: of what nobody changed, goes; of what somebody changed, stays; a
// change of what is gone is kept beside.
func TestDeletions(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	if r := luis.Push(luis.Change("delete", "findings", "f", 1, fields{})); r[0].Code() != "out_of_scope" {
		t.Errorf("another's finding: %+v", r[0])
	}
	applied(t, luis.Push(luis.Change("update", "findings", "f", 1, fields{"severity": "leve"})))
	r := applied(t, rosa.Push(rosa.Change("delete", "findings", "f", 1, fields{}), rosa.Change("delete", "unlisted_workers", "u", 1, fields{})))
	if !slices.Equal(r[0].Lost, []string{"severity"}) || r[0].Conflict == "" || r[1].Lost != nil {
		t.Fatalf("%+v", r)
	}
	luis.Pull()
	if row(luis, "findings", "f") == nil || row(luis, "unlisted_workers", "u") != nil {
		t.Error("the finding somebody changed stays, the person goes")
	}
	c := rosa.K.Int(`SELECT count(*) FROM conflicts WHERE kind = 'delete_edited' AND author = '` + testkit.Rosa + `' AND other = '` + testkit.Luis + `'`)
	if c != 1 {
		t.Error("no conflict of the deletion")
	}
	if again := applied(t, rosa.Push(rosa.Change("delete", "unlisted_workers", "u", 1, fields{}))); again[0].Lost != nil {
		t.Errorf("deleting what is gone: %+v", again[0])
	}
	late := applied(t, rosa.Push(rosa.Change("update", "unlisted_workers", "u", 1, fields{"dni": "99000009", "note": "Otro DNI"})))
	if !slices.Equal(late[0].Lost, []string{"dni", "note"}) {
		t.Errorf("%+v", late[0])
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'delete' AND record = '` + testkit.ID("u") + `' AND actor = '` + testkit.Rosa + `' AND detail LIKE '%99000001%'`); n != 1 {
		t.Error("what was deleted left no trace")
	}
	// Settled for the author, the person comes back with what she said last.
	settle := rosa.Mutation("update", "conflicts", late[0].Conflict, fields{"resolution": "author"})
	settle["base_rev"] = 1
	applied(t, rosa.Push(settle))
	luis.Pull()
	if u := row(luis, "unlisted_workers", "u"); u["dni"] != "99000009" || u["surnames"] != "Prueba" || u["note"] != "Otro DNI" {
		t.Errorf("came back as %v", u)
	}
	// A deletion can be settled too.
	settle = luis.Mutation("update", "conflicts", r[0].Conflict, fields{"resolution": "author"})
	settle["base_rev"] = 1
	applied(t, luis.Push(settle))
	if n := k.Int(`SELECT count(*) FROM findings`); n != 0 {
		t.Error("the finding is still there")
	}
	verifies(t, k)
}

// Who sends what he saw, and did not change, loses nothing; of a unit that he
// changed in part all is kept.
func TestWhatWasLeftIsNoConflict(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	applied(t, rosa.Push(rosa.Change("update", "findings", "f", 1, fields{"severity": "leve", "responsible": "Residente"})))
	form := luis.Change("update", "findings", "f", 1, fields{"severity": "grave", "responsible": "", "due_on": "", "corrective_measure": "Llevar agua"})
	form["saw"] = fields{"severity": "grave", "responsible": "", "due_on": "", "corrective_measure": ""}
	if r := applied(t, luis.Push(form)); r[0].Lost != nil || r[0].Conflict != "" {
		t.Errorf("%+v", r[0])
	}
	part := luis.Change("update", "findings", "f", 1, fields{"responsible": "", "due_on": "2026-12-01"})
	part["saw"] = fields{"responsible": "", "due_on": ""}
	if r := applied(t, luis.Push(part)); !slices.Equal(r[0].Lost, []string{"due_on", "responsible"}) {
		t.Errorf("%+v", r[0])
	}
	rosa.Pull()
	if f := row(rosa, "findings", "f"); f["severity"] != "leve" || f["responsible"] != "Residente" || f["corrective_measure"] != "Llevar agua" {
		t.Errorf("%v", f)
	}
	applied(t, rosa.Push(rosa.Change("delete", "unlisted_workers", "u", 1, fields{})))
	untouched := rosa.Change("update", "unlisted_workers", "u", 1, fields{"note": ""})
	untouched["saw"] = fields{"note": ""}
	if r := applied(t, rosa.Push(untouched)); r[0].Lost != nil || r[0].Conflict != "" {
		t.Errorf("of what is gone: %+v", r[0])
	}
	verifies(t, k)
}

// Where the visit is gone, a record is still that of who made it, and of nobody
// where that is not known.
func TestChangesOfWhatTheVisitTookAlong(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	k.Save("unlisted_workers", testkit.ID("office"), fields{
		"visit": testkit.ID("v"), "intervention": testkit.Canal, "dni": "99000007", "given_names": "Eva", "surnames": "Prueba",
	})
	k.SQL(`DELETE FROM unlisted_workers`)
	k.SQL(`DELETE FROM findings`)
	k.SQL(`DELETE FROM visits`)
	if r := luis.Push(luis.Change("update", "unlisted_workers", "u", 1, fields{"note": "x"}), luis.Change("delete", "findings", "f", 1, fields{}),
		luis.Change("update", "unlisted_workers", "office", 1, fields{"note": "x"})); r[0].Code() != "out_of_scope" || r[1].Code() != "out_of_scope" || r[2].Code() != "out_of_scope" {
		t.Errorf("another's: %+v", r)
	}
	r := applied(t, rosa.Push(rosa.Change("update", "unlisted_workers", "u", 1, fields{"note": "x"}), rosa.Change("delete", "findings", "f", 1, fields{})))
	if !slices.Equal(r[0].Lost, []string{"note"}) || r[0].Conflict == "" {
		t.Errorf("%+v", r)
	}
	if r := rosa.Push(rosa.Change("update", "unlisted_workers", "office", 1, fields{"note": "x"})); r[0].Code() != "out_of_scope" {
		t.Errorf("of nobody known: %+v", r)
	}
}

// A person keeps one DNI in a visit, also when it is corrected.
func TestUnlistedChanges(t *testing.T) {
	_, rosa, luis := twoPhones(t)
	if r := rosa.Push(rosa.Change("update", "unlisted_workers", "u", 1, fields{"dni": "99000002"})); r[0].Code() != "person_listed" {
		t.Errorf("%+v", r[0])
	}
	if r := luis.Push(luis.Change("update", "unlisted_workers", "u", 1, fields{"dni": "99000003"})); r[0].Code() != "out_of_scope" {
		t.Errorf("another's visit: %+v", r[0])
	}
	applied(t, rosa.Push(rosa.Change("update", "unlisted_workers", "u", 1, fields{"dni": "99000003"})))
	// Somebody else corrected the name meanwhile, at the office.
	rosa.K.Save("unlisted_workers", testkit.ID("u"), fields{"surnames": "Quispe"})
	r := rosa.Push(rosa.Change("update", "unlisted_workers", "u", 2, fields{"dni": "99000004", "note": "x"}))
	if !slices.Equal(r[0].Lost, []string{"dni"}) {
		t.Errorf("DNI and names go together: %+v", r[0])
	}
}

// What joins an open conflict says of itself what was lost, and not what was lost
// before: each outcome names the fields of its own mutation.
func TestWhatIsLostAgainIsNamed(t *testing.T) {
	k, _, luis := twoPhones(t)
	k.Do("DELETE", "/api/collections/findings/records/"+testkit.ID("f"), k.Superuser("root@example.org"), nil)
	r := luis.Push(
		luis.Change("update", "findings", "f", 1, fields{"description": "Sin agua en el frente 2", "corrective_measure": "Llevar agua"}),
		luis.Change("update", "findings", "f", 1, fields{"corrective_measure": "Llevar más agua", "responsible": "Luis", "due_on": "2026-12-01"}),
	)
	if r[1].Conflict != r[0].Conflict || !slices.Equal(r[1].Lost, []string{"corrective_measure", "due_on", "responsible"}) {
		t.Errorf("%+v", r)
	}
}

// A value the office wrote stands, and the conflict says whose it is.
func TestConflictWithTheOffice(t *testing.T) {
	k, _, luis := twoPhones(t)
	k.Do("PATCH", "/api/collections/findings/records/"+testkit.ID("f"), k.Superuser("root@example.org"), fields{"severity": "leve"}).JSON(200, nil)
	k.SQL(`UPDATE findings SET responsible = 'SQL'`)
	r := luis.Push(luis.Change("update", "findings", "f", 1, fields{"severity": "moderada", "responsible": "Luis", "due_on": "2026-12-01"}))
	if !slices.Equal(r[0].Lost, []string{"due_on", "responsible", "severity"}) {
		t.Fatalf("%+v", r)
	}
	luis.Pull()
	if c := luis.Rows["conflicts/"+r[0].Conflict]; c["other"] != "" {
		t.Errorf("SQL by hand has no name: %v", c)
	}
}

// A database of before: nobody knows which field of an older row changed when, so
// an edit made before the step is asked about, and nothing is overwritten.
func TestMergeMigration(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	applied(t, rosa.Push(rosa.Change("update", "findings", "f", 1, fields{"severity": "leve"})))
	down, up := migration(t, "202611250011_merge.go")
	narrow, wide := migration(t, "202611250021_ledger_rows.go") // came later, goes first
	plain, dated := migration(t, "202612010130_conflict_rev.go")
	nobody, makers := migration(t, "202612010150_made_by.go")
	for _, step := range []func(core.App) error{nobody, plain, narrow, down, up, wide, dated, makers} {
		if err := k.App.RunInTransaction(step); err != nil {
			t.Fatal(err)
		}
	}
	if n := k.Int(`SELECT count(*) FROM sync_rows WHERE collection IN ('visits', 'findings') AND made_by = '` + testkit.Rosa + `'`); n != 2 {
		t.Errorf("%d makers are known from the ledger", n)
	}
	verifies(t, k)
	r := luis.Push(luis.Change("update", "findings", "f", 1, fields{"responsible": "Luis"}), luis.Change("update", "unlisted_workers", "u", 1, fields{"note": "x"}))
	if !slices.Equal(r[0].Lost, []string{"responsible"}) || r[1].Code() != "out_of_scope" {
		t.Errorf("%+v", r)
	}
	verifies(t, k)
}
