// Command gen writes what follows from the declarations of records for readers
// that are not Go: the phone's table of kinds, the schemas of docs/openapi-records.yaml,
// the tables of docs/protocol.md, and
// from the tables of states the phone's lists and docs/states.md.
// TestGenerated fails where one of them is out of date.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

// output is a file, or the part of one between two lines that name it.
type output struct {
	file, part string
	text       func() string
}

var outputs = []output{
	{"webapp/src/domain/records.gen.ts", "", typescript},
	{"webapp/src/domain/states.gen.ts", "", statesTS},
	{"docs/states.md", "", statesPage},
	{"docs/openapi-records.yaml", "", openapi},
	{"docs/protocol.md", "records:sent", sent},
	{"docs/protocol.md", "records:units", units},
	{"docs/protocol.md", "records:rows", rows},
}

func main() {
	log.SetFlags(0)
	for _, out := range outputs {
		path := filepath.Join("..", "..", out.file)
		_, now, err := out.render(path)
		if err == nil {
			err = os.WriteFile(path, []byte(now), 0o644)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

// render answers what a file says, and what it has to say.
func (o output) render(path string) (was, now string, err error) {
	raw, err := os.ReadFile(path)
	if err != nil && (o.part != "" || !os.IsNotExist(err)) {
		return "", "", err
	}
	if was = string(raw); o.part == "" {
		return was, o.text(), nil
	}
	lines := strings.SplitAfter(was, "\n")
	from, to := -1, -1
	for i, l := range lines {
		switch {
		case strings.Contains(l, o.part+" begin"):
			from = i
		case strings.Contains(l, o.part+" end"):
			to = i
		}
	}
	if from < 0 || to < from {
		return "", "", fmt.Errorf("%s has no part %s", path, o.part)
	}
	return was, strings.Join(lines[:from+1], "") + o.text() + strings.Join(lines[to:], ""), nil
}
