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

// Execute runs the command of the command line and answers why it failed; it
// prints no error itself. An interrupt ends it: PocketBase sees to its own
// commands, the context to ours.
func Execute(pb *pocketbase.PocketBase) error {
	pb.RootCmd.SilenceErrors = true
	c, _, err := pb.RootCmd.Find(os.Args[1:])
	if err != nil || c.Annotations["standalone"] == "" {
		return pb.Execute()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return pb.RootCmd.ExecuteContext(ctx)
}
