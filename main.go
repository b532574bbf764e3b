// Chaski is an offline-first sync server with its web app, for the programme of
// temporary employment Llamkasun Perú.
package main

import (
	"fmt"
	"io/fs"
	"log"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"

	"chaski/internal/cli"
	"chaski/internal/server"
	"chaski/internal/store"
	"chaski/webapp"
)

// version is set by the build.
var version = "dev"

func main() {
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: "pb_data", DBConnect: server.Connect, HideStartBanner: true})
	dist, err := fs.Sub(webapp.Dist, "dist")
	if err != nil {
		log.Fatal(err)
	}
	engine := store.New()
	server.Bind(app, engine, dist)
	cli.Describe(app.RootCmd, version)
	app.RootCmd.AddCommand(cli.Serve(app, version), cmd.NewSuperuserCommand(app),
		cli.Demo(app, engine), cli.Verify(app, engine), cli.Figures(app, engine), cli.Backup(app, version), cli.Restore(app),
		cli.Admin(app, engine), cli.Health(), cli.Catalog(app, engine))
	cli.RefuseUnfinished(app)
	cli.RememberFields(app, engine)
	cli.ServeCatalog(app, engine)
	server.CarryImports(app)
	cli.ScanRules(app, engine)
	cli.Tour(app, os.Stdout)
	cli.FirstAdministrator(app, engine, os.Stdout)
	if err := cli.Execute(app); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}
