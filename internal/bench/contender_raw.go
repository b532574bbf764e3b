package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"time"
)

// bare is the device of the raw server.
type bare struct {
	wire  *wire
	dir   string
	user  string
	ut    string
	since string
}

func newBare(base, dir string, d deviceManifest, accept string) *bare {
	return &bare{wire: newWire(base, accept), dir: dir, user: d.User, ut: d.UT}
}

type bareRows []json.RawMessage

func (b bareRows) rows() (contents, error) {
	out := contents{}
	for _, raw := range b {
		var r struct {
			C    string          `json:"c"`
			ID   string          `json:"id"`
			Data json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(raw, &r); err != nil {
			return nil, err
		}
		if err := out.add(r.C, r.ID, r.Data); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (b *bare) first() (received, error) {
	b.since = ""
	return b.changed()
}

func (b *bare) changed() (received, error) {
	var answer struct {
		Rows bareRows `json:"rows"`
	}
	q := url.Values{"user": {b.user}, "ut": {b.ut}, "since": {b.since}}
	err := b.wire.do(http.MethodGet, "/rows?"+q.Encode(), "", nil, &answer)
	b.since = time.Now().UTC().Format("2006-01-02 15:04:05.000Z")
	return answer.Rows, err
}

// edit writes at the office's own connection: the raw server has no API for it.
func (b *bare) edit(participants []string, names string) error {
	db, err := connectPlain(filepath.Join(b.dir, "data.db"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	time.Sleep(2 * time.Millisecond) // after the last read, by its own clock
	now := time.Now().UTC().Format("2006-01-02 15:04:05.000Z")
	for _, id := range participants {
		if _, err := db.DB().Exec(`UPDATE participants SET given_names = ?, updated = ? WHERE id = ?`, names, now, id); err != nil {
			return err
		}
	}
	return nil
}

func (b *bare) push(visits []visitDraft) error {
	var rows []row
	for _, v := range visits {
		fields := v.fields()
		fields["supervisor"], fields["state"] = v.Supervisor, "sincronizada"
		rows = append(rows, row{"visits", v.ID, fields})
		for _, m := range v.Marks {
			fields := m.fields(v)
			fields["intervention"] = v.Intervention
			rows = append(rows, row{"visit_marks", m.ID, fields})
		}
	}
	for len(rows) > 0 {
		n := min(most, len(rows))
		if err := b.wire.do(http.MethodPost, "/rows", "", map[string]any{"rows": rows[:n]}, nil); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
