package server_test

import (
	"fmt"
	"strings"
	"testing"

	"chaski/internal/records"
	"chaski/internal/testkit"
)

type recorded struct {
	ID, Person, On string
	Rev            int
	Data           fields
	Maker          struct{ ID, Name string }
	ReceivedAt     string `json:"received_at"`
	Files          []recorded
}

type recordPage struct {
	Items       []recorded
	Total, Page int
}

const recordsRoute = httpapiPrefix + "/records"

// ofWork are the records of a kind of a work, as somebody reads them online.
func ofWork(k *testkit.Kit, who, kind, query string) (out recordPage) {
	k.T.Helper()
	k.Do("GET", recordsRoute+"?kind="+kind+"&"+query, k.Token(who), nil).JSON(200, &out)
	return out
}

// Who works online reads what both sides recorded: the fields a phone holds, who
// made it and when, people masked; the coordinator's accident list has the
// executor's too.
func TestRecordsOnline(t *testing.T) {
	k := testkit.World(t)
	rosa, elsa := k.Phone(testkit.Rosa), k.Phone(testkit.Elsa)
	applied(t, rosa.Push(rosa.Visit("v", testkit.Canal, nil), rosa.Finding("f", "v"), rosa.Finding("g", "v"), rosa.Unlisted("u", "v", "99111222"),
		rosa.Mark("v", testkit.Canal, 1, "presente"), rosa.Change("update", "findings", "g", 1, fields{"state": "levantado", "state_reason": "Se compró"})))
	applied(t, elsa.Push(elsa.Accident("a", testkit.Canal, 1, fields{"happened_on": "2026-11-19"})))
	applied(t, rosa.Push(rosa.Accident("b", testkit.Canal, 2, nil)))
	rosa.Pull()
	ofCanal := "intervention=" + testkit.Canal
	for _, kind := range []string{"findings", "unlisted_workers", "accidents", "visits", "visit_marks"} {
		page := ofWork(k, testkit.Carla, kind, ofCanal)
		if page.Total == 0 || page.Total != len(page.Items) {
			t.Errorf("%s: %+v", kind, page)
		}
		for _, r := range page.Items {
			held := rosa.Rows[kind+"/"+r.ID]
			if len(r.Data) != len(held) || r.Rev == 0 || r.Maker.Name == "" || r.On == "" || r.ReceivedAt == "" {
				t.Errorf("%s %+v, a phone has %v", kind, r, held)
			}
			for field, value := range held {
				if f := records.Find(kind).Field(field); !f.Personal() && fmt.Sprint(r.Data[field]) != fmt.Sprint(value) {
					t.Errorf("%s %s: %v, a phone has %v", kind, field, r.Data[field], value)
				}
			}
		}
	}
	page := ofWork(k, testkit.Carla, "accidents", ofCanal)
	if page.Items[0].ID != testkit.ID("b") || page.Items[1].Maker.ID != testkit.Elsa || page.Items[1].On != "2026-11-19" || page.Items[1].Person == "" {
		t.Errorf("%+v", page)
	}
	if open := ofWork(k, testkit.Carla, "findings", ofCanal+"&waiting=true"); open.Total != 1 || open.Items[0].ID != testkit.ID("f") {
		t.Errorf("%+v", open)
	}
	parts := ofWork(k, testkit.Carla, "unlisted_workers", "parent="+testkit.ID("v"))
	if parts.Total != 1 || parts.Items[0].Maker.ID != testkit.Rosa || parts.Items[0].Data["dni"] != "•••••222" {
		t.Errorf("%+v", parts)
	}
	// Where people are named it is noted, and what names none is nobody's sight.
	what := map[string]int{}
	for _, e := range seen(k, "?actor="+testkit.Carla).Items {
		what[e.Collection] += e.Rows
		if e.What != "records" || e.Intervention != testkit.Canal {
			t.Errorf("%+v", e)
		}
	}
	if what["unlisted_workers"] == 0 || what["accidents"] == 0 || what["visit_marks"] == 0 || what["findings"] != 0 || what["visits"] != 0 {
		t.Errorf("noted: %v", what)
	}
}

// With records come their files where these are asked for: each with its own record,
// as by itself, of how many records ever.
func TestRecordsOnlineWithTheirFiles(t *testing.T) {
	k := testkit.World(t)
	rosa := k.Phone(testkit.Rosa)
	x, y, z := newPhoto(k, "finding_photos", "x", 1), newPhoto(k, "finding_photos", "y", 2), newPhoto(k, "finding_photos", "z", 3)
	whole := newPhoto(k, "visit_photos", "w", 4)
	applied(t, rosa.Push(rosa.Visit("v", testkit.Canal, nil), rosa.Finding("f", "v"), rosa.Finding("g", "v"), rosa.Finding("h", "v")))
	applied(t, rosa.Push(x.of(rosa, "f"), y.of(rosa, "g"), z.of(rosa, "f"), whole.of(rosa, "v")))
	code(t, x.bring(k, k.Token(testkit.Rosa), "file", x.body), 200, "")
	const parent = "parent="
	page := ofWork(k, testkit.Carla, "findings", parent+testkit.ID("v")+"&files=true")
	has := map[string][]string{}
	for _, r := range page.Items {
		alone := map[string]recorded{}
		for _, f := range ofWork(k, testkit.Carla, "finding_photos", parent+r.ID).Items {
			alone[f.ID] = f
		}
		for _, f := range r.Files {
			has[r.ID] = append(has[r.ID], f.ID)
			if fmt.Sprint(f) != fmt.Sprint(alone[f.ID]) || f.Maker.ID != testkit.Rosa || f.Data["finding"] != r.ID {
				t.Errorf("%+v, by itself %+v", f, alone[f.ID])
			}
			if stored := f.Data["stored_at"] != ""; stored != (f.ID == x.record) {
				t.Errorf("%s: stored at %v", f.ID, f.Data["stored_at"])
			}
		}
		if len(r.Files) != len(alone) {
			t.Errorf("%s has %d files, by itself %d", r.ID, len(r.Files), len(alone))
		}
	}
	if fmt.Sprint(has[testkit.ID("f")]) != fmt.Sprint([]string{x.record, z.record}) || len(has[testkit.ID("g")]) != 1 || page.Total != 3 {
		t.Errorf("%v of %d", has, page.Total)
	}
	if of := ofWork(k, testkit.Carla, "visits", "intervention="+testkit.Canal+"&files=true"); len(of.Items[0].Files) != 1 || of.Items[0].Files[0].ID != whole.record {
		t.Errorf("%+v", of)
	}
	for _, r := range ofWork(k, testkit.Carla, "findings", parent+testkit.ID("v")).Items {
		if r.Files == nil || len(r.Files) != 0 {
			t.Errorf("not asked for: %+v", r)
		}
	}
}

// Bad input and what is not for whoever asks: each a stable code, and nothing told.
func TestRecordsOnlineRefuses(t *testing.T) {
	k := testkit.World(t)
	ines, rosa := k.Phone(testkit.Ines), k.Phone(testkit.Rosa)
	applied(t, ines.Push(ines.Visit("p", testkit.Puente, nil), ines.Unlisted("u", "p", "99111222")))
	applied(t, rosa.Push(rosa.Visit("v", testkit.Canal, nil), rosa.Finding("f", "v")))
	k.Save("visits", testkit.ID("planned"), fields{
		"intervention": testkit.Canal, "convenio_code": testkit.Codes[testkit.Canal], "kind": "unannounced", "visited_on": "2026-11-23", "supervisor": testkit.Rosa, "state": "planificada",
	})
	ofCanal := "&intervention=" + testkit.Canal
	for _, c := range []struct {
		who, query string
		status     int
		code       string
	}{
		{testkit.Carla, "kind=findings", 400, "required"},
		{testkit.Carla, "kind=findings" + ofCanal + "&parent=" + testkit.ID("v"), 400, "invalid_value"},
		{testkit.Carla, "kind=accidents&parent=" + testkit.ID("v"), 400, "invalid_value"},
		{testkit.Carla, "kind=findings&parent=" + testkit.ID("nada"), 404, "not_found"},
		{testkit.Carla, "kind=findings&parent=" + testkit.ID("planned"), 404, "not_found"},
		{testkit.Carla, "kind=findings&parent=" + testkit.ID("f"), 404, "not_found"},
		{testkit.Carla, "kind=unlisted_workers&parent=" + testkit.ID("p"), 404, "not_found"},
		{testkit.Carla, "kind=unlisted_workers&intervention=" + testkit.Puente, 404, "not_found"},
		{testkit.Carla, "kind=findings&intervention=" + testkit.ID("nada"), 404, "not_found"},
		{testkit.Carla, "kind=" + ofCanal, 400, "malformed"},
		{testkit.Carla, "kind=findings&intervention=%27", 400, "invalid_value"},
		{testkit.Carla, "kind=findings&offset=-1" + ofCanal, 400, "malformed"},
		{testkit.Carla, "kind=findings&offset=uno" + ofCanal, 400, "malformed"},
		{testkit.Carla, "kind=findings&waiting=quizas" + ofCanal, 400, "malformed"},
		{testkit.Ana, "kind=participant_conditions" + ofCanal, 404, "not_found"}, // sensitive
		{testkit.Ana, "kind=participants" + ofCanal, 404, "not_found"},           // not made in the field
		{testkit.Ana, "kind=users" + ofCanal, 404, "not_found"},
		{testkit.Ana, "kind=findings%20f--" + ofCanal, 404, "not_found"},
		{testkit.Rosa, "kind=findings" + ofCanal, 403, "forbidden"},
		{testkit.Elsa, "kind=accidents" + ofCanal, 403, "forbidden"},
	} {
		r := k.Do("GET", recordsRoute+"?"+c.query, k.Token(c.who), nil)
		if r.Status != c.status || r.Code() != c.code || strings.Contains(string(r.Body), "Ficticia") {
			t.Errorf("%s as %s: %d %s", c.query, c.who, r.Status, r.Body)
		}
	}
	if n := ofWork(k, testkit.Carla, "visits", ofCanal[1:]); n.Total != 1 {
		t.Errorf("what is only planned is shown: %+v", n)
	}
	if n := ofWork(k, testkit.Ana, "unlisted_workers", "intervention="+testkit.Puente); n.Total != 1 {
		t.Errorf("the centre sees all units: %+v", n)
	}
	if n := ofWork(k, testkit.Carla, "findings", ofCanal[1:]+"&offset=5"); n.Total != 1 || len(n.Items) != 0 {
		t.Errorf("beyond the last: %+v", n)
	}
}
