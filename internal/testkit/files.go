package testkit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// Picture is a JPEG of so many pixels a side that no other is.
func (k *Kit) Picture(n uint64, side int) []byte {
	k.T.Helper()
	m := image.NewGray(image.Rect(0, 0, side, side))
	r := rand.New(rand.NewPCG(n, 1))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		k.T.Fatal(err)
	}
	return b.Bytes()
}

// Sum is the SHA-256 of bytes.
func Sum(body []byte) string {
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:])
}

// OldDocument is a document of a work's rendición as all were kept once: its file by its
// record.
func (k *Kit) OldDocument(id, rendicion, work, kind, by string, body []byte) {
	k.T.Helper()
	file, err := filesystem.NewFileFromBytes(body, kind+".pdf")
	if err != nil {
		k.T.Fatal(err)
	}
	file.Name = kind + "_" + Sum(body)[:12] + ".pdf"
	k.Save("rendicion_documents", ID(id), map[string]any{
		"rendicion": rendicion, "intervention": work, "kind": kind, "sha256": Sum(body), "size": len(body), "mime": "application/pdf", "name": kind + ".pdf",
		"uploaded_by": by, "uploaded_at": "2026-11-22 10:00:00.000Z", "recorded_by": by, "received_at": "2026-11-22 10:00:00.000Z", "stored_at": "2026-11-22 10:00:00.000Z",
		"captured_at": "2026-11-22T10:00:00Z", "source": "file", "file": file,
	})
}

const uploadsPath, tus = "/api/chaski/v1/uploads", "Tus-Resumable: 1.0.0"

// BeginPart asks for the upload of a part of a record, and answers its id.
func (k *Kit) BeginPart(token, collection, record, part, sha256 string, size int) (Response, string) {
	k.T.Helper()
	meta := []string{}
	for _, pair := range [][2]string{{"collection", collection}, {"record", record}, {"part", part}, {"sha256", sha256}} {
		meta = append(meta, pair[0]+" "+base64.StdEncoding.EncodeToString([]byte(pair[1])))
	}
	r := k.Do("POST", uploadsPath, token, nil, tus, "Upload-Length: "+strconv.Itoa(size), "Upload-Metadata: "+strings.Join(meta, ","))
	at := r.Header.Get("Location")
	return r, at[strings.LastIndex(at, "/")+1:]
}

// SendPart sends bytes of an upload.
func (k *Kit) SendPart(token, id string, offset int, body []byte) Response {
	k.T.Helper()
	return k.Do("PATCH", uploadsPath+"/"+id, token, string(body), tus, "Content-Type: application/offset+octet-stream", "Upload-Offset: "+strconv.Itoa(offset))
}

// CompletePart says that an upload is whole.
func (k *Kit) CompletePart(token, id string) Response {
	k.T.Helper()
	return k.Do("POST", uploadsPath+"/"+id+"/complete", token, nil)
}

// BringPart sends a part whole and completes it.
func (k *Kit) BringPart(token, collection, record, part string, body []byte) Response {
	k.T.Helper()
	r, id := k.BeginPart(token, collection, record, part, Sum(body), len(body))
	if r.Status != 201 || id == "" {
		return r
	}
	if r := k.SendPart(token, id, 0, body); r.Status != 204 {
		k.T.Fatalf("%d %s", r.Status, r.Body)
	}
	return k.CompletePart(token, id)
}
