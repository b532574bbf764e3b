package httpapi

import "github.com/labstack/echo/v4"

func (a *API) boardRoutes(_ *echo.Group) {}
