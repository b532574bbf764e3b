package httpapi

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the readers and planners of imports say by a code has its words: an empty
// question could not be answered.
func TestImportsAreSaidInWords(t *testing.T) {
	said := map[string]map[string]string{
		`Question\{[^}]*?\bCode: "(\w+)"`:              spanish.Questions,
		`\b(?:s\.)?note\("(\w+)"`:                      spanish.Notes,
		`\bNote\{Code: "(\w+)"`:                        spanish.Notes,
		`\bOptions: \[\]string\{((?:"\w+"(?:, )?)+)\}`: spanish.Options,
	}
	found := map[string]int{}
	for _, dir := range []string{"../app/imports", "../sheet"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for pattern, words := range said {
				for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(source), -1) {
					for _, code := range strings.Split(m[1], ", ") {
						found[pattern]++
						if words[strings.Trim(code, `"`)] == "" {
							t.Errorf("%s: %s has no words", name, code)
						}
					}
				}
			}
		}
	}
	for pattern := range said {
		if found[pattern] == 0 {
			t.Errorf("nothing is found by %s", pattern)
		}
	}
}
