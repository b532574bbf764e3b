package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// live says that the process answers, and nothing of what lies behind it: an
// orchestrator restarts what is not live, and a full disk is no reason to.
func (a *API) live(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]bool{"live": true})
}

func (a *API) ready(c echo.Context) error {
	r := a.Operations.Ready(c.Request().Context())
	status := http.StatusOK
	if !r.Ready {
		status = http.StatusServiceUnavailable
	}
	return c.JSON(status, r)
}

func (a *API) operations(c echo.Context) error { return a.sayOperations(c, http.StatusOK) }

func (a *API) backUp(c echo.Context) error {
	if err := a.Operations.BackUp(who(c)); err != nil {
		return err
	}
	return a.sayOperations(c, http.StatusAccepted)
}

func (a *API) sayOperations(c echo.Context, status int) error {
	s, err := a.Operations.State(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	return c.JSON(status, s)
}
