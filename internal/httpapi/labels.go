package httpapi

// labels name the fields of requests as the screens do. A test knows of a field
// that has none.
var labels = map[string]string{
	"dni": "el DNI", "intervention": "la intervención", "list": "la lista", "person": "la persona", "parent": "el registro", "actor": "quién lo vio",
	"address": "la dirección del servidor", "after": "la posición de la página", "also": "las líneas que acompañan", "amount": "el monto",
	"answers": "las respuestas", "app_version": "la versión de la aplicación", "base": "el monto anterior", "before": "la posición de la página",
	"c": "la colección", "collection": "la colección", "columns": "las columnas", "contact": "a quién pedir ayuda", "day": "el día",
	"decision": "la decisión", "differs_since": "desde cuándo difieren los datos", "device": "el equipo", "email": "el correo", "entity": "la entidad", "entry": "el cambio visto",
	"field": "el campo", "fields": "los campos", "seen": "lo que se vio", "fingerprint": "la huella de la vista previa", "format": "el formato", "host": "el servidor de correo", "id": "el registro",
	"install": "el identificador de la instalación", "item": "lo que se observa", "items": "las preguntas", "key": "la clave", "keys": "los registros",
	"kind": "el tipo", "label": "la pregunta", "last_heal_at": "la última reparación", "lifted": "las observaciones levantadas", "line": "la línea",
	"lines": "las líneas", "marks": "las marcas", "mutations": "los envíos", "name": "el nombre", "node": "el servidor", "nonce": "la marca",
	"norm": "la norma", "note": "la nota", "observations": "las observaciones", "offset": "la posición de la página",
	"oldest_pending_at": "el envío más antiguo", "order": "la orden", "password": "la contraseña", "platform": "el sistema del equipo", "port": "el puerto",
	"q": "el texto de búsqueda", "reason": "el motivo", "record": "el registro", "resolution": "la decisión", "role": "el rol", "rows": "las filas",
	"scope": "el ámbito", "sender": "el correo del remitente", "sender_name": "el nombre del remitente", "sheet": "la hoja", "state": "el estado",
	"target": "lo que se observa", "text": "el texto", "title": "el título", "token": "el enlace", "ubigeo": "el ubigeo", "until": "el último cambio visto",
	"username": "el usuario del correo", "ut": "la unidad territorial", "ut_name": "la unidad territorial", "valid_from": "la fecha", "value": "el valor",
	"at": "la posición", "outbox": "lo que falta enviar", "rejected": "lo rechazado", "parked": "lo que está en revisión",
	"storage_used": "el espacio usado", "storage_quota": "el espacio disponible",
	"cursor": "la posición", "report": "el informe del equipo", "revision": "la versión", "unsent": "lo que falta enviar", "protocol": "la versión del protocolo",
	"schema": "la versión de los datos", "bucket": "el grupo de datos", "institution": "la institución", "index": "la columna", "year": "el año",
}

// label of a field, or its own name.
func label(field string) string {
	if l := labels[field]; l != "" {
		return l
	}
	return "«" + field + "»"
}
