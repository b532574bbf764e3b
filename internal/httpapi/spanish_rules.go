package httpapi

import (
	"maps"

	"chaski/internal/domain/fault"
)

func init() { maps.Copy(sentences, ruleSentences) }

// ruleSentences say which rule of every write path was broken.
var ruleSentences = map[fault.Code]string{
	fault.DatesOutOfOrder:  "La fecha final ({to}) es anterior a la inicial ({from}). Corrija una de las dos.",
	fault.MonthInvalid:     "El mes no existe. Escríbalo como año y mes, por ejemplo 2026-11.",
	fault.MonthInFuture:    "El mes {value} todavía no empezó. Corrija el mes.",
	fault.MonthOtherYear:   "El mes {value} no es del ejercicio {year}. Corrija el mes o la actividad operativa.",
	fault.MonthOutOfOrder:  "Los meses se cierran en orden: antes de {value} falta cerrar {before}.",
	fault.MonthNotNewest:   "Solo se reabre el último mes cerrado. Antes de {value} reabra {after}.",
	fault.ReferenceMissing: "El registro que aquí se nombra no existe. Elija uno que exista.",
	fault.ReferenceForeign: "El registro que aquí se nombra es de otra actividad. Elija uno de la misma actividad.",
	fault.AccruedEarly:     "El devengado ({value}) es anterior a la publicación de la resolución ({published}). Corrija la fecha.",
}
