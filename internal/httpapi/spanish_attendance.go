package httpapi

import (
	"maps"
	"net/http"

	"chaski/internal/domain/fault"
)

func init() {
	maps.Copy(sentences, attendanceSentences)
	status[fault.SheetState] = http.StatusConflict
}

// attendanceSentences say what is wrong with a decision about a daily sheet.
var attendanceSentences = map[fault.Code]string{
	fault.SheetState:  "La hoja ya no está en el estado en que se puede hacer esto. Actualice la pantalla para ver cómo está.",
	fault.SheetReason: "Falta el motivo. Escriba por qué la hoja se observa o deja de estar validada, con al menos 10 caracteres.",
}
