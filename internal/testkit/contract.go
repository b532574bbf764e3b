package testkit

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"chaski/internal/httpapi"
)

var contract = sync.OnceValues(func() (routers.Router, error) {
	_, here, _, _ := runtime.Caller(0)
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(filepath.Dir(here), "../../docs/openapi.yaml"))
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// Documented lists "METHOD path" of every documented route.
func Documented() ([]string, error) {
	_, here, _, _ := runtime.Caller(0)
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(filepath.Dir(here), "../../docs/openapi.yaml"))
	if err != nil {
		return nil, err
	}
	var out []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			out = append(out, method+" "+path)
		}
	}
	return out, nil
}

// keepsContract fails the test when an answer of ours is not as
// docs/openapi.yaml says: every test that talks to the server checks it.
func (k *Kit) keepsContract(r *http.Request, sent []byte, got Response) {
	k.T.Helper()
	if !strings.HasPrefix(r.URL.Path, httpapi.Prefix) {
		return
	}
	router, err := contract()
	if err != nil {
		k.T.Fatalf("docs/openapi.yaml: %v", err)
	}
	route, params, err := router.FindRoute(r)
	if err != nil {
		if got.Status != http.StatusNotFound {
			k.T.Errorf("%s %s answers %d but is not documented", r.Method, r.URL.Path, got.Status)
		}
		return
	}
	request := r.Clone(context.Background())
	request.Body = io.NopCloser(bytes.NewReader(sent))
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if got.Status == http.StatusOK {
		if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
			k.T.Errorf("%s %s accepted what is not documented: %v", r.Method, r.URL.Path, err)
		}
	}
	answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: got.Status, Header: got.Header}
	answer.SetBodyBytes(got.Body)
	if err := openapi3filter.ValidateResponse(context.Background(), answer); err != nil {
		k.T.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
}
