package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

func (a *API) importRoutes(g *echo.Group) {
	g.GET("/imports", asks(a.importList))
	g.POST("/imports", asks(a.importUpload))
	g.GET("/imports/kinds", asks(a.importKinds))
	g.GET("/imports/under-way", asks(a.importsUnderWay))
	g.GET("/imports/kinds/:kind/template", a.importTemplate)
	g.POST("/imports/files", takes(a.importBegin))
	g.PUT("/imports/:import/bytes", asks(a.importPiece))
	g.GET("/imports/:import", asks(a.importOne))
	g.DELETE("/imports/:import", asks(a.importDiscard))
	g.POST("/imports/:import/preview", takes(a.importPreview))
	g.GET("/imports/:import/bad-rows", a.importBadRows)
	g.GET("/imports/:import/file", a.importFile)
	g.POST("/imports/:import/apply", a.importApply)
	g.POST("/imports/:import/undo", a.importUndo)
}

func (a *API) importKinds(c echo.Context) (any, error) {
	if !imports.May(who(c)) {
		return nil, fault.New(fault.Forbidden, "")
	}
	items := []importKindShape{}
	for _, s := range imports.Specs {
		if _, err := imports.SpecOf(who(c), s.Kind); err == nil {
			items = append(items, importKindOf(s))
		}
	}
	return map[string]any{"items": items, "max_bytes": imports.MaxFile}, nil
}

func (a *API) importTemplate(c echo.Context) error {
	var q struct {
		Format string `query:"format" json:"format" validate:"max=10"`
	}
	if err := query(c, &q); err != nil {
		return err
	}
	kind, format := c.Param("kind"), q.Format
	var out bytes.Buffer
	if err := a.Imports.Template(who(c), &out, imports.Kind(kind), format); err != nil {
		return err
	}
	types := map[string]string{"csv": csvType, "xlsx": xlsxType}
	return download(c, "plantilla-"+kind+"."+format, types[format], out.Bytes())
}

const (
	csvType  = "text/csv; charset=utf-8"
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

func download(c echo.Context, name, contentType string, body []byte) error {
	return downloadFrom(c, name, contentType, bytes.NewReader(body))
}

func downloadFrom(c echo.Context, name, contentType string, body io.Reader) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf("attachment; filename=%q", name))
	h.Set(echo.HeaderXContentTypeOptions, "nosniff")
	h.Set(echo.HeaderCacheControl, "no-store")
	return c.Stream(http.StatusOK, contentType, body)
}

func (a *API) importList(c echo.Context) (any, error) {
	return items(a.importOf)(a.Imports.List(who(c)))
}

// importsUnderWay tells whoever sees figures which imports are not whole.
func (a *API) importsUnderWay(c echo.Context) (any, error) {
	return items(a.underWayOf)(a.Imports.Partial(who(c)))
}

// importUpload takes the file as the body, its kind and name in the query.
func (a *API) importUpload(c echo.Context) (any, error) {
	var q struct {
		Kind string `query:"kind" json:"kind" validate:"max=60"`
		Name string `query:"name" json:"name" validate:"max=1000"`
	}
	if err := query(c, &q); err != nil {
		return nil, err
	}
	kind := imports.Kind(q.Kind)
	if _, err := imports.SpecOf(who(c), kind); err != nil {
		return nil, err
	}
	name := fileName(q.Name)
	if name == "" {
		return nil, fault.New(fault.Required, "name")
	}
	if err := a.Operations.Room(max(0, c.Request().ContentLength)); err != nil {
		return nil, err
	}
	b := imports.Batch{Kind: kind, FileName: name}
	path, err := receive(c, &b)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(path) }()
	return as(a.importOf)(a.Imports.Upload(who(c), b, path))
}

// importBegin announces a file that comes in pieces.
func (a *API) importBegin(c echo.Context, q struct {
	Kind   string `json:"kind" validate:"max=60"`
	Name   string `json:"name" validate:"max=1000"`
	Size   int64  `json:"size" validate:"min=0"`
	SHA256 string `json:"sha256" validate:"len=64,hexadecimal,lowercase"`
},
) (any, error) {
	name := fileName(q.Name)
	if name == "" {
		return nil, fault.New(fault.Required, "name")
	}
	if err := a.Operations.Room(min(q.Size, imports.MaxFile)); err != nil {
		return nil, err
	}
	return as(a.importOf)(a.Imports.Begin(who(c), imports.Batch{Kind: imports.Kind(q.Kind), FileName: name, Size: q.Size, SHA256: q.SHA256}))
}

// importPiece takes bytes of a file as the body.
func (a *API) importPiece(c echo.Context) (any, error) {
	var q struct {
		Offset int64 `query:"offset" json:"offset" validate:"min=0"`
	}
	if err := query(c, &q); err != nil {
		return nil, err
	}
	if !imports.May(who(c)) {
		return nil, fault.New(fault.Forbidden, "")
	}
	if err := a.Operations.Room(max(0, c.Request().ContentLength)); err != nil {
		return nil, err
	}
	bytes, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, imports.MaxPiece))
	if err != nil {
		return nil, fault.Wrap(fault.BodyTooLarge, err)
	}
	return as(a.importOf)(a.Imports.Piece(who(c), c.Param("import"), q.Offset, bytes))
}

// fileName keeps what a person would call the file: no folders, no controls.
func fileName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s))
	const longest = 150
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest])
	}
	return s
}

// receive writes the body to a file of its own while hashing it.
func receive(c echo.Context, b *imports.Batch) (string, error) {
	ext := strings.ToLower(filepath.Ext(b.FileName))
	if ext != ".xlsx" && ext != ".xlsm" {
		ext = ".csv"
	}
	out, err := os.CreateTemp("", "chaski-upload-*"+ext)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	body := http.MaxBytesReader(c.Response(), c.Request().Body, imports.MaxBytes)
	n, err := io.Copy(io.MultiWriter(out, sum), body)
	err = errors.Join(err, out.Close())
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		err = fault.New(fault.ImportFileTooLarge, "").With("max", strconv.Itoa(imports.MaxBytes>>20))
	case err == nil && n == 0:
		err = fault.New(fault.ImportFileEmpty, "")
	}
	if err != nil {
		_ = os.Remove(out.Name())
		return "", err
	}
	b.Size, b.SHA256 = n, hex.EncodeToString(sum.Sum(nil))
	return out.Name(), nil
}

func (a *API) importOne(c echo.Context) (any, error) {
	b, _, err := a.Imports.Find(who(c), c.Param("import"))
	return as(a.importOf)(b, err)
}

func (a *API) importDiscard(c echo.Context) (any, error) {
	return nil, a.Imports.Discard(who(c), c.Param("import"))
}

func (a *API) importPreview(c echo.Context, q struct {
	Reading *readingShape `json:"reading"`
},
) (any, error) {
	return as(a.previewOf)(a.Imports.Preview(c.Request().Context(), who(c), c.Param("import"), q.Reading.reading()))
}

func (a *API) importBadRows(c echo.Context) error {
	var out bytes.Buffer
	err := a.Imports.BadRows(c.Request().Context(), who(c), c.Param("import"), &out, func(f *fault.Fault) string { return say(f).Message })
	if err != nil {
		return err
	}
	return download(c, "filas-por-corregir.csv", csvType, out.Bytes())
}

// importFile answers the original file, as it was sent.
func (a *API) importFile(c echo.Context) error {
	b, path, done, err := a.Imports.Original(who(c), c.Param("import"))
	if err != nil {
		return err
	}
	defer done()
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	return downloadFrom(c, b.FileName, "application/octet-stream", in)
}

func (a *API) importApply(c echo.Context) error {
	var q struct {
		Fingerprint string `json:"fingerprint" validate:"max=64"`
	}
	if err := bind(c, &q); err != nil {
		return err
	}
	b, err := a.Imports.Apply(c.Request().Context(), who(c), c.Param("import"), q.Fingerprint)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if b.State == imports.Applying {
		status = http.StatusAccepted
	}
	return c.JSON(status, a.importOf(b))
}

type undoRequest struct {
	Reason string `json:"reason" validate:"max=1000"`
}

func (a *API) importUndo(c echo.Context) error {
	var q undoRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	b, refusals, err := a.Imports.Undo(c.Request().Context(), who(c), c.Param("import"), q.Reason)
	if err != nil {
		return err
	}
	out := undoShape{Undone: b.State == imports.Undone, Refusals: refusalsOf(refusals), Refused: len(refusals), Import: a.importOf(b)}
	if out.Refused > 0 {
		out.Message = say(fault.New(fault.ImportUndoRefused, "")).Message
	}
	status := http.StatusOK
	if b.State == imports.Undoing {
		status = http.StatusAccepted
	}
	return c.JSON(status, out)
}

// shownRefusals bounds the list of an undo that is not possible.
const shownRefusals = 200
