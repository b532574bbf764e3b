package server_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/testkit"
)

// A document leaves the server by one route, as an attachment that runs nothing
// and that no cache keeps; PocketBase's own downloads are closed, also to a
// superuser with a token for files.
func TestOneWayOutForDocuments(t *testing.T) {
	o := ended(t)
	o.OldDocument("doc", o.row(), testkit.Canal, "oficio", testkit.Elsa, pdf(4_000, "oficio"))
	record, err := o.App.FindRecordById("rendicion_documents", testkit.ID("doc"))
	if err != nil {
		t.Fatal(err)
	}
	admin := o.Superuser("jefa@example.org")
	stored := "/api/files/rendicion_documents/" + record.Id + "/" + record.GetString("file")
	byID := "/api/files/" + record.Collection().Id + "/" + record.Id + "/" + record.GetString("file")
	for who, token := range map[string]string{"nobody": "", "elsa": o.elsa, "carla": o.carla, "admin": admin} {
		ticket := "none"
		if token != "" {
			var file struct {
				Token string `json:"token"`
			}
			o.Do("POST", "/api/files/token", token, nil).JSON(200, &file)
			ticket = file.Token
		}
		for _, path := range []string{stored, byID, stored + "?download=1", stored + "?thumb=100x100"} {
			with := path + "?token=" + ticket
			if strings.Contains(path, "?") {
				with = path + "&token=" + ticket
			}
			if r := o.Do("GET", with, token, nil); r.Status != 404 || r.Code() != "not_found" {
				t.Errorf("%s, %s: %d", who, path, r.Status)
			}
			if r := o.Do("HEAD", with, token, nil); r.Status != 404 {
				t.Errorf("%s, HEAD %s: %d", who, path, r.Status)
			}
		}
	}
	r := o.Do("GET", rc+"/"+testkit.Canal+"/documents/"+record.Id+"/file", o.elsa, nil)
	if r.Status != 200 || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment;") || r.Header.Get("Cache-Control") != "no-store" ||
		!strings.Contains(r.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v", r.Status, r.Header)
	}
	for _, c := range everyCollection(t, o.Kit) {
		for _, f := range c.Fields {
			if file, ok := f.(*core.FileField); ok && !file.Protected {
				t.Errorf("%s.%s is a file anybody could fetch by name", c.Name, file.Name)
			}
		}
	}
}

func everyCollection(t *testing.T, k *testkit.Kit) []*core.Collection {
	t.Helper()
	all, err := k.App.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	return all
}
