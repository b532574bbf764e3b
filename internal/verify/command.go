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
  - que los asientos sumen ese aporte, y que cada cifra sea la suma de sus asientos;
  - que cada fila sea la que los equipos reciben, que llegue a quienes corresponde y a nadie más,
    y que las sumas de control coincidan;
  - que ninguna fila haya cambiado fuera de la aplicación (por ejemplo, con SQL a mano).

Nombra cada fila que difiere, con lo esperado y lo encontrado. Termina con 0 si todo coincide y
con 1 si hay diferencias. No corrige nada. Puede ejecutarse con el servidor en marcha.

Una fila cambiada a mano sigue nombrada hasta que alguien responda por ella con --acknowledge y
un motivo, que queda en la auditoría. Eso no deshace el cambio: la cifra ya lo toma en cuenta.`

// Command is `chaski verify`. settle takes in what arrived past the hooks. On
// differences RunE answers ErrDiffers, for which main exits with 1.
func Command(app core.App, settle func() error) *cobra.Command {
	var asJSON bool
	var reason string
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Recalcula todas las cifras desde las filas y nombra cada diferencia",
		Long:  help,
		Example: `  chaski verify --dir pb_data
  chaski verify --dir pb_data --json > verificacion.json
  chaski verify --dir pb_data --acknowledge "Corrección pedida en el oficio 12-2026"`,
		Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("acknowledge") {
				if err := acknowledge(app, settle, reason, cmd.ErrOrStderr()); err != nil {
					return err
				}
			}
			return run(app, settle, asJSON, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "escribe el informe completo en JSON")
	cmd.Flags().StringVar(&reason, "acknowledge", "", "responde, con este motivo, por las filas cambiadas fuera de la aplicación")
	return cmd
}

func run(app core.App, settle func() error, asJSON bool, out io.Writer) error {
	text := out
	if asJSON {
		text = io.Discard
	}
	report, err := Run(app, settle, text)
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

func acknowledge(app core.App, settle func() error, reason string, out io.Writer) error {
	if strings.TrimSpace(reason) == "" {
		return errors.New("--acknowledge necesita un motivo: quién lo cambió, por qué y con qué documento")
	}
	if !app.HasTable("dirty") {
		return ErrNoDatabase
	}
	if err := settle(); err != nil {
		return err
	}
	n, err := Acknowledge(app, strings.TrimSpace(reason))
	if err == nil {
		_, err = fmt.Fprintf(out, "Anotado en la auditoría: %d filas cambiadas fuera de la aplicación, con su motivo.\n", n)
	}
	return err
}
