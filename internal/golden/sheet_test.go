package golden_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"chaski/internal/domain/progress"
)

// sheet is a report cell by cell, as JSON. The test edits the counts a change
// must move and derives the rest in its own way, with exact fractions.
type sheet map[string]string

func (s sheet) int(cell string) int64 {
	n, _ := strconv.ParseInt(s[cell], 10, 64) // absent is none
	return n
}

func (s sheet) add(cell string, delta int64) { s[cell] = fmt.Sprint(s.int(cell) + delta) }

// optional sets a cell that is only there when it is not zero.
func (s sheet) optional(cell string, n int64) {
	delete(s, cell)
	if n != 0 {
		s[cell] = fmt.Sprint(n)
	}
}

func (s sheet) text(cell string) string { return strings.Trim(s[cell], `"`) }

func (s sheet) quote(cell, value string) {
	raw, _ := json.Marshal(value)
	s[cell] = string(raw)
}

func (s sheet) addMoney(cell string, delta int64) {
	n, err := progress.ParseMoney(s.text(cell))
	if err != nil {
		panic(cell + ": " + err.Error())
	}
	s.quote(cell, progress.Money(n+delta))
}

// share is 100·part/whole, rounded half away from zero.
func share(part, whole int64, places int) string {
	if whole == 0 {
		return ""
	}
	return new(big.Rat).Mul(big.NewRat(part, whole), big.NewRat(100, 1)).FloatString(places)
}

var aoCell = regexp.MustCompile(`^actividades_operativas\[(\w+)\]\.clave$`)

func (s sheet) aos() []string {
	var out []string
	for _, cell := range slices.Sorted(maps.Keys(s)) {
		if m := aoCell.FindStringSubmatch(cell); m != nil {
			out = append(out, m[1])
		}
	}
	return out
}

func (s sheet) drop(prefix string) {
	for cell := range s {
		if strings.HasPrefix(cell, prefix) {
			delete(s, cell)
		}
	}
}

// derive computes again what follows from the counts.
func (s sheet) derive() {
	jobs := s.int("empleos.total.empleos")
	s["aei.ejecutado"] = fmt.Sprint(jobs)
	s.quote("aei.pct_exacto", share(jobs, s.int("aei.meta"), 4))
	s.quote("aei.pct_0dec", share(jobs, s.int("aei.meta"), 0))
	s.deriveAOs()
	people := s.int("participantes.total")
	for key, cell := range map[string]string{
		"mujeres": "sexo.mujeres", "hombres": "sexo.hombres", "e18_29": "edad.18_29", "e30_59": "edad.30_59", "e60_64": "edad.60_64",
	} {
		n := s.int("participantes." + cell)
		s.quote("participantes.pct_exacto."+key, share(n, people, 4))
		s.quote("participantes.pct_1dec."+key, share(n, people, 1))
	}
	s["participantes.suma_sexos"] = fmt.Sprint(s.int("participantes.sexo.mujeres") + s.int("participantes.sexo.hombres"))
	s["participantes.suma_edades"] = fmt.Sprint(s.int("participantes.edad.18_29") + s.int("participantes.edad.30_59") + s.int("participantes.edad.60_64"))
	s["participantes.exceso_sobre_empleos"] = fmt.Sprint(people - jobs)
	s.quote("participantes.razon_participante_empleo", big.NewRat(people, jobs).FloatString(6))
}

func (s sheet) deriveAOs() {
	var counted, atLeast, above int64
	sum := new(big.Rat)
	for _, key := range s.aos() {
		at := "actividades_operativas[" + key + "]"
		exec, target := s.int(at+".fisico.ejecutado"), s.int(at+".fisico.programado")
		s.quote(at+".fisico.pct_exacto", share(exec, target, 10))
		s.quote(at+".fisico.pct_1dec", share(exec, target, 1))
		cut := min(exec, target)
		s.quote(at+".fisico.pct_ajustado", share(cut, target, 10))
		if s[at+".seguimiento_aprobado"] != "true" || target <= 0 {
			continue
		}
		counted++
		if exec >= target {
			atLeast++
		}
		if exec > target {
			above++
		}
		sum.Add(sum, new(big.Rat).Mul(big.NewRat(cut, target), big.NewRat(100, 1)))
	}
	s["cuadro1.numero_ao"], s["cuadro1.ao_ge_100"], s["cuadro1.ao_gt_100_estricto"] = fmt.Sprint(counted), fmt.Sprint(atLeast), fmt.Sprint(above)
	mean := sum.Quo(sum, big.NewRat(counted, 1))
	s.quote("cuadro1.promedio_ajustado_recalculado", mean.FloatString(10))
	s.quote("cuadro1.promedio_ajustado_2dec", mean.FloatString(2))
}

// The test's own arithmetic gives what the report gives, before anything moves.
func TestDerivingIsTheReportsArithmetic(t *testing.T) {
	w := voidingWorld(t, newRand(7))
	before := w.report(t)
	derived := maps.Clone(before)
	w.countPeople(derived, "")
	w.countDistinct(derived)
	derived.derive()
	compare(t, "derived", derived, before)
	for _, cell := range []string{"empleos.total.empleos", "participantes.total", "transferencias.total.numero", "informes_gestion.total", "participantes.sexo.contradictorio"} {
		if before.int(cell) == 0 {
			t.Errorf("the world has no %s", cell)
		}
	}
}

// countDistinct counts from base rows what is no sum.
func (w *world) countDistinct(s sheet) {
	s["informes_gestion.unidades_territoriales"] = fmt.Sprint(w.int(`SELECT count(DISTINCT r.ut) FROM management_reports r JOIN aos a ON a.id = r.ao
		WHERE a.exercise = 2026 AND a.key = 'gestion' AND r.state = 'aprobado' AND r.ut <> ''`))
	s["transferencias.total.gobiernos_locales"] = fmt.Sprint(w.int(`SELECT count(DISTINCT c.executor) FROM transfers t JOIN convenios c ON c.id = t.convenio
		WHERE t.state IN ('devengada', 'girada') AND t.accrued_on BETWEEN '2026-01-01' AND '2026-12-31'`))
	s["transferencias.resoluciones_ministeriales_grafico2"] = fmt.Sprint(w.int(`SELECT count(DISTINCT resolution) FROM transfers
		WHERE state IN ('devengada', 'girada') AND accrued_on BETWEEN '2026-01-01' AND '2026-12-31'`))
	for _, frame := range []string{"ordinary", "ley_31728"} {
		for cell, what := range map[string]string{"distritos": "d.ubigeo", "aii": "i.id"} {
			s["empleos.por_origen[2026 "+frameWords[frame]+"]."+cell] = fmt.Sprint(w.int(`SELECT count(DISTINCT ` + what + `) FROM interventions i
				JOIN convenios c ON c.intervention = i.id AND c.funding_year = 2026 AND c.funding_frame = '` + frame + `' JOIN districts d ON d.id = i.district
				WHERE i.kind = 'aii' AND EXISTS (SELECT 1 FROM progress_people p WHERE p.intervention = i.id AND p.exercise = 2026)`))
		}
	}
}
