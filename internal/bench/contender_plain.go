package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"chaski/internal/compression"
	"chaski/internal/replication"
)

// plain is a device that a skilled user builds on PocketBase alone: one list a
// collection, only the fields it keeps, no count of all, the largest page, an
// index behind each filter, several requests at a time on kept connections.
type plain struct {
	wire   *wire
	office *wire
	token  string
	super  string
	user   string
	ut     string
	works  []string
	since  map[string]string // newest updated by collection
	batch  int               // requests in one /api/batch
}

const (
	perPage = 1000 // the most PocketBase gives
	atOnce  = 6    // as many as a browser opens
)

func newPlain(base string, d deviceManifest, super, accept string) (*plain, error) {
	s, err := loadSpec(d.Spec)
	if err != nil {
		return nil, err
	}
	p := &plain{
		wire: newWire(base, accept), office: newWire(base, compression.Gzip), token: d.Token, super: super, user: d.User, ut: d.UT,
		since: map[string]string{}, batch: 500,
	}
	for n := range s.Works {
		p.works = append(p.works, s.work(n))
	}
	return p, nil
}

type listed struct {
	collection string
	items      []json.RawMessage
}

type lists []listed

func (l lists) rows() (contents, error) {
	out := contents{}
	for _, list := range l {
		for _, raw := range list.items {
			var item struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal(raw, &item); err != nil {
				return nil, err
			}
			if err := out.add(list.collection, item.ID, raw); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (p *plain) first() (received, error) {
	p.since = map[string]string{}
	return p.changed()
}

func (p *plain) changed() (received, error) {
	out := make(lists, len(held))
	faults := make([]error, len(held))
	var mu sync.Mutex // of since
	var group sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for n, h := range held {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			mu.Lock()
			since := p.since[h.collection]
			mu.Unlock()
			items, newest, err := p.list(h.collection, since)
			out[n], faults[n] = listed{h.collection, items}, err
			mu.Lock()
			p.since[h.collection] = max(newest, since)
			mu.Unlock()
		})
	}
	group.Wait()
	for _, err := range faults {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *plain) list(collection, since string) (items []json.RawMessage, newest string, err error) {
	fields := []string{"id", "updated"}
	for _, f := range replication.Find(collection).Fields {
		fields = append(fields, f.Name)
	}
	q := url.Values{"perPage": {fmt.Sprint(perPage)}, "skipTotal": {"1"}, "fields": {strings.Join(fields, ",")}}
	if filter := p.filter(collection, since); filter != "" {
		q.Set("filter", filter)
	}
	for page := 1; ; page++ {
		q.Set("page", fmt.Sprint(page))
		var answer struct {
			Items []json.RawMessage `json:"items"`
		}
		if err := p.wire.do(http.MethodGet, "/api/collections/"+collection+"/records?"+q.Encode(), p.token, nil, &answer); err != nil {
			return nil, "", err
		}
		for _, raw := range answer.Items {
			var item struct {
				Updated string `json:"updated"`
			}
			if err := json.Unmarshal(raw, &item); err != nil {
				return nil, "", err
			}
			newest = max(newest, item.Updated)
		}
		items = append(items, answer.Items...)
		if len(answer.Items) < perPage {
			return items, newest, nil
		}
	}
}

func (p *plain) filter(collection, since string) string {
	var parts []string
	switch scopeColumn(collection) {
	case "intervention":
		if collection == "convenios" {
			parts = append(parts, `intervention.ut='`+p.ut+`'`)
			break
		}
		works := make([]string, len(p.works))
		for n, w := range p.works {
			works[n] = `intervention='` + w + `'`
		}
		parts = append(parts, "("+strings.Join(works, "||")+")")
	case "ut":
		parts = append(parts, `ut='`+p.ut+`'`)
	case "user":
		parts = append(parts, `user='`+p.user+`'`)
	case "district":
		parts = append(parts, `district.jurisdictions_via_district.ut?='`+p.ut+`'`)
	}
	if collection == "districts" {
		parts = append(parts, `jurisdictions_via_district.ut?='`+p.ut+`'`)
	}
	if since != "" {
		parts = append(parts, `updated>'`+since+`'`)
	}
	return strings.Join(parts, "&&")
}

func (p *plain) edit(participants []string, names string) error {
	return editByREST(p.office, p.super, participants, names)
}

func (p *plain) push(visits []visitDraft) error {
	var requests []map[string]any
	add := func(collection, id string, body map[string]any) error {
		body["id"] = id
		requests = append(requests, map[string]any{"method": "POST", "url": "/api/collections/" + collection + "/records", "body": body})
		if len(requests) == p.batch {
			return p.send(&requests)
		}
		return nil
	}
	for _, v := range visits {
		body := v.fields()
		body["supervisor"], body["state"] = v.Supervisor, "sincronizada"
		if err := add("visits", v.ID, body); err != nil {
			return err
		}
		for _, m := range v.Marks {
			body := m.fields(v)
			body["intervention"] = v.Intervention
			if err := add("visit_marks", m.ID, body); err != nil {
				return err
			}
		}
	}
	return p.send(&requests)
}

func (p *plain) send(requests *[]map[string]any) error {
	if len(*requests) == 0 {
		return nil
	}
	var answer []struct {
		Status int `json:"status"`
	}
	if err := p.wire.do(http.MethodPost, "/api/batch", p.token, map[string]any{"requests": *requests}, &answer); err != nil {
		return err
	}
	if len(answer) != len(*requests) {
		return fmt.Errorf("%d answers for %d requests", len(answer), len(*requests))
	}
	for _, a := range answer {
		if a.Status != http.StatusOK {
			return fmt.Errorf("batch: status %d", a.Status)
		}
	}
	*requests = (*requests)[:0]
	return nil
}
