package server_test

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"chaski/internal/domain/actor"
	"chaski/internal/httpapi"
	"chaski/internal/records"
	"chaski/internal/testkit"
)

// letters name the roles in the table of the matrix.
var letters = map[byte]actor.Role{
	'S': actor.Supervisor, 'C': actor.UTCoordinator, 'E': actor.Executor, 'A': actor.CentralAnalyst, 'R': actor.CentralReviewer,
	'D': actor.Director, 'U': actor.Auditor, 'O': actor.DataOfficer, 'M': actor.Admin,
}

const everyLetter = "SCEARDUOM"

// expectation is what the table says of a route: by what it is reached. To reach
// it is to get past the question who one is: an answer, or a refusal of the matter
// itself. For routes of PocketBase's it is to be answered with success; what is
// empty is a superuser's, or closed.
type expectation struct {
	by         rights   // any of them
	anyone     bool     // who is signed in, whatever his role
	nobody     string   // why no role reaches it here, of a route of ours
	guest      bool     // who is not signed in reaches it as well
	narrows    bool     // rows of others are asked for by a filter, and are not among the answer
	parks      bool     // a device out of use is heard: what it sends is at most parked
	reveals    bool     // an act that shows one person whole, with a reason, noted
	endless    bool     // a stream: only its refusals can be waited for
	collection string   // of PocketBase's routes; participants if nothing else is said
	body       string   // of the shape the route wants, so that the question is reached
	meta       []string // of an upload, name and value in turn
	query      string
	headers    []string
	again      func(m *matrix, scope string) // puts back what the request takes away
}

// bound are the roles whose rights are over the rows of some works only: those of
// the field over their own, a coordinator over his unit's.
var bound = map[string]string{"own": "", "unit": "SE", "other": "SEC"}

// roles are the letters of those who reach a row of a scope.
func (e expectation) roles(scope string) (letter string) {
	for _, l := range []byte(everyLetter) {
		has := slices.ContainsFunc(e.by, letters[l].May)
		if e.anyone || has && (e.narrows || strings.IndexByte(bound[scope], l) < 0) {
			letter += string(l)
		}
	}
	return letter
}

// servedRoutes lists the routes of a running server, PocketBase's and ours: those of
// its router, as registered, and those of the one that stands behind /{path...}.
func servedRoutes(k *testkit.Kit) []string {
	var out []string
	var walk func(group reflect.Value, prefix string)
	walk = func(group reflect.Value, prefix string) {
		prefix += group.FieldByName("Prefix").String()
		children := group.FieldByName("children")
		for i := range children.Len() {
			c := children.Index(i).Elem().Elem()
			if !c.FieldByName("Action").IsValid() {
				walk(c, prefix)
				continue
			}
			if path := prefix + c.FieldByName("Path").String(); path != httpapi.Prefix+"/{path...}" && path != httpapi.Prefix+"/sync/pull" {
				out = append(out, strings.TrimSpace(c.FieldByName("Method").String()+" "+path))
			}
		}
	}
	walk(reflect.ValueOf(k.Router.RouterGroup).Elem(), "")
	parameter := regexp.MustCompile(`:([a-z]+)`)
	for _, r := range (&httpapi.API{}).Handler().(*echo.Echo).Routes() {
		if r.Method != echo.RouteNotFound {
			out = append(out, r.Method+" "+parameter.ReplaceAllString(r.Path, "{$1}"))
		}
	}
	sort.Strings(out)
	slices.SortStableFunc(out, func(a, b string) int { return leaves(a) - leaves(b) })
	return out
}

// leaves orders routes by what they leave behind: what takes a row away, and last
// what ends sessions, comes after the others.
func leaves(route string) int {
	switch {
	case strings.HasSuffix(route, "close-others"):
		return 2
	case strings.HasPrefix(route, http.MethodDelete):
		return 1
	}
	return 0
}

// matrix is a world in which every row says whose it is.
type matrix struct {
	*testkit.Kit
	t      *testing.T
	people map[string]person            // by column and letter
	rows   map[string]map[string]string // by scope and parameter
	cells  int
	leaks  int
	files  int
}

// person is an account with a token and, where his role has one, a device.
type person struct{ id, token, device string }

var scopes = []string{"own", "unit", "other"}

// planted are marks in the rows of a scope: the name of a work, the people of its
// roster, what was seen there, what was stated of it.
// A person's whole DNI is what it is.
func planted(kind, scope string) string {
	if kind == "dni" {
		return fmt.Sprintf("4455660%d", slices.Index(scopes, scope))
	}
	return "zq" + kind + scope + "qz"
}

var kinds = []string{"work", "person", "dni", "field", "doc"}

// sees says whether a role may read a mark anywhere: whose row it is, and what of it.
func sees(letter byte, kind, scope string) bool {
	switch letter {
	case 'S': // the names of his unit's works are on his phone
		return scope == "own" || scope == "unit" && kind == "work"
	case 'E':
		return scope == "own"
	case 'C': // also on the board: of other units only how many works there are
		return kind != "dni" && scope != "other"
	case 'O': // devices, and who saw whose data in which work
		return kind == "work" || kind == "person"
	}
	return kind != "dni" // the centre; which of it, the table says
}

// do asks for one cell and answers whether it was reached.
func (m *matrix) do(name string, e expectation, column string, letter byte, scope string) (reached bool, got testkit.Response) {
	m.t.Helper()
	who := m.people[column+string(letter)]
	fill := func(s string) string {
		if e.collection != "" {
			s = strings.ReplaceAll(s, "{collection}", e.collection)
		}
		for parameter, value := range m.rows[scope] {
			s = strings.ReplaceAll(s, "{"+parameter+"}", value)
		}
		return strings.ReplaceAll(s, "{mydevice}", who.device)
	}
	method, path, ok := strings.Cut(name, " ")
	if !ok {
		method, path = http.MethodGet, name
	}
	if e.again != nil {
		e.again(m, scope)
	}
	var body any
	if e.body != "" {
		body = fill(e.body)
	}
	headers := e.headers
	if e.meta != nil {
		meta := slices.Clone(e.meta)
		for i := range meta {
			meta[i] = fill(meta[i])
		}
		headers = append(slices.Clone(headers), metadata(meta...))
	}
	got = m.Do(method, fill(path+e.query), who.token, body, headers...)
	m.cells++
	where := fmt.Sprintf("%s as %s %s, %s row", name, column, letters[letter], scope)
	if got.Status >= http.StatusInternalServerError {
		m.t.Errorf("%s: %d %.200s", where, got.Status, got.Body)
	}
	for _, kind := range kinds {
		for _, of := range scopes {
			may := column == "live" && (sees(letter, kind, of) || e.reveals && kind == "dni" && of == scope)
			if !may && strings.Contains(string(got.Body), planted(kind, of)) {
				m.leaks++
				m.t.Errorf("%s: LEAK of %s: %.300s", where, planted(kind, of), got.Body)
			}
		}
	}
	ours := strings.HasPrefix(path, httpapi.Prefix)
	switch {
	case got.Status < http.StatusBadRequest:
		return true, got
	case !ours || got.Status == http.StatusUnauthorized || got.Status == http.StatusForbidden || got.Status == http.StatusNotFound:
		return false, got
	case got.Code() == "malformed" && column == "live":
		m.t.Errorf("%s: the body or query in the table is not what the route wants: %.200s", where, got.Body)
	}
	return true, got
}

// scoped says whether it matters whose row is asked for.
func (m *matrix) scoped(name string, e expectation) bool {
	for parameter := range m.rows["own"] {
		if strings.Contains(name+e.body+e.query+strings.Join(e.meta, " "), "{"+parameter+"}") && m.rows["own"][parameter] != m.rows["other"][parameter] {
			return true
		}
	}
	return false
}

// Role × route × whose row, and who is not (any more) signed in: every cell of
// every route that the server has. A route that is not in the table fails here.
func TestMatrix(t *testing.T) {
	m := newMatrix(t)
	routes := servedRoutes(m.Kit)
	for name := range matrixTable {
		if !slices.Contains(routes, name) {
			t.Errorf("%s is in the table, and no route any more: take it out", name)
		}
	}
	for _, name := range routes {
		e, listed := matrixTable[name]
		if !listed {
			t.Errorf("%s is in no table. Add to matrixTable (matrix_table_test.go) by which rights it is reached. As it answers now: %s", name, m.measure(name, e))
			continue
		}
		m.live(name, e)
		m.outside(name, e)
	}
	t.Logf("%d routes, %d cells, %d leaks", len(routes), m.cells, m.leaks)
}

// live walks the roles over the rows.
func (m *matrix) live(name string, e expectation) {
	m.t.Helper()
	for _, scope := range scopes {
		if scope != "own" && !m.scoped(name, e) {
			continue
		}
		reached := m.walk(name, e, scope)
		if want := e.roles(scope); reached != want {
			m.t.Errorf("%s, %s row: reached by %q, want %q, who have %v", name, scope, reached, want, e.by)
		}
	}
}

func (m *matrix) walk(name string, e expectation, scope string) (reached string) {
	m.t.Helper()
	for _, letter := range []byte(everyLetter) {
		if e.endless && strings.IndexByte(e.roles(scope), letter) >= 0 {
			reached += string(letter)
			continue
		}
		if ok, _ := m.do(name, e, "live", letter, scope); ok {
			reached += string(letter)
		}
	}
	return reached
}

// outside walks those who have no session (any more).
func (m *matrix) outside(name string, e expectation) {
	m.t.Helper()
	if e.endless && e.guest {
		return
	}
	for _, column := range []string{"none", "revoked", "wiped", "deactivated"} {
		for _, letter := range []byte(everyLetter) {
			if column == "none" && letter != 'S' {
				continue
			}
			who := m.people[column+string(letter)]
			if who.token == "" && column != "none" {
				continue // a role without devices has none to lose
			}
			heard := e.guest || e.parks && (column == "revoked" || column == "wiped")
			if ok, got := m.do(name, e, column, letter, "own"); ok && !heard {
				m.t.Errorf("%s as %s %s: %d %.200s", name, column, letters[letter], got.Status, got.Body)
			}
		}
	}
}

// Every route of ours is reached by rights that are named, or says why not; every
// right is of some route, or of what is looked at elsewhere. So the roles page, which
// shows the rights, tells what the routes do.
func TestEveryRouteHasItsRight(t *testing.T) {
	named := map[actor.Right]bool{
		actor.ReadRoster:   true, // the buckets of a pull: pull_test.go
		actor.ImportPeople: true, // a kind of import: imports_records_test.go
	}
	for name, e := range matrixTable {
		ways := 0
		for _, way := range []bool{len(e.by) > 0, e.anyone, e.nobody != ""} {
			if way {
				ways++
			}
		}
		if strings.Contains(name, httpapi.Prefix) && ways != 1 {
			t.Errorf("%s: reached by rights, by anyone, or by nobody and why", name)
		}
		for _, right := range e.by {
			named[right] = true
		}
	}
	for _, kind := range records.All { // what is pushed
		for _, op := range kind.Ops {
			if op.By.Right != "" {
				named[op.By.Right] = true
			}
		}
	}
	granted := map[actor.Right]bool{}
	for _, g := range actor.Grants() {
		granted[g.Right] = true
		if !named[g.Right] {
			t.Errorf("%s is the right to no route", g.Right)
		}
	}
	for right := range named {
		if !granted[right] {
			t.Errorf("nobody has %s", right)
		}
	}
}

// measure says who reaches a route.
func (m *matrix) measure(name string, e expectation) string {
	m.t.Helper()
	if !m.scoped(name, e) {
		return m.walk(name, e, "own")
	}
	return fmt.Sprintf("own %q, unit %q, other %q", m.walk(name, e, "own"), m.walk(name, e, "unit"), m.walk(name, e, "other"))
}
