package httpapi

import (
	"maps"

	"chaski/internal/domain/fault"
)

func init() { maps.Copy(sentences, storageSentences) }

// storageSentences say what a server without room, or whose database is damaged
// or held, can not do.
var storageSentences = map[fault.Code]string{
	fault.StorageFull: "El servidor no tiene espacio en su disco para guardar esto. Lo registrado sigue en este equipo y se enviará solo " +
		"cuando haya espacio. Avise al administrador: debe liberar espacio en el servidor (respaldos y carpetas reemplazado antiguos).",
	fault.DataDamaged: "La base de datos del servidor está dañada y no se puede leer. Lo registrado sigue en este equipo. " +
		"Avise al administrador: debe restaurar el último respaldo bueno.",
	fault.DataBusy: "Otro programa tiene ocupada la base de datos del servidor y no se guardó nada. Lo registrado sigue en este equipo. " +
		"Espere medio minuto e intente de nuevo; si sigue igual, avise al administrador: debe cerrar el programa que la tiene abierta.",
	fault.UploadQuotaPerson: "Tiene {used} de archivos sin terminar de subir, y el máximo por persona es {max}. " +
		"Termine o cancele alguno y vuelva a intentar.",
	fault.UploadQuotaTotal: "Entre todos hay {used} de archivos sin terminar de subir, y el máximo del servidor es {max}. " +
		"Vuelva a intentar en unos minutos; si sigue así, avise al administrador.",
	fault.DocumentsQuota: "Los documentos de esta rendición, con los retirados y reemplazados, ocupan {used} y el máximo es {max}. " +
		"Junte o reduzca los archivos; si necesita más, pídalo al administrador del servidor.",
}
