package compression_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"chaski/internal/compression"
)

func TestChoose(t *testing.T) {
	for accept, want := range map[string]string{
		"":                             "",
		"identity":                     "",
		"gzip":                         "gzip",
		"gzip, deflate, br, zstd":      "zstd",
		"gzip;q=0":                     "",
		"zstd; q=0.0, gzip":            "gzip",
		"zstd;q=0.2, gzip;q=1":         "zstd", // both are fine with the client
		"GZIP":                         "gzip",
		"br;q=1.0, gzip;q=0.8, *;q=.1": "gzip",
		"gzip;level=1":                 "gzip",
		"gzip;Q=0":                     "",
		"zstd;level=1;q=0 , gzip":      "gzip",
	} {
		if got := compression.Choose(accept); got != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, body := range []string{"", "{}", strings.Repeat(`{"c":"cupos","id":"abc"},`, 20000)} {
		for range 2 { // the second comes out of the pool
			z := compression.Append([]byte("x"), compression.Zstd, []byte(body))
			d, _ := zstd.NewReader(nil)
			if got, err := d.DecodeAll(z[1:], nil); err != nil || string(got) != body || z[0] != 'x' {
				t.Errorf("zstd: %v", err)
			}
			g := compression.Append(nil, compression.Gzip, []byte(body))
			r, err := gzip.NewReader(bytes.NewReader(g))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || string(got) != body {
				t.Errorf("gzip: %v", err)
			}
			if got := compression.Append(nil, compression.Identity, []byte(body)); string(got) != body {
				t.Errorf("identity: %q", got)
			}
		}
	}
}
