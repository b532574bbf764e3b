package account_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"chaski/internal/domain/account"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

func TestGoldenPasswords(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/password.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name   string
		Input  struct{ Password, Email, Name string }
		Expect string
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 15 {
		t.Fatalf("only %d cases", len(cases))
	}
	words := map[string]fault.Code{"short": fault.PasswordShort, "long": fault.PasswordLong, "guessable": fault.PasswordGuessable}
	for _, c := range cases {
		err := account.CheckPassword(c.Input.Password, c.Input.Email, c.Input.Name)
		if c.Expect == "" && err != nil || c.Expect != "" && (err == nil || fault.Of(err).Code != words[c.Expect]) {
			t.Errorf("%s: %v, want %q", c.Name, err, c.Expect)
		}
	}
}

func TestScope(t *testing.T) {
	for _, c := range []struct {
		role       actor.Role
		ut, entity string
		want       fault.Code
	}{
		{actor.Supervisor, "u", "", ""},
		{actor.Supervisor, "", "", fault.UTRequired},
		{actor.UTCoordinator, "", "", fault.UTRequired},
		{actor.Supervisor, "u", "e", fault.ScopeNotAllowed},
		{actor.Executor, "", "e", ""},
		{actor.Executor, "", "", fault.EntityRequired},
		{actor.Executor, "u", "e", fault.ScopeNotAllowed},
		{actor.Admin, "", "", ""},
		{actor.Director, "u", "", fault.ScopeNotAllowed},
		{"jefe", "", "", fault.RoleUnknown},
	} {
		err := account.CheckScope(c.role, c.ut, c.entity)
		if got := codeOf(err); got != c.want {
			t.Errorf("%s %q %q: %q, want %q", c.role, c.ut, c.entity, got, c.want)
		}
	}
}

func codeOf(err error) fault.Code {
	if err == nil {
		return ""
	}
	return fault.Of(err).Code
}

func TestEmail(t *testing.T) {
	if got, err := account.Email("  Ana@Entidad.gob.PE "); err != nil || got != "ana@entidad.gob.pe" {
		t.Errorf("%q %v", got, err)
	}
	for _, bad := range []string{"", "ana", "ana@", "ana@local", "Ana <ana@b.pe>", "a b@c.pe", "a@b.pe, c@d.pe"} {
		if got, err := account.Email(bad); err == nil {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

// Locks grow, end by themselves, and after a quiet day begin small again.
func TestLocksGrow(t *testing.T) {
	p := account.Policy{Limit: 3, Window: 10 * time.Minute, First: time.Minute, Max: 3 * time.Minute}
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	var c account.Counter
	for _, want := range []time.Duration{0, 0, time.Minute} {
		if c = p.Fail(c, now); c.Wait(now) != want {
			t.Fatalf("locked for %v, want %v", c.Wait(now), want)
		}
	}
	for _, want := range []time.Duration{2 * time.Minute, 3 * time.Minute, 3 * time.Minute} {
		now = now.Add(time.Hour)
		for range 3 {
			c = p.Fail(c, now)
		}
		if c.Wait(now) != want {
			t.Fatalf("locked for %v, want %v", c.Wait(now), want)
		}
	}
	now = now.Add(account.Quiet + time.Hour)
	for range 3 {
		c = p.Fail(c, now)
	}
	if c.Wait(now) != time.Minute {
		t.Errorf("after a quiet day: %v", c.Wait(now))
	}
	// Failures that lie far apart never lock.
	c = account.Counter{}
	for range 20 {
		now = now.Add(p.Window + time.Second)
		if c = p.Fail(c, now); c.Wait(now) != 0 {
			t.Fatal("locked by one failure now and then")
		}
	}
}
