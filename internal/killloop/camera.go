package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// camera is a phone that photographs: it pushes visits with pictures and sends their
// bytes. It is cut at moments drawn from the seed and remembers then what a phone has
// on its disk: what it captured, and which answers it took. Of uploads it remembers
// nothing: the server says how far each has come.
type camera struct {
	name, email  string
	link         *link
	random       *rand.Rand
	token        string
	device       string
	counter      int64
	works        []visitable
	pending      []*captured
	photos       []*picture
	cuts, failed int
}

// visitable is a work that may be visited today.
type visitable struct{ id, code string }

// captured is a mutation, and what was answered.
type captured struct {
	claim
	body map[string]any
}

// picture is a photograph with its bytes; kept: the server said so of both.
type picture struct {
	of     *captured
	record string
	parts  [2][]byte // thumbnail, file: sent in this order
	kept   [2]bool
}

var partNames = [2]string{"thumb", "file"}

func newCamera(o options, n int, upstream, email string) (*camera, error) {
	link, err := newLink(upstream)
	return &camera{name: fmt.Sprintf("camera-%d", n), email: email, link: link, random: random(o.seed, uint64(n)+101)}, err
}

// know reads which works its person may visit; the screens of a phone would say.
func (c *camera) know(db *sql.DB) error {
	today := time.Now().UTC().Add(-5 * time.Hour).Format(time.DateOnly) // Peru
	rows, err := db.Query(`SELECT i.id, k.code FROM assignments a JOIN users u ON u.id = a.user JOIN interventions i ON i.id = a.intervention
		JOIN convenios k ON k.intervention = i.id WHERE u.email = ? AND a.from_on <= ?2 AND (a.to_on = '' OR a.to_on >= ?2) AND ?2 BETWEEN i.starts_on AND i.ends_on`, c.email, today)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var w visitable
		if err := rows.Scan(&w.id, &w.code); err != nil {
			return err
		}
		c.works = append(c.works, w)
	}
	if len(c.works) == 0 {
		return fmt.Errorf("%s has nothing to visit", c.email)
	}
	return rows.Err()
}

// live captures and sends until ctx ends.
func (c *camera) live(ctx context.Context) error {
	for ctx.Err() == nil {
		if c.random.IntN(2) == 0 && len(c.photos) < 600 {
			if err := c.capture(); err != nil {
				return err
			}
		}
		life, end := context.WithTimeout(ctx, between(c.random, 500, 6000))
		if err := c.send(life); err != nil {
			c.failed++
		}
		if life.Err() != nil {
			c.cuts++
		}
		end()
		select {
		case <-time.After(between(c.random, 0, 500)):
		case <-ctx.Done():
		}
	}
	return nil
}

// settle sends until all is taken and kept.
func (c *camera) settle(ctx context.Context) error {
	ctx, end := context.WithTimeout(ctx, 3*time.Minute)
	defer end()
	for {
		err := c.send(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not get its photographs sent: %w", c.name, err)
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// capture makes a visit with one to four pictures.
func (c *camera) capture() error {
	w, now, visit := c.works[c.random.IntN(len(c.works))], time.Now().Format(time.RFC3339), c.id()
	c.enqueue("visits", visit, "visit/1", map[string]any{
		"intervention": w.id, "convenio_code": w.code, "kind": "unannounced", "visited_on": time.Now().UTC().Add(-5 * time.Hour).Format(time.DateOnly),
		"device_started_at": now, "device_ended_at": now, "location_reason": "Sin GPS en este equipo", "headcount": 0, "roster_size": 0,
	})
	for range 1 + c.random.IntN(4) {
		thumb, err := c.noise(48)
		if err != nil {
			return err
		}
		file, err := c.noise(180 + c.random.IntN(220))
		if err != nil {
			return err
		}
		p := &picture{record: c.id(), parts: [2][]byte{thumb, file}}
		p.of = c.enqueue("visit_photos", p.record, "photo/1", map[string]any{
			"visit": visit, "sha256": sumOf(file), "size": len(file), "mime": "image/jpeg", "thumb": sumOf(thumb), "thumb_size": len(thumb),
			"source": "camera", "captured_at": now,
		})
		c.photos = append(c.photos, p)
	}
	return nil
}

func (c *camera) enqueue(collection, record, form string, fields map[string]any) *captured {
	c.counter++
	id := fmt.Sprintf("%08x-%04x-7%03x-8%03x-%012x", time.Now().UnixMilli()>>16, time.Now().UnixMilli()&0xffff, c.random.IntN(1<<12), c.random.IntN(1<<12), c.random.Int64N(1<<48))
	m := &captured{
		claim: claim{phone: c.name, id: id, record: collection + "/" + record, status: "pending"},
		body: map[string]any{
			"id": id, "counter": c.counter, "collection": collection, "record": record, "op": "create", "fields": fields,
			"form": form, "schema": 1, "at": time.Now().Format(time.RFC3339),
		},
	}
	c.pending = append(c.pending, m)
	return m
}

// id of a record.
func (c *camera) id() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 15)
	for i := range b {
		b[i] = letters[c.random.IntN(len(letters))]
	}
	return string(b)
}

// noise is a JPEG that no other is.
func (c *camera) noise(side int) ([]byte, error) {
	m := image.NewGray(image.Rect(0, 0, side, side))
	for i := range m.Pix {
		m.Pix[i] = byte(c.random.Uint32())
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, nil)
	return b.Bytes(), err
}

func sumOf(body []byte) string {
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:])
}

// send pushes what waits, then the bytes of what was taken.
func (c *camera) send(ctx context.Context) error {
	if err := c.signIn(ctx); err != nil {
		return err
	}
	if err := c.push(ctx); err != nil {
		return err
	}
	for i := range partNames {
		for _, p := range c.photos {
			if p.kept[i] || p.of.status != "applied" {
				continue
			}
			if err := c.bring(ctx, p, i); err != nil {
				return err
			}
			p.kept[i] = true
		}
	}
	return nil
}

func (c *camera) signIn(ctx context.Context) error {
	if c.token == "" {
		var in struct{ Token string }
		if err := c.post(ctx, "/api/collections/users/auth-with-password", map[string]any{"identity": c.email, "password": password}, &in); err != nil {
			return err
		}
		c.token = in.Token
	}
	if c.device == "" {
		var here struct{ Device string }
		if err := c.post(ctx, "/api/chaski/v1/devices", map[string]any{"install": "kill-loop-" + c.name}, &here); err != nil {
			return err
		}
		c.device = here.Device
	}
	return nil
}

func (c *camera) push(ctx context.Context) error {
	var batch []any
	byID := map[string]*captured{}
	for _, m := range c.pending {
		if m.status == "pending" && len(batch) < 100 {
			batch, byID[m.id] = append(batch, m.body), m
		}
	}
	if len(batch) == 0 {
		return nil
	}
	var out struct {
		Results []struct{ ID, Status, Receipt string }
	}
	if err := c.post(ctx, "/api/chaski/v1/sync/push", map[string]any{"protocol": 1, "device": c.device, "mutations": batch}, &out); err != nil {
		return err
	}
	for _, r := range out.Results {
		if m := byID[r.ID]; m != nil {
			m.status, m.receipt = r.Status, r.Receipt
		}
	}
	return nil
}

// bring sends a part from wherever the server stands.
func (c *camera) bring(ctx context.Context, p *picture, part int) error {
	body := p.parts[part]
	var meta []string
	for _, pair := range [][2]string{{"collection", "visit_photos"}, {"record", p.record}, {"part", partNames[part]}, {"sha256", sumOf(body)}} {
		meta = append(meta, pair[0]+" "+base64.StdEncoding.EncodeToString([]byte(pair[1])))
	}
	status, begun, err := c.do(ctx, http.MethodPost, "/api/chaski/v1/uploads", nil, "Upload-Length", strconv.Itoa(len(body)), "Upload-Metadata", strings.Join(meta, ","))
	if err != nil || status == http.StatusOK {
		return err
	}
	at := begun.Get("Location")
	at = "/api/chaski/v1/uploads/" + at[strings.LastIndex(at, "/")+1:]
	_, stands, err := c.do(ctx, http.MethodHead, at, nil)
	if err != nil {
		return err
	}
	offset, err := strconv.Atoi(stands.Get("Upload-Offset"))
	for ; err == nil && offset < len(body); offset, err = c.piece(ctx, at, body, offset) {
	}
	if err != nil {
		return err
	}
	_, _, err = c.do(ctx, http.MethodPost, at+"/complete", nil)
	return err
}

func (c *camera) piece(ctx context.Context, at string, body []byte, offset int) (int, error) {
	end := min(len(body), offset+8<<10)
	_, said, err := c.do(ctx, http.MethodPatch, at, body[offset:end], "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(said.Get("Upload-Offset"))
}

// do is a request of tus; anything but success is an error.
func (c *camera) do(ctx context.Context, method, path string, body []byte, headers ...string) (int, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+c.link.addr+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", c.token)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := c.client().Do(r)
	if err != nil {
		return 0, nil, err
	}
	said, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s %s", method, path, answer.Status, said)
	}
	return answer.StatusCode, answer.Header, err
}

// client makes a connection for each request: the weather breaks it.
func (c *camera) client() *http.Client {
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
}

func (c *camera) post(ctx context.Context, path string, body, out any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.link.addr+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", c.token)
	answer, err := c.client().Do(r)
	if err != nil {
		return err
	}
	said, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s: %s %s", path, answer.Status, said)
	}
	return json.Unmarshal(said, out)
}

// claims are all of its mutations, as it holds them.
func (c *camera) claims() (out []claim) {
	for _, m := range c.pending {
		out = append(out, m.claim)
	}
	return out
}

// keptAt is where the server keeps a content.
func keptAt(data, sum string) string {
	return filepath.Join(data, "storage", "files", sum[:2], sum)
}

// judgeFiles compares every picture with what the server has of it: once, whole, said so.
func (c *camera) judgeFiles(db *sql.DB, data string, v *verdict) error {
	for _, p := range c.photos {
		if p.of.status != "applied" {
			continue
		}
		for i, body := range p.parts {
			v.parts++
			name, sum := p.record+" "+partNames[i], sumOf(body)
			if !p.kept[i] {
				v.unseen = append(v.unseen, c.name+": "+name+" is not sent on a phone that says all is")
			}
			there, err := column(db, `SELECT sha256 FROM files WHERE sha256 = '`+sum+`'`)
			if err != nil {
				return err
			}
			bytes, err := os.ReadFile(keptAt(data, sum))
			switch {
			case len(there) == 0 || err != nil:
				v.lost = append(v.lost, fmt.Sprintf("%s: %s was acknowledged, and its bytes are not there (%v)", c.name, name, err))
			case len(there) > 1:
				v.twice = append(v.twice, name+" is kept twice")
			case sumOf(bytes) != sum:
				v.wrong = append(v.wrong, name+" is other bytes")
			}
		}
		said, err := column(db, `SELECT id FROM visit_photos WHERE id = '`+p.record+`' AND sha256 = '`+sumOf(p.parts[1])+`' AND stored_at <> '' AND refusal = ''`)
		if err != nil {
			return err
		}
		if len(said) != 1 {
			v.wrong = append(v.wrong, p.record+" does not say that its bytes are kept")
		}
	}
	return nil
}
