package httpapi

import (
	"maps"
	"net/http"

	"chaski/internal/domain/fault"
)

func init() {
	maps.Copy(sentences, personalSentences)
	status[fault.RevealedEnough] = http.StatusTooManyRequests
	status[fault.ReadEnough] = http.StatusTooManyRequests
}

// personalSentences say that an account saw as many people as it may in a day.
var personalSentences = map[fault.Code]string{
	fault.RevealedEnough: "Su cuenta ya mostró hoy {max} datos completos, el máximo de un día. Continúe mañana, o pida a quien administra el servidor que suba el límite.",
	fault.ReadEnough:     "Su cuenta ya abrió hoy {max} páginas distintas con datos de personas, el máximo de un día. Continúe mañana, o pida a quien administra el servidor que suba el límite.",
}
