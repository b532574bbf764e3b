package verify

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// titles of the checks, for people.
var titles = map[string]string{
	CheckUnattributed:  "Filas cambiadas fuera de la aplicación",
	CheckTriggers:      "Disparadores que detectan esos cambios",
	CheckContributions: "Lo que cada fila aporta a una cifra",
	CheckPeople:        "Quiénes participaron en cada ejercicio",
	CheckPostings:      "Asientos con que llegó a su mes",
	CheckCells:         "Cifras por AO, recurso y mes",
	CheckGroups:        "Personas y trabajos por grupo",
	CheckDisputed:      "Jornales en disputa",
	CheckKept:          "Conteos guardados de cada ejercicio",
	CheckRows:          "Filas recordadas para sincronizar",
	CheckBuckets:       "A qué equipos corresponde cada fila",
	CheckSequence:      "Orden de los cambios y envíos confirmados",
	CheckProblems:      "Filas con datos que su regla no admite",
	CheckListed:        "La lista de esos problemas",
	CheckValidations:   "Hojas validadas que dicen lo que se validó",
	CheckCover:         "Cobertura del seguro, y desde cuándo se sabe",
	CheckFiles:         "Archivos guardados, leídos enteros",
	CheckMerge:         "Cambios combinados, conflictos y revisiones",
}

// shown bounds the differences of one check that are written out; --json has all.
const shown = 50

// Write writes the report as people read it.
func (r Report) Write(w io.Writer) error {
	t := &strings.Builder{}
	table := tabwriter.NewWriter(t, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "revisado\tdiferencias\t") // a Builder never fails
	for _, check := range Checks {
		_, _ = fmt.Fprintf(table, "%d\t%d\t  %s\n", r.Checked[check], r.Of(check), titles[check])
	}
	_ = table.Flush()
	for _, check := range Checks {
		r.writeDifferences(t, check)
	}
	switch {
	case !r.OK():
		fmt.Fprintf(t, "\nDIFERENCIAS: %d. Arriba se nombra cada una.\n", len(r.Differences))
	case r.Checked[CheckRows] == 0:
		t.WriteString("\nLa base está vacía: no había nada que comprobar.\n")
	default:
		t.WriteString("\nSin diferencias: todo se recalculó desde las filas y coincide.\n")
	}
	_, err := io.WriteString(w, t.String())
	return err
}

func (r Report) writeDifferences(t *strings.Builder, check string) {
	n := 0
	for _, d := range r.Differences {
		if d.Check != check {
			continue
		}
		if n == 0 {
			fmt.Fprintf(t, "\n%s\n", titles[check])
		}
		if n++; n > shown {
			continue
		}
		fmt.Fprintf(t, "  %s\n    esperado:   %s\n    encontrado: %s\n", d.Row, d.Expected, d.Found)
	}
	if n > shown {
		fmt.Fprintf(t, "  … y %d más (con --json se ven todas)\n", n-shown)
	}
}
