package server_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/ops"
	"chaski/internal/testkit"
	files "chaski/internal/upload"
)

// scanner is one that says what it is told to; the real one is in internal/antivirus.
type scanner struct {
	found string
	err   error
	read  int64
}

func (s *scanner) Scan(_ context.Context, r io.Reader) (string, error) {
	s.read, _ = io.Copy(io.Discard, r)
	return s.found, s.err
}

func (s *scanner) Version(context.Context) (string, error) { return "ClamAV de prueba", s.err }

type documentSeen struct {
	ID, Name, Scan, Quarantine string
	SentName                   string `json:"sent_name"`
	ReleasedBy                 string `json:"released_by"`
	ReleaseReason              string `json:"release_reason"`
}

func (o *office) known(token, id string) documentSeen {
	o.T.Helper()
	var x struct{ Documents []documentSeen }
	o.Do("GET", rc+"/"+testkit.Canal, token, nil).JSON(200, &x)
	for _, d := range x.Documents {
		if d.ID == id {
			return d
		}
	}
	o.T.Fatalf("no document %s", id)
	return documentSeen{}
}

// completed is a document whose bytes came, and were looked into with a scanner.
func (o *office) completed(s app.Scanner, kind, name string, body []byte) string {
	o.T.Helper()
	receiver := o.files(func(f *files.Files) { f.Scanner = s })
	id := o.sent(kind, name, body)
	if err := receiver.Complete(o.T.Context(), id); err != nil {
		o.T.Fatal(err)
	}
	return o.of(id)
}

const because = "Es una falsa alarma: lo revisó informática"

func releaseOf(collection, record string) string {
	return httpapiPrefix + "/quarantine/" + collection + "/" + record + "/release"
}

// What a scanner finds is kept, and read by nobody until a reviewer lets it out.
func TestQuarantine(t *testing.T) {
	o := ended(t)
	body := pdf(5000, "virus")
	s := &scanner{found: "Eicar-Test"}
	id := o.completed(s, "oficio", "oficio.pdf", body)
	if s.read != int64(len(body)) || o.storedAs(id) != sum(body) {
		t.Fatalf("scanned %d bytes of %d", s.read, len(body))
	}
	file := rc + "/" + testkit.Canal + "/documents/" + id + "/file"
	release := releaseOf(ofDocuments, id)
	for _, token := range []string{o.elsa, o.carla, o.Token(testkit.Ana)} {
		r := o.Do("GET", file, token, nil)
		code(t, r, 409, "document_quarantined")
		if strings.Contains(string(r.Body), "%PDF") {
			t.Error("its bytes were served")
		}
	}
	if d := o.known(o.carla, id); d.Scan != "found" || d.Quarantine != "El antivirus encontró algo (Eicar-Test)." {
		t.Errorf("%+v", d)
	}
	code(t, o.Do("POST", release, o.elsa, map[string]any{"reason": because}), 403, "forbidden")
	code(t, o.Do("POST", release, o.ines, map[string]any{"reason": because}), 404, "not_found")
	code(t, o.Do("POST", release, o.carla, map[string]any{"reason": "sí"}), 400, "too_short")
	o.Do("POST", release, o.carla, map[string]any{"reason": because}).JSON(204, nil)
	code(t, o.Do("POST", release, o.carla, map[string]any{"reason": because}), 409, "quarantine_over")
	if d := o.known(o.carla, id); d.ReleasedBy == "" || d.ReleaseReason != because {
		t.Errorf("%+v", d)
	}
	if r := o.Do("GET", file, o.carla, nil); r.Status != 200 || sum(r.Body) != sum(body) {
		t.Errorf("let out: %d", r.Status)
	}
	if o.Int(`SELECT count(*) FROM audit WHERE action = 'files.release' AND record = '`+id+`' AND actor = '`+testkit.Carla+`'`) != 1 {
		t.Error("letting it out left no trace")
	}
	o.verified()
}

// A scanner that does not answer passes nothing and loses nothing: the document
// is there, in quarantine, and asked about again until there is an answer.
func TestASilentScannerHoldsADocument(t *testing.T) {
	o := ended(t)
	s := &scanner{err: errors.New("hangs")}
	id := o.completed(s, "oficio", "oficio.pdf", pdf(5000, "espera"))
	file := rc + "/" + testkit.Canal + "/documents/" + id + "/file"
	if d := o.known(o.elsa, id); d.Scan != "silent" || d.Quarantine == "" {
		t.Fatalf("%+v", d)
	}
	code(t, o.Do("GET", file, o.carla, nil), 409, "document_quarantined")
	receiver := o.files()
	receiver.Scanner = s
	sweep := func() {
		t.Helper()
		if err := receiver.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sweep()
	if d := o.known(o.elsa, id); d.Scan != "silent" {
		t.Fatalf("still silent: %+v", d)
	}
	s.err, s.read = nil, 0
	sweep()
	if d := o.known(o.elsa, id); d.Scan != "clean" || d.Quarantine != "" || s.read != 5000 {
		t.Fatalf("it answers again: %+v, %d bytes", d, s.read)
	}
	if r := o.Do("GET", file, o.carla, nil); r.Status != 200 {
		t.Errorf("clean: %d", r.Status)
	}
	s.err = errors.New("dies")
	late := o.completed(s, "informe_rt", "informe.pdf", pdf(6000, "tarde"))
	s.err, s.found = nil, "Malo"
	sweep()
	if d := o.known(o.elsa, late); d.Scan != "found" || !strings.Contains(d.Quarantine, "Malo") {
		t.Errorf("found later: %+v", d)
	}
	s.found, s.err = "", app.ErrScanLimit
	if d := o.known(o.elsa, o.completed(s, "comprobantes", "c.pdf", pdf(7000, "grande"))); d.Scan != "limit" || d.Quarantine == "" {
		t.Errorf("too large: %+v", d)
	}
	if d := o.known(o.elsa, o.completed(nil, "fotos", "f.pdf", pdf(8000, "sin"))); d.Scan != "none" || d.Quarantine != "" {
		t.Errorf("no scanner: %+v", d)
	}
	o.verified()
}

// choosy is a scanner that does not manage some documents, by their size.
type choosy struct {
	hangs map[int64]bool
	asked []int64
}

func (s *choosy) Scan(_ context.Context, r io.Reader) (string, error) {
	n, err := io.Copy(io.Discard, r)
	s.asked = append(s.asked, n)
	if s.hangs[n] {
		err = errors.New("hangs")
	}
	return "", err
}

func (s *choosy) Version(context.Context) (string, error) { return "ClamAV de prueba", nil }

// Documents that the scanner does not manage keep no other waiting, are asked about
// less and less, and a scanner that manages none is not asked about all.
func TestADocumentTheScannerDoesNotManageHoldsNoOther(t *testing.T) {
	o := ended(t)
	silent := &scanner{err: errors.New("hangs")}
	var ids []string
	for i, kind := range []string{"oficio", "informe_rt", "informe_ia", "acta_inicio", "acta_termino"} {
		ids = append(ids, o.completed(silent, kind, kind+".pdf", pdf(5000+i, kind)))
		o.Clock = o.Clock.Add(time.Second)
	}
	s := &choosy{hangs: map[int64]bool{5000: true, 5001: true, 5002: true}}
	receiver := o.files()
	receiver.Scanner = s
	sweep := func(after time.Duration, want ...int64) {
		t.Helper()
		s.asked, o.Clock = nil, o.Clock.Add(after)
		if err := receiver.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.asked, want) {
			t.Errorf("asked about %v, want %v", s.asked, want)
		}
	}
	sweep(time.Minute, 5000, 5001, 5002)             // three in a row
	sweep(time.Minute, 5003, 5004, 5000, 5001, 5002) // those not asked about come first
	for i, id := range ids {
		if d := o.known(o.elsa, id); (d.Scan == "clean") != (i > 2) {
			t.Errorf("%d: %+v", i, d)
		}
	}
	late := o.completed(silent, "comprobantes", "c.pdf", pdf(6000, "c"))
	sweep(time.Minute, 6000)
	sweep(time.Minute, 5000, 5001, 5002)
	s.hangs = nil
	sweep(2*time.Minute, 5000, 5001, 5002) // no other had answered: they wait no longer than before
	for _, id := range append(ids, late) {
		if d := o.known(o.elsa, id); d.Scan != "clean" || d.Quarantine != "" {
			t.Errorf("%+v", d)
		}
	}
	o.verified()
}

// What takes too long to look into becomes a document all the same, in quarantine:
// it is not looked into again and again.
func TestWhatTakesTooLongToLookIntoIsHeld(t *testing.T) {
	o := ended(t)
	receiver := o.files(func(f *files.Files) { f.LookFor = time.Nanosecond })
	body := pdf(5000, "lento")
	id := o.sent("oficio", "oficio.pdf", body)
	o.Clock = time.Now().Add(2 * time.Minute)
	if err := receiver.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := receiver.Complete(t.Context(), id); err != nil || o.waiting() != 0 || o.storedAs(o.of(id)) != sum(body) {
		t.Fatalf("%v, %d files waiting", err, o.waiting())
	}
	if seen := o.known(o.elsa, o.of(id)); !strings.Contains(seen.Quarantine, "No se pudo revisar") {
		t.Errorf("%+v", seen)
	}
	code(t, o.Do("GET", rc+"/"+testkit.Canal+"/documents/"+o.of(id)+"/file", o.carla, nil), 409, "document_quarantined")
	o.verified()
}

// occupied is a scanner that takes its time.
type occupied struct {
	scanner
	begun, end chan struct{}
}

func (s *occupied) Scan(context.Context, io.Reader) (string, error) {
	s.begun <- struct{}{}
	<-s.end
	return "", nil
}

// Who waits for his file to be read from end to end may leave, and comes back:
// neither summed nor looked into before it is its turn.
func TestWhoWaitsToBeLookedIntoMayLeave(t *testing.T) {
	o := ended(t)
	receiver := o.files()
	s := &occupied{begun: make(chan struct{}), end: make(chan struct{})}
	receiver.Scanner = s
	done := make(chan error)
	for _, kind := range []string{"oficio", "informe_rt"} {
		id := o.sent(kind, kind+".pdf", pdf(5000, kind))
		go func() { done <- receiver.Complete(t.Context(), id) }()
		<-s.begun
	}
	id := o.sent("informe_ia", "ia.pdf", pdf(5000, "ia"))
	other := o.sent("acta_inicio", "acta.pdf", pdf(5000, "acta"))
	o.SQL(`UPDATE uploads SET sha256 = '` + sum(pdf(5000, "otra")) + `' WHERE id = '` + other + `'`)
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, id := range []string{id, other} {
		if err := receiver.Complete(gone, id); err == nil || fault.Of(err).Code != fault.Busy {
			t.Errorf("who left was told %v", err)
		}
	}
	close(s.end)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	receiver.Scanner = nil
	if err := receiver.Complete(t.Context(), id); err != nil {
		t.Error(err)
	}
	if err := receiver.Complete(t.Context(), other); err == nil || fault.Of(err).Code != fault.FileHashMismatch {
		t.Errorf("in its turn: %v", err)
	}
	o.verified()
}

// A name is cleaned, and the one it was sent under told, without what nobody sees.
func TestADocumentsNameIsCleaned(t *testing.T) {
	o := ended(t)
	body := pdf(3000, "nombre")
	const sent = "..\\=CON\u202efdp.pdf"
	id := o.sent("oficio", sent, body)
	o.complete(o.elsa, id).JSON(200, nil)
	if seen := o.known(o.carla, o.of(id)); seen.Name != "CONfdp.pdf" || seen.SentName != strings.ReplaceAll(sent, "\u202e", "") || o.storedAs(o.of(id)) != sum(body) {
		t.Errorf("%+v", seen)
	}
}

// What was refused names the entry it was refused for, again and again.
func TestARefusalNamesTheEntry(t *testing.T) {
	o := ended(t)
	body := pdf(3000, "acción")
	copy(body[200:], "/OpenAction << /S /JavaScript /JS (1) >>")
	id := o.sent("oficio", "oficio.pdf", body)
	for range 2 {
		r := o.complete(o.elsa, id)
		code(t, r, 415, "file_active")
		if !strings.Contains(string(r.Body), "acciones automáticas") {
			t.Errorf("%s", r.Body)
		}
	}
	if o.waiting() != 0 || o.stored() != 0 || o.storedAs(o.of(id)) != "" {
		t.Error("something of it was kept")
	}
}

// The administrator is told whether there is a scanner, and whether it answers.
func TestTheScannerIsShown(t *testing.T) {
	o := ended(t)
	type state struct {
		Antivirus struct {
			Installed, Answers bool
			Version            string
			Waiting            int `json:"in_quarantine"`
		}
	}
	admin := o.Save("users", testkit.ID("adm"), map[string]any{
		"email": "adm@example.org", "password": "chaski-test", "name": "Admin", "role": "admin", "active": true, "verified": true,
	})
	var s state
	o.Do("GET", "/api/chaski/v1/operations", o.Token(admin), nil).JSON(200, &s)
	if s.Antivirus.Installed || s.Antivirus.Answers {
		t.Errorf("%+v", s)
	}
	o.completed(&scanner{err: errors.New("hangs")}, "oficio", "oficio.pdf", pdf(5000, "espera"))
	health, ok := o.App.Store().Get(ops.HealthKey).(*ops.Health)
	if !ok {
		t.Fatal("the server has no health")
	}
	health.SetScanner(&scanner{})
	o.Do("GET", "/api/chaski/v1/operations", o.Token(admin), nil).JSON(200, &s)
	if !s.Antivirus.Installed || !s.Antivirus.Answers || s.Antivirus.Version != "ClamAV de prueba" || s.Antivirus.Waiting != 1 {
		t.Errorf("%+v", s)
	}
	health.SetScanner(&scanner{err: errors.New("hangs")})
	o.Do("GET", "/api/chaski/v1/operations", o.Token(admin), nil).JSON(200, &s)
	if !s.Antivirus.Installed || s.Antivirus.Answers {
		t.Errorf("%+v", s)
	}
}
