package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"chaski/internal/compression"
)

const api = "/api/chaski/v1"

// chaski is a device of ours, as docs/protocol.md says.
type chaski struct {
	wire    *wire
	office  *wire // the office's own connection, not counted as the device's
	token   string
	super   string
	device  string
	cursor  json.RawMessage
	marks   []json.RawMessage // the newest answer's, until the next confirms it
	counter int64
}

func newChaski(base string, d deviceManifest, super, accept string) (*chaski, error) {
	return newChaskiOver(newWire(base, accept), base, d, super)
}

// newChaskiOver is a device on a connection of its own kind.
func newChaskiOver(w *wire, base string, d deviceManifest, super string) (*chaski, error) {
	c := &chaski{wire: w, office: newWire(base, compression.Gzip), token: d.Token, super: super}
	var answer struct {
		Device      string `json:"device"`
		LastCounter int64  `json:"last_counter"`
	}
	err := c.office.do(http.MethodPost, api+"/devices", d.Token, map[string]any{"install": "medicion-" + d.User}, &answer)
	c.device, c.counter = answer.Device, answer.LastCounter
	return c, err
}

type pullAnswer struct {
	Puts    []json.RawMessage `json:"puts"`
	Removes []json.RawMessage `json:"removes"`
	Cursor  json.RawMessage   `json:"cursor"`
	Mark    json.RawMessage   `json:"mark"`
	Trailer struct {
		Complete bool `json:"complete"`
		Puts     int  `json:"puts"`
	} `json:"trailer"`
}

type pulled []pullAnswer

func (p pulled) rows() (contents, error) {
	out := contents{}
	for _, page := range p {
		if page.Trailer.Puts != len(page.Puts) {
			return nil, fmt.Errorf("a page of %d rows says %d", len(page.Puts), page.Trailer.Puts)
		}
		for _, raw := range page.Puts {
			var put struct {
				C    string          `json:"c"`
				ID   string          `json:"id"`
				Data json.RawMessage `json:"data"`
			}
			if err := json.Unmarshal(raw, &put); err != nil {
				return nil, err
			}
			if err := out.add(put.C, put.ID, put.Data); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (c *chaski) first() (received, error) {
	c.cursor, c.marks = nil, nil
	return c.changed()
}

func (c *chaski) changed() (received, error) {
	var out pulled
	for {
		q := map[string]any{"protocol": 1, "schema": 2, "device": c.device, "marks": c.marks}
		if c.cursor != nil {
			q["cursor"] = c.cursor
		}
		var page pullAnswer
		if err := c.wire.do(http.MethodPost, api+"/sync/pull", c.token, q, &page); err != nil {
			return nil, err
		}
		c.cursor, c.marks = page.Cursor, []json.RawMessage{page.Mark}
		out = append(out, page)
		if page.Trailer.Complete {
			return out, nil
		}
	}
}

func (c *chaski) edit(participants []string, names string) error {
	return editByREST(c.office, c.super, participants, names)
}

func editByREST(w *wire, super string, participants []string, names string) error {
	for _, id := range participants {
		if err := w.do(http.MethodPatch, "/api/collections/participants/records/"+id, super, map[string]any{"given_names": names}, nil); err != nil {
			return err
		}
	}
	return nil
}

// most is how many mutations a push may carry.
const most = 1000

func (c *chaski) push(visits []visitDraft) error {
	var batch []map[string]any
	add := func(collection, record string, fields map[string]any) error {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		c.counter++
		batch = append(batch, map[string]any{
			"id": id.String(), "counter": c.counter, "collection": collection, "record": record, "op": "create", "fields": fields,
			"form": "visit/1", "schema": 1, "at": time.Now().Format(time.RFC3339),
		})
		if len(batch) == most {
			return c.send(&batch)
		}
		return nil
	}
	for _, v := range visits {
		if err := add("visits", v.ID, v.fields()); err != nil {
			return err
		}
		for _, m := range v.Marks {
			if err := add("visit_marks", m.ID, m.fields(v)); err != nil {
				return err
			}
		}
	}
	return c.send(&batch)
}

func (c *chaski) send(batch *[]map[string]any) error {
	if len(*batch) == 0 {
		return nil
	}
	var answer struct {
		Mark    json.RawMessage `json:"mark"`
		Results []struct {
			Status string          `json:"status"`
			Errors json.RawMessage `json:"errors"`
		} `json:"results"`
	}
	err := c.wire.do(http.MethodPost, api+"/sync/push", c.token, map[string]any{"protocol": 1, "device": c.device, "marks": c.marks, "mutations": *batch}, &answer)
	if err != nil {
		return err
	}
	c.marks = []json.RawMessage{answer.Mark}
	if len(answer.Results) != len(*batch) {
		return fmt.Errorf("%d outcomes for %d mutations", len(answer.Results), len(*batch))
	}
	for n, r := range answer.Results {
		if r.Status != "applied" {
			return fmt.Errorf("mutation %d of %d: %s %s", n, len(*batch), r.Status, r.Errors)
		}
	}
	*batch = (*batch)[:0]
	return nil
}
