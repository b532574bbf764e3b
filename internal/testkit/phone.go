package testkit

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"chaski/internal/replication"
)

// Phone is a device of a supervisor, as bare as the protocol: it keeps the rows
// it was sent, a cursor and the marks that no answer has confirmed.
type Phone struct {
	K       *Kit
	Token   string
	ID      string
	Schema  int
	Cursor  map[string]any
	Marks   []any
	Rewound bool                      // an answer said so; for the test to reset
	Rows    map[string]map[string]any // "collection/id" -> data
	Revs    map[string]int64
	Names   map[int]string
	Differs map[int]bool // buckets to be reconciled
	Fetched int          // rows that reconciling asked for
	member  map[string]map[int]bool
	next    int64
}

// Phone registers a device.
func (k *Kit) Phone(user string) *Phone {
	k.T.Helper()
	return k.PhoneAs(user, "install-"+user)
}

// PhoneAs is the same, of a certain installation: a person may have several.
func (k *Kit) PhoneAs(user, install string) *Phone {
	k.T.Helper()
	p := &Phone{K: k, Token: k.Token(user), Schema: 2, Differs: map[int]bool{}, Rows: map[string]map[string]any{}, Revs: map[string]int64{}, Names: map[int]string{}, member: map[string]map[int]bool{}}
	var d struct {
		Device      string
		LastCounter int64 `json:"last_counter"`
	}
	k.Do("POST", "/api/chaski/v1/devices", p.Token, map[string]any{"install": install}).JSON(200, &d)
	p.ID, p.next = d.Device, d.LastCounter
	return p
}

// Bucket is a handle and what it stands for.
type Bucket struct {
	Handle int
	Name   string
}

// Page is an answer to a pull.
type Page struct {
	Reset     bool
	Rewound   bool
	Mark      map[string]any
	Enter     []Bucket
	Drop      []int
	Reconcile []Bucket
	Puts      []struct {
		B    int
		C    string
		ID   string
		Rev  int64
		Data map[string]any
	}
	Removes []struct {
		B  int
		C  string
		ID string
	}
	Cursor  map[string]any
	Trailer struct {
		Complete bool
		Total    string
		Buckets  []struct {
			Handle int
			Count  int64
			Sum    string
		}
	}
}

// PullPage asks for one page and applies it as docs/protocol.md §5 says.
func (p *Phone) PullPage() Page {
	p.K.T.Helper()
	q := map[string]any{"protocol": 1, "schema": p.Schema, "device": p.ID, "marks": list(p.Marks)}
	if p.Cursor != nil {
		q["cursor"] = p.Cursor
	}
	var page Page
	p.K.Do("POST", "/api/chaski/v1/sync/pull", p.Token, q).JSON(200, &page)
	if page.Reset {
		clear(p.Rows)
		clear(p.member)
		clear(p.Names)
		clear(p.Differs)
	}
	for _, e := range page.Enter {
		p.Names[e.Handle] = e.Name
	}
	for _, h := range page.Drop {
		delete(p.Names, h)
		delete(p.Differs, h)
		for key := range p.member {
			p.leave(key, h)
		}
	}
	for _, put := range page.Puts {
		key := put.C + "/" + put.ID
		p.Rows[key], p.Revs[key] = put.Data, put.Rev
		if p.member[key] == nil {
			p.member[key] = map[int]bool{}
		}
		p.member[key][put.B] = true
	}
	for _, r := range page.Removes {
		p.leave(r.C+"/"+r.ID, r.B)
	}
	for _, b := range page.Reconcile {
		p.Names[b.Handle], p.Differs[b.Handle] = b.Name, true
	}
	p.Cursor = page.Cursor
	p.believe(page.Rewound, page.Mark)
	return page
}

// believe settles the marks that a request carried.
func (p *Phone) believe(rewound bool, mark map[string]any) {
	p.Rewound = p.Rewound || rewound
	p.Marks = []any{mark}
}

func (p *Phone) leave(key string, bucket int) {
	delete(p.member[key], bucket)
	if len(p.member[key]) == 0 {
		delete(p.member, key)
		delete(p.Rows, key)
	}
}

// Pull reads pages until the last, and reconciles what differs.
func (p *Phone) Pull() Page {
	p.K.T.Helper()
	for {
		page := p.PullPage()
		if page.Trailer.Complete && len(p.Differs) == 0 {
			return page
		}
		if page.Trailer.Complete {
			for handle := range p.Differs {
				p.Reconcile(handle)
			}
		}
	}
}

// Mutation numbers a new mutation of this phone.
func (p *Phone) Mutation(op, collection, record string, fields map[string]any) map[string]any {
	p.next++
	return map[string]any{
		"id": uuid.Must(uuid.NewV7()).String(), "counter": p.next, "collection": collection, "record": record, "op": op,
		"fields": fields, "form": "visit/1", "schema": 1, "at": "2026-11-23T11:00:00-05:00",
	}
}

// Result is one outcome.
type Result struct {
	ID, Status, Receipt string
	Seq, Rev            int64
	Errors              []struct{ Code, Field, Message string }
	Lost                []string
	Conflict            string
}

// Code of the first error.
func (r Result) Code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	return r.Errors[0].Code
}

// Push sends mutations and answers their outcomes. Whatever the test is about, a
// refusal names its field.
func (p *Phone) Push(mutations ...any) []Result {
	p.K.T.Helper()
	var out struct {
		Rewound bool
		Mark    map[string]any
		Results []Result
	}
	p.K.Do("POST", "/api/chaski/v1/sync/push", p.Token,
		map[string]any{"protocol": 1, "device": p.ID, "marks": list(p.Marks), "mutations": mutations}).JSON(200, &out)
	p.believe(out.Rewound, out.Mark)
	if out.Rewound && len(out.Results) == 0 && len(mutations) > 0 {
		return p.Push(mutations...) // nothing was judged; what was acknowledged before is for the test to send
	}
	if len(out.Results) != len(mutations) {
		p.K.T.Fatalf("%d results for %d mutations", len(out.Results), len(mutations))
	}
	for i, r := range out.Results {
		for _, e := range r.Errors {
			if e.Field == "" {
				p.K.T.Errorf("mutation %d: %s (%s) names no field", i, e.Code, e.Message)
			}
		}
	}
	return out.Results
}

// Visit is a valid visit to a work today, changed by with.
func (p *Phone) Visit(id, work string, with map[string]any) map[string]any {
	fields := map[string]any{
		"intervention": work, "convenio_code": Codes[work], "kind": "in_situ", "visited_on": "2026-11-23",
		"device_started_at": "2026-11-23T09:00:00-05:00", "device_ended_at": "2026-11-23T10:00:00-05:00", "lat_e6": -12046374, "lon_e6": -77042793,
		"accuracy_m": 8, "headcount": 3, "roster_size": 3, "checklist_key": "visita_aii", "checklist_version": 1, "answers": map[string]any{"cartel": "si"},
	}
	for k, v := range with {
		if v == nil {
			delete(fields, k)
		} else {
			fields[k] = v
		}
	}
	return p.Mutation("create", "visits", ID(id), fields)
}

// Mark marks the nth worker of a work in a visit.
func (p *Phone) Mark(visit, work string, n int, mark string) map[string]any {
	return p.Mutation("create", "visit_marks", ID(fmt.Sprintf("%sm%d", visit, n)), map[string]any{"visit": ID(visit), "participant": Worker(work, n), "mark": mark})
}

// Change is an update or a deletion made on a rev the phone holds.
func (p *Phone) Change(op, collection, record string, baseRev int64, fields map[string]any) map[string]any {
	m := p.Mutation(op, collection, ID(record), fields)
	m["base_rev"] = baseRev
	return m
}

// Finding is a finding of a visit.
func (p *Phone) Finding(id, visit string) map[string]any {
	return p.Mutation("create", "findings", ID(id), map[string]any{"visit": ID(visit), "severity": "grave", "description": "Sin agua en la obra"})
}

// Unlisted is a person at work who is not on the roster.
func (p *Phone) Unlisted(id, visit, dni string) map[string]any {
	return p.Mutation("create", "unlisted_workers", ID(id), map[string]any{"visit": ID(visit), "dni": dni, "given_names": "Eva", "surnames": "Prueba"})
}

// Jobs is the figure of the jobs AO in 2026.
func (k *Kit) Jobs() int64 {
	k.T.Helper()
	return k.Int(`SELECT coalesce(sum(quantity), 0) FROM progress_cells WHERE measure = 'job' AND ao = '` + JobAO + `'`)
}

// Entry is a row in one bucket a phone holds.
type Entry struct {
	Bucket, Collection, ID string
	Rev                    int64
	Data                   map[string]any
}

// Entries lists what the phone holds, once for each bucket.
func (p *Phone) Entries() []Entry {
	var out []Entry
	for key, buckets := range p.member {
		collection, id, _ := strings.Cut(key, "/")
		for b := range buckets {
			out = append(out, Entry{p.Names[b], collection, id, p.Revs[key], p.Rows[key]})
		}
	}
	return out
}

func list(in []any) []any {
	if in == nil {
		return []any{}
	}
	return in
}

// Photo of what a kind of photographs belongs to: of so many bytes, with this hash.
func (p *Phone) Photo(id, collection, of, sha256 string, size int, with map[string]any) map[string]any {
	fields := map[string]any{
		map[string]string{"visit_photos": "visit", "finding_photos": "finding", "certificate_photos": "insurance_certificate"}[collection]: ID(of), "sha256": sha256, "size": size,
		"mime": "image/jpeg", "source": "camera", "captured_at": "2026-11-23T10:22:33-05:00",
	}
	for name, value := range with {
		fields[name] = value
	}
	m := p.Mutation("create", collection, ID(id), fields)
	m["form"] = "photo/1"
	return m
}

// Accident of the n-th worker of a work.
func (p *Phone) Accident(id, work string, n int, with map[string]any) map[string]any {
	fields := map[string]any{
		"intervention": work, "participant": Worker(work, n), "happened_on": "2026-11-20", "place": "Frente 2", "description": "Se golpeó la mano con una carretilla",
	}
	for name, value := range with {
		fields[name] = value
	}
	m := p.Mutation("create", "accidents", ID(id), fields)
	m["form"] = "accident/1"
	return m
}

// Sheet of a day of a work, on which the n-th workers are present, and those named in
// absent are not; so many were counted as are present.
func (p *Phone) Sheet(work, day string, present []int, absent map[int]string, with map[string]any) map[string]any {
	fields := SheetSaid(work, present, absent)
	fields["intervention"], fields["day"] = work, day
	for name, value := range with {
		fields[name] = value
	}
	m := p.Mutation("create", "attendance_sheets", SheetID(work, day), fields)
	m["form"] = "sheet/1"
	return m
}

// SheetID is the id that every device gives the sheet of a work and day.
func SheetID(work, day string) string { return replication.KeyID("attendance_sheets", work+" "+day) }

// SheetSaid is what a sheet says of people.
func SheetSaid(work string, present []int, absent map[int]string) map[string]any {
	marks, reasons := map[string]any{}, map[string]any{}
	for _, n := range present {
		marks[Worker(work, n)] = "presente"
	}
	for n, why := range absent {
		marks[Worker(work, n)], reasons[Worker(work, n)] = "ausente", why
	}
	return map[string]any{"marks": marks, "headcount": len(present), "reasons": reasons}
}

// CorrectSheet says anew who was there, on a rev that the phone holds.
func (p *Phone) CorrectSheet(work, day string, baseRev int64, present []int, absent map[int]string) map[string]any {
	m := p.Mutation("update", "attendance_sheets", SheetID(work, day), SheetSaid(work, present, absent))
	m["form"], m["base_rev"] = "sheet/1", baseRev
	return m
}

// Movement of a work's roster; its record has that id, and so has who comes by it.
func (p *Phone) Movement(id, work, kind string, with map[string]any) map[string]any {
	fields := map[string]any{"intervention": work, "kind": kind}
	for name, value := range with {
		fields[name] = value
	}
	m := p.Mutation("create", "movements", ID(id), fields)
	m["form"] = "movement/1"
	return m
}

// Baja of the n-th worker of a work.
func (p *Phone) Baja(id, work string, n int, last string) map[string]any {
	return p.Movement(id, work, "baja", map[string]any{"participant": Worker(work, n), "effective_on": last, "reason": "Renuncia voluntaria"})
}

// Newcomer is what a movement says of who comes, a person of no roster yet.
func Newcomer(dni string) map[string]any {
	return map[string]any{"dni": dni, "given_names": "Nueva", "surnames": "Persona " + dni[6:], "sex": "M", "birth_date": "1991-02-03"}
}

// Alta of a person with that DNI to the n-th cupo of a work.
func (p *Phone) Alta(id, work string, n int, first, dni string) map[string]any {
	fields := Newcomer(dni)
	fields["cupo"], fields["effective_on"] = Cupo(work, n), first
	return p.Movement(id, work, "alta", fields)
}

// Reemplazo of somebody by a person with that DNI.
func (p *Phone) Reemplazo(id, work, leaver, last, first, dni string) map[string]any {
	fields := Newcomer(dni)
	fields["replaces"], fields["leaves_on"], fields["effective_on"], fields["reason"] = leaver, last, first, "Renuncia voluntaria"
	return p.Movement(id, work, "reemplazo", fields)
}
