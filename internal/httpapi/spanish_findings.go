package httpapi

import "chaski/internal/domain/fault"

func init() {
	sentences[fault.GraveIncomplete] = "Un hallazgo grave necesita medida correctiva, responsable y plazo. Complete lo que falta."
}
