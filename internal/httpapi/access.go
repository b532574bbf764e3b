package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// accessRoutes are open to who has not signed in.
func (a *API) accessRoutes(g *echo.Group) {
	g.GET("/access", a.doors)
	g.POST("/access/link", a.checkLink)
	g.POST("/access/setup", a.setup)
	g.POST("/access/password", a.setPassword)
	g.POST("/access/forgot", a.forgot)
}

type institutionShape struct {
	Name    string `json:"name" validate:"required,max=200"`
	Contact string `json:"contact" validate:"max=300"`
	Address string `json:"address" validate:"required,max=200"`
}

func (a *API) doors(c echo.Context) error {
	d, err := a.Access.Doors()
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{
		"institution": d.Institution.Name, "contact": d.Institution.Contact, "needs_setup": d.NeedsSetup, "mail": d.Mail,
	})
}

type tokenRequest struct {
	Token string `json:"token" validate:"required,max=100"`
}

func (a *API) checkLink(c echo.Context) error {
	var q tokenRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	l, err := a.Access.CheckLink(q.Token)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"purpose": l.Purpose, "name": l.Name, "email": l.Email, "expires_at": utc(l.ExpiresAt)})
}

type setupRequest struct {
	Token       string           `json:"token" validate:"required,max=100"`
	Name        string           `json:"name" validate:"required,max=200"`
	Email       string           `json:"email" validate:"required,max=200"`
	Password    string           `json:"password" validate:"required,max=500" clean:"-"`
	Institution institutionShape `json:"institution" validate:"required"`
}

func (a *API) setup(c echo.Context) error {
	var q setupRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	s, err := a.Access.Setup(app.SetupRequest{
		Token: q.Token, Name: q.Name, Email: q.Email, Password: q.Password, Institution: app.Institution(q.Institution),
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"superuser_email": s.Email, "superuser_password": s.Password})
}

type passwordRequest struct {
	Token    string `json:"token" validate:"required,max=100"`
	Password string `json:"password" validate:"required,max=500" clean:"-"`
}

func (a *API) setPassword(c echo.Context) error {
	var q passwordRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	email, err := a.Access.UseLink(q.Token, q.Password)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"email": email})
}

type forgotRequest struct {
	Email string `json:"email" validate:"required,max=200"`
}

// forgot answers the same whoever is asked for.
func (a *API) forgot(c echo.Context) error {
	var q forgotRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	a.Access.Forgot(q.Email)
	return c.JSON(http.StatusOK, map[string]bool{"asked": true})
}

func (a *API) officeRoutes(g *echo.Group) {
	g.GET("/institution", a.institution)
	g.PUT("/institution", a.setInstitution)
	g.PUT("/institution/mail", a.setMail)
	g.POST("/institution/mail-test", a.testMail)
	g.GET("/first-steps", a.firstSteps)
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

func (a *API) institution(c echo.Context) error {
	i, m, err := a.Office.Institution(who(c))
	if err != nil {
		return err
	}
	m.Password = ""
	return c.JSON(http.StatusOK, map[string]any{"institution": institutionShape(i), "mail": mailShape(m)})
}

func (a *API) setInstitution(c echo.Context) error {
	var q institutionShape
	if err := bind(c, &q); err != nil {
		return err
	}
	if err := a.Office.SetInstitution(who(c), app.Institution(q)); err != nil {
		return err
	}
	return a.institution(c)
}

func (a *API) setMail(c echo.Context) error {
	var q mailShape
	if err := bind(c, &q); err != nil {
		return err
	}
	if err := a.Office.SetMail(who(c), app.MailSettings(q)); err != nil {
		return err
	}
	return a.institution(c)
}

func (a *API) testMail(c echo.Context) error {
	var q mailShape
	if err := bind(c, &q); err != nil {
		return err
	}
	if err := a.Office.TestMail(who(c), app.MailSettings(q)); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"sent_to": who(c).Email})
}

func (a *API) firstSteps(c echo.Context) error {
	steps, err := a.Office.FirstSteps(who(c), c.Request().TLS != nil)
	if err != nil {
		return err
	}
	items := make([]map[string]any, len(steps))
	for i, s := range steps {
		items[i] = map[string]any{"key": s.Key, "done": s.Done, "count": s.Count}
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items})
}
