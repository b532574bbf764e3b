package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// ErrDiffers says that something is not as it should be; the report names it.
var ErrDiffers = errors.New("la verificación encontró diferencias")

const help = `Recalcula todas las cifras desde las filas que las prueban y las compara con las que se muestran.
No usa los cálculos de la aplicación: tiene sus propias consultas. Comprueba:

  - lo que cada cupo, transferencia, saldo y registro presupuestal aporta a una cifra;
  - los jornales en disputa: de una persona y un día se afirman cosas que no pueden ser a la vez;
  - que los asientos sumen ese aporte, y que cada cifra sea la suma de sus asientos;
  - que cada fila sea la que los equipos reciben, que llegue a quienes corresponde y a nadie más,
    y que las sumas de control coincidan;
  - que ninguna fila haya cambiado fuera de la aplicación (por ejemplo, con SQL a mano).

Nombra cada fila que difiere, con lo esperado y lo encontrado. Termina con 0 si todo coincide y
con 1 si hay diferencias. No corrige nada. Puede ejecutarse con el servidor en marcha.

Una fila cambiada a mano sigue nombrada, aunque después se corrija en la aplicación, hasta que alguien
responda por ella con --acknowledge y un motivo, que queda en la auditoría; con --row, solo por las filas
que se indican. También se puede en «Problemas en los datos». Eso no deshace el cambio: la cifra ya lo
toma en cuenta. Si se vuelve a cambiar a mano, se vuelve a nombrar.`

// Command is `chaski verify`. catchUp takes in what arrived past the hooks, answer
// notes who answers for it. On differences RunE answers ErrDiffers, for which main exits with 1.
func Command(app core.App, catchUp func() error, answer Answer) *cobra.Command {
	var asJSON bool
	var reason string
	var rows []string
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Recalcula todas las cifras desde las filas y nombra cada diferencia",
		Long:  help,
		Example: `  chaski verify --dir pb_data
  chaski verify --dir pb_data --json > verificacion.json
  chaski verify --dir pb_data --acknowledge "Corrección pedida en el oficio 12-2026"
  chaski verify --dir pb_data --acknowledge "Corrección pedida en el oficio 12-2026" --row transfers/a1b2c3d4e5f6g7h`,
		Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(rows) > 0 && !cmd.Flags().Changed("acknowledge") {
				return errors.New("--row acompaña a --acknowledge: escriba también el motivo")
			}
			if cmd.Flags().Changed("acknowledge") {
				if err := acknowledge(app, answer, reason, rows, cmd.ErrOrStderr()); err != nil {
					return err
				}
			}
			return run(app, catchUp, asJSON, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "escribe el informe completo en JSON")
	cmd.Flags().StringVar(&reason, "acknowledge", "", "responde, con este motivo, por las filas cambiadas fuera de la aplicación")
	cmd.Flags().StringArrayVar(&rows, "row", nil, "con --acknowledge: solo por esta fila, como colección/id; puede repetirse")
	return cmd
}

func run(app core.App, catchUp func() error, asJSON bool, out io.Writer) error {
	text := out
	if asJSON {
		text = io.Discard
	}
	report, err := Run(app, catchUp, text)
	if err != nil {
		return err
	}
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(report); err != nil {
			return err
		}
	}
	if !report.OK() {
		return ErrDiffers
	}
	return nil
}

// Answer notes who answers, with a reason, for rows changed past the application:
// those named as collection/id, or every one. It answers how many.
type Answer func(reason string, rows []string) (int, error)

func acknowledge(app core.App, answer Answer, reason string, rows []string, out io.Writer) error {
	if !app.HasTable("dirty") {
		return ErrNoDatabase
	}
	n, err := answer(strings.TrimSpace(reason), rows)
	if err == nil {
		_, err = fmt.Fprintf(out, "Anotado en la auditoría: %d filas cambiadas fuera de la aplicación, con su motivo.\n", n)
	}
	return err
}
