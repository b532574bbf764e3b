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
	maps.Copy(notes, map[string]string{
		"dates_month_first": "Las fechas de la columna «{column}» tienen el mes primero ({value}): así se leyeron todas.",
		"dates_day_first":   "Las fechas de la columna «{column}» podrían tener el mes primero ({value}); se leyeron con el día primero, como las demás del archivo.",
		"marks_group":       "En la columna «{column}» la coma o el punto separa los miles ({value}), como en sus demás filas.",
		"marks_decimal":     "En la columna «{column}» la coma o el punto separa los decimales ({value}), como en sus demás filas.",
		"month_october":     "«{value}» en la columna «{column}» se leyó como octubre: la hoja de cálculo le quitó el cero, y enero está como 01.",
		"columns_alike":     "Hay más de una columna para «{field}»: se lee «{column}» (columna {letter}). Si no es esa, elija otra.",
	})
	maps.Copy(questions, map[string]string{
		"dates":    "En {columns} ninguna fecha dice si el día o el mes va primero, o unas dicen una cosa y otras otra. ¿Qué fecha es {value}?",
		"marks":    "En la columna «{column}» no se sabe si la coma separa miles o decimales. ¿Cuánto es «{value}»?",
		"month":    "En la columna «{column}», «{value}» puede ser octubre (la hoja de cálculo le quita el cero a {year}.10) o enero. ¿Qué mes es?",
		"move":     "{what} está en {from}, y el archivo dice {to}. Con la unidad territorial cambia quién la ve y la supervisa. ¿Qué se hace?",
		"district": "El ubigeo {code} es de {of}, y el nombre escrito es de {named}. ¿Cuál vale?",
	})
	maps.Copy(questionOptions, map[string]string{
		"day_first": "Es el {day_first}", "month_first": "Es el {month_first}",
		"mark_groups": "Es {groups}", "mark_decimals": "Es {decimals}",
		"october": "Octubre", "january": "Enero",
		"stay": "Dejarla en {from}; lo demás de la fila sí se importa", "move": "Pasarla a {to}",
		"by_name": "El nombre: {named}, ubigeo {other}", "by_code": "El ubigeo: {of}, {code}",
	})
}
