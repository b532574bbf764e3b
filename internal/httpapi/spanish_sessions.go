package httpapi

import (
	"maps"
	"net/http"

	"chaski/internal/domain/fault"
)

func init() {
	maps.Copy(sentences, sessionSentences)
	status[fault.TooManyStreams] = http.StatusTooManyRequests
	status[fault.TooManyDevices] = http.StatusConflict
	status[fault.PushedEnough] = http.StatusTooManyRequests
	status[fault.TooOften] = http.StatusTooManyRequests
}

// sessionSentences say what an account or an address has too many of.
var sessionSentences = map[fault.Code]string{
	fault.TooManyStreams: "Hay demasiadas conexiones abiertas a la vez. Cierre las ventanas que no usa; los datos se actualizan igual, un poco más tarde.",
	fault.TooManyDevices: "Su cuenta ya tiene {max} teléfonos en uso. Pida a quien administra las cuentas que ponga fuera de uso el que ya no se usa, en Personas y roles.",
	fault.PushedEnough:   "Su cuenta ya envió todo lo que el servidor recibe de una cuenta en un día. Lo demás queda guardado en el teléfono y se enviará solo, más tarde.",
	fault.TooOften:       "Desde su red llegan demasiados pedidos seguidos. Espere unos segundos y pruebe otra vez; lo guardado en el teléfono no se pierde.",
}
