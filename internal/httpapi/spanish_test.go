package httpapi

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"chaski/internal/domain/fault"
)

// Every code has a sentence and its place in the protocol; no sentence or place
// is left for a code that is gone.
func TestEveryCodeIsSaidAndDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(doc), "## 11. Codes")
	table, _, _ = strings.Cut(table, "\n## ")
	documented := map[string]bool{}
	for _, line := range strings.Split(table, "\n") {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
				documented[m[1]] = true
			}
		}
	}
	for _, code := range fault.All {
		if !strings.HasSuffix(sentences[code], ".") {
			t.Errorf("%s has no sentence", code)
		}
		if !documented[string(code)] {
			t.Errorf("%s is not in docs/protocol.md §11", code)
		}
		delete(documented, string(code))
	}
	for code := range documented {
		t.Errorf("docs/protocol.md §11 lists %s, which no fault has", code)
	}
	if len(sentences) != len(fault.All) {
		t.Errorf("%d sentences for %d codes", len(sentences), len(fault.All))
	}
}
