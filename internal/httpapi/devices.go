package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/device"
)

type deviceOrder struct {
	Order  device.Order `json:"order" validate:"required,oneof=revoke restore wipe"`
	Reason string       `json:"reason" validate:"required,max=500"`
	Unsent *int64       `json:"unsent" validate:"omitempty,min=0"`
}

func (a *API) orderDevice(c echo.Context, q deviceOrder) (any, error) {
	return a.People.OrderDevice(who(c), c.Param("person"), c.Param("device"), app.DeviceOrder(q))
}

type wipedRequest struct {
	Device  string `json:"device" validate:"required,max=15"`
	Install string `json:"install" validate:"required,min=8,max=64" clean:"-"`
}

func (a *API) wiped(_ echo.Context, q wipedRequest) (any, error) {
	return map[string]bool{"noted": true}, a.People.DeviceWiped(q.Device, q.Install)
}
