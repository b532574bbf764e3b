package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"chaski/internal/domain/day"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/record"
	"chaski/internal/domain/rendicion"
	"chaski/internal/store"
)

// account is the rendición of an ended work of the demo executor's.
type account struct {
	work
	rendered  rendicion.State // "" while nobody began
	presented int             // working days from today
	observed  int
}

// ended works: one to fill in now, one overdue, one that came back
// with a line and a document observed, one that waits for the reviewer.
var ended = []account{
	{work: endedWork("r1", "Limpieza de cunetas Qantu Wayq'o", "Cunetas Qantu", "081201", "08-0031-AII", 13, -46)},
	{work: endedWork("r2", "Mantenimiento del muro Rumi Pirqa", "Muro Rumi", "081202", "08-0032-AII", 10, -61)},
	{work: endedWork("r3", "Limpieza del reservorio Yaku Wasi", "Reservorio Yaku", "081211", "08-0033-AII", 14, -66), rendered: rendicion.Observed, presented: -12, observed: -4},
	{work: endedWork("r4", "Mantenimiento del mirador Inti Qhawana", "Mirador Inti", "081201", "08-0034-AII", 10, -64), rendered: rendicion.Presented, presented: -9},
}

func endedWork(key, name, place, ubigeo, convenio string, jobs, start int) work {
	state := map[string]string{"r3": rendicion.Observed.Work(), "r4": rendicion.Presented.Work()}[key]
	if state == "" {
		state = rendicion.Pending.Work()
	}
	return work{
		key: key, name: name, place: place, ubigeo: ubigeo, entity: "chaska", convenio: convenio, frame: ordinary,
		state: state, jobs: jobs, start: start, length: 42, supervisor: second,
	}
}

// rendiciones loads the ended works of the demo executor and what he rendered.
func rendiciones(l *loader) {
	for _, a := range ended {
		if s := l.work(a.work); a.rendered != "" {
			l.render(a, s)
		}
	}
}

// amounts of a rendición that squares: the shares of the Ficha's average cost,
// and the rest in supplies.
func amounts(transferred int64) map[rendicion.Line]int64 {
	out := map[rendicion.Line]int64{rendicion.Cofinancing: transferred / 20 / 100 * 100}
	left := transferred + out[rendicion.Cofinancing]
	for _, part := range []struct {
		line     rendicion.Line
		permille int64
	}{
		{rendicion.MONC, 618}, {rendicion.Tools, 62}, {rendicion.EPP, 41}, {rendicion.Insurance, 17}, {rendicion.Technical, 95}, {rendicion.Other, 12},
	} {
		out[part.line] = transferred * part.permille / 1000
		left -= out[part.line]
	}
	out[rendicion.Supplies] = left
	return out
}

func (l *loader) render(a account, s *site) {
	executor, on := l.id("users", "ejecutor@demo.pe"), workday(l.today, a.presented)
	id := l.id("rendiciones", s.key)
	stated := amounts(s.amount())
	files := l.papers(s, on)
	const round = 1
	content := map[string]any{
		"convenio": s.code, "intervention": s.id, "round": 1, "transferred": progress.Money(s.amount()), "amounts": money(stated),
		"documents": files, "answers": map[string]string{}, "presented_by": executor, "presented_at": string(on) + "T16:20:00Z",
	}
	canonical, err := json.Marshal(content) // sorted keys, plain text: canonical as it is
	l.note(err)
	digest := sha256.Sum256(canonical)
	sum := hex.EncodeToString(digest[:])
	receipt := fmt.Sprintf("RC-%s-%d-%s", s.code, round, strings.ToUpper(sum[:12]))
	at := instant(on, "16:20")
	observed := ""
	if a.rendered == rendicion.Observed {
		observed = string(workday(l.today, a.observed))
	}
	l.put("rendiciones", s.key, values{
		"observed_on": observed, "intervention": s.id, "state": string(a.rendered), "revision": 9, "round": round, "transferred": s.amount(),
		"due_on": string(workday(s.ends, rendicion.DefaultDeadline)), "presented_on": string(on), "presented_at": at,
		"presented_by": executor, "receipt": receipt,
	})
	for _, line := range rendicion.Lines {
		l.state(id, s.id, line, stated[line])
	}
	l.documents(s, files, on)
	l.put("rendicion_submissions", s.key+" 1", values{
		"rendicion": id, "intervention": s.id, "round": round, "content": json.RawMessage(canonical), "sha256": sum, "receipt": receipt,
		"presented_at": at, "presented_by": executor,
	})
	if a.rendered == rendicion.Observed {
		l.observe(s, workday(l.today, a.observed))
	}
}

// state writes a line. The server may have made it already, with the rendición.
func (l *loader) state(of, work string, line rendicion.Line, amount int64) {
	c, id := l.collection("rendicion_lines"), store.LineID(of, line)
	if l.err != nil {
		return
	}
	r, err := l.app.FindRecordById(c, id)
	if err != nil {
		r = core.NewRecord(c)
		r.Id = id
		r.Load(map[string]any{"rendicion": of, "intervention": work, "kind": string(line)})
	}
	r.Set("amount", amount)
	r.Set("presented", amount)
	l.note(l.app.SaveWithContext(l.ctx, r))
}

func money(amounts map[rendicion.Line]int64) map[rendicion.Line]string {
	out := map[rendicion.Line]string{}
	for _, l := range rendicion.Lines {
		out[l] = progress.Money(amounts[l])
	}
	return out
}

// paper is a document as a submission lists it; its fields in the order of their
// names, which is the canonical one.
type paper struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int    `json:"size"`
	body   []byte
}

var papers = map[rendicion.Document]string{
	rendicion.DocOffice: "Oficio de presentación de la rendición de cuentas", rendicion.DocTechnicalReport: "Informe final del responsable técnico",
	rendicion.DocEndRecord: "Acta de término de la actividad", rendicion.DocPayroll: "Planilla de pago firmada",
	rendicion.DocVouchers: "Comprobantes de pago",
}

func (l *loader) papers(s *site, on day.Day) []paper {
	var out []paper
	for _, kind := range rendicion.DefaultRequired {
		body := pdf(papers[kind], s.name, "Convenio "+s.code, "Fecha: "+string(on), "Documento de demostración, sin valor legal.")
		digest := sha256.Sum256(body)
		out = append(out, paper{
			ID: l.id("rendicion_documents", s.key+" "+string(kind)), Kind: string(kind), Name: string(kind) + ".pdf",
			SHA256: hex.EncodeToString(digest[:]), Size: len(body), body: body,
		})
	}
	return out
}

func (l *loader) documents(s *site, files []paper, on day.Day) {
	for _, p := range files {
		file, err := filesystem.NewFileFromBytes(bytes.Clone(p.body), p.Name)
		if err != nil {
			l.note(err)
			return
		}
		file.Name = p.Kind + "_" + p.SHA256[:12] + ".pdf" // as an upload names it
		l.put("rendicion_documents", s.key+" "+p.Kind, values{
			"rendicion": l.id("rendiciones", s.key), "intervention": s.id, "kind": p.Kind, "file": file, "sha256": p.SHA256, "size": p.Size,
			"mime": "application/pdf", "name": p.Name, "uploaded_by": l.id("users", "ejecutor@demo.pe"), "uploaded_at": instant(on, "15:05"),
			"recorded_by": l.id("users", "ejecutor@demo.pe"), "received_at": instant(on, "15:05"), "stored_at": instant(on, "15:05"),
			"captured_at": string(on) + "T15:05:00Z", "source": record.FromFile,
		})
	}
}

func (l *loader) observe(s *site, on day.Day) {
	for _, o := range []struct {
		key, target, item, text string
		also                    []rendicion.Line
	}{
		{
			"line", string(rendicion.TargetLine), string(rendicion.Supplies),
			"Hay S/ 350.00 de cemento sin comprobante. Sustente el gasto o devuelva ese monto.",
			[]rendicion.Line{rendicion.Returned},
		},
		{
			"document", string(rendicion.TargetDocument), l.id("rendicion_documents", s.key+" "+string(rendicion.DocVouchers)),
			"Las facturas 3 y 4 no se leen. Escanéelas de nuevo y reemplace el archivo.",
			[]rendicion.Line{},
		},
	} {
		l.put("rendicion_observations", s.key+" "+o.key, values{
			"rendicion": l.id("rendiciones", s.key), "intervention": s.id, "target": o.target, "item": o.item, "also": o.also, "text": o.text,
			"state": rendicion.ObservationOpen, "round": 1, "made_by": l.id("users", "coordinador@demo.pe"), "made_at": instant(on, "17:10"),
		})
	}
}
