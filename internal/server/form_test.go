package server_test

import (
	"os"
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// What does not fit into memory of a form waits on the disk while the request
// lasts, and no longer.
func TestFormsLeaveNothingBehind(t *testing.T) {
	k := testkit.World(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n" + strings.Repeat("y", 34<<20) + "\r\n--x--\r\n"
	r := k.Do("POST", "/api/collections/rendicion_documents/records", k.Superuser("jefa@example.org"), form, "Content-Type: multipart/form-data; boundary=x")
	if r.Status != 400 || !strings.Contains(string(r.Body), "\"rendicion\"") {
		t.Fatalf("the form was not read: %d %s", r.Status, r.Body)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		t.Errorf("%s is left", f.Name())
	}
}
