package httpapi

import (
	"os"
	"path/filepath"
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
	codes := declaredCodes(t)
	for _, code := range codes {
		if !strings.HasSuffix(spanish.Faults[code], ".") {
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
	if len(spanish.Faults) != len(codes) {
		t.Errorf("%d sentences for %d codes", len(spanish.Faults), len(codes))
	}
}

// declaredCodes are all that the source of the package of faults names.
func declaredCodes(t *testing.T) (codes []fault.Code) {
	t.Helper()
	files, err := filepath.Glob("../domain/fault/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^\t?(?:const )?\w+ +Code = "(\w+)"`).FindAllSubmatch(source, -1) {
			codes = append(codes, fault.Code(m[1]))
		}
	}
	return codes
}
