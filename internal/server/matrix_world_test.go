package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/tools/filesystem"

	"chaski/internal/testkit"
)

// newMatrix plants three works: Canal, of the unit, assigned to the supervisor
// and executed by the executor's entity; Muro, of the same unit, somebody else's;
// Puente, of another unit.
func newMatrix(t *testing.T) *matrix {
	k := testkit.World(t)
	k.App.Settings().RateLimits.Enabled = false // thousands of requests from one address
	m := &matrix{Kit: k, t: t, people: map[string]person{}, rows: map[string]map[string]string{}}
	k.Save("convenios", testkit.ID("cvmuro"), fields{"proposer": testkit.ID("otra"), "executor": testkit.ID("otra")})
	k.Save("users", testkit.ID("nora"), fields{
		"email": "nora@example.org", "password": "chaski-test", "name": "Nora", "role": "supervisor", "ut": testkit.UT2, "active": true, "verified": true,
	})
	for i, scope := range scopes {
		m.plant(scope, []string{testkit.Canal, testkit.Muro, testkit.Puente}[i], i)
	}
	k.Save("users", testkit.ID("victim"), fields{
		"email": "victim@example.org", "password": "chaski-test", "name": "Persona de otros", "role": "director", "active": true, "verified": true,
	})
	for _, column := range []string{"live", "revoked", "wiped", "deactivated"} {
		for i, letter := range []byte(everyLetter) {
			m.people[column+string(letter)] = m.account(column, i, letter)
		}
	}
	m.lose()
	device := k.Phone(testkit.ID("victim")).ID
	for _, scope := range scopes {
		m.rows[scope]["device"] = device
		m.rows[scope]["bucket"] = fmt.Sprint(k.Int(`SELECT handle FROM sync_buckets WHERE name = 'aii:` + m.rows[scope]["intervention"] + `'`))
	}
	k.Save("users", testkit.ID("judge"), fields{
		"email": "judge@example.org", "password": "chaski-test", "name": "Revisora", "role": "central_reviewer", "active": true, "verified": true,
	})
	for _, d := range disputed(k, testkit.ID("judge"), "abierto") {
		for _, scope := range scopes {
			if m.rows[scope]["row"] == d.Row {
				m.rows[scope]["seen"] = d.Seen
			}
		}
	}
	m.file("")
	return m
}

// plant writes rows of every kind for a work, each with its mark.
func (m *matrix) plant(scope, work string, i int) {
	k := m.Kit
	mark := func(kind string) string { return planted(kind, scope) }
	k.Save("interventions", work, fields{"name": "Obra " + mark("work")})
	for n := 1; n <= 3; n++ {
		k.Save("participants", testkit.Worker(work, n), fields{"surnames": mark("person")})
	}
	k.Save("participants", testkit.Worker(work, 1), fields{"dni": mark("dni")})
	who, stranger := testkit.Rosa, testkit.Luis
	if work == testkit.Puente {
		who, stranger = testkit.Ines, testkit.ID("nora")
	}
	p := k.Phone(who)
	visit := "mv" + fmt.Sprint(i)
	finding := p.Finding("mf"+fmt.Sprint(i), visit)
	finding["fields"].(map[string]any)["description"] = "Sin agua " + mark("field")
	unlisted := p.Unlisted("mu"+fmt.Sprint(i), visit, fmt.Sprintf("7000000%d", i))
	unlisted["fields"].(map[string]any)["surnames"] = mark("field")
	for _, r := range p.Push(p.Visit(visit, work, fields{"note": mark("field")}), p.Mark(visit, work, 1, "presente"), p.Mark(visit, work, 2, "presente"), finding, unlisted) {
		if r.Status != "applied" {
			m.t.Fatalf("%s: %+v", scope, r)
		}
	}
	parked := k.Phone(stranger)
	waiting := parked.Visit("mp"+fmt.Sprint(i), work, fields{"note": mark("field")})
	if r := parked.Push(waiting)[0]; r.Status != "parked" {
		m.t.Fatalf("%s: %+v", scope, r)
	}
	id := func(kind string) string { return testkit.ID(kind + fmt.Sprint(i)) }
	k.Save("conflicts", id("mconflict"), fields{
		"kind": "edit", "collection": "findings", "record": testkit.ID("mf" + fmt.Sprint(i)), "intervention": work,
		"values": []fields{{"field": "description", "value": mark("field")}}, "mutation": id("mutation"), "author": testkit.Luis, "other": who,
		"rule": "first_stays", "state": "abierto", "label": mark("field"),
	})
	k.Save("attendance_sheets", id("msheet"), fields{"intervention": work, "day": "2026-11-10", "state": "registrada", "marks": fields{}})
	k.Save("movements", id("mmove"), fields{"intervention": work, "kind": "baja", "participant": testkit.Worker(work, 3), "effective_on": "2026-11-22", "state": "registrado", "recorded_by": testkit.Elsa})
	k.Save("attendance_sheets", id("mabsent"), fields{"intervention": work, "day": "2026-11-23", "state": "validada", "headcount": 0, "marks": fields{testkit.Worker(work, 2): "ausente"}})
	k.Save("rendiciones", id("mrend"), fields{"intervention": work, "state": "presentada", "revision": 1, "round": 1, "due_on": "2026-12-15", "presented_on": "2026-11-22"})
	m.rows[scope] = map[string]string{
		"intervention": work, "visit": testkit.ID(visit), "conflict": id("mconflict"), "mutation": fmt.Sprint(waiting["id"]),
		"document": id("mdoc"), "file": id("mdoc"), "upload": id("mupload"), "worker": testkit.Worker(work, 1), "sheet": id("msheet"), "movement": id("mmove"), "record": testkit.Worker(work, 1), "rendicion": id("mrend"),
		"row": testkit.Worker(work, 2), "day": "2026-11-23", "absent": id("mabsent"),
		"id": testkit.Worker(work, 1), "recordId": id("mdoc"), "collection": "participants", "filename": "acta.pdf", "key": "nada",
		"year": "2026", "ao": testkit.JobAO, "person": testkit.ID("victim"), "device": "nada", "import": "nada", "kind": "entities",
	}
	m.document(scope)
}

// document puts back the document of a work.
func (m *matrix) document(scope string) {
	row := m.rows[scope]
	stored, err := filesystem.NewFileFromBytes([]byte("%PDF-1.7 "+planted("doc", scope)), "acta.pdf")
	if err != nil {
		m.t.Fatal(err)
	}
	m.Save("rendicion_documents", row["document"], fields{
		"rendicion": row["rendicion"], "intervention": row["intervention"], "kind": "oficio", "sha256": strings.Repeat(fmt.Sprint(len(scope)), 64),
		"size": 10, "mime": "application/pdf", "name": planted("doc", scope) + ".pdf", "uploaded_by": testkit.Elsa, "uploaded_at": "2026-11-22 10:00:00.000Z",
		"recorded_by": testkit.Elsa, "received_at": "2026-11-22 10:00:00.000Z", "stored_at": "2026-11-22 10:00:00.000Z", "captured_at": "2026-11-22T10:00:00Z", "source": "file",
		"file": stored,
	})
}

// broken breaks a rule of a participant, for somebody to correct.
func (m *matrix) broken(scope string) {
	settled(m.t, m.Kit, `UPDATE participants SET alta_on = '2026-13-01' WHERE id = '`+m.rows[scope]["record"]+`'`)
}

// file puts back a file to be imported.
func (m *matrix) file(string) {
	m.files++
	var file struct{ ID string }
	m.Do("POST", httpapiPrefix+"/imports?kind=entities&name=a.csv", m.people["liveM"].token, fmt.Sprintf("ruc,nombre\n20131312955,Muni %d\n", m.files), "Content-Type: application/octet-stream").JSON(200, &file)
	for _, scope := range scopes {
		m.rows[scope]["import"] = file.ID
	}
}

// account makes a person of a role who is at home in Canal and its unit.
func (m *matrix) account(column string, i int, letter byte) person {
	k, id := m.Kit, testkit.ID(fmt.Sprintf("%s%d", column[:3], i))
	role := letters[letter]
	k.Save("users", id, fields{
		"email": id + "@example.org", "password": "chaski-test", "name": "Rol " + string(role), "role": string(role),
		"ut": testkit.UT1, "entity": testkit.ID("muni"), "active": true, "verified": true,
	})
	if letter == 'S' && column == "live" {
		k.Save("assignments", testkit.ID("mas"), fields{"user": id, "intervention": testkit.Canal, "from_on": "2026-10-01"})
	}
	p := person{id: id, token: k.Token(id)}
	r := k.Do("POST", httpapiPrefix+"/devices", p.token, fields{"install": "install-" + id})
	if r.Status == 200 {
		var d struct{ Device string }
		r.JSON(200, &d)
		p.device = d.Device
	}
	return p
}

// lose takes the sessions away from those who are to have none.
func (m *matrix) lose() {
	boss := m.people["liveM"]
	for _, letter := range []byte(everyLetter) {
		for column, order := range map[string]fields{"revoked": {"order": "revoke", "reason": reason}, "wiped": {"order": "wipe", "reason": reason, "unsent": 0}} {
			p := m.people[column+string(letter)]
			if p.device == "" {
				m.people[column+string(letter)] = person{}
				continue
			}
			m.Do("POST", httpapiPrefix+"/people/"+p.id+"/devices/"+p.device+"/orders", boss.token, order).JSON(200, nil)
		}
		m.Save("users", m.people["deactivated"+string(letter)].id, fields{"active": false})
	}
}
