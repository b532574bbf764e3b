// Command seed writes the data directory that tests start from: an empty
// database with the schema. Making it takes each package some seconds, and under
// the race detector half a minute; `make test-go` makes it once, without.
package main

import (
	"fmt"
	"os"

	"chaski/internal/testkit"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: seed <directory>")
		os.Exit(2)
	}
	if err := testkit.Migrate(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}
