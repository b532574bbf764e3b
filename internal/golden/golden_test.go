package golden_test

import (
	"os"
	"strings"
	"testing"

	"chaski/internal/golden"
)

func TestCompareNamesEveryCell(t *testing.T) {
	want := []byte(`{"nota":"n","total_si_551":1,"pct_impreso":"2","a":{"b":1,"c":null},
		"actividades_operativas":[{"clave":"x","n":1},{"clave":"y","n":2}],"por_origen":[{"anio_recurso":2021,"marco":"O","n":1}],"gone":{"deep":"1"}}`)
	got := []byte(`{"a":{"b":2,"c":null,"more":1},"actividades_operativas":[{"clave":"y","n":2},{"clave":"x","n":"1"}],"por_origen":[{"anio_recurso":2021,"marco":"O","n":1}]}`)
	compared, differences, err := golden.Compare(want, got)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, d := range differences {
		said = append(said, d.String())
	}
	const expected = `a.b: 1 expected, 2 computed
actividades_operativas[x].n: 1 expected, "1" computed
gone.deep: "1" expected, missing`
	if strings.Join(said, "\n") != expected || compared != 10 {
		t.Errorf("%d compared:\n%s", compared, strings.Join(said, "\n"))
	}
	if _, _, err := golden.Compare(want, []byte(`{`)); err == nil {
		t.Error("what is no JSON was compared")
	}
}

// Of the published figures just those are left out that are no result.
func TestNothingElseIsLeftOut(t *testing.T) {
	raw, err := os.ReadFile("../demo/golden-2023.json")
	if err != nil {
		t.Fatal(err)
	}
	compared, differences, err := golden.Compare(raw, raw)
	if err != nil || len(differences) != 0 {
		t.Fatal(err, differences)
	}
	if compared != 243 {
		t.Errorf("%d cells are compared: if the file changed, say how many", compared)
	}
}
