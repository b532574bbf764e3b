package replication

import (
	"bytes"
	"testing"

	"github.com/gowebpki/jcs"
)

// What is copied is what the library says, or is left to it.
func agree(t *testing.T, raw []byte) (plainly bool) {
	t.Helper()
	want, errWant := jcs.Transform(raw)
	got, errGot := canonicalJSON(raw)
	if (errWant == nil) != (errGot == nil) || errWant == nil && !bytes.Equal(got, want) {
		t.Fatalf("%q: %q (%v), the library says %q (%v)", raw, got, errGot, want, errWant)
	}
	p := plain{in: raw}
	return p.value() && p.end()
}

func TestCanonicalJSON(t *testing.T) {
	for text, plainly := range map[string]bool{
		`{"b":1,"a":"Ñandú","aa":[true,null,{"y":-5,"x":0}],"A":{}}`:                    true,
		` { "b" : [ ] , "a" : "" } `:                                                    true,
		`{"id":"019311aa","counter":41,"fields":{"lat_e6":-12046374,"note":"<a> & b"}}`: true,
		`[999999999999999]`:      true,
		`{"a":1,"a":2}`:          false,
		`{"ñ":1}`:                false,
		`{"a":"x\ny"}`:           false,
		`{"a":1.5}`:              false,
		`{"a":1e3}`:              false,
		`{"a":-0}`:               false,
		`{"a":007}`:              false,
		`[9999999999999999]`:     false,
		`{"a":"` + "\xff" + `"}`: false,
		`{"a":}`:                 false,
		`{"a":1,}`:               false,
		`{"a":1} x`:              false,
		`{"a" 1}`:                false,
		`[1,]`:                   false,
		`[-]`:                    false,
		`{"a":tru}`:              false,
		`"`:                      false,
		``:                       false,
	} {
		if got := agree(t, []byte(text)); got != plainly {
			t.Errorf("%q: taken as plain %v, want %v", text, got, plainly)
		}
	}
}

func FuzzCanonicalJSON(f *testing.F) {
	f.Add([]byte(`{"b":1,"a":["x",{"z":null}]}`))
	f.Add([]byte(`{"a":"\u00e9\ud800"}`))
	f.Add([]byte(`[1E400,-0,12345678901234567890]`))
	f.Fuzz(func(t *testing.T, raw []byte) { agree(t, raw) })
}
