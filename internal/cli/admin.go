package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/httpapi"
	"chaski/internal/mail"
	"chaski/internal/store"
	"chaski/internal/store/accounts"
)

// Admin makes administrators and links without a browser.
func Admin(pb *pocketbase.PocketBase, engine *store.Engine) *cobra.Command {
	c := &cobra.Command{
		Use:   "admin",
		Short: "Crea cuentas de administración y enlaces para entrar",
		Long: `Para cuando no se puede usar el enlace de configuración, o nadie más puede entrar.
La contraseña no se escribe aquí: la persona la elige al abrir el enlace, que sirve una sola vez.`,
	}
	people := func() (*accounts.People, error) {
		return accounts.NewPeople(engine, pb, mail.New(pb)), pb.RunAllMigrations()
	}
	var name, email string
	create := &cobra.Command{
		Use: "create", Short: "Crea una cuenta de administración e imprime su enlace", Args: cobra.NoArgs, SilenceUsage: true,
		Example: `  chaski admin create --dir pb_data --name "María Quispe" --email maria@entidad.gob.pe`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := people()
			if err != nil {
				return err
			}
			token, err := p.InviteFromConsole(app.Newcomer{Name: name, Email: email, Role: actor.Admin})
			if err != nil {
				return errors.New(httpapi.Sentence(err))
			}
			printLink(cmd.OutOrStdout(), pb, token)
			return nil
		},
	}
	create.Flags().StringVar(&name, "name", "", "nombre y apellidos")
	create.Flags().StringVar(&email, "email", "", "correo")
	_ = create.MarkFlagRequired("name")
	_ = create.MarkFlagRequired("email")
	link := &cobra.Command{
		Use: "link EMAIL", Short: "Imprime un enlace para que una cuenta elija su contraseña; también la desbloquea", Args: cobra.ExactArgs(1), SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := people()
			if err != nil {
				return err
			}
			token, err := p.LinkFromConsole(args[0])
			if err != nil {
				return errors.New(httpapi.Sentence(err))
			}
			printLink(cmd.OutOrStdout(), pb, token)
			return nil
		},
	}
	c.AddCommand(create, link)
	return c
}

func printLink(out io.Writer, pb core.App, token string) {
	_, _ = fmt.Fprintf(out, "Abra este enlace (sirve una sola vez):\n\n  %s/#/clave/%s\n\nSi el servidor atiende en otra dirección, cambie el comienzo.\n",
		pb.Settings().Meta.AppURL, token)
}

// FirstAdministrator prints the link by which a server without administrator
// gets one. It is on the console and nowhere else: not in the log.
func FirstAdministrator(pb *pocketbase.PocketBase, engine *store.Engine, out io.Writer) {
	pb.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		token, err := accounts.NewPeople(engine, e.App, mail.New(e.App)).SetupLink()
		if err == nil && token != "" {
			_, _ = fmt.Fprintf(out, firstLink, whereIs(e)+"/#/inicio/"+token)
		}
		return err
	})
}

const firstLink = `
Este servidor todavía no tiene administrador. Para crear la primera cuenta abra:

  %s

El enlace sirve una sola vez, durante 24 horas; al volver a iniciar el servidor se imprime otro.
Desde otra computadora, cambie el comienzo por la dirección de este servidor.
Sin navegador: chaski admin create --help
`

// whereIs is the address that serve has found, as a browser on this machine
// can open it.
func whereIs(e *core.ServeEvent) string {
	base, ok := e.App.Store().Get(baseURL).(string)
	if !ok {
		base = "http://" + e.Server.Addr
	}
	scheme, host, _ := strings.Cut(base, "//")
	for _, unspecified := range []string{"0.0.0.0", "[::]", ":"} {
		if rest, found := strings.CutPrefix(host, unspecified); found {
			port := ""
			if rest != "" {
				port = ":" + strings.TrimPrefix(rest, ":")
			}
			return scheme + "//localhost" + port
		}
	}
	return base
}
