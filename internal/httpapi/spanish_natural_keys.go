package httpapi

import (
	"maps"

	"chaski/internal/domain/fault"
)

func init() { maps.Copy(sentences, naturalKeySentences) }

// naturalKeySentences say which number is not in its one form, and what is there
// twice.
var naturalKeySentences = map[fault.Code]string{
	fault.ResolutionForm:       "La resolución «{value}» se escribe {fixed}. Escríbala así; si {fixed} ya existe, al corregirla sus transferencias pasan a esa.",
	fault.ResolutionUnclear:    "La resolución de esta transferencia está escrita de otra manera ({value}) y puede ser la misma que {fixed}. Corrija primero la resolución.",
	fault.ClasificadorForm:     "El clasificador «{value}» se escribe {fixed}. Escríbalo así; si para ese mes ya hay un monto con {fixed}, ponga en 0 el que sobra.",
	fault.ClasificadorUnread:   "«{value}» no se puede leer con seguridad como clasificador de gasto. Escríbalo con sus niveles separados, como 2.3.2 7.11 99.",
	fault.ClasificadorSubtotal: "{value} es un subtotal: para ese mes también hay niveles más detallados ({finer}), que suman S/ {sum}; aquí dice S/ {amount}. Deje solo el detalle: ponga en 0 el monto de {value}.",
	fault.ClasificadorBelow:    "Para ese mes ya hay un monto de S/ {amount} en {coarser}, que contiene a {value}. Ponga primero en 0 el de {coarser}, o registre todo a ese nivel.",
	fault.TransferDouble:       "El convenio ya tiene otra transferencia con esta resolución. Si es la misma, anule una de las dos; si no, corrija la resolución.",
	fault.PolicyDouble:         "La actividad ya tiene esta póliza de la misma aseguradora, escrita {other}. Si es la misma, anule una de las dos; si no, corrija el número.",

	fault.ImportRowRepeated:    "La fila repite la fila {row}: es el mismo clasificador ({value}) escrito de otra manera, con el mismo monto. Se deja fuera.",
	fault.ImportSubtotal:       "{value} es un subtotal: sus niveles más detallados ({finer}) suman lo mismo, S/ {sum}. Se deja fuera; se importa el detalle.",
	fault.ImportDNIOtherName:   "El DNI {dni} tiene otro nombre en {work} ({where}): {name}. Revise cuál es el correcto antes de importar.",
	fault.ImportDNIOtherWork:   "El DNI {dni} está a la vez en {work} ({where}, desde el {from}): {name}. Revise si es la misma persona y ponga la baja que falte.",
	fault.ImportResolutionLike: "Ya existe «{like}», y esta fila crearía otra resolución, «{value}». Si es la misma, escríbala igual en el archivo: si no, sus transferencias contarían dos veces.",
	fault.ImportUndoReason:     "Deshacer esta importación puede cambiar meses que ya están cerrados: escriba el motivo, de al menos 10 letras. Queda registrado.",
}
