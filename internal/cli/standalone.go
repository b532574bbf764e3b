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
// prints no error itself. What the system refused is said in Spanish. An interrupt ends it: PocketBase sees to its own
// commands, the context to ours.
func Execute(pb *pocketbase.PocketBase) error {
	pb.RootCmd.SilenceErrors = true
	c, _, err := pb.RootCmd.Find(os.Args[1:])
	if err == nil {
		if err := lookAt(c, os.Args[1:], pb.DataDir()); err != nil {
			return explain(err, pb.DataDir())
		}
	}
	if err != nil || c.Annotations["standalone"] == "" {
		return explain(pb.Execute(), pb.DataDir())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return explain(pb.RootCmd.ExecuteContext(ctx), pb.DataDir())
}
