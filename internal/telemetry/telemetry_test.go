package telemetry_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/backup"
	"chaski/internal/telemetry"
	"chaski/internal/testkit"
)

// output gathers log lines.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// lines are the JSON lines so far.
func (o *output) lines(t *testing.T) []map[string]any {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []map[string]any
	s := bufio.NewScanner(bytes.NewReader(o.text.Bytes()))
	for s.Scan() {
		var line map[string]any
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatalf("%v: %s", err, s.Text())
		}
		out = append(out, line)
	}
	return out
}

// A request leaves one line, with its id, the person's id and the route; no
// token, no password, no identifier of a path, no query, no address.
func TestRequestLog(t *testing.T) {
	k := testkit.World(t)
	var out output
	telemetry.Of(k.App).Output(&out, true, slog.LevelInfo)
	token := k.Token(testkit.Rosa)
	first := k.Do("GET", "/api/chaski/v1/session", token, nil)
	k.Do("GET", "/api/chaski/v1/aos/"+testkit.JobAO+"?secreto=dos", token, nil)
	k.Do("GET", "/api/collections/users/records/"+testkit.Rosa+"?filter=email='rosa@example.org'&token=secreto", token, nil, "User-Agent: secreto")
	k.Do("POST", "/api/collections/users/auth-with-password", "", map[string]any{"identity": "rosa@example.org", "password": "secreto"})
	k.Do("GET", "/api/chaski/v1/health/live", "", nil)
	k.Do("GET", "/api/chaski/v1/session", "", nil)
	lines := out.lines(t)
	if len(lines) != 5 {
		t.Fatalf("%d lines: %s", len(lines), out.text.String())
	}
	if l := lines[0]; l["url"] != "/api/chaski/v1/session" || l["status"] != 200.0 || l["user"] != testkit.Rosa || l["request"] != first.Header.Get("X-Request-Id") || l["level"] != "INFO" {
		t.Errorf("%v", l)
	}
	if l := lines[2]; l["collection"] != "users" || l["url"] != "/api/collections/{collection}/records/{id}" {
		t.Errorf("%v", l)
	}
	if l := lines[4]; l["level"] != "WARN" || l["status"] != 401.0 || l["user"] != nil {
		t.Errorf("%v", l)
	}
	for _, private := range []string{token, "secreto", "rosa@example.org", testkit.JobAO, "127.0.0.1", "/" + testkit.Rosa} {
		if strings.Contains(out.text.String(), private) {
			t.Errorf("the log has %q:\n%s", private, out.text.String())
		}
	}
	if lines[0]["request"] == lines[1]["request"] {
		t.Error("two requests with one id")
	}
}

// The level holds, and what PocketBase or the rest of the program logs comes
// out too, once.
func TestOtherLines(t *testing.T) {
	k := testkit.World(t)
	var out output
	telemetry.Of(k.App).Output(&out, true, slog.LevelWarn)
	k.App.Settings().Logs.MaxDays = 5
	log := telemetry.Of(k.App).Logger(k.App).With("part", "x").WithGroup("g")
	log.Info("too low")
	log.Error("ours", "error", errors.New("roto"))
	k.Do("GET", "/api/chaski/v1/session", k.Token(testkit.Rosa), nil)
	k.App.Logger().Error("theirs", "why", "roto")
	// PocketBase keeps lines for a while; ending the app writes them.
	event := &core.BootstrapEvent{}
	event.App = k.App
	if err := k.App.OnBootstrapClear().Trigger(event); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, l := range out.lines(t) {
		said = append(said, l["msg"].(string))
		if l["msg"] == "ours" && (l["part"] != "x" || l["g"].(map[string]any)["error"] != "roto") {
			t.Errorf("%v", l)
		}
	}
	if strings.Join(said, ",") != "ours,theirs" {
		t.Errorf("said %v", said)
	}
}

// An error inside carries the id that the answer carried.
func TestErrorHasTheRequestsID(t *testing.T) {
	k := testkit.World(t)
	var out output
	telemetry.Of(k.App).Output(&out, true, slog.LevelError)
	token := k.Token(testkit.Ana)
	k.SQL(`ALTER TABLE progress_cells RENAME TO gone`)
	answer := k.Do("GET", "/api/chaski/v1/exercises/2026/aos", token, nil)
	if answer.Status != 500 {
		t.Fatalf("status %d", answer.Status)
	}
	lines := out.lines(t)
	if len(lines) != 2 || lines[0]["request"] != answer.Header.Get("X-Request-Id") || lines[1]["request"] != lines[0]["request"] {
		t.Errorf("%v", lines)
	}
}

// metric reads one value as Prometheus would.
func metric(t *testing.T, k *testkit.Kit, name string) string {
	t.Helper()
	w := httptest.NewRecorder()
	telemetry.Of(k.App).Metrics().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// What happened is what the metrics say.
func TestMetrics(t *testing.T) {
	k := testkit.World(t)
	if err := telemetry.Of(k.App).Watch(k.App, "v9", func() time.Time { return k.Clock }, nil); err != nil {
		t.Fatal(err)
	}
	p := k.Phone(testkit.Rosa)
	p.Pull()
	batch := []any{p.Visit("v1", testkit.Canal, nil), p.Mark("v1", testkit.Canal, 1, "presente"), p.Visit("v2", testkit.Puente, nil)}
	p.Push(batch...)
	p.Push(batch...) // the same again is not counted again
	k.Do("POST", "/api/chaski/v1/sync/push", p.Token, map[string]any{"protocol": 1, "device": "desconocido", "mutations": batch})
	k.SQL(`UPDATE devices SET outbox = 7, rejected = 2`)
	k.SQL(`UPDATE uts SET name = 'Otra' WHERE id = '` + testkit.UT1 + `'`)
	if _, err := backup.Create(context.Background(), backup.Options{
		Dir: k.Dir, To: t.TempDir(), Check: backup.CheckQuick, Now: func() time.Time { return k.Clock },
	}); err != nil {
		t.Fatal(err)
	}
	k.Clock = k.Clock.Add(time.Hour)
	for name, want := range map[string]string{
		`chaski_mutations_total{outcome="applied"}`:                                               "2",
		`chaski_mutations_total{outcome="rejected"}`:                                              "1",
		`chaski_mutations_total{outcome="parked"}`:                                                "0",
		`chaski_pushes_total{result="stored"}`:                                                    "2",
		`chaski_pushes_total{result="failed"}`:                                                    "1",
		`chaski_pull_pages_total{kind="last"}`:                                                    "1",
		`chaski_http_requests_total{method="POST",route="/api/chaski/v1/sync/push",status="200"}`: "2",
		`chaski_http_requests_total{method="POST",route="/api/chaski/v1/sync/push",status="409"}`: "1",
		`chaski_device_reported_mutations{kind="outbox"}`:                                         "7",
		`chaski_device_reported_mutations{kind="rejected"}`:                                       "2",
		`chaski_devices`:                  "1",
		`chaski_backlog_rows`:             "1",
		`chaski_backup_age_seconds`:       "3600",
		`chaski_backup_state{state="ok"}`: "1",
		`chaski_build_info{version="v9"}`: "1",
	} {
		if got := metric(t, k, name); got != want {
			t.Errorf("%s = %q, want %s", name, got, want)
		}
	}
	for _, name := range []string{
		"chaski_pull_row_bytes_total", `chaski_http_response_bytes_total{route="/api/chaski/v1/sync/pull"}`, "chaski_drained_rows_total",
		"chaski_drain_seconds_count", "chaski_database_bytes", "chaski_disk_free_bytes", "chaski_backup_bytes", "go_goroutines",
	} {
		if got := metric(t, k, name); got == "" || got == "0" {
			t.Errorf("%s = %q", name, got)
		}
	}
	if got := metric(t, k, "chaski_certificate_expires_seconds"); got != "" {
		t.Errorf("a certificate that is not there: %s", got)
	}
}

// Paths that nobody serves make no series of their own.
func TestMadeUpPathsMakeNoSeries(t *testing.T) {
	k := testkit.World(t)
	for _, path := range []string{"/wp-login.php", "/api/a", "/api/b"} {
		k.Do("GET", path, "", nil)
		k.Do("BREW", path, "", nil)
	}
	w := httptest.NewRecorder()
	telemetry.Of(k.App).Metrics().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, made := range []string{"wp-login", "BREW", "/api/a"} {
		if strings.Contains(w.Body.String(), made) {
			t.Errorf("a series with %s", made)
		}
	}
}
