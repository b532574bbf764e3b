package httpapi

import (
	"maps"

	"chaski/internal/domain/fault"
)

func init() {
	maps.Copy(sentences, map[fault.Code]string{
		fault.ImportDNIZeros:      "El DNI tiene solo ceros: no es de nadie. Escriba el de la persona.",
		fault.ImportDateDayFirst:  "La fecha {value} tiene el día primero, y las demás de la columna el mes. Escríbala como las demás ({fixed}), o corrija toda la columna como día/mes/año.",
		fault.ImportMonthZero:     "«{value}» puede ser enero u octubre: la hoja de cálculo le quita el cero a 2026.10. Escriba 10, octubre o 2026-10.",
		fault.ImportAmountPercent: "«{value}» es un porcentaje, no un monto en soles. Escriba el monto.",
		fault.ImportAmountForeign: "«{value}» no está en soles. Escriba el monto en soles.",
		fault.ImportAmountScale:   "«{value}» está en miles o millones. Escriba el monto completo en soles, como 12500.00.",
		fault.ImportAmountDash:    "«{value}» no dice un monto: un guion puede ser cero o un dato que falta. Escriba 0.00, o el monto.",

		fault.ImportUbigeoReniec: "El ubigeo {value} no es de {said}: parece del RENIEC, que numera distinto. Use el código del INEI. Es probable: {likely}.",
		fault.ImportUbigeoElse:   "El ubigeo {value} es de {of}, y la fila dice {said}. Corrija uno de los dos. Es probable: {likely}.",
		fault.ImportUbigeoName:   "El ubigeo es de {of}, y la fila dice «{value}». Se importa el distrito del ubigeo: revíselo.",
		fault.ImportPlaceSwapped: "La latitud y la longitud parecen cambiadas de columna. Es probable: latitud {lat} y longitud {lon}.",
		fault.ImportPlaceSign:    "A la latitud o a la longitud le falta el signo menos: en el Perú las dos son negativas. Es probable: latitud {lat} y longitud {lon}.",
		fault.ImportPlaceOutside: "La latitud {lat} y la longitud {lon} quedan fuera del Perú. Corríjalas, o deje vacías las dos.",

		fault.ImportNamesTogether: "No se sabe dónde terminan los apellidos de «{value}». Sepárelos con una coma, como QUISPE MAMANI, JUANA, o use columnas Apellidos y Nombres.",
		fault.ImportSurnameNone:   "La persona queda sin apellido («{value}»). Revíselo con su DNI.",
		fault.ImportAONameSeveral: "Hay varias actividades operativas «{value}» con ese marco en el ejercicio. Agregue el código o la clave para saber cuál es.",
		fault.ImportAOKeyProposed: "No hay en el ejercicio una actividad con ese nombre y marco: se creará sin código, con la clave «{value}». Si ya existe con otro nombre, agregue su código o su clave.",
	})
}
