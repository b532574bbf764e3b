package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// fieldFile is a file of the field.
func fieldFile(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("../../testdata/imports", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

type readingPreview struct {
	preview
	Encoding, Separator string
	Encodings, Accents  []string
	Warnings            []struct {
		Row         int
		Code, Value string
	}
	Questions []struct {
		Key, Text, Answer string
		Rows              []int
		Options           []struct{ Value, Text string }
	}
	Sample []struct{ Cells []string }
}

func (f *file) read(reading map[string]any) readingPreview {
	f.k.T.Helper()
	var p readingPreview
	f.k.Do("POST", "/api/chaski/v1/imports/"+f.ID+"/preview", f.token, map[string]any{"reading": reading}).JSON(http.StatusOK, &p)
	return p
}

// A name that arrives damaged is told row by row, asked about once, and takes
// the place of no good name unless the person says so.
func TestDamagedNamesOverwriteNothingUnasked(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	imported(k, ana, "entities", "RUC;Nombre\n20131312955;Municipalidad de Muñani\n")
	name := func() string {
		t.Helper()
		r, err := k.App.FindFirstRecordByData("entities", "ruc", "20131312955")
		if err != nil {
			t.Fatal(err)
		}
		return r.GetString("name")
	}
	f := upload(k, ana, "entities", "x.csv", "RUC;Nombre\n20131312955;Municipalidad de MU?ANI\n20601234565;Municipalidad de MuÃ±oz\n")
	p := f.read(map[string]any{})
	if len(p.Warnings) != 2 || p.Warnings[0].Code != "import_damaged" || p.Warnings[1].Code != "import_damaged_likely" {
		t.Fatalf("%+v", p.Warnings)
	}
	if len(p.Questions) != 2 || p.Fingerprint != "" {
		t.Fatalf("asked %+v, fingerprint %q", p.Questions, p.Fingerprint)
	}
	for _, q := range p.Questions {
		if q.Text == "" || strings.Contains(q.Text, "{") || len(q.Options) != 2 || q.Options[0].Text == "" || q.Answer != "" {
			t.Errorf("%+v", q)
		}
	}
	p = f.read(map[string]any{"answers": map[string]string{"damaged_over": "keep", "damaged_repair": "repair"}})
	if p.Fingerprint == "" || len(p.Changes) != 0 || p.Counts.New != 1 {
		t.Fatalf("%+v %+v", p.Counts, p.Changes)
	}
	f.try(p.Fingerprint).JSON(http.StatusOK, f)
	if got := name(); got != "Municipalidad de Muñani" {
		t.Errorf("a damaged name took its place: %q", got)
	}
	if r, err := k.App.FindFirstRecordByData("entities", "ruc", "20601234565"); err != nil || r.GetString("name") != "Municipalidad de Muñoz" {
		t.Errorf("not repaired: %v %v", err, r)
	}
	f = upload(k, ana, "entities", "x.csv", "RUC;Nombre\n20131312955;Municipalidad de MU?ANI\n")
	p = f.read(map[string]any{"answers": map[string]string{"damaged_over": "overwrite"}})
	f.try(p.Fingerprint).JSON(http.StatusOK, f)
	if got := name(); got != "Municipalidad de MU?ANI" {
		t.Errorf("what the person asked for was not done: %q", got)
	}
}

// Each row that arrived damaged is named, however it was damaged.
func TestDamagedRowsAreNamed(t *testing.T) {
	k := testkit.World(t)
	f := upload(k, k.Token(testkit.Ana), "entities", "x.csv", fieldFile(t, "06-already-damaged-mojibake.csv"))
	var rows []int
	for _, w := range f.read(map[string]any{}).Warnings {
		if strings.HasPrefix(w.Code, "import_damaged") {
			rows = append(rows, w.Row)
		}
	}
	if !slices.Equal(rows, []int{2, 3, 4}) {
		t.Errorf("damaged rows %v", rows)
	}
}

// The person sees texts with accents, and reads the file another way.
func TestEncodingIsShownAndChosen(t *testing.T) {
	k := testkit.World(t)
	f := upload(k, k.Token(testkit.Ana), "entities", "x.csv", fieldFile(t, "04-msdos-cp850.csv"))
	p := f.read(map[string]any{})
	if p.Encoding != "MS-DOS (CP850)" || len(p.Notes) != 1 || len(p.Accents) != 1 || !strings.Contains(p.Accents[0], "Ñahuimpuquio y Mañazo, Áncash") {
		t.Fatalf("%+v", p)
	}
	for _, encoding := range p.Encodings {
		if encoding == "UTF-16" {
			continue // no letter of it would be one
		}
		if q := f.read(map[string]any{"encoding": encoding, "separator": "punto y coma"}); q.Encoding != encoding {
			t.Errorf("%s is read as %s", encoding, q.Encoding)
		}
	}
}
