package testkit

import (
	"encoding/json"
	"slices"
	"strings"

	"chaski/internal/replication"
)

// DigestsPage is an answer of /sync/digests.
type DigestsPage struct {
	Bucket     int
	Name       string
	Epoch, Seq int64
	Nonce      string
	Rows       struct {
		C, ID  []string
		Rev    []int64
		Digest []string
	}
	Next string
}

// Digests asks for one page of what a bucket holds.
func (p *Phone) Digests(handle int, after string) Response {
	p.K.T.Helper()
	return p.K.Do("POST", "/api/chaski/v1/sync/digests", p.Token, map[string]any{"protocol": 1, "device": p.ID, "bucket": handle, "after": after})
}

// Fetch asks for rows of a bucket, named "collection/id".
func (p *Phone) Fetch(handle int, keys ...string) Response {
	p.K.T.Helper()
	named := make([]map[string]string, len(keys))
	for i, key := range keys {
		c, id, _ := strings.Cut(key, "/")
		named[i] = map[string]string{"c": c, "id": id}
	}
	return p.K.Do("POST", "/api/chaski/v1/sync/rows", p.Token, map[string]any{"protocol": 1, "device": p.ID, "bucket": handle, "keys": named})
}

// Reconcile repairs a bucket as docs/protocol.md §5 says; one that is not the
// person's any more is left for the next pull to drop.
func (p *Phone) Reconcile(handle int) {
	p.K.T.Helper()
	listed := map[string]bool{}
	var missing []string
	var first *DigestsPage
	for after := ""; ; {
		answer := p.Digests(handle, after)
		if answer.Code() == "not_found" {
			delete(p.Differs, handle)
			return
		}
		var page DigestsPage
		answer.JSON(200, &page)
		if first == nil {
			first = &page
		}
		for i, c := range page.Rows.C {
			key := c + "/" + page.Rows.ID[i]
			listed[key] = true
			if p.Rows[key] == nil || p.Revs[key] != page.Rows.Rev[i] || p.digest(key) != page.Rows.Digest[i] {
				missing = append(missing, key)
				continue
			}
			p.join(key, handle)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	for keys := range slices.Chunk(missing, 500) {
		var got struct {
			Rows []struct {
				C, ID string
				Rev   int64
				Data  map[string]any
			}
		}
		p.Fetch(handle, keys...).JSON(200, &got)
		for _, r := range got.Rows {
			key := r.C + "/" + r.ID
			p.Rows[key], p.Revs[key] = r.Data, r.Rev
			p.join(key, handle)
		}
		p.Fetched += len(keys)
	}
	for key, buckets := range p.member {
		if buckets[handle] && !listed[key] {
			p.leave(key, handle)
		}
	}
	p.Names[handle] = first.Name
	p.stand(handle, first.Seq, first.Nonce)
	delete(p.Differs, handle)
}

func (p *Phone) join(key string, handle int) {
	if p.member[key] == nil {
		p.member[key] = map[int]bool{}
	}
	p.member[key][handle] = true
}

func (p *Phone) digest(key string) string {
	raw, err := json.Marshal(p.Rows[key])
	if err != nil {
		p.K.T.Fatal(err)
	}
	var payload replication.Payload
	if err := json.Unmarshal(raw, &payload); err != nil {
		p.K.T.Fatal(err)
	}
	canonical, err := replication.Canonical(payload)
	if err != nil {
		p.K.T.Fatal(err)
	}
	return replication.Digest(canonical)
}

// stand moves one bucket of the cursor.
func (p *Phone) stand(handle int, seq int64, nonce string) {
	groups := []any{map[string]any{"seq": seq, "nonce": nonce, "buckets": []any{handle}}}
	for _, g := range p.Cursor["at"].([]any) {
		group := g.(map[string]any)
		var rest []any
		for _, b := range group["buckets"].([]any) {
			if b != float64(handle) && b != any(handle) {
				rest = append(rest, b)
			}
		}
		if len(rest) > 0 {
			groups = append(groups, map[string]any{"seq": group["seq"], "nonce": group["nonce"], "buckets": rest})
		}
	}
	p.Cursor = map[string]any{"node": p.Cursor["node"], "epoch": p.Cursor["epoch"], "at": groups}
}
