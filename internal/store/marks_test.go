package store

import (
	"slices"
	"testing"
)

// The short way reads what the long one does, or leaves it to that.
func TestPairsOfASheet(t *testing.T) {
	for raw, plain := range map[string]bool{
		`{}`:                                 true,
		`{"a":"presente"}`:                   true,
		" { \"a\" : \"x\" ,\n\"a\":\"y\" } ": true,
		`{"a":"x","a":"y"}`:                  true,
		`{"a":"\u0041"}`:                     false,
		`{"ñ":"x"}`:                          false,
		`{"a":1,"b":"x"}`:                    false,
		`{"a":null}`:                         false,
		`{"a":"x",}`:                         false,
		`{,"a":"x"}`:                         false,
		`{"a":"x"`:                           false,
		`{"a" "x"}`:                          false,
		`{"a":"x"}{"b":"y"}`:                 false,
		`["a","x"]`:                          false,
		`{"a":{"b":"x"}}`:                    false,
		"{\"a\":\"x\x01\"}":                  false,
		``:                                   false,
		`"a"`:                                false,
	} {
		short, ok := plainPairs(raw)
		if ok != plain {
			t.Errorf("%q: plain %v", raw, ok)
		}
		if long := anyPairs(raw); ok && !slices.Equal(short, long) {
			t.Errorf("%q: %q, by the long way %q", raw, short, long)
		}
		if long := anyPairs(raw); !ok {
			var heard []string
			eachMark(raw, func(p, m string) { heard = append(heard, p, m) })
			if !slices.Equal(heard, long) {
				t.Errorf("%q: heard %q, want %q", raw, heard, long)
			}
		}
	}
}
