package main

import (
	"errors"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"chaski/internal/replication"
	_ "chaski/pb_migrations" // the same schema
)

// connectPlain is PocketBase's own way to open a database, but with the
// synchronous mode of ours: what both acknowledge survives a power loss.
func connectPlain(path string) (*dbx.DB, error) {
	return dbx.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)"+
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
}

func openPlain(dir string) (core.App, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: connectPlain})
	return app, app.Bootstrap()
}

// held are the collections of which a device holds rows, each with the rule by
// which a skilled user of PocketBase would open it to a supervisor. They are
// weaker, and cheaper, than ours: the unit, not dated assignments; the client's
// filter narrows them.
var held = []struct{ collection, rule string }{
	{"parameters", `@request.auth.active = true`},
	{"checklists", `@request.auth.active = true`},
	{"holidays", `@request.auth.active = true`},
	{"assignments", `user = @request.auth.id`},
	{"uts", `id = @request.auth.ut`},
	{"districts", `@request.auth.active = true`},
	{"entities", `@request.auth.active = true`},
	{"interventions", `ut = @request.auth.ut`},
	{"convenios", `intervention.ut = @request.auth.ut`},
	{"cupos", `intervention.ut = @request.auth.ut`},
	{"participants", `intervention.ut = @request.auth.ut`},
	{"movements", `intervention.ut = @request.auth.ut`},
	{"insurance_policies", `intervention.ut = @request.auth.ut`},
	{"insurance_certificates", `intervention.ut = @request.auth.ut`},
	{"insured_persons", `intervention.ut = @request.auth.ut`},
	{"attendance_sheets", `intervention.ut = @request.auth.ut`},
	{"visits", `intervention.ut = @request.auth.ut`},
	{"visit_marks", `intervention.ut = @request.auth.ut`},
	{"findings", `intervention.ut = @request.auth.ut`},
	{"unlisted_workers", `intervention.ut = @request.auth.ut`},
}

// ofWork says whether rows of a collection belong to one work each, and are
// fetched for the works a device holds.
func ofWork(collection string) bool {
	switch collection {
	case "assignments", "convenios":
		return false // the user's; the whole unit's
	}
	c := replication.Find(collection)
	for _, f := range c.Fields {
		if f.Name == "intervention" {
			return true
		}
	}
	return false
}

// scopeColumn is what a device's rows of a collection are found by.
func scopeColumn(collection string) string {
	switch {
	case ofWork(collection) || collection == "convenios":
		return "intervention"
	case collection == "assignments":
		return "user"
	case collection == "interventions":
		return "ut"
	case collection == "entities":
		return "district"
	}
	return ""
}

// makePlain is the role that turns a copy of a Chaski database into one of
// PocketBase alone: the same tables and rows, without our triggers and side
// tables, with rules and the indexes that a skilled user would add.
func makePlain(dir string) (err error) {
	app, err := openPlain(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeApp(app)) }()
	var drops []string
	if err := app.DB().NewQuery(`SELECT 'DROP ' || type || ' ' || name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'chaski\_%' ESCAPE '\'
		UNION ALL SELECT 'DROP TABLE ' || name FROM sqlite_schema WHERE type = 'table' AND (name = 'dirty' OR name LIKE 'sync\_%' ESCAPE '\' OR name LIKE 'progress\_%' ESCAPE '\')`).
		Column(&drops); err != nil {
		return err
	}
	for _, sql := range drops {
		if _, err := app.DB().NewQuery(sql).Execute(); err != nil {
			return err
		}
	}
	// Filters reach through it, so it is open too.
	jurisdictions, err := app.FindCollectionByNameOrId("jurisdictions")
	if err != nil {
		return err
	}
	jurisdictions.ListRule = types.Pointer(`@request.auth.active = true`)
	if err := app.Save(jurisdictions); err != nil {
		return err
	}
	for _, h := range held {
		c, err := app.FindCollectionByNameOrId(h.collection)
		if err != nil {
			return err
		}
		c.ListRule, c.ViewRule = types.Pointer(h.rule), types.Pointer(h.rule)
		switch h.collection {
		case "visits":
			c.CreateRule = types.Pointer(`@request.auth.role = "supervisor" && supervisor = @request.auth.id && intervention.ut = @request.auth.ut`)
		case "visit_marks":
			c.CreateRule = types.Pointer(`visit.supervisor = @request.auth.id && participant.intervention = intervention && visit.intervention = intervention`)
		}
		columns := "updated"
		if by := scopeColumn(h.collection); by != "" {
			columns = by + ", updated"
		}
		c.AddIndex("idx_bench_"+h.collection, false, columns, "")
		if err := app.Save(c); err != nil {
			return err
		}
	}
	_, err = app.DB().NewQuery(`PRAGMA optimize`).Execute()
	return err
}

// servePlain is the role of PocketBase without Chaski.
func servePlain(dir, addr string) error {
	app, err := openPlain(dir)
	if err != nil {
		return err
	}
	// PocketBase pauses up to half a second, on purpose, before it answers a
	// filtered list that is empty. That is protection and no work, so it is not
	// counted: an empty list is answered here, before the pause.
	app.OnRecordsListRequest().BindFunc(func(e *core.RecordsListRequestEvent) error {
		if len(e.Records) == 0 {
			return e.JSON(200, e.Result)
		}
		return e.Next()
	})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		zip := apis.Gzip()
		plainly := zip.Func
		zip.Func = func(e *core.RequestEvent) error {
			if strings.HasSuffix(e.Request.URL.Path, "/realtime") {
				return e.Next() // a stream is not compressed
			}
			return plainly(e)
		}
		e.Router.Bind(zip)
		return e.Next()
	})
	return apis.Serve(app, apis.ServeConfig{HttpAddr: addr})
}
