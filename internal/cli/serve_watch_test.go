package cli_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"chaski/internal/cli"
	"chaski/internal/testkit"
)

// Metrics are on an address of their own and on no other; the log goes to the
// output as asked.
func TestServeMetricsAndLog(t *testing.T) {
	address, metrics := free(t), free(t)
	s := serve(t, address, "--http", address, "--metrics", metrics, "--log-format", "json", "--log-level", "info")
	s.ask("http://"+address, "GET", "/api/chaski/v1/session", s.kit.Token(testkit.Rosa), "", nil)
	answer, err := http.Get("http://" + metrics + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`chaski_http_requests_total{method="GET",route="/api/chaski/v1/session",status="200"} 1`,
		`chaski_build_info{version="test"} 1`, `chaski_backup_state{state="none"} 1`,
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if status, body := s.ask("http://"+address, "GET", "/metrics", "", "", nil); status != 404 {
		t.Errorf("metrics for everybody: %d %s", status, body)
	}
	var line struct{ Level, Msg, URL, User string }
	for said := range strings.Lines(s.said.String()) {
		if strings.Contains(said, `"request"`) {
			if err := json.Unmarshal([]byte(said), &line); err != nil {
				t.Errorf("%v: %s", err, said)
			}
			break
		}
	}
	if line.Level != "INFO" || line.URL != "/api/chaski/v1/session" || line.User != testkit.Rosa {
		t.Errorf("%+v of %s", line, s.said)
	}
}

func TestServeRefusesUnknownLogs(t *testing.T) {
	for _, args := range [][]string{
		{"--log-format", "xml"}, {"--log-level", "ruidoso"}, {"--metrics", "9100"}, {"--backup-schedule", "mañana"}, {"--backup-check", "a medias"},
	} {
		command := cli.Serve(testkit.Empty(t).App, "test")
		command.SetArgs(append(args, "--http", free(t)))
		command.SilenceErrors = true
		if err := command.Execute(); err == nil || !strings.Contains(err.Error(), args[1]) {
			t.Errorf("%v: says %v", args, err)
		}
	}
}
