package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// accessRoutes are open to who has not signed in.
func (a *API) accessRoutes(g *echo.Group) {
	g.GET("/access", asks(a.doors))
	g.POST("/access/link", takes(a.checkLink))
	g.POST("/access/setup", takes(a.setup))
	g.POST("/access/password", takes(a.setPassword))
	g.POST("/access/forgot", takes(a.forgot))
}

type institutionShape struct {
	Name    string `json:"name" validate:"required,max=200"`
	Contact string `json:"contact" validate:"max=300"`
	Address string `json:"address" validate:"required,max=200"`
}

func (a *API) doors(echo.Context) (any, error) {
	return as(func(d app.Doors) any {
		return map[string]any{"institution": d.Institution.Name, "contact": d.Institution.Contact, "needs_setup": d.NeedsSetup, "mail": d.Mail}
	})(a.Access.Doors())
}

type tokenRequest struct {
	Token string `json:"token" validate:"required,max=100"`
}

func (a *API) checkLink(_ echo.Context, q tokenRequest) (any, error) {
	return as(func(l app.Link) any {
		return map[string]any{"purpose": l.Purpose, "name": l.Name, "email": l.Email, "expires_at": utc(l.ExpiresAt)}
	})(a.Access.CheckLink(q.Token))
}

type setupRequest struct {
	Token       string           `json:"token" validate:"required,max=100"`
	Name        string           `json:"name" validate:"required,max=200"`
	Email       string           `json:"email" validate:"required,max=200"`
	Password    string           `json:"password" validate:"required,max=500" clean:"-"`
	Institution institutionShape `json:"institution" validate:"required"`
}

func (a *API) setup(_ echo.Context, q setupRequest) (any, error) {
	return as(func(s app.Superuser) any {
		return map[string]any{"superuser_email": s.Email, "superuser_password": s.Password}
	})(a.Access.Setup(app.SetupRequest{
		Token: q.Token, Name: q.Name, Email: q.Email, Password: q.Password, Institution: app.Institution(q.Institution),
	}))
}

type passwordRequest struct {
	Token    string `json:"token" validate:"required,max=100"`
	Password string `json:"password" validate:"required,max=500" clean:"-"`
}

func (a *API) setPassword(_ echo.Context, q passwordRequest) (any, error) {
	email, err := a.Access.UseLink(q.Token, q.Password)
	return map[string]string{"email": email}, err
}

type forgotRequest struct {
	Email string `json:"email" validate:"required,max=200"`
}

// forgot answers the same whoever is asked for.
func (a *API) forgot(_ echo.Context, q forgotRequest) (any, error) {
	a.Access.Forgot(q.Email)
	return map[string]bool{"asked": true}, nil
}

func (a *API) officeRoutes(g *echo.Group) {
	g.GET("/institution", asks(a.institution))
	g.PUT("/institution", takes(a.setInstitution))
	g.PUT("/institution/mail", takes(a.setMail))
	g.POST("/institution/mail-test", takes(a.testMail))
	g.GET("/first-steps", asks(a.firstSteps))
}

type mailShape struct {
	Enabled    bool   `json:"enabled"`
	Host       string `json:"host" validate:"max=200"`
	Port       int    `json:"port" validate:"min=0,max=65535"`
	Username   string `json:"username" validate:"max=200"`
	Password   string `json:"password,omitempty" validate:"max=200" clean:"-"`
	TLS        bool   `json:"tls"`
	SenderName string `json:"sender_name" validate:"max=200"`
	Sender     string `json:"sender" validate:"max=200"`
}

func (a *API) institution(c echo.Context) (any, error) {
	i, m, err := a.Office.Institution(who(c))
	m.Password = ""
	return map[string]any{"institution": institutionShape(i), "mail": mailShape(m)}, err
}

func (a *API) setInstitution(c echo.Context, q institutionShape) (any, error) {
	if err := a.Office.SetInstitution(who(c), app.Institution(q)); err != nil {
		return nil, err
	}
	return a.institution(c)
}

func (a *API) setMail(c echo.Context, q mailShape) (any, error) {
	if err := a.Office.SetMail(who(c), app.MailSettings(q)); err != nil {
		return nil, err
	}
	return a.institution(c)
}

func (a *API) testMail(c echo.Context, q mailShape) (any, error) {
	return map[string]string{"sent_to": who(c).Email}, a.Office.TestMail(who(c), app.MailSettings(q))
}

func (a *API) firstSteps(c echo.Context) (any, error) {
	return items(func(s app.Step) any {
		return map[string]any{"key": s.Key, "done": s.Done, "count": s.Count}
	})(a.Office.FirstSteps(who(c), c.Request().TLS != nil))
}
