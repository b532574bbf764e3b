package httpapi_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/httpapi"
)

// fixed is a replica that answers one page to everybody.
type fixed struct {
	app.Replica
	page app.Page
}

func (f fixed) Pull(actor.Actor, app.PullQuery) (app.Page, error) { return f.page, nil }

func serving(page app.Page) (http.Handler, func() *http.Request) {
	api := &httpapi.API{
		Log: slog.New(slog.DiscardHandler), Replica: fixed{page: page}, Accounts: open{},
		Admission: app.Admission{First: app.NewGate(1, 0, time.Hour), Delta: app.NewGate(1, 0, time.Hour)},
	}
	return api.Handler(), func() *http.Request {
		r := httptest.NewRequest("POST", httpapi.Prefix+"/sync/pull", strings.NewReader(`{"protocol":1,"schema":2,"device":"d"}`))
		r.Header.Set("Content-Type", "application/json")
		return r.WithContext(actor.In(r.Context(), actor.Actor{User: "u"}))
	}
}

// slowPhone reads its answer when the test says so.
type slowPhone struct {
	*httptest.ResponseRecorder
	sending chan struct{}
	read    chan struct{}
}

func (p slowPhone) Write(b []byte) (int, error) {
	p.sending <- struct{}{}
	<-p.read
	return p.ResponseRecorder.Write(b)
}

// The one place at the gate is free again before a slow phone has read.
func TestASlowPhoneHoldsNoPlace(t *testing.T) {
	handler, ask := serving(app.Page{Complete: true})
	phone := slowPhone{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		handler.ServeHTTP(phone, ask())
	}()
	<-phone.sending
	other := httptest.NewRecorder()
	handler.ServeHTTP(other, ask())
	if other.Code != http.StatusOK {
		t.Errorf("another first sync meanwhile: %d %s", other.Code, other.Body)
	}
	close(phone.read)
	<-done
	if phone.Body.String() != other.Body.String() {
		t.Errorf("the slow one read %s, the other %s", phone.Body, other.Body)
	}
}

// What is written by hand is what encoding/json reads: odd ids too.
func TestAPageIsWrittenAsItIs(t *testing.T) {
	puts := []app.Put{
		{Bucket: 1, Collection: "cupos", ID: "abc", Rev: 3, Data: json.RawMessage(`{"a":"<ñ&>"}`)},
		{Bucket: 2, Collection: "cupos", ID: "o'\"\\\n\x7fñ\xff", Rev: 1, Data: json.RawMessage(`{}`)},
	}
	handler, ask := serving(app.Page{Puts: puts})
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, ask())
	var got struct {
		Puts    []app.Put
		Removes []app.Remove
		Trailer struct{ Puts int }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Puts) != 2 || got.Trailer.Puts != 2 || got.Removes == nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	for n, put := range got.Puts {
		want := puts[n]
		want.ID = strings.ToValidUTF8(want.ID, "�")
		if put.Bucket != want.Bucket || put.ID != want.ID || put.Rev != want.Rev || string(put.Data) != string(want.Data) {
			t.Errorf("%+v, want %+v", put, want)
		}
	}
	handler, ask = serving(app.Page{Puts: []app.Put{{Bucket: 1, Collection: "cupos", ID: "abc"}}})
	w = httptest.NewRecorder()
	handler.ServeHTTP(w, ask())
	if w.Code != http.StatusInternalServerError {
		t.Errorf("a row without content: %d %s", w.Code, w.Body)
	}
}
