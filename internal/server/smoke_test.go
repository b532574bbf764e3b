package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

func TestWorldServes(t *testing.T) {
	k := testkit.World(t)
	r := k.Do("GET", "/api/chaski/v1/session", k.Token(testkit.Rosa), nil)
	t.Log(r.Status, string(r.Body))
	var d struct{ Device string }
	k.Do("POST", "/api/chaski/v1/devices", k.Token(testkit.Rosa), map[string]any{"install": "abcdefgh"}).JSON(200, &d)
	r = k.Do("POST", "/api/chaski/v1/sync/pull", k.Token(testkit.Rosa), map[string]any{"protocol": 1, "schema": 1, "device": d.Device})
	t.Log(r.Status, string(r.Body))
}
