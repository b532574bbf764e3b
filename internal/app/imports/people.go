package imports

import (
	"fmt"
	"strings"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
)

// Presence is one person on one roster: who, where, from when to when ("" for
// still).
type Presence struct {
	DNI, Name, Work string
	From, To        string
	Row             int // of the file; 0: of the database
}

// People remembers who was seen on which roster, to find one DNI with two names,
// or on two rosters at a time. Neither is wrong by itself (a slip of a digit; a
// person who changed works): both are for a person to look at.
type People struct{ seen map[string][]Presence }

// Meet answers what is odd about a presence beside those before it, and remembers
// it: a fault for another name, one for another roster at that time.
func (p *People) Meet(now Presence) []*fault.Fault {
	if p.seen == nil {
		p.seen = map[string][]Presence{}
	}
	found := odd(now, p.seen[now.DNI])
	p.seen[now.DNI] = append(p.seen[now.DNI], now)
	return found
}

// odd compares one presence with others of the same DNI.
func odd(now Presence, others []Presence) []*fault.Fault {
	var name, work *fault.Fault
	for _, o := range others {
		if name == nil && !sameName(o.Name, now.Name) {
			name = met(fault.ImportDNIOtherName, now, o)
		}
		apart := o.To != "" && o.To < now.From || now.To != "" && now.To < o.From
		if work == nil && o.Work != now.Work && !apart {
			work = met(fault.ImportDNIOtherWork, now, o)
		}
	}
	var out []*fault.Fault
	for _, f := range []*fault.Fault{name, work} {
		if f != nil {
			out = append(out, f)
		}
	}
	return out
}

func met(code fault.Code, now, o Presence) *fault.Fault {
	where := "ya registrado"
	if o.Row > 0 {
		where = fmt.Sprintf("fila %d", o.Row)
	}
	return fault.New(code, "").With("dni", identity.Mask(now.DNI)).With("name", clip(o.Name)).With("work", o.Work).With("where", where).With("from", o.From)
}

// sameName: one has all words of the other, whatever case and accents.
func sameName(a, b string) bool {
	x, y := strings.Fields(Normalize(a)), strings.Fields(Normalize(b))
	if len(x) > len(y) {
		x, y = y, x
	}
	has := map[string]bool{}
	for _, w := range y {
		has[w] = true
	}
	for _, w := range x {
		if !has[w] {
			return false
		}
	}
	return true
}

// meet warns of a row whose DNI is elsewhere under another name, or on another
// roster at the time. The steps of a long import do not ask again: its preview
// has told.
func (b *Book) meet(l *Line, work string) {
	if b.narrow || b.err != nil {
		return
	}
	now := Presence{
		DNI: l.text("dni"), Name: l.text("given_names") + " " + l.text("surnames"), Work: l.text("convenio_code"),
		From: l.text("alta_on"), To: l.text("baja_on"), Row: l.Row,
	}
	var stored []Presence
	for _, r := range b.read("participants", shapes["participants"].columns, "dni", now.DNI) {
		of := r.Fields.Text("intervention")
		if of == work && r.Fields.Text("alta_on") == now.From {
			continue // this very row, imported before
		}
		stored = append(stored, Presence{
			DNI: now.DNI, Name: r.Fields.Text("given_names") + " " + r.Fields.Text("surnames"), Work: b.codeOf(of),
			From: r.Fields.Text("alta_on"), To: r.Fields.Text("baja_on"),
		})
	}
	found := append(odd(now, stored), b.people.Meet(now)...)
	said := map[fault.Code]bool{}
	for _, f := range found {
		if !said[f.Code] {
			said[f.Code] = true
			l.warn("dni", f)
		}
	}
}

// codeOf is the convenio's code of a work.
func (b *Book) codeOf(work string) string {
	if b.codes == nil {
		b.codes = map[string]string{}
	}
	code, known := b.codes[work]
	if !known {
		for _, r := range b.read("convenios", shapes["convenios"].columns, "intervention", work) {
			code = r.Fields.Text("code")
		}
		b.codes[work] = code
	}
	return code
}
