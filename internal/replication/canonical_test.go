package replication

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// aMutation and aRow are as devices send and hold them.
const (
	aMutation = `{"id":"0193110c-71aa-7d3e-9f00-2a41c8f10d55","counter":41,"collection":"visit_marks","record":"k3v8s0q1m2n4p6r","op":"create",` +
		`"fields":{"visit":"v7d2k4m6n8p0q1r","participant":"p0a2c4e6g8i0k2m","mark":"presente","coverage_seen":"cubierto"},` +
		`"form":"visit/1","schema":1,"at":"2026-11-23T09:58:12-05:00"}`
	aRow = `{"intervention":"a1b2c3d4e5f6g7h","cupo":"c1b2c3d4e5f6g7h","dni":"40112233","given_names":"María José","surnames":"Quispe Ñahui",` +
		`"sex":"F","alta_on":"2026-08-03","baja_on":""}`
)

// What devices send has the hash it always had: hashes are kept for years, and
// the same mutation sent again must be known again. These were computed by the
// library that was used before (gowebpki/jcs 1.0.2).
func TestContentHashesStay(t *testing.T) {
	for text, want := range map[string]string{
		aMutation: "2dcea33c68ebf5ae5a1671f08992d4db06a183ba103e30db79e27340ef5d6ba9",
		aRow:      "c0a0656dc67d10cfee248b8ca22f84328eb04a3d9f0bf9eefec35cc3b26c443f",
		"{\"note\":\"L\u00ednea 1\\nL\u00ednea \\\"2\\\" \\u00e1 \\/ \\ud83d\\ude00 \u2028\x7f\",\"lat_e6\":-12046374,\"answers\":{\"b\":\"si\",\"a\":\"no\"}}": "1f81648a5ec0afbba52b2e47c2998788045118268059920805aa163ec561dfb6",
		`{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`:                                                                           "0d922ac8e15a6d17d5d50fab064983e86009ebae7b5998cbfc4ed172e6ff74a9",
	} {
		got, err := HashJSON([]byte(text))
		if err != nil || got != want {
			t.Errorf("%s: %s (%v), want %s", text, got, err, want)
		}
	}
}

// Odd texts, and what they are in canonical form; "" is refused.
var odd = map[string]string{
	"": "", " ": "", "tru": "", "TRUE": "", "truex": "", "1 2": "", "{} {}": "", "{}\x00": "", "\ufeff{}": "", "\u00a01": "", "\v1": "",
	`[1,]`: "", `{"a":1,}`: "", `{"a"}`: "", `{"a" 1}`: "", `{1:2}`: "", `"`: "",
	"null": "null", " true ": "true", "\t[ true ,\r\nfalse ] ": "[true,false]", `{"":1}`: `{"":1}`,

	// names twice
	`{"a":1,"a":2}`: "", `{"a":1,"\u0061":1}`: "", `[{"b":{"a":1,"a":1}}]`: "",

	// text that is none
	"\"\xff\"": "", "\"\xc0\x80\"": "", "\"\xed\xa0\x80\"": "", "\"\xf4\x90\x80\x80\"": "", "{\"\xff\":1}": "",
	`"\ud800"`: "", `"\udc00"`: "", `"\ud800\u0041"`: "", `{"\ud800":1}`: "", `"\x"`: "", `"\u12G4"`: "", `"\u+123"`: "", `"\u 123"`: "",
	"\"\x00\"": "", "\"\x1f\"": "", "\"a\nb\"": "",
	`"\ud83d\ude00"`: `"😀"`, `"\/ \b\f\n\r\t \u000b \u0000 \u001F"`: `"/ \b\f\n\r\t \u000b \u0000 \u001f"`, `"\u007f\u2028<>&"`: "\"\u007f\u2028<>&\"",
	`{"\u20ac":1,"\ud83d\ude02":2,"\ufb33":3}`: "{\"\u20ac\":1,\"\U0001f602\":2,\"\ufb33\":3}",

	// numbers
	"-0": "0", "[-0.0,0e9]": "[0,0]", "01": "", "-01": "", "+1": "", "1.": "", ".5": "", "0x10": "", "NaN": "", "Infinity": "", "1_000": "", "--1": "", "-": "", "1e": "", "1e+": "",
	"9007199254740993": "9007199254740992", "123456789012345678901234567890": "1.2345678901234568e+29", "999999999999999": "999999999999999",
	"1E5": "100000", "1e20": "100000000000000000000", "1e21": "1e+21", "0.000001": "0.000001", "1e-7": "1e-7", "4.50": "4.5", "5e-324": "5e-324", "1e-400": "0",
	"1.7976931348623157e308": "1.7976931348623157e+308",
	"1e400":                  "", "[0,{\"a\":-1e400}]": "", strings.Repeat("9", 400): "", `["1.7976931348623157e+308",1]`: `["1.7976931348623157e+308",1]`,

	// depth
	strings.Repeat("[", 10000) + strings.Repeat("]", 10000): strings.Repeat("[", 10000) + strings.Repeat("]", 10000),
	strings.Repeat("[", 10001) + strings.Repeat("]", 10001): "",
}

func TestCanonicalJSON(t *testing.T) {
	for text, want := range odd {
		given := bytes.Clone([]byte(text))
		got, err := canonicalJSON(given)
		if (err != nil) != (want == "") || err == nil && string(got) != want {
			t.Errorf("%.80q: %.80q (%v), want %.80q", text, got, err, want)
		}
		if string(given) != text {
			t.Errorf("%.80q was changed in place", text)
		}
	}
}

// The canonical form says the same, and is its own canonical form.
func FuzzCanonicalJSON(f *testing.F) {
	f.Add([]byte(aMutation))
	for text := range odd {
		if len(text) < 100 {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := canonicalJSON(raw)
		if err != nil {
			return
		}
		if again, err := canonicalJSON(got); err != nil || !bytes.Equal(again, got) {
			t.Fatalf("%q: %q, then %q (%v)", raw, got, again, err)
		}
		var before, after any
		if json.Unmarshal(raw, &before) != nil || json.Unmarshal(got, &after) != nil || !reflect.DeepEqual(before, after) {
			t.Fatalf("%q: %q says something else", raw, got)
		}
	})
}

func BenchmarkCanonicalJSON(b *testing.B) {
	for name, raw := range map[string][]byte{"mutation": []byte(aMutation), "row": []byte(aRow)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := canonicalJSON(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
