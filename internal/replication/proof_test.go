package replication_test

import (
	"testing"

	"chaski/internal/replication"
)

func TestMarksAreProven(t *testing.T) {
	given := replication.Proven("key", replication.Mark{Epoch: 3, Seq: 41, Nonce: "9f31c07a"})
	if !replication.Genuine("key", given) {
		t.Errorf("%+v is not known again", given)
	}
	for what, m := range map[string]replication.Mark{
		"another epoch":   {Epoch: 4, Seq: 41, Nonce: given.Nonce},
		"another commit":  {Epoch: 3, Seq: 42, Nonce: given.Nonce},
		"another random":  {Epoch: 3, Seq: 41, Nonce: "0" + given.Nonce[1:]},
		"another proof":   {Epoch: 3, Seq: 41, Nonce: given.Nonce[:8] + "0000000000000000"},
		"no proof":        {Epoch: 3, Seq: 41, Nonce: "9f31c07a"},
		"nothing":         {},
		"more than there": {Epoch: 3, Seq: 41, Nonce: given.Nonce + "0"},
	} {
		if replication.Genuine("key", m) {
			t.Errorf("%s passes", what)
		}
	}
	if replication.Genuine("other", given) || replication.Genuine("", replication.Proven("", given)) {
		t.Error("another server's mark passes")
	}
}
