// Package cli owns the commands of the binary beside PocketBase's own.
package cli

import (
	"fmt"
	"io"
	"net"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"chaski/internal/demo"
	"chaski/internal/store"
	"chaski/internal/verify"
)

// Describe gives the root command its help.
func Describe(root *cobra.Command, version string) {
	root.Use = "chaski"
	root.Version = version
	root.Short = "Chaski: sincronización sin señal y avance trazable para Llamkasun Perú"
	root.Long = `Chaski guarda las visitas que los supervisores registran sin señal, las recibe una sola vez
y recalcula el avance de cada actividad operativa con las filas que lo prueban.

Para empezar con datos de demostración:
  chaski demo  --dir pb_data     carga el ejercicio 2023 y un ejercicio en marcha
  chaski serve --dir pb_data     atiende en http://127.0.0.1:8090
  chaski verify --dir pb_data    recalcula todas las cifras desde las filas y compara`
}

// Verify recomputes every figure from the base rows and compares.
func Verify(pb *pocketbase.PocketBase, engine *store.Engine) *cobra.Command {
	return verify.Command(pb, func() error { return caughtUp(pb, engine) }, answerOutside(pb, engine))
}

// caughtUp brings the ledger up to date with the tables, and with what is declared
// of their rows.
func caughtUp(pb core.App, engine *store.Engine) error {
	if err := engine.RememberFields(pb); err != nil {
		return err
	}
	return engine.CatchUp(pb)
}

// RememberFields remembers rows anew, before the server answers, where an update
// declares other fields of them.
func RememberFields(pb core.App, engine *store.Engine) {
	pb.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := engine.RememberFields(e.App); err != nil {
			return err
		}
		return e.Next()
	})
}

// Tour prints where things are once the server listens.
func Tour(pb *pocketbase.PocketBase, out io.Writer) {
	pb.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		_, port, _ := net.SplitHostPort(e.Server.Addr)
		url, _ := e.App.Store().Get(baseURL).(string)
		_, _ = fmt.Fprintf(out, "\nChaski atiende en %s\n", url)
		if hasDemo(e.App) {
			_, _ = fmt.Fprintf(out, tour, demo.Tour(), port, port, e.Server.Addr, superuserEmail, demo.Password)
		}
		return nil
	})
}

const tour = `
%s
Dos personas a la vez, cada una con su propia sesión (dos orígenes, en dos pestañas):
  supervisor   http://localhost:%s
  tablero      http://127.0.0.1:%s
Ingrese como supervisor@demo.pe en la primera y como analista@demo.pe en la segunda.
Sin señal: en la primera, Sincronización → «Sin señal» corta de verdad el envío y la recepción.
Visite una actividad, termine la visita, vuelva a conectar: la cifra del tablero se mueve sola.

Panel de PocketBase: http://%s/_/   (%s, %s)
`

func hasDemo(app core.App) bool {
	r, err := app.FindFirstRecordByFilter("users", "demo = true")
	return err == nil && r != nil
}
