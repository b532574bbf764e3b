package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// hashOf is a SHA-256 that stands for some picture.
func hashOf(n int) string { return fmt.Sprintf("%064x", n+1) }

func TestPhotosAreRecordsOfWhatTheyShow(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	facts := fields{
		"shot": "frente", "note": "Desde el puente", "thumb": hashOf(50), "thumb_size": 4000, "width": 1600, "height": 1200, "name": "IMG_1.jpg",
		"reckoned_at": "2026-11-23T10:22:40-05:00", "lat_e6": -12046374, "lon_e6": -77042793, "accuracy_m": 6,
		"exif_at": "2026-11-23T10:22:31", "exif_lat_e6": -12046370, "exif_lon_e6": -77042790,
	}
	if r := rosa.Push(rosa.Photo("p", "visit_photos", "v", hashOf(1), 400_000, facts)); r[0].Status != "applied" {
		t.Fatalf("%+v", r[0])
	}
	if r := luis.Push(luis.Photo("q", "finding_photos", "f", hashOf(1), 400_000, nil)); r[0].Status != "applied" {
		t.Fatalf("who supervises the work photographs a finding: %+v", r[0])
	}
	rosa.Pull()
	row := rosa.Rows["visit_photos/"+testkit.ID("p")]
	want := map[string]any{"shot": "frente", "width": json.Number("1600"), "exif_at": "2026-11-23T10:22:31", "stored_at": "", "refusal": "", "recorded_by": testkit.Rosa, "intervention": testkit.Canal}
	for field, v := range want {
		if fmt.Sprint(row[field]) != fmt.Sprint(v) {
			t.Errorf("%s is %v, not %v", field, row[field], v)
		}
	}
	if rosa.Rows["finding_photos/"+testkit.ID("q")]["recorded_by"] != testkit.Luis {
		t.Error("Rosa does not hold Luis's picture of her finding")
	}
	for _, c := range []struct {
		why, code, field string
		by               *testkit.Phone
		m                map[string]any
	}{
		{"the same picture twice", "file_exists", "sha256", rosa, rosa.Photo("a", "visit_photos", "v", hashOf(1), 400_000, nil)},
		{"the same on a finding", "file_exists", "sha256", rosa, rosa.Photo("a", "finding_photos", "f", hashOf(1), 400_000, nil)},
		{"of another's visit", "out_of_scope", "visit", luis, luis.Photo("a", "visit_photos", "v", hashOf(2), 400_000, nil)},
		{"of no visit", "parent_not_found", "visit", rosa, rosa.Photo("a", "visit_photos", "nothing", hashOf(2), 400_000, nil)},
		{"of no byte", "file_empty", "size", rosa, rosa.Photo("a", "visit_photos", "v", hashOf(2), 0, nil)},
		{"too large", "file_too_large", "size", rosa, rosa.Photo("a", "visit_photos", "v", hashOf(2), 12<<20+1, nil)},
		{"of another type", "file_type_refused", "mime", rosa, rosa.Photo("a", "visit_photos", "v", hashOf(2), 400_000, fields{"mime": "image/heic"})},
		{"of no hash", "invalid_value", "sha256", rosa, rosa.Photo("a", "visit_photos", "v", strings.ToUpper(hashOf(0xabc)), 400_000, nil)},
		{"stored, says the phone", "unknown_field", "stored_at", rosa, rosa.Photo("a", "visit_photos", "v", hashOf(2), 400_000, fields{"stored_at": "2026-11-23T10:00:00.000Z"})},
		{"taken by another, says the phone", "unknown_field", "recorded_by", rosa, rosa.Photo("a", "visit_photos", "v", hashOf(2), 400_000, fields{"recorded_by": testkit.Luis})},
	} {
		if r := c.by.Push(c.m)[0]; r.Status != "rejected" || r.Code() != c.code || r.Errors[0].Field != c.field {
			t.Errorf("%s: %+v", c.why, r)
		}
	}
	verifies(t, k)
}

func TestSoManyPhotosOfAVisit(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	var all []any
	for n := range 31 {
		all = append(all, rosa.Photo(fmt.Sprint("p", n), "visit_photos", "v", hashOf(n), 1000, nil))
	}
	results := rosa.Push(all...)
	for n, r := range results[:30] {
		if r.Status != "applied" {
			t.Fatalf("picture %d: %+v", n, r)
		}
	}
	if r := results[30]; r.Code() != "too_many_files" || !strings.Contains(r.Errors[0].Message, "30") {
		t.Fatalf("%+v", r)
	}
	if r := rosa.Push(rosa.Change("delete", "visit_photos", "p0", 1, fields{}), rosa.Photo("again", "visit_photos", "v", hashOf(0), 1000, nil)); r[0].Status != "applied" || r[1].Status != "applied" {
		t.Fatalf("there is room again: %+v", r)
	}
	verifies(t, k)
}

// Who took a picture takes it back: of a visit its supervisor, of a finding whoever took
// it. That the server has stored it meanwhile is nobody's change.
func TestPhotosAreTakenBack(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	rosa.Push(rosa.Photo("p", "visit_photos", "v", hashOf(1), 1000, nil))
	luis.Push(luis.Photo("q", "finding_photos", "f", hashOf(2), 1000, nil))
	if r := rosa.Push(rosa.Change("delete", "finding_photos", "q", 1, fields{}))[0]; r.Code() != "out_of_scope" {
		t.Errorf("another's picture of his own finding: %+v", r)
	}
	k.Save("visit_photos", testkit.ID("p"), fields{"stored_at": "2026-11-23 16:00:00.000Z"})
	if r := rosa.Push(rosa.Change("delete", "visit_photos", "p", 1, fields{}))[0]; r.Status != "applied" || r.Conflict != "" {
		t.Errorf("%+v", r)
	}
	if r := luis.Push(luis.Change("delete", "finding_photos", "q", 1, fields{}))[0]; r.Status != "applied" || r.Conflict != "" {
		t.Errorf("%+v", r)
	}
	rosa.Pull()
	if len(rosa.Rows["visit_photos/"+testkit.ID("p")])+len(rosa.Rows["finding_photos/"+testkit.ID("q")]) != 0 {
		t.Error("they are still there")
	}
	verifies(t, k)
}

// A finding that is taken back takes its photographs along.
func TestPhotosGoWithTheirFinding(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	luis.Push(luis.Photo("q", "finding_photos", "f", hashOf(2), 1000, nil))
	rosa.Pull()
	if r := rosa.Push(rosa.Change("delete", "findings", "f", 1, fields{}))[0]; r.Status != "applied" {
		t.Fatalf("%+v", r)
	}
	rosa.Pull()
	if rosa.Rows["findings/"+testkit.ID("f")] != nil || rosa.Rows["finding_photos/"+testkit.ID("q")] != nil {
		t.Error("they are still there")
	}
	verifies(t, k)
}

// What hangs on a finding goes where its visit goes.
func TestPhotosFollowTheirVisit(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	rosa.Push(rosa.Photo("p", "visit_photos", "v", hashOf(1), 1000, nil), rosa.Photo("q", "finding_photos", "f", hashOf(2), 1000, nil))
	k.Save("visits", testkit.ID("v"), fields{"intervention": testkit.Muro, "convenio_code": testkit.Codes[testkit.Muro]})
	rosa.Pull()
	for _, key := range []string{"visit_photos/" + testkit.ID("p"), "finding_photos/" + testkit.ID("q")} {
		if rosa.Rows[key]["intervention"] != testkit.Muro {
			t.Errorf("%s is of %v", key, rosa.Rows[key]["intervention"])
		}
	}
	verifies(t, k)
}

// Who works online reads them like other records, each with who took it and of what day
// it is, also those of a finding.
func TestPhotosOnline(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	applied(t, rosa.Push(rosa.Photo("p", "visit_photos", "v", hashOf(1), 1000, nil), rosa.Photo("p2", "visit_photos", "v", hashOf(2), 1000, nil)))
	applied(t, luis.Push(luis.Photo("q", "finding_photos", "f", hashOf(3), 1000, nil)))
	for kind, want := range map[string]struct {
		parent, maker string
		n             int
	}{"visit_photos": {testkit.ID("v"), testkit.Rosa, 2}, "finding_photos": {testkit.ID("f"), testkit.Luis, 1}} {
		for _, query := range []string{"parent=" + want.parent, "intervention=" + testkit.Canal} {
			page := ofWork(k, testkit.Carla, kind, query)
			if page.Total != want.n || len(page.Items) != want.n {
				t.Fatalf("%s %s: %+v", kind, query, page)
			}
			if r := page.Items[0]; r.Maker.ID != want.maker || r.On != "2026-11-23" || r.ReceivedAt == "" || r.Data["sha256"] == "" {
				t.Errorf("%s: %+v", kind, r)
			}
		}
	}
}
