package replication

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
)

// Canonical is the RFC 8785 form of a payload: what is stored, sent and hashed.
func Canonical(p Payload) ([]byte, error) {
	var raw bytes.Buffer
	encode := json.NewEncoder(&raw)
	encode.SetEscapeHTML(false)
	if err := encode.Encode(p); err != nil {
		return nil, err
	}
	return canonicalJSON(raw.Bytes())
}

// Digest is the first 8 bytes of SHA-256 over a canonical payload, 16 hex digits.
func Digest(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return Hex(binary.BigEndian.Uint64(sum[:8]))
}

// EntryHash is what one row adds to its bucket's checksum.
func EntryHash(bucket, collection, id string, rev int64, digest string) uint64 {
	sum := sha256.Sum256([]byte(bucket + "\n" + collection + "\n" + id + "\n" + strconv.FormatInt(rev, 10) + "\n" + digest))
	return binary.BigEndian.Uint64(sum[:8])
}

// Hex writes a checksum as 16 digits.
func Hex(v uint64) string { return fmt.Sprintf("%016x", v) }

// HashJSON is the SHA-256 of a JSON text in canonical form, as hex: equal for
// equal content however it was written.
func HashJSON(raw []byte) (string, error) {
	canonical, err := canonicalJSON(raw)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}
