package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"chaski/internal/records"
)

// What is generated is what the declarations say now.
func TestGenerated(t *testing.T) {
	for _, out := range outputs {
		was, now, err := out.render(filepath.Join("..", "..", "..", out.file))
		if err != nil {
			t.Fatal(err)
		}
		if was != now {
			t.Errorf("%s %s is out of date: go generate ./internal/records", out.file, out.part)
		}
	}
}

// What no device gets is in nothing that is written for devices; what is sensitive in
// nothing at all.
func TestWhatIsNotServedIsInNoGeneratedFile(t *testing.T) {
	hidden := 0
	for _, kind := range records.All {
		if kind.Served {
			continue
		}
		hidden++
		named := regexp.MustCompile(`\b(` + kind.Name + `|` + camel(kind.Name) + `Row|` + constName(kind.Name) + `)\b`)
		for _, out := range outputs {
			ofTables := strings.HasSuffix(out.file, "states.md") && len(kind.Place) == 0
			if at := named.FindString(out.text()); at != "" && !ofTables {
				t.Errorf("%s %s names %s, which is served to nobody", out.file, out.part, at)
			}
		}
	}
	if hidden == 0 {
		t.Fatal("every kind is served")
	}
}

// The schemas take what the forms take, in their newest version, and no other field;
// testdata/rules/forms.json says what that is.
func TestSchemasTakeWhatTheFormsTake(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(openapi()))
	if err == nil {
		err = doc.Validate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "rules", "forms.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Collection, Op, Form string
		Fields               map[string]any
		Long                 map[string]int
		Faults               []string
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	taken, refused := 0, 0
	for _, c := range cases {
		kind := records.Find(c.Collection)
		if kind.Form != "" && c.Form != fmt.Sprintf("%s/%d", kind.Form, kind.Version) {
			continue
		}
		fields := maps.Clone(c.Fields)
		for name, n := range c.Long {
			fields[name] = strings.Repeat("ñ", n)
		}
		bad := doc.Components.Schemas[camel(c.Collection)+camel(c.Op)].Value.VisitJSON(fields)
		unknown := slices.ContainsFunc(c.Faults, func(f string) bool { return strings.HasPrefix(f, "unknown_field@") })
		switch {
		case len(c.Faults) == 0 && bad != nil:
			t.Errorf("%s %s %v: %v", c.Collection, c.Op, c.Fields, bad)
		case unknown && bad == nil:
			t.Errorf("%s %s %v is taken", c.Collection, c.Op, c.Fields)
		case bad == nil:
			taken++
		default:
			refused++
		}
	}
	if taken == 0 || refused == 0 {
		t.Errorf("%d taken, %d refused", taken, refused)
	}
	t.Logf("%d taken, %d refused", taken, refused)
}
