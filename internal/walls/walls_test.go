// Package walls_test holds who may import whom. It walks the folders: one that no
// line of the table stands for fails, and so does a line that no folder needs.
package walls_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The core, and what is around it. A folder below one that has no line of its own is
// a part of that one.
var may = map[string]string{
	"domain":      "",
	"records":     "domain",
	"replication": "domain records",
	"app":         "domain records replication",
	"app/imports": "app domain records",

	// The store: rooms over the ledger, never the other way.
	"store":             "app domain records replication store/sqlite",
	"store/sqlite":      "domain",
	"store/parameters":  "domain",
	"store/accounts":    "app domain session store store/parameters store/sqlite",
	"store/board":       "app domain program records store store/parameters store/personal store/sqlite",
	"store/catalogue":   "app domain store store/sqlite",
	"store/files":       "app domain records store store/parameters store/pull store/sqlite",
	"store/imports":     "app/imports domain store store/accounts store/sqlite",
	"store/personal":    "app domain records store store/sqlite",
	"store/problems":    "app domain records replication store store/sqlite",
	"store/pull":        "app domain replication store store/sqlite",
	"store/push":        "app domain records replication store store/rendiciones store/review store/rosters store/sqlite",
	"store/jornales":    "app domain store",
	"store/rendiciones": "app domain store store/catalogue store/parameters store/sqlite",
	"store/review":      "app domain records replication store store/sqlite",
	"store/rosters":     "app domain store",
	"store/sheets":      "app domain store",
	"store/uploads":     "app",

	// What serves, without the database.
	"httpapi":     "app app/imports compression domain records replication report",
	"antivirus":   "app",
	"compression": "",
	"demoaccess":  "",
	"edge":        "demoaccess",
	"inspect":     "domain",
	"mail":        "app domain",
	"report":      "domain",
	"session":     "domain",
	"sheet":       "app/imports domain",
	"streams":     "domain",
	"upload":      "app domain inspect",
	"webui":       "",

	// Around a running server.
	"backup":    "",
	"catalog":   "domain",
	"demo":      "catalog domain store",
	"fulldisk":  "",
	"ops":       "app backup domain store store/files store/sqlite",
	"poke":      "domain store store/accounts",
	"program":   "",
	"telemetry": "app domain ops store",
	"verify":    "domain program replication", // nothing of what it checks
	"cli":       "anything",
	"server":    "anything",

	"pb_hooks":      "demoaccess poke replication store store/accounts store/sheets",
	"pb_migrations": "",

	// Never in the product.
	"bench":    "anything",
	"bigfile":  "",
	"golden":   "",
	"killloop": "",
	"sim":      "anything",
	"testkit":  "anything",
	"walls":    "",
}

// outer are the packages from elsewhere, and which folders may import them; of the
// standard library those that stand here.
var outer = map[string]string{
	"database/sql": "backup bench bigfile killloop sim store store/accounts store/imports store/pull store/sqlite store/uploads",
	"net":          "antivirus bench cli demoaccess edge killloop testkit",
	"net/http":     "bench cli demoaccess edge httpapi killloop poke server sim telemetry testkit upload webui",

	"github.com/Shopify/toxiproxy":       "killloop",
	"github.com/gabriel-vasile/mimetype": "inspect",
	"github.com/getkin/kin-openapi":      "testkit",
	"github.com/go-playground/locales":   "httpapi",

	"github.com/go-playground/universal-translator": "httpapi",
	"github.com/go-playground/validator":            "httpapi",
	"github.com/gofrs/flock":                        "backup",
	"github.com/google/uuid":                        "bench testkit",
	"github.com/klauspost/compress":                 "backup bench compression testkit",
	"github.com/labstack/echo":                      "httpapi",
	"github.com/pocketbase/dbx": `bench catalog demo server sim store store/accounts store/board store/catalogue store/files store/imports store/parameters
		store/jornales store/personal store/problems store/pull store/push store/rendiciones store/review store/rosters store/sheets store/sqlite
		store/uploads verify`,
	"github.com/pocketbase/ozzo-validation": "store store/sqlite",
	"github.com/pocketbase/pocketbase": `bench catalog cli demo demoaccess edge mail ops pb_hooks pb_migrations poke server session sim store
		store/accounts store/board store/catalogue store/files store/imports store/jornales store/personal store/problems store/pull store/push
		store/rendiciones store/review store/rosters store/sheets store/sqlite store/uploads streams telemetry testkit verify`,
	"github.com/prometheus/client_golang": "telemetry",
	"github.com/rs/zerolog":               "killloop",
	"github.com/shopspring/decimal":       "app app/imports domain",
	"github.com/spf13/cobra":              "cli verify",
	"github.com/spf13/pflag":              "cli",
	"github.com/tus/tusd":                 "upload",
	"github.com/xuri/excelize":            "bigfile sheet",
	"golang.org/x/exp":                    "upload",
	"golang.org/x/sys":                    "bench ops",
	"golang.org/x/text":                   "httpapi inspect sheet",
	"modernc.org/libc":                    "sim",
	"modernc.org/sqlite":                  "backup bigfile killloop sim",
}

// pure are those whose tests keep to the table too.
var pure = map[string]bool{"domain": true, "replication": true}

// folderOf is the line of the table that a folder stands under.
func folderOf(path string) string {
	path = strings.TrimPrefix(path, "internal/")
	for at := path; at != "."; at = filepath.ToSlash(filepath.Dir(at)) {
		if _, known := may[at]; known && (at != "store" || path == "store") { // each room has its own
			return at
		}
	}
	return ""
}

// judge says under which line an import stands, and whether a folder may have it.
func judge(here, what string) (target string, allowed bool) {
	if inner, ours := strings.CutPrefix(what, "chaski/"); ours {
		target = folderOf(inner)
		list := strings.Fields(may[here])
		return target, target == here || slices.Contains(list, target) || slices.Contains(list, "anything")
	}
	for pkg, who := range outer {
		if what == pkg || strings.Contains(pkg, ".") && strings.HasPrefix(what, pkg+"/") {
			return pkg, slices.Contains(strings.Fields(who), here)
		}
	}
	return what, !strings.Contains(strings.Split(what, "/")[0], ".")
}

func TestWhoMayImportWhom(t *testing.T) {
	used := map[string]bool{}  // "folder import"
	found := map[string]bool{} // folders
	root := filepath.Join("..", "..")
	for _, top := range []string{"internal", "pb_hooks", "pb_migrations"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			dir, err := filepath.Rel(root, filepath.Dir(path))
			if err != nil {
				return err
			}
			here := folderOf(filepath.ToSlash(dir))
			if here == "" {
				t.Errorf("%s: say in the table what it may import", dir)
				return fs.SkipDir
			}
			found[here] = true
			if strings.HasSuffix(path, "_test.go") && !pure[here] { // it drives the code by what it needs
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range file.Imports {
				target, allowed := judge(here, strings.Trim(spec.Path.Value, "\""))
				used[here+" "+target] = true
				if !allowed {
					t.Errorf("%s imports %s", path, spec.Path.Value)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for folder, list := range may {
		if !found[folder] {
			t.Errorf("%s is in the table and not there", folder)
		}
		for _, target := range strings.Fields(list) {
			if target != "anything" && !used[folder+" "+target] {
				t.Errorf("%s may import %s, and does not", folder, target)
			}
		}
	}
	for pkg, who := range outer {
		for _, folder := range strings.Fields(who) {
			if !used[folder+" "+pkg] {
				t.Errorf("%s may import %s, and does not", folder, pkg)
			}
		}
	}
}
