package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/testkit"
)

// While somebody writes for long, a page of people says that the server is busy:
// it does not hang, and shows nothing that is not noted.
func TestPeopleDoNotHangOnAWriter(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	query := fields{"list": "participants", "intervention": testkit.Canal}
	holding, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- k.App.RunInTransaction(func(core.App) error {
			close(holding)
			<-release
			return nil
		})
	}()
	<-holding
	r := k.Do("POST", personal+"/search", ana, query)
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if r.Status != http.StatusServiceUnavailable || r.Code() != "busy" || r.Header.Get("Retry-After") == "" || strings.Contains(string(r.Body), "Prueba") {
		t.Errorf("%d %v %s", r.Status, r.Header, r.Body)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'read_personal'`); n != 0 {
		t.Errorf("%d sights of what was not shown", n)
	}
	if page := searched(k, testkit.Ana, query); page.Total != 3 {
		t.Errorf("afterwards: %+v", page)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'read_personal'`); n != 1 {
		t.Errorf("%d sights, want 1", n)
	}
}

// One account makes so many entries a day in Lima, and no more; others go on.
func TestSightsOfADayAreBounded(t *testing.T) {
	k := testkit.World(t)
	k.App.Store().Set(app.SightLimitsKey, app.SightLimits{Reveals: 2, Reads: 3})
	worker := testkit.Worker(testkit.Canal, 1)
	reveal := func(user string) testkit.Response {
		return k.Do("POST", personal+"/reveal", k.Token(user), fields{"collection": "participants", "record": worker, "reason": "Cotejar con la ficha RENIEC"})
	}
	search := func(user string, n int) testkit.Response {
		return k.Do("POST", personal+"/search", k.Token(user), fields{"list": "participants", "name": fmt.Sprintf("Prueba%d", n)})
	}
	refused := func(r testkit.Response, code string) {
		t.Helper()
		if r.Status != http.StatusTooManyRequests || r.Code() != code || r.Header.Get("Retry-After") == "" || strings.Contains(string(r.Body), "9900") {
			t.Errorf("%d %s", r.Status, r.Body)
		}
	}
	for range 2 {
		reveal(testkit.Ana).JSON(http.StatusOK, nil)
	}
	refused(reveal(testkit.Ana), "revealed_enough")
	reveal(testkit.Otto).JSON(http.StatusOK, nil)
	for n := range 3 {
		search(testkit.Ana, n).JSON(http.StatusOK, nil)
	}
	refused(search(testkit.Ana, 3), "read_enough")
	search(testkit.Ana, 1).JSON(http.StatusOK, nil) // once more within the hour: no new entry
	search(testkit.Otto, 3).JSON(http.StatusOK, nil)
	if n := k.Int(`SELECT count(*) FROM audit WHERE actor = '` + testkit.Ana + `' AND action IN ('read_personal', 'reveal_personal')`); n != 5 {
		t.Errorf("%d entries, want 5", n)
	}
	k.Clock = k.Clock.AddDate(0, 0, 1)
	reveal(testkit.Ana).JSON(http.StatusOK, nil)
	search(testkit.Ana, 3).JSON(http.StatusOK, nil)
}
