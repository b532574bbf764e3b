package main

import (
	"path/filepath"
	"testing"
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
