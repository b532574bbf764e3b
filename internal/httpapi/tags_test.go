package httpapi

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"chaski/internal/domain/fault"
)

// requests are the shapes of every request, with the schema of docs/openapi.yaml
// where it has a name. A test finds those that are missing.
var requests = []struct {
	shape  any
	schema string
}{
	{tokenRequest{}, ""},
	{setupRequest{}, "SetupRequest"},
	{passwordRequest{}, ""},
	{forgotRequest{}, ""},
	{institutionShape{}, ""},
	{mailShape{}, ""},
	{sheetQuery{}, ""},
	{disputedQuery{}, ""},
	{dayDecision{}, ""},
	{undoRequest{}, ""},
	{sheetDecision{}, ""},
	{movementQuery{}, ""},
	{movementDecision{}, "MovementDecision"},
	{personalQuery{}, ""},
	{revealRequest{}, ""},
	{accessQuery{}, ""},
	{recordQuery{}, ""},
	{deviceOrder{}, ""},
	{personUpdate{}, ""},
	{districtsQuery{}, ""},
	{newParameter{}, "NewParameter"},
	{newHoliday{}, "NewHoliday"},
	{newChecklist{}, "NewChecklist"},
	{newJurisdiction{}, "NewJurisdiction"},
	{wipedRequest{}, ""},
	{outsideQuery{}, ""},
	{outsideAnswer{}, "OutsideAnswer"},
	{problemQuery{}, ""},
	{correctRequest{}, ""},
	{peopleQuery{}, ""},
	{lineQuery{}, ""},
	{newcomerRequest{}, ""},
	{linkRequest{}, ""},
	{activeRequest{}, ""},
	{digestsRequest{}, ""},
	{rowsRequest{}, ""},
	{reviewRequest{}, ""},
	{releaseRequest{}, ""},
	{quarantineQuery{}, ""},
	{conflictQuery{}, ""},
	{settleRequest{}, "SettleRequest"},
	{decideRequest{}, "ParkedDecision"},
	{deviceRequest{}, ""},
	{pullRequest{}, ""},
	{pushRequest{}, ""},
	{entityQuery{}, ""},
	{overdueQuery{}, ""},
}

// bounded says whether the tags of a field bound its text.
func bounded(rules string) bool {
	for _, rule := range strings.Split(rules, ",") {
		name, _, _ := strings.Cut(rule, "=")
		if _, ours := tags[name]; ours || slices.Contains([]string{"max", "len", "oneof"}, name) {
			return true
		}
	}
	return false
}

// unbounded walks a shape and names the texts without a bound, and the fields
// without a name for people.
func unbounded(at string, t reflect.Type, rules string, found func(string)) {
	switch t.Kind() {
	case reflect.Pointer:
		unbounded(at, t.Elem(), rules, found)
	case reflect.String:
		if !bounded(rules) {
			found(at)
		}
	case reflect.Slice, reflect.Map:
		if !bounded(rules) && t.Elem().Kind() != reflect.Uint8 && t.Elem().Kind() != reflect.Int && t != reflect.TypeFor[[]json.RawMessage]() {
			found(at + " (how many)")
		}
		_, each, dives := strings.Cut(rules, "dive")
		if e := t.Elem().Kind(); !dives && (e == reflect.String || e == reflect.Struct) {
			found(at + " (not looked into)")
		}
		unbounded(at+"[]", t.Elem(), each, found)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Type.Kind() != reflect.Bool && label(name) == "«"+name+"»" && f.Tag.Get("validate") != "" {
				found(at + "." + name + " (no name for people)")
			}
			unbounded(at+"."+name, f.Type, f.Tag.Get("validate"), found)
		}
	default: // numbers and booleans
	}
}

// No text of a request is without a bound.
func TestEveryTextIsBounded(t *testing.T) {
	exempt := map[string]bool{ // bounded by the body, and by what their readers take
		"pullRequest.cursor.at (how many)": true,
	}
	for _, r := range requests {
		shape := reflect.TypeOf(r.shape)
		unbounded(shape.Name(), shape, "", func(what string) {
			if !exempt[what] {
				t.Errorf("%s", what)
			}
		})
	}
}

// Every shape that a handler takes is among the requests, or written at its place
// with tags at every field.
func TestEveryShapeIsKnown(t *testing.T) {
	known := map[string]bool{}
	for _, r := range requests {
		known[reflect.TypeOf(r.shape).Name()] = true
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	taken := 0
	look := func(where string, shape ast.Expr) {
		taken++
		switch shape := shape.(type) {
		case *ast.Ident:
			if !known[shape.Name] {
				t.Errorf("%s: %s is not among the requests of this test", where, shape.Name)
			}
		case *ast.StructType:
			literal(t, where, shape)
		default:
			t.Errorf("%s takes a shape this test does not understand", where)
		}
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") || f.Name() == "answer.go" {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			where := f.Name() + " " + fn.Name.Name
			if p := fn.Type.Params.List; handles(fn) && len(p) == 2 {
				look(where, p[1].Type)
			}
			shapes := map[string]ast.Expr{}
			ast.Inspect(fn, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					for _, name := range n.Names {
						shapes[name.Name] = n.Type
					}
				case *ast.CallExpr:
					if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "QueryParam" {
						t.Errorf("%s reads a parameter of the query past its shape", where)
					}
					called, ok := n.Fun.(*ast.Ident)
					if !ok || called.Name != "bind" && called.Name != "query" {
						return true
					}
					target, ok := n.Args[1].(*ast.UnaryExpr)
					if !ok {
						t.Errorf("%s binds what is no shape", where)
						return true
					}
					look(where, shapes[target.X.(*ast.Ident).Name])
				}
				return true
			})
		}
	}
	if taken < 45 {
		t.Errorf("only %d handlers take a shape", taken)
	}
}

// handles says whether a function is a route's: of a context, with an answer.
func handles(fn *ast.FuncDecl) bool {
	first, ok := fn.Type.Params.List, fn.Recv != nil
	if !ok || len(first) == 0 || fn.Type.Results == nil || len(fn.Type.Results.List) != 2 {
		return false
	}
	context, ok := first[0].Type.(*ast.SelectorExpr)
	answer, named := fn.Type.Results.List[0].Type.(*ast.Ident)
	return ok && context.Sel.Name == "Context" && named && answer.Name == "any"
}

// literal is a shape written where it is bound.
func literal(t *testing.T, where string, shape *ast.StructType) {
	t.Helper()
	for _, f := range shape.Fields.List {
		kind := f.Type
		if star, ok := kind.(*ast.StarExpr); ok {
			kind = star.X
		}
		switch kind := kind.(type) {
		case *ast.Ident:
			if kind.Name == "string" && (f.Tag == nil || !bounded(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("validate"))) {
				t.Errorf("%s: %v has no bound", where, f.Names)
			}
		case *ast.ArrayType:
			if inner, ok := kind.Elt.(*ast.StructType); ok {
				literal(t, where, inner)
			}
		}
	}
}

// The tags ask the domain's rules, and say what those say.
func TestTagsAreTheDomainsRules(t *testing.T) {
	for name, c := range map[string]struct {
		good, bad []string
		code      fault.Code
	}{
		"day":      {[]string{"2026-02-28"}, []string{"2026-02-29", "2026-11-31", "28/02/2026", "2026-2-8"}, fault.DateInvalid},
		"month":    {[]string{"2026-12"}, []string{"2026-13", "2026", "2026-12-01"}, fault.DateInvalid},
		"dni":      {[]string{"01234567"}, []string{"1234567", "0123456a", "٠١٢٣٤٥٦٧"}, fault.DNIInvalid},
		"ruc":      {[]string{"20131312955"}, []string{"20131312954", "30131312955", "2013131295"}, fault.RUCInvalid},
		"ubigeo":   {[]string{"080101"}, []string{"260101", "080001", "08010", "8 0101"}, fault.InvalidValue},
		"convenio": {[]string{"11-0004-AII-09"}, []string{"11-0004-XXX-09", "11-4-AII-09"}, fault.InvalidValue},
		"ao":       {[]string{"AOI00106600077"}, []string{"AOI1", "aoi00106600077"}, fault.InvalidValue},
		"scope":    {[]string{"national", "25"}, []string{"26", "00", "regional"}, fault.InvalidValue},
		"record":   {[]string{"abcdefghijklmn0"}, []string{"abc", "ABCDEFGHIJKLMN0", "../../../../etc"}, fault.InvalidValue},
		"mutation": {[]string{"0193110c-71aa-7d3e-9f00-2a41c8f10d55"}, []string{"0193110c-71aa-4d3e-9f00-2a41c8f10d55"}, fault.InvalidValue},
		"sha256":   {[]string{strings.Repeat("0a", 32)}, []string{strings.Repeat("0A", 32), "0a"}, fault.InvalidValue},
		"year":     {[]string{"2026"}, []string{"26", "-2026", "2026a"}, fault.InvalidValue},
		"code":     {[]string{"entities"}, []string{"", "a b", "../x", strings.Repeat("a", 61)}, fault.InvalidValue},
	} {
		for _, v := range c.good {
			if f := tags[name].check("x", v); f != nil {
				t.Errorf("%s refuses %q: %v", name, v, f)
			}
			if !regexp.MustCompile(tags[name].pattern).MatchString(v) {
				t.Errorf("%s: its pattern does not match %q", name, v)
			}
		}
		for _, v := range c.bad {
			if f := tags[name].check("x", v); f == nil || f.Code != c.code || f.Field != "x" {
				t.Errorf("%s takes %q: %v", name, v, f)
			}
		}
	}
}

// docs/openapi.yaml says of a text what its tags say.
func TestTagsAgreeWithTheDocument(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, r := range requests {
		if r.schema == "" {
			continue
		}
		ref := doc.Components.Schemas[r.schema]
		if ref == nil {
			t.Errorf("no schema %s", r.schema)
			continue
		}
		shape := reflect.TypeOf(r.shape)
		for i := range shape.NumField() {
			f := shape.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			property := ref.Value.Properties[name]
			if property == nil {
				t.Errorf("%s has no %s", r.schema, name)
				continue
			}
			for _, rule := range strings.Split(f.Tag.Get("validate"), ",") {
				if rule == "dive" {
					break
				}
				kind, value, _ := strings.Cut(rule, "=")
				if tg, ours := tags[kind]; ours {
					checked++
					if property.Value.Pattern != tg.pattern && property.Value.Format != "date" {
						t.Errorf("%s.%s: the document says %q, the tag %q", r.schema, name, property.Value.Pattern, tg.pattern)
					}
				}
				if kind == "max" && f.Type.Kind() == reflect.String {
					checked++
					if m := property.Value.MaxLength; m == nil || strconv.FormatUint(*m, 10) != value {
						t.Errorf("%s.%s: the document has another bound than %s", r.schema, name, value)
					}
				}
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d bounds compared", checked)
	}
}

// Every parameter of a path has a shape; a new one without does not come up.
func TestEveryPathParameterHasAShape(t *testing.T) {
	routes := (&API{}).Handler().(*echo.Echo).Routes()
	if strange := unshaped(routes); strange != nil {
		t.Errorf("%v", strange)
	}
	if got := unshaped([]*echo.Route{{Path: "/a/:nothing/b"}}); len(got) != 1 {
		t.Error("a parameter without a shape is not found")
	}
	names := []string{}
	for name, shape := range paths {
		if _, is := tags[shape]; !is {
			names = append(names, name)
		}
	}
	if sort.Strings(names); len(names) > 0 {
		t.Errorf("no such tag: %v", names)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Ñandú":                     "Ñandú",
		"N\u0303andu\u0301":         "Ñandú",
		"a\u0000b\u001bc\u007fd":    "abcd",
		"x\u202egnp.exe":            "xgnp.exe",
		"a\u200bb\ufeffc\u2060d":    "abcd",
		"a\u2066b\u2069":            "ab",
		"línea 1\n\tlínea 2\r\n":    "línea 1\n\tlínea 2\r\n",
		"a\ufffdb":                  "ab",
		"emoji 😀 y – guion “comas”": "emoji 😀 y – guion “comas”",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	secret := "pass\u200bword"
	q := setupRequest{Name: "A\u0000na", Password: secret, Institution: institutionShape{Name: "M\u202euni"}}
	cleaned(reflect.ValueOf(&q))
	if q.Name != "Ana" || q.Institution.Name != "Muni" || q.Password != secret {
		t.Errorf("%+v", q)
	}
	m := readingShape{Answers: map[string]string{"a": "x\u0000y"}}
	cleaned(reflect.ValueOf(&m))
	if m.Answers["a"] != "xy" {
		t.Errorf("%+v", m)
	}
	raw := pushRequest{Mutations: []json.RawMessage{json.RawMessage("{\"a\":\"\u200b\"}")}}
	cleaned(reflect.ValueOf(&raw))
	if string(raw.Mutations[0]) != "{\"a\":\"\u200b\"}" {
		t.Error("a mutation was changed: its hash is kept for years")
	}
}

// The guard sees the routes of every group: none is added below it.
func TestNoRouteComesUpWithoutAShape(t *testing.T) {
	used := map[string]bool{}
	for _, r := range (&API{}).Handler().(*echo.Echo).Routes() {
		for _, part := range strings.Split(r.Path, "/") {
			if name, is := strings.CutPrefix(part, ":"); is {
				used[name] = true
			}
		}
	}
	if len(used) < 10 {
		t.Fatalf("only %d parameters", len(used))
	}
	for name := range used {
		func() {
			shape := paths[name]
			delete(paths, name)
			defer func() {
				paths[name] = shape
				if recover() == nil {
					t.Errorf(":%s comes up without a shape", name)
				}
			}()
			(&API{}).Handler()
		}()
	}
}
