package demo_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/replication"
)

// What the demo says was presented squares, its receipts are of its content and
// its files are those that were listed.
func TestRendicionesOfTheDemo(t *testing.T) {
	var accounts []struct {
		State, Submitted, SHA256 string
		Income, Explained        int64
	}
	if err := shared.DB().NewQuery(`SELECT r.state, s.content AS submitted, s.sha256,
		(SELECT sum(t.amount) FROM transfers t JOIN convenios c ON c.id = t.convenio WHERE c.intervention = r.intervention)
			+ (SELECT amount FROM rendicion_lines l WHERE l.rendicion = r.id AND kind = 'cofinanciamiento_oe') AS income,
		(SELECT sum(amount) FROM rendicion_lines l WHERE l.rendicion = r.id AND kind <> 'cofinanciamiento_oe') AS explained
		FROM rendiciones r JOIN rendicion_submissions s ON s.rendicion = r.id ORDER BY r.state`).All(&accounts); err != nil {
		t.Fatal(err)
	}
	if len(accounts) != 2 || accounts[0].State != "observada" || accounts[1].State != "presentada" {
		t.Fatalf("%+v", accounts)
	}
	for _, a := range accounts {
		if a.Income != a.Explained || a.Income == 0 {
			t.Errorf("%s: %d of %d céntimos explained", a.State, a.Explained, a.Income)
		}
		if got, err := replication.HashJSON([]byte(a.Submitted)); err != nil || got != a.SHA256 {
			t.Errorf("%s: %s, the receipt is of %s (%v)", a.State, got, a.SHA256, err)
		}
	}
	documents, err := shared.FindAllRecords("rendicion_documents")
	if err != nil || len(documents) != 10 {
		t.Fatalf("%d documents, %v", len(documents), err)
	}
	for _, d := range documents {
		body, err := os.ReadFile(filepath.Join(shared.DataDir(), core.LocalStorageDirName, d.BaseFilesPath(), d.GetString("file")))
		if sum := sha256.Sum256(body); err != nil || hex.EncodeToString(sum[:]) != d.GetString("sha256") {
			t.Errorf("%s: %v", d.GetString("name"), err)
		}
	}
}
