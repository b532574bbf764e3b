package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/pocketbase/pocketbase"
)

// standalone marks commands that must not open the data directory the way
// PocketBase does before every command: that creates what is not there and
// migrates what is.
var standalone = map[string]string{"standalone": "yes"}

// Execute runs the command of the command line. An interrupt ends it: PocketBase
// sees to its own commands, the context to ours.
func Execute(pb *pocketbase.PocketBase) error {
	c, _, err := pb.RootCmd.Find(os.Args[1:])
	if err != nil || c.Annotations["standalone"] == "" {
		return pb.Execute()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	_ = pb.RootCmd.ExecuteContext(ctx) // Watch has its outcome, cobra has printed it
	return nil
}
