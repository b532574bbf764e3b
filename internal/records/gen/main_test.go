package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"chaski/internal/records"
)

// What is generated is what the declarations say now.
func TestGenerated(t *testing.T) {
	for _, out := range outputs {
		was, now, err := out.render(filepath.Join("..", "..", "..", out.file))
		if err != nil {
			t.Fatal(err)
		}
		if was != now {
			t.Errorf("%s %s is out of date: go generate ./internal/records", out.file, out.part)
		}
	}
}

// What no device gets is in nothing that is written for devices; what is sensitive in
// nothing at all.
func TestWhatIsNotServedIsInNoGeneratedFile(t *testing.T) {
	hidden := 0
	for _, kind := range records.All {
		if kind.Served {
			continue
		}
		hidden++
		named := regexp.MustCompile(`\b(` + kind.Name + `|` + camel(kind.Name) + `Row|` + constName(kind.Name) + `)\b`)
		for _, out := range outputs {
			ofTables := strings.HasSuffix(out.file, "states.md") && len(kind.Place) == 0
			if at := named.FindString(out.text()); at != "" && !ofTables {
				t.Errorf("%s %s names %s, which is served to nobody", out.file, out.part, at)
			}
		}
	}
	if hidden == 0 {
		t.Fatal("every kind is served")
	}
}
