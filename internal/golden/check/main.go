// Command check compares the output of `chaski figures --format json` with the
// published figures and names every cell that differs. It exits with 1 if one does.
//
//	go run ./internal/golden/check [-golden file] figures.json
package main

import (
	"flag"
	"fmt"
	"os"

	"chaski/internal/golden"
)

func main() {
	published := flag.String("golden", "internal/demo/golden-2023.json", "published figures")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: check [-golden file] figures.json")
		os.Exit(2)
	}
	if err := run(*published, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(published, computed string) error {
	want, err := os.ReadFile(published)
	if err != nil {
		return err
	}
	got, err := os.ReadFile(computed)
	if err != nil {
		return err
	}
	compared, differences, err := golden.Compare(want, got)
	if err != nil {
		return err
	}
	for _, d := range differences {
		fmt.Println(d)
	}
	if len(differences) > 0 {
		return fmt.Errorf("%d of %d cells differ from the published figures", len(differences), compared)
	}
	fmt.Printf("%d cells, each as published\n", compared)
	return nil
}
