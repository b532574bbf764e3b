package cli

import (
	"context"
	"fmt"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"chaski/internal/catalog"
	"chaski/internal/store"
)

// Catalog brings what is missing of the catalogue: the command for who prepares
// a database before serving it.
func Catalog(pb *pocketbase.PocketBase, engine *store.Engine) *cobra.Command {
	return &cobra.Command{
		Use:   "catalog",
		Short: "Carga lo que falte del catálogo: territorio, unidades, feriados, parámetros y listas",
		Long: `Carga en la base lo que falte del catálogo: departamentos, provincias, distritos, unidades
territoriales y su ámbito, feriados, parámetros y listas de verificación.

chaski serve lo hace solo al arrancar. Cada fila se carga una vez: lo que se cambió o borró
después queda como está.`,
		Example:      "  chaski catalog --dir pb_data",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := pb.RunAllMigrations(); err != nil {
				return err
			}
			n, err := catalog.Load(cmd.Context(), pb, engine.InTransaction)
			if err == nil {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "Catálogo: %d filas cargadas\n", n)
			}
			return err
		},
	}
}

// ServeCatalog brings what is missing of the catalogue before the first answer.
func ServeCatalog(pb core.App, engine *store.Engine) {
	pb.OnServe().BindFunc(func(e *core.ServeEvent) error {
		n, err := catalog.Load(context.Background(), e.App, engine.InTransaction)
		if err != nil {
			return err
		}
		if n > 0 {
			e.App.Logger().Info("catalogue loaded", "rows", n)
		}
		return e.Next()
	})
}
