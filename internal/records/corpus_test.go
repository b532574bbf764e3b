package records_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/records"
)

const corpus = "../../testdata/rules/forms.json"

// judged is a form with what is said of it. The web app's forms.test.ts judges the
// same file: what one side alone changes fails on the other.
type judged struct {
	Collection string         `json:"collection"`
	Op         string         `json:"op"`
	Form       string         `json:"form"`
	Work       bool           `json:"work,omitempty"` // the intervention is known
	Fields     map[string]any `json:"fields"`
	Long       map[string]int `json:"long,omitempty"` // fields filled with so many ñ
	Faults     []string       `json:"faults,omitempty"`
	Clean      map[string]any `json:"clean,omitempty"`
}

var theWork = record.Work{Starts: "2026-11-02", Ends: "2026-12-18", ConvenioCode: "08-0012-AII-26"}

func (j *judged) judge() { j.by(records.Forms) }

func (j *judged) by(forms record.Forms) {
	ctx := record.Context{Today: "2026-11-23", Form: j.Form}
	if j.Work {
		ctx.Work = &theWork
	}
	var faults []*fault.Fault
	fields := maps.Clone(j.Fields)
	for name, n := range j.Long {
		fields[name] = strings.Repeat("ñ", n)
	}
	j.Clean, faults = forms.Check(j.Collection, j.Op, fields, ctx)
	for name := range j.Long { // it is as long as was said
		delete(j.Clean, name)
	}
	j.Faults = nil
	for _, f := range faults {
		j.Faults = append(j.Faults, string(f.Code)+"@"+f.Field)
	}
}

// Forms of every released version are judged as they were when their version was
// the newest: phones send them for ever. CORPUS=1 adds what a new kind or version
// asks; what is in the file is never changed by it.
func TestFormsAreJudgedAsEver(t *testing.T) {
	raw, err := os.ReadFile(corpus)
	if err != nil && os.Getenv("CORPUS") == "" {
		t.Fatal(err)
	}
	var kept []judged
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if err := d.Decode(&kept); err != nil {
			t.Fatal(err)
		}
	}
	forms := map[string]int{}
	for i, was := range kept {
		now := was
		now.judge()
		if !reflect.DeepEqual(plain(now), plain(was)) {
			t.Errorf("case %d, %s %s %v of %s: %v %v, was %v %v", i, was.Collection, was.Op, was.Fields, was.Form, now.Faults, now.Clean, was.Faults, was.Clean)
		}
		forms[was.Collection+" "+was.Op+" "+was.Form]++
	}
	var fresh []judged
	for _, kind := range records.All {
		for _, op := range kind.Ops {
			for version := range kind.Version + 1 {
				form := ""
				if version > 0 {
					form = kind.Form + "/" + string(rune('0'+version))
				}
				if forms[kind.Name+" "+op.Name+" "+form] == 0 {
					fresh = append(fresh, cases(kind, op.Name, form)...)
				}
			}
		}
	}
	if len(fresh) == 0 {
		return
	}
	if os.Getenv("CORPUS") == "" {
		t.Fatalf("%d forms have no case: CORPUS=1 go test ./internal/records -run Ever adds them", len(fresh))
	}
	var out bytes.Buffer
	out.WriteString("[\n")
	for i, c := range append(kept, fresh...) {
		if i > 0 {
			out.WriteString(",\n")
		}
		line, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(line)
	}
	out.WriteString("\n]\n")
	if err := os.WriteFile(corpus, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func plain(j judged) judged {
	var out judged
	raw, _ := json.Marshal(j)
	_ = json.Unmarshal(raw, &out)
	return out
}

// told are values that fit somewhere, and values that fit nowhere.
var told = []any{
	"", " ", "\u0085x", "\ufeff", "\u00a0x\u00a0", "\u200b", "abc123def456ghi", "zyx987wvu654tsr", "ABC123def456ghi", "08-0012-AII-26", "08-0012-aii-26", "11-0004-PI-09",
	"in_situ", "In_situ", "unannounced", "2026-11-20", "2026-11-24", "2026-10-01", "2026-02-30", "1949-12-31", "2101-01-01", "2026-1-2",
	"2026-11-20T09:00:00-05:00", "2026-11-20T09:00:00", "2026-11-20T9:00:00Z", "2026-11-20T24:00:00Z", "2026-02-30T10:00:00Z", "2026-11-20t09:00:00z",
	"2026-11-20T09:00:60Z", "2026-11-20T09:00:00+25:00", "2026-11-20T09:00:00,5Z", "2026-11-20T09:00:00.123456Z", 0, 12, 250, -1, 1.5, 1e20, -13516800, -71978800, 40000000, true, nil,
	"presente", "Presente", "cubierto", "leve", "grave", "abierto", "levantado", "corto", "😀😀😀😀😀", "😀😀😀😀😀😀😀😀😀😀", "una descripción larga", "ñandu\u0301", "12345678", "１２３４５６７８", "1234", "author",
	map[string]any{"epp": "si"},
	map[string]any{"EPP": "si"},
	map[string]any{"epp": "x"},
	map[string]any{},
	[]any{},
	map[string]any{"age_s": 5},
	map[string]any{"age_s": 500, "mocked": true},
	map[string]any{"heading_deg": 361},
	map[string]any{"taken_at": "2026-11-20T09:00:00Z"},
	map[string]any{"mocked": "x"},
	map[string]any{"speed_cms": 1.5},
	map[string]any{"lines": map[string]any{"monc": 100}, "documents": []any{"abc123def456ghi"}, "answers": map[string]any{}},
	map[string]any{"lines": map[string]any{"monc": -1}, "documents": []any{}, "answers": map[string]any{}},
	map[string]any{"lines": map[string]any{"otro": 1}, "documents": []any{}, "answers": map[string]any{}},
	map[string]any{"lines": map[string]any{}, "documents": []any{5}, "answers": map[string]any{}},
	map[string]any{"lines": map[string]any{}, "documents": []any{}, "answers": map[string]any{"abc123def456ghi": 5}},
	map[string]any{"lines": map[string]any{}, "documents": []any{}},
	1,
	map[string]any{"abc123def456ghi": "presente"},
	map[string]any{"abc123def456ghi": "presente", "zyx987wvu654tsr": "ausente"},
	map[string]any{"abc123def456ghi": "presente", "ABC": "ausente"},
	map[string]any{"abc123def456ghi": "llegó"},
	map[string]any{"zyx987wvu654tsr": "salud"},
	map[string]any{"zyx987wvu654tsr": "sin_aviso"},
	map[string]any{"zyx987wvu654tsr": "permiso"},
	map[string]any{"zyx987wvu654tsr": "otro"},
	map[string]any{"zyx987wvu654tsr": "gripe"},
	map[string]any{"abc123def456ghi": "salud"},
	map[string]any{"abc123def456ghi": true},
	map[string]any{"abc123def456ghi": false},
	map[string]any{"ABC": true},
	"20131312955", "20131312956", "99131312955", "Póliza N° -",
	"a\x00b", "a\tb\nc", strings.Repeat("ñ", 200), strings.Repeat("ñ", 201),
	strings.Repeat("a1", 32), strings.Repeat("A1", 32), strings.Repeat("a1", 31), "image/jpeg", "image/heic", "camera", "gallery",
	"2026-11-20T10:22:33", "2026:11:20 10:22:33", "frente_norte", "Frente norte",
	"alta", "F", "1990-05-06", "2008-11-20", "2008-11-21", "2026-11-19",
}

// fits are values that a form takes as a whole, found by trying: the corpus begins
// from a form that holds, and goes on from what is begun.
func fits(kind *record.Type, op, form string, begun map[string]any) map[string]any {
	whole := maps.Clone(begun)
	for range 3 * len(kind.Fields) {
		c := judged{Collection: kind.Name, Op: op, Form: form, Work: true, Fields: through(whole)}
		c.judge()
		if len(c.Faults) == 0 {
			break
		}
		_, field, _ := strings.Cut(c.Faults[0], "@")
		for _, v := range told {
			c.Fields = through(whole)
			c.Fields[field] = v
			if c.judge(); v != "" && !slices.ContainsFunc(c.Faults, func(f string) bool { return strings.HasSuffix(f, "@"+field) }) {
				whole[field] = v
				break
			}
		}
	}
	return whole
}

// edges are forms on both sides of each limit of a field, from a form that holds.
func edges(kind *record.Type, op, form string, good map[string]any) []judged {
	var out []judged
	add := func(name string, v any, long int) {
		c := judged{Collection: kind.Name, Op: op, Form: form, Work: true, Fields: maps.Clone(good)}
		if delete(c.Fields, name); long > 0 {
			c.Long = map[string]int{name: long}
		} else if v != nil {
			c.Fields[name] = v
		}
		c.Fields = through(c.Fields)
		c.judge()
		out = append(out, c)
	}
	for _, f := range kind.Fields {
		if !f.AskedBy(op) {
			continue
		}
		add(f.Name, nil, 0)
		add(f.Name, "", 0)
		for _, check := range f.FormChecks() {
			switch check.Type {
			case "chars":
				add(f.Name, nil, int(check.Most))
				add(f.Name, nil, int(check.Most)+1)
			case "at_least":
				add(f.Name, nil, int(check.Least)-1)
				add(f.Name, nil, int(check.Least))
			case "whole", "bytes":
				for _, n := range []int64{check.Least - 1, check.Least, check.Most, check.Most + 1} {
					add(f.Name, n, 0)
				}
			case "one_of", "media_type":
				for _, v := range append(slices.Clone(check.Values), "otra_cosa") {
					add(f.Name, v, 0)
				}
			case "at_most":
				for _, n := range []int64{check.Most, check.Most + 1} {
					all, one := map[string]any{}, any("si")
					for _, v := range object(good[f.Name]) {
						one = v
					}
					for i := range n {
						all[fmt.Sprintf("k%014d", i)] = one
					}
					add(f.Name, all, 0)
				}
			default:
				for _, v := range told {
					if like(check.Type, v) {
						add(f.Name, v, 0)
					}
				}
			}
		}
	}
	return out
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// like says whether a value is worth trying against a check.
func like(check string, v any) bool {
	s, text := v.(string)
	digit := s != "" && s[0] >= '0' && s[0] <= '9'
	switch check {
	case "day", "past":
		return digit && len(s) < 11 && strings.Contains(s, "-")
	case "moment":
		return digit && strings.ContainsAny(s, "Tt")
	case "convenio":
		return digit && strings.ContainsAny(s, "AIai")
	case "dni":
		return text && (len(s) == 8 || len(s) == 24 || len(s) == 4)
	case "id":
		return text && len(s) == 15
	case "policy", "ruc":
		return text && len(s) < 20
	case "like":
		return text && len(s) > 8 && len(s) < 70
	}
	return !text && v != nil
}

func cases(kind *record.Type, op, form string) []judged {
	var asked []string
	for _, f := range kind.Fields {
		if f.AskedBy(op) {
			asked = append(asked, f.Name)
		}
	}
	seed := rand.New(rand.NewPCG(uint64(len(kind.Name)), uint64(len(op)+len(form))))
	good := fits(kind, op, form, map[string]any{})
	asked = append(asked, "zzz")
	var out []judged
	goods := []map[string]any{good}
	if f := kind.Field("kind"); f != nil && f.AskedBy(op) { // what is asked differs by it
		for _, check := range f.FormChecks() {
			for _, v := range check.Values {
				if v != good["kind"] {
					goods = append(goods, fits(kind, op, form, map[string]any{"kind": v}))
				}
			}
		}
	}
	if form == "" || strings.HasSuffix(form, "/"+strconv.Itoa(kind.Version)) { // the newest says most
		for _, good := range goods {
			out = append(out, edges(kind, op, form, good)...)
		}
	}
	for n := range 6 + 3*len(asked) {
		good := goods[n%len(goods)]
		fields := maps.Clone(good)
		for range n % 3 {
			name := asked[seed.IntN(len(asked))]
			if seed.IntN(5) == 0 {
				delete(fields, name)
			} else {
				fields[name] = told[seed.IntN(len(told))]
			}
		}
		c := judged{Collection: kind.Name, Op: op, Form: form, Work: n%2 == 0, Fields: through(fields)}
		c.judge()
		out = append(out, c)
	}
	var each []judged
	for _, c := range out {
		if !slices.ContainsFunc(each, func(o judged) bool { return reflect.DeepEqual(o, c) }) {
			each = append(each, c)
		}
	}
	return each
}

// through are the fields as they come from the wire.
func through(fields map[string]any) map[string]any {
	raw, _ := json.Marshal(fields)
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var out map[string]any
	_ = d.Decode(&out)
	if out == nil {
		out = map[string]any{}
	}
	return out
}
