package server_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/xuri/excelize/v2"

	"chaski/internal/httpapi"
	"chaski/internal/testkit"
)

// hostileNames are names that some spreadsheet would run, as people could write
// them in a form, an import or the dashboard.
var hostileNames = []string{
	`=HYPERLINK("http://x")`, "  =1+1", "\t+1+1", "＝1+1", "@SUM(A1)", "-1+1", "Obra;=1+1", "Obra\n=1+1", `Obra";=1+1`, "\u3000=1+1", "Obra\t@x", "'=1+1",
}

// Every route that answers a table is walked with hostile names in all that it
// shows. A new one fails this test until it is walked too.
func TestNoExportRunsAnything(t *testing.T) {
	k := testkit.World(t)
	for i, name := range hostileNames {
		for collection, fields := range map[string]map[string]any{
			"uts":      {"code": fmt.Sprintf("UT%02d", 50+i), "name": name},
			"entities": {"ruc": rucs[i], "name": name},
			"aos": {
				"key": fmt.Sprintf("hostil%d", i), "name": name, "exercise": 2026, "funding_frame": "ordinary", "unit_measure": "job",
				"budget_category": "PP0073", "counting_rule": "cupo_v1", "followup_approved": true, "physical_target": 10, "financial_target": 1_00,
			},
		} {
			k.Save(collection, testkit.ID(fmt.Sprintf("hostil%d", i)), fields)
		}
	}
	k.Save("exercises", testkit.ID("ex2026"), map[string]any{"note": hostileNames[0]})
	ana := k.Token(testkit.Ana)
	bad := upload(k, ana, "entities", "=malo.csv", badEntities())
	bad.preview(map[string]any{})

	walked := map[string][]string{
		"/figures/{year}/csv":            {"/figures/2026/csv"},
		"/exercises/{year}/aos/{ao}/csv": {"/exercises/2026/aos/" + testkit.JobAO + "/csv"},
		"/imports/{import}/bad-rows":     {"/imports/" + bad.ID + "/bad-rows"},
		"/imports/kinds/{kind}/template": {"/imports/kinds/entities/template?format=csv", "/imports/kinds/rosters/template?format=xlsx"},
	}
	if got, want := tableRoutes(t), keys(walked); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Fatalf("routes that answer tables: %v, walked: %v", got, want)
	}
	told := ""
	for _, paths := range walked {
		for _, path := range paths {
			r := k.Do("GET", httpapi.Prefix+path, ana, nil)
			if r.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", path, r.Status, r.Body)
			}
			if strings.Contains(r.Header.Get("Content-Type"), "spreadsheetml") {
				runsNoBook(t, path, r.Body)
				continue
			}
			told += string(r.Body)
			runsNoText(t, path, string(r.Body))
		}
	}
	for _, planted := range []string{"'=HYPERLINK(", "'＝1+1", ";'=1+1", "''=1+1"} {
		if !strings.Contains(told, planted) {
			t.Errorf("%q is in no table: nothing was planted there", planted)
		}
	}
}

// badEntities are rows whose RUC is wrong and whose names are hostile.
func badEntities() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = ';'
	_ = w.Write([]string{"RUC", "Nombre de la entidad", "Ubigeo"})
	for _, name := range hostileNames {
		_ = w.Write([]string{"123", name, "150101"})
	}
	w.Flush()
	return b.String()
}

// tableRoutes are the documented routes that answer CSV or a workbook.
func tableRoutes(t *testing.T) []string {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../docs/openapi.yaml")
	if err == nil {
		err = doc.Validate(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for path, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			ok := operation.Responses.Status(http.StatusOK)
			if ok == nil {
				continue
			}
			for kind := range ok.Value.Content {
				if strings.Contains(kind, "csv") || strings.Contains(kind, "spreadsheet") {
					out = append(out, path)
					break
				}
			}
		}
	}
	sort.Strings(out)
	return out
}

func keys(m map[string][]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

var plainNumber = regexp.MustCompile(`^[+-]?[0-9.,]+%?$`)

// runsNoText cuts a table at whatever separator a spreadsheet of some country
// takes, and looks at how each piece begins.
func runsNoText(t *testing.T, path, body string) {
	t.Helper()
	body = strings.TrimPrefix(body, "\ufeff")
	for _, piece := range regexp.MustCompile(`[,;|\t\r\n]`).Split(body, -1) {
		piece = strings.TrimLeft(piece, " \"\u00a0\u3000\u200b\ufeff")
		if piece == "" || plainNumber.MatchString(strings.TrimRight(piece, `"`)) {
			continue
		}
		if strings.ContainsRune("=+-@＝＋－＠", []rune(piece)[0]) {
			t.Errorf("%s: a spreadsheet would run %q", path, piece)
		}
	}
}

func runsNoBook(t *testing.T, path string, body []byte) {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil || len(rows) == 0 {
			t.Fatal(err, sheet)
		}
		for y, row := range rows {
			for x, value := range row {
				name, _ := excelize.CoordinatesToCellName(x+1, y+1)
				if formula, _ := f.GetCellFormula(sheet, name); formula != "" {
					t.Errorf("%s %s: formula %q", path, name, formula)
				}
				runsNoText(t, path+" "+name, value)
			}
		}
	}
}

// What comes back from a list of rows to correct is what was sent.
func TestBadRowsComeBackAsTheyWere(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	f := upload(k, ana, "entities", "malo.csv", badEntities())
	f.preview(map[string]any{})
	list := string(k.Do("GET", httpapi.Prefix+"/imports/"+f.ID+"/bad-rows", ana, nil).Body)
	// Corrected and sent again: only the RUC is changed.
	for i := range hostileNames {
		list = strings.Replace(list, ",123,", fmt.Sprintf(",%s,", rucs[i]), 1)
	}
	f = upload(k, ana, "entities", "corregido.csv", list)
	p := f.preview(map[string]any{})
	for _, x := range p.Problems {
		t.Errorf("row %d %s %q: %s", x.Row, x.Column, x.Value, x.Message)
	}
	f.try(p.Fingerprint).JSON(http.StatusOK, f)
	for i, ruc := range rucs {
		r, err := k.App.FindFirstRecordByData("entities", "ruc", ruc)
		if err != nil {
			t.Fatal(err)
		}
		// An apostrophe in the person's own file is a spreadsheet's mark for a text.
		if want := strings.TrimPrefix(strings.Join(strings.Fields(hostileNames[i]), " "), "'"); r.GetString("name") != want {
			t.Errorf("%q came back as %q", want, r.GetString("name"))
		}
	}
}

// rucs are one for each hostile name.
var rucs = []string{
	"20601235006",
	"20601235014",
	"20601235022",
	"20601235031",
	"20601235049",
	"20601235057",
	"20601235065",
	"20601235073",
	"20601235081",
	"20601235090",
	"20601235103",
	"20601235111",
}
