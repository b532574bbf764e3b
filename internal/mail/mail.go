// Package mail writes the letters of accounts, in Spanish and in the look of the
// app, and sends them by PocketBase's mail settings.
package mail

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"net/mail"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"chaski/internal/app"
	"chaski/internal/domain/account"
	"chaski/internal/domain/day"
)

//go:embed letter.html
var letterHTML string

var letter = template.Must(template.New("letter").Parse(letterHTML))

// text is what a letter says. Under it come the link and until when it works.
type text struct{ Subject, Title, Body, Button, Foot string }

var texts = map[account.Purpose]text{
	account.Invitation: {
		Subject: "Su cuenta en Chaski", Title: "Le crearon una cuenta en Chaski",
		Body:   "Para empezar, elija su contraseña con este botón. Nadie más la conocerá.",
		Button: "Elegir mi contraseña",
		Foot:   "Si no esperaba este correo, no haga nada: sin el enlace nadie puede entrar.",
	},
	account.Reset: {
		Subject: "Cambie su contraseña de Chaski", Title: "Cambie su contraseña",
		Body:   "Alguien, usted o su administrador, pidió cambiar la contraseña de esta cuenta. Lo que registró en su teléfono no se pierde.",
		Button: "Elegir una contraseña nueva",
		Foot:   "Si no lo pidió, no haga nada: su contraseña sigue siendo la misma.",
	},
}

// Letters implements store.Letters with PocketBase's mailer.
type Letters struct{ app core.App }

// New returns the letters of an app.
func New(app core.App) *Letters { return &Letters{app: app} }

// Enabled says whether the server can send.
func (l *Letters) Enabled() bool { return l.app.Settings().SMTP.Enabled }

// patience is how long a person waits for the mail server's answer.
const patience = 20 * time.Second

// Send writes to a person whose link it is. The link's address is the
// institution's: never what a request says its host is.
func (l *Letters) Send(purpose account.Purpose, to app.Person, institution app.Institution, token string, expires time.Time) error {
	t, known := texts[purpose]
	if !known {
		return fmt.Errorf("no letter for %q", purpose)
	}
	link := l.app.Settings().Meta.AppURL + "/#/clave/" + token
	s := l.app.Settings()
	return l.post(l.app.NewMailClient(), mail.Address{Name: s.Meta.SenderName, Address: s.Meta.SenderAddress}, to, institution, t, link, until(expires))
}

// Test sends a letter by settings that need not be saved yet.
func (l *Letters) Test(to app.Person, institution app.Institution, s app.MailSettings) error {
	client := &mailer.SMTPClient{Host: s.Host, Port: s.Port, Username: s.Username, Password: s.Password, TLS: s.TLS}
	return l.post(client, mail.Address{Name: s.SenderName, Address: s.Sender}, to, institution, text{
		Subject: "Prueba de correo de Chaski", Title: "El correo funciona",
		Body: "Este mensaje lo envió su servidor de Chaski para probar el correo. Ya puede enviar invitaciones.",
	}, "", "")
}

func (l *Letters) post(client mailer.Mailer, from mail.Address, to app.Person, institution app.Institution, t text, link, until string) error {
	var html bytes.Buffer
	if err := letter.Execute(&html, map[string]any{"Text": t, "Link": link, "Until": until, "Name": to.Name, "Institution": institution}); err != nil {
		return err
	}
	m := &mailer.Message{
		From: from, To: []mail.Address{{Name: to.Name, Address: to.Email}}, Subject: t.Subject, HTML: html.String(),
		Text: strings.TrimSpace(fmt.Sprintf("Hola, %s:\n\n%s\n\n%s\n%s\n\n%s\n\n%s", to.Name, t.Body, link, until, t.Foot, institution.Name)),
	}
	done := make(chan error, 1)
	go func() { done <- client.Send(m) }()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		return errors.New("el servidor de correo no respondió")
	}
}

// until is "Sirve una sola vez, hasta el 30/11/2026 a las 10:42 (hora de Lima)."
func until(t time.Time) string {
	t = t.In(day.Lima)
	return fmt.Sprintf("Sirve una sola vez, hasta el %s a las %s (hora de Lima).", t.Format("02/01/2006"), t.Format("15:04"))
}
