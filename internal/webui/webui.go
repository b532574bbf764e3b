// Package webui serves the built web app: hashed assets for ever, everything
// else revalidated by a content ETag, compressed once, under a strict policy.
package webui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// policy lets the page run only what the binary carries.
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// trusted makes strings unusable as markup or script addresses, but for the two
// named policies. It is for documents: the service worker imports its parts.
const trusted = "; require-trusted-types-for 'script'; trusted-types svelte-trusted-html chaski"

const notBuilt = `<!doctype html><html lang="es"><meta charset="utf-8"><title>Chaski</title>
<p>El servidor funciona, pero la aplicación web no está compilada.</p>
<p>The web app is not built. Run <code>make build</code> and start the server again.</p></html>`

type file struct {
	body, zipped []byte
	etag, kind   string
	immutable    bool
}

// Handler serves the files of dist; unknown paths get index.html only at the
// root, because the app routes by fragment.
func Handler(dist fs.FS) (http.Handler, error) {
	files := map[string]*file{}
	err := fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(dist, name)
		if err == nil {
			files["/"+name] = pack(name, body)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	index, built := files["/index.html"]
	if !built {
		index = pack("index.html", []byte(notBuilt))
	}
	files["/"] = index
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, files[r.URL.Path]) }), nil
}

func pack(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	f := &file{
		body: body, etag: hex.EncodeToString(sum[:8]), kind: mime.TypeByExtension(path.Ext(name)),
		immutable: strings.HasPrefix(name, "assets/"),
	}
	if path.Ext(name) == ".webmanifest" {
		f.kind = "application/manifest+json"
	}
	var z bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
	_, _ = zw.Write(body) // a bytes.Buffer never fails
	_ = zw.Close()
	if z.Len() < len(body)*9/10 {
		f.zipped = z.Bytes()
	}
	return f
}

func serve(w http.ResponseWriter, r *http.Request, f *file) {
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	if strings.HasPrefix(f.kind, "text/html") {
		h.Set("Content-Security-Policy", policy+trusted)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	if f.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, etag := f.body, f.etag
	if f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body, etag = f.zipped, etag+"-gz"
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
