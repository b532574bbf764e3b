package cli

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"chaski/internal/demo"
	"chaski/internal/demoaccess"
	"chaski/internal/domain/day"
	"chaski/internal/store"
)

// Demo loads the demonstration data.
func Demo(pb *pocketbase.PocketBase, engine *store.Engine) *cobra.Command {
	var o demo.Options
	var today string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Carga los datos de demostración en una base vacía",
		Long: `Carga dos ejercicios en una base vacía, en segundos:

  2023              cerrado, con las cifras de la Ficha de implementación como saldos con fecha,
                    marcados «saldo importado de la Ficha».
  el año de --today en marcha, marcado «ejercicio de demostración»: actividades en ejecución,
                    padrones, pólizas que cubren y que no, y cuentas para cada rol.

Con --national, 2023 se escribe fila por fila en lugar de los saldos: 4 791 actividades, 215 247 cupos que
cuentan, 240 653 participantes ficticios, transferencias, asistencias técnicas, informes, SIAF, hojas,
visitas y pólizas. Tarda unos minutos y ocupa algo más de un gigabyte; al contar las filas salen las
cifras de la Ficha. Si se interrumpe hay que empezar de nuevo en otra carpeta.

Todas las personas son ficticias (DNI 99000000 a 99999999). La misma --seed da los mismos datos.
Las cuentas de demostración solo funcionan en esta misma computadora.`,
		Example:      "  chaski demo --dir pb_data\n  chaski demo --dir otra --seed 7 --today 2026-11-23\n  chaski demo --national --dir nacional",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if today == "" {
				today = string(day.Of(time.Now()))
			}
			o.Today, o.Progress = day.Day(today), cmd.OutOrStdout()
			o.Live = isTerminal(o.Progress)
			return loadDemo(cmd.Context(), pb, engine, o)
		},
	}
	c.Flags().Int64Var(&o.Seed, "seed", 2026, "semilla: la misma da los mismos datos")
	c.Flags().StringVar(&today, "today", "", "fecha alrededor de la cual corre el ejercicio (AAAA-MM-DD; por defecto hoy en Lima)")
	c.Flags().BoolVar(&o.National, "national", false, "escribe el ejercicio 2023 de todo el país fila por fila")
	c.Flags().IntVar(&o.Works, "works", 0, "con --national: solo tantas actividades, repartidas en el año (0: todas); las cifras son entonces las de ellas")
	c.Flags().IntVar(&o.SheetEvery, "sheet-every", demo.SheetEvery, "con --national: días hábiles de una hoja de asistencia a la siguiente (1: una por día)")
	return c
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func loadDemo(ctx context.Context, pb core.App, engine *store.Engine, opts demo.Options) error {
	if err := pb.RunAllMigrations(); err != nil {
		return err
	}
	opts.InTransaction = engine.InTransaction
	opts.Bulk = func(ctx context.Context, app core.App, label string, fn func(core.App) error) error {
		return engine.Bulk(ctx, app, store.Batch{Action: "demo", Detail: label, Undated: true}, fn)
	}
	if err := demo.Load(ctx, pb, opts); err != nil {
		return err
	}
	return demoSuperuser(pb)
}

// RefuseUnfinished keeps a national load that was cut off from being served, or
// having its figures told, as if it were whole.
func RefuseUnfinished(pb core.App) {
	pb.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := demo.Unfinished(e.App); err != nil {
			return err
		}
		return e.Next()
	})
}

// superuserEmail opens the dashboard of the demo; demoaccess refuses it off loopback.
const superuserEmail = "admin" + demoaccess.Domain

func demoSuperuser(pb core.App) error {
	superusers, err := pb.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	r := core.NewRecord(superusers)
	r.SetEmail(superuserEmail)
	r.SetPassword(demo.Password)
	return pb.Save(r)
}
