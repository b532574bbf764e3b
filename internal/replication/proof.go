package replication

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// random is how many characters of a nonce are random; the rest prove who made it.
const random = 8

// Proven completes a mark whose nonce is random so far: what is added only a
// server with this key can compute, so that it knows the mark again though it has
// lost the commit.
func Proven(key string, m Mark) Mark {
	m.Nonce += proof(key, m)
	return m
}

// Genuine says whether a mark was given by a server with this key. Marks from
// before they were proven are not; what somebody made up is not either.
func Genuine(key string, m Mark) bool {
	if key == "" || len(m.Nonce) <= random {
		return false
	}
	plain := Mark{Epoch: m.Epoch, Seq: m.Seq, Nonce: m.Nonce[:random]}
	return hmac.Equal([]byte(m.Nonce[random:]), []byte(proof(key, plain)))
}

// proof is 64 bits: too many to guess at the pace of requests.
func proof(key string, m Mark) string {
	sum := hmac.New(sha256.New, []byte(key))
	_, _ = fmt.Fprintf(sum, "%d %d %s", m.Epoch, m.Seq, m.Nonce) // a hash takes everything
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
