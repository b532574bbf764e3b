package cli

import (
	"fmt"
	"io"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"chaski/internal/app"
	"chaski/internal/demo"
	"chaski/internal/domain/figures"
	"chaski/internal/report"
	"chaski/internal/store"
	"chaski/internal/store/board"
)

var formats = map[string]func(io.Writer, figures.Report) error{"json": report.JSON, "csv": report.CSV, "text": report.Text}

// Figures prints the report of an exercise, computed from its rows.
func Figures(pb *pocketbase.PocketBase, engine *store.Engine) *cobra.Command {
	var year int64
	var format string
	c := &cobra.Command{
		Use:   "figures",
		Short: "Muestra las cifras de un ejercicio: Cuadros 1 a 5, participantes, indicador de la AEI",
		Long: `Calcula desde las filas las cifras de un ejercicio, como las pide la Ficha de implementación de la AEI:
Cuadros 1 a 5, participantes, indicador, transferencias e informes por unidad. Nada está escrito de antemano.

  --format text   tablas para leer (por defecto en una terminal)
  --format json   con las claves de la Ficha (por defecto hacia un archivo o programa)
  --format csv    una línea por celda: cuadro, fila, columna, valor`,
		Example:      "  chaski figures --year 2023\n  chaski figures --year 2023 --format json > cifras.json",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format == "" {
				format = defaultFormat(cmd.OutOrStdout())
			}
			write, known := formats[format]
			if !known {
				return fmt.Errorf("formato %q desconocido: use text, json o csv", format)
			}
			if year == 0 {
				year = int64(engine.Today().Month().Year())
			}
			if err := pb.RunAllMigrations(); err != nil {
				return err
			}
			if err := demo.Unfinished(pb); err != nil {
				return err
			}
			r, err := app.YearOf(board.NewFigures(engine, pb), year)
			if err != nil {
				return fmt.Errorf("no hay cifras del ejercicio %d: %w", year, err)
			}
			return write(cmd.OutOrStdout(), r)
		},
	}
	c.Flags().Int64Var(&year, "year", 0, "ejercicio (por defecto el año en curso)")
	c.Flags().StringVar(&format, "format", "", "text, json o csv")
	return c
}

// defaultFormat is text for people, json for programs.
func defaultFormat(w io.Writer) string {
	if isTerminal(w) {
		return "text"
	}
	return "json"
}
