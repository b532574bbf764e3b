package server_test

import (
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// What the edge refuses it names as the screen does; what it takes it has cleaned.
func TestEdgeSpeaksOfFields(t *testing.T) {
	k, token := catalogued(t)
	holiday := func(with map[string]any) testkit.Response {
		body := map[string]any{"day": "2026-12-23", "name": "Día no laborable", "norm": "Decreto de prueba"}
		for name, v := range with {
			body[name] = v
		}
		return k.Do("POST", cataloguePath+"/holidays", token, body)
	}
	code(t, holiday(map[string]any{"day": "2026-11-31"}), 400, "date_invalid")
	long := holiday(map[string]any{"name": strings.Repeat("a", 201)})
	code(t, long, 400, "malformed")
	if text := string(long.Body); !strings.Contains(text, "Corrija el nombre: ") || strings.Contains(text, "name debe") {
		t.Errorf("%s", text)
	}
	code(t, k.Do("POST", cataloguePath+"/jurisdictions", token, map[string]any{
		"ubigeo": "260101", "ut": "UT01", "valid_from": "2027-01-01", "note": "Oficio de prueba",
	}), 400, "invalid_value")
	for _, path := range []string{"/conflicts/x", "/exercises/26/aos", "/exercises/2026/aos/..%2f..", "/rendiciones/" + strings.Repeat("a", 5000)} {
		if r := k.Do("GET", "/api/chaski/v1"+path, token, nil); r.Status != 404 {
			t.Errorf("%s: %d", path, r.Status)
		}
	}
	if r := k.Do("GET", cataloguePath+"/districts?q="+strings.Repeat("a", 2000), token, nil); r.Status != 400 {
		t.Errorf("a long parameter: %d", r.Status)
	}
	holiday(map[string]any{"name": "Di\u0301a\u202e no\u0000 labo\u200brable"}).JSON(204, nil)
	if n := k.Int(`SELECT count(*) FROM holidays WHERE name = 'Día no laborable' AND day = '2026-12-23'`); n != 1 {
		t.Error("the name was not cleaned")
	}
}
