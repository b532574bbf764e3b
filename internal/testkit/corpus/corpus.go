// Package corpus gives a fuzz target the inputs by which earlier runs reached new
// code: one file a target, because hundreds of small ones are no source.
package corpus

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
)

// version begins each input as `go test -fuzz` writes it; a line for each
// argument follows.
const version = "go test fuzz v1\n"

// Add gives the target every input of a gzip of such texts, one after another.
func Add(f *testing.F, path string) {
	f.Helper()
	file, err := os.Open(path)
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	r, err := gzip.NewReader(file)
	if err != nil {
		f.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		f.Fatal(err)
	}
	inputs := strings.Split(string(text), version)
	if len(inputs) < 2 || inputs[0] != "" {
		f.Fatalf("%s holds no inputs", path)
	}
	for _, input := range inputs[1:] {
		var args []any
		for line := range strings.Lines(input) {
			arg, err := value(strings.TrimSuffix(line, "\n"))
			if err != nil {
				f.Fatalf("%s: %.80s: %v", path, line, err)
			}
			args = append(args, arg)
		}
		f.Add(args...)
	}
}

// value reads string("…"), []byte("…") or byte('…'), the types our targets take.
func value(line string) (any, error) {
	kind, literal, found := strings.Cut(strings.TrimSuffix(line, ")"), "(")
	if !found || len(literal) < 2 {
		return nil, fmt.Errorf("no argument")
	}
	if kind == "byte" { // not Unquote, which makes a letter of '\xe9'
		r, _, _, err := strconv.UnquoteChar(literal[1:len(literal)-1], '\'')
		return byte(r), err
	}
	text, err := strconv.Unquote(literal)
	switch kind {
	case "string":
		return text, err
	case "[]byte":
		return []byte(text), err
	}
	return nil, fmt.Errorf("a type no target takes")
}
