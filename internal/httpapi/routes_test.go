package httpapi_test

import (
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"chaski/internal/httpapi"
	"chaski/internal/server"
	"chaski/internal/testkit"
	"chaski/internal/upload"
)

// The routes are those of docs/openapi.yaml, no more and no fewer.
func TestRoutesAreDocumented(t *testing.T) {
	documented, err := testkit.Documented()
	if err != nil {
		t.Fatal(err)
	}
	var served []string
	parameter := regexp.MustCompile(`:([a-z]+)`)
	for _, r := range (&httpapi.API{}).Handler().(*echo.Echo).Routes() {
		if r.Method == echo.RouteNotFound {
			continue
		}
		served = append(served, r.Method+" "+parameter.ReplaceAllString(strings.TrimPrefix(r.Path, httpapi.Prefix), "{$1}"))
	}
	files, err := upload.New(&upload.Files{}, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	served = append(served, "GET "+server.DocumentPath, "GET "+server.FilePath, "GET "+server.ThumbPath)
	for route := range files.Routes() {
		served = append(served, route)
	}
	sort.Strings(documented)
	sort.Strings(served)
	if got, want := strings.Join(served, "\n"), strings.Join(documented, "\n"); got != want {
		t.Errorf("served:\n%s\ndocumented:\n%s", got, want)
	}
}
