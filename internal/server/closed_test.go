package server_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/actor"
	"chaski/internal/testkit"
)

// everyRole gives the world an account of each role, the data officer and the
// administrator included, and answers their tokens by role.
func everyRole(t *testing.T, k *testkit.Kit) map[actor.Role]string {
	t.Helper()
	tokens := map[actor.Role]string{}
	for i, role := range actor.Roles {
		id := testkit.ID(fmt.Sprintf("role%d", i))
		k.Save("users", id, map[string]any{
			"email": id + "@example.org", "password": "chaski-test", "name": "Rol " + string(role), "role": string(role),
			"ut": testkit.UT1, "entity": testkit.ID("muni"), "active": true, "verified": true,
		})
		tokens[role] = k.Token(id)
	}
	return tokens
}

// Of every collection of the live schema, whoever made it, no app user and no
// guest lists, views, sorts, filters, expands or writes a record over REST. A
// new collection is walked here by itself.
func TestEveryCollectionIsClosed(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Push(p.Visit("v", testkit.Canal, nil))
	k.Save("attendance_sheets", testkit.ID("s"), map[string]any{"intervention": testkit.Canal, "day": "2026-11-10", "state": "registrada", "marks": map[string]string{}})
	tokens := everyRole(t, k)
	tokens["guest"] = ""
	all, err := k.App.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	walked := 0
	for _, c := range all {
		if c.System { // PocketBase's own; their rules cannot be changed, and show an account what is its own
			continue
		}
		walked++
		if c.ListRule != nil || c.ViewRule != nil {
			t.Errorf("%s: a list or view rule is open", c.Name)
		}
		id := anyRecord(k, c)
		for role, bearer := range tokens {
			for _, ask := range asked(c, id) {
				r := k.Do(ask[0], "/api/collections/"+c.Name+"/records"+ask[1], bearer, map[string]any{})
				if r.Status != 403 {
					t.Errorf("%s %s %s as %s: %d, want 403: %.120s", ask[0], c.Name, ask[1], role, r.Status, r.Body)
				}
			}
		}
	}
	if walked < 40 {
		t.Errorf("only %d collections walked", walked)
	}
}

func anyRecord(k *testkit.Kit, c *core.Collection) string {
	if r, err := k.App.FindFirstRecordByFilter(c, "id != ''"); err == nil {
		return r.Id
	}
	return testkit.ID("none")
}

// asked are a method and what follows the collection's address.
func asked(c *core.Collection, id string) [][2]string {
	out := [][2]string{
		{"GET", ""},
		{"GET", "?perPage=1&skipTotal=1&fields=id"},
		{"GET", "/" + id},
		{"GET", "/" + id + "?fields=id"},
		{"POST", ""},
		{"PATCH", "/" + id},
		{"DELETE", "/" + id},
	}
	for _, f := range c.Fields {
		// The answer's size would tell whether a value begins so.
		out = append(out, [2]string{"GET", "?filter=" + url.QueryEscape(f.GetName()+` ~ "9%"`)}, [2]string{"GET", "?sort=" + f.GetName()})
		if f.Type() == core.FieldTypeRelation {
			out = append(out, [2]string{"GET", "?expand=" + f.GetName()}, [2]string{"GET", "?filter=" + url.QueryEscape(f.GetName()+`.id != ""`)})
		}
	}
	return out
}

// Nothing of another record comes along with what a person may still ask of
// PocketBase: his own token.
func TestRefreshTellsOnlyOfOneself(t *testing.T) {
	k := testkit.World(t)
	r := k.Do("POST", "/api/collections/users/auth-refresh?expand=ut,entity,participants_via_cupo", k.Token(testkit.Rosa), nil)
	var out struct {
		Token  string
		Record map[string]any
	}
	r.JSON(200, &out)
	if out.Token == "" || out.Record["id"] != testkit.Rosa || out.Record["expand"] != nil {
		t.Errorf("%s", r.Body)
	}
}

// Records are not told over the realtime stream either.
func TestInstallIsHidden(t *testing.T) {
	k := testkit.World(t)
	devices, err := k.App.FindCollectionByNameOrId("devices")
	if err != nil {
		t.Fatal(err)
	}
	if !devices.Fields.GetByName("install").GetHidden() {
		t.Error("the secret of an installation is not hidden")
	}
	k.Phone(testkit.Rosa)
	device, err := k.App.FindFirstRecordByData("devices", "user", testkit.Rosa)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := device.MarshalJSON(); err != nil || bytes.Contains(raw, []byte("install")) {
		t.Errorf("%s, %v", raw, err)
	}
}

// A step that could open a collection by habit does not land: since the records
// were closed, steps start a collection with closed().
func TestNewStepsStartClosed(t *testing.T) {
	files, err := filepath.Glob("../../pb_migrations/2*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if filepath.Base(file) < "202612010030" {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "table" {
					t.Errorf("%s: starts a collection with table(); use closed()", strings.TrimPrefix(file, "../../"))
				}
			}
			return true
		})
	}
}

// The step can be taken back and made again.
func TestClosingGoesDownAndUp(t *testing.T) {
	k := testkit.Empty(t)
	var step *core.Migration
	for _, m := range core.AppMigrations.Items() {
		if m.File == "202612010030_closed_records.go" {
			step = m
		}
	}
	if step == nil {
		t.Fatal("no such step")
	}
	open := func() (n int) {
		all, err := k.App.FindAllCollections()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if !c.System && (c.ListRule != nil || c.ViewRule != nil) {
				n++
			}
		}
		return n
	}
	if err := step.Down(k.App); err != nil {
		t.Fatal(err)
	}
	if n := open(); n < 40 {
		t.Errorf("down opens %d collections", n)
	}
	if err := step.Up(k.App); err != nil {
		t.Fatal(err)
	}
	if n := open(); n != 0 {
		t.Errorf("up leaves %d open", n)
	}
}

// One step down gives each collection the read rules it had, and leaves the
// secret of an installation hidden: that was an earlier step's.
func TestClosingGoesOneStepDown(t *testing.T) {
	const name = "202612010030_closed_records.go"
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	var before, step core.MigrationsList
	for _, m := range append(core.SystemMigrations.Items(), core.AppMigrations.Items()...) {
		switch {
		case m.File == name:
			step.Add(m)
		case filepath.Base(m.File) < name:
			before.Add(m)
		}
	}
	rules := func() map[string][2]string {
		all, err := app.FindAllCollections()
		if err != nil {
			t.Fatal(err)
		}
		text := func(rule *string) string {
			if rule == nil {
				return "closed"
			}
			return "open " + *rule
		}
		out := map[string][2]string{}
		for _, c := range all {
			out[c.Name] = [2]string{text(c.ListRule), text(c.ViewRule)}
		}
		return out
	}
	if _, err := core.NewMigrationsRunner(app, before).Up(); err != nil {
		t.Fatal(err)
	}
	was := rules()
	if _, err := core.NewMigrationsRunner(app, step).Up(); err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(rules(), was) {
		t.Fatal("the step closes nothing")
	}
	if done, err := core.NewMigrationsRunner(app, step).Down(1); err != nil || len(done) != 1 {
		t.Fatal(done, err)
	}
	for collection, now := range rules() {
		if now != was[collection] {
			t.Errorf("%s: %q, was %q", collection, now, was[collection])
		}
	}
	devices, err := app.FindCollectionByNameOrId("devices")
	if err != nil || !devices.Fields.GetByName("install").GetHidden() {
		t.Error("the secret of an installation shows", err)
	}
}
