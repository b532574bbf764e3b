package httpapi

import (
	"strings"

	"chaski/internal/app/imports"
)

// notes say what was assumed about a file.
var notes = map[string]string{
	"encoding_assumed": "El archivo no es UTF-8: se leyó como {encoding}, porque así sale bien el español. Revise los textos con tildes; si ve letras raras, elija otra codificación.",
	"quotes_loose":     "Hay comillas sueltas o sin cerrar en {count} {count|fila|filas} ({rows}): se tomaron como parte del texto. Revise {count|esa fila|esas filas}.",
	"quotes_span":      "En {count} {count|fila|filas} ({rows}) un texto entre comillas ocupa varias líneas y tiene separadores dentro. Revise que no falte cerrar comillas.",
	"zeros_restored":   "Columna {column}: en {count} {count|celda|celdas} se pusieron los ceros de la izquierda que la hoja muestra y el número no guarda.",
	"sheets_hidden":    "Hay hojas ocultas que no se leen: {sheets}.",
	"date_1904":        "El libro cuenta las fechas desde 1904 (Excel de Mac); así se leyeron.",
	"formulas_read":    "{count} {count|celda tiene fórmula|celdas tienen fórmulas}: se tomó el resultado guardado en el archivo.",
	"rows_hidden":      "{count} {count|fila está oculta o filtrada y también se lee|filas están ocultas o filtradas y también se leen}.",

	"dates_month_first": "Las fechas de la columna «{column}» tienen el mes primero ({value}): así se leyeron todas.",
	"dates_day_first":   "Las fechas de la columna «{column}» podrían tener el mes primero ({value}); se leyeron con el día primero, como las demás del archivo.",
	"marks_group":       "En la columna «{column}» la coma o el punto separa los miles ({value}), como en sus demás filas.",
	"marks_decimal":     "En la columna «{column}» la coma o el punto separa los decimales ({value}), como en sus demás filas.",
	"month_october":     "«{value}» en la columna «{column}» se leyó como octubre: la hoja de cálculo le quitó el cero, y enero está como 01.",
	"columns_alike":     "Hay más de una columna para «{field}»: se lee «{column}» (columna {letter}). Si no es esa, elija otra.",
}

// asides say why a row is not read, or might not be.
var asides = map[string]string{
	"total": "Suma de otras filas", "note": "Nota al pie", "category": "Categoría: sus montos son la suma de las filas de abajo",
	"header": "Encabezado repetido", "hidden": "Fila oculta o filtrada", "chosen": "Elegida por usted",
}

// questions say what only a person knows of a file; questionOptions, what he can
// say.
var questions = map[string]string{
	"damaged_repair": "Hay textos que llegaron dañados y se pueden reparar: «{value}» sería «{likely}». ¿Qué se guarda?",
	"damaged_over":   "Hay textos dañados que reemplazarían a uno bueno: ya está guardado «{before}» y el archivo dice «{after}». ¿Qué se guarda?",

	"dates":    "En {columns} ninguna fecha dice si el día o el mes va primero, o unas dicen una cosa y otras otra. ¿Qué fecha es {value}?",
	"marks":    "En la columna «{column}» no se sabe si la coma separa miles o decimales. ¿Cuánto es «{value}»?",
	"month":    "En la columna «{column}», «{value}» puede ser octubre (la hoja de cálculo le quita el cero a {year}.10) o enero. ¿Qué mes es?",
	"move":     "{what} está en {from}, y el archivo dice {to}. Con la unidad territorial cambia quién la ve y la supervisa. ¿Qué se hace?",
	"district": "El ubigeo {code} es de {of}, y el nombre escrito es de {named}. ¿Cuál vale?",

	imports.AskSubtotal: "{ao}, {month}: {value} dice S/ {amount}, pero su detalle en el archivo ({finer}) suma S/ {sum}: la diferencia es S/ {difference}. ¿Cuál se importa?",
	imports.AskFiner:    "{ao}, {month}: ya está guardado S/ {amount} en {stored}, y el archivo trae su detalle por S/ {sum}. Los dos a la vez contarían doble. ¿Cuál queda?",
	imports.AskCoarser:  "{ao}, {month}: el archivo trae S/ {sum} en {value}, y ya está guardado su detalle ({stored}, S/ {amount}). Los dos a la vez contarían doble. ¿Cuál queda?",
	imports.AskClosed: "El archivo cambia {n} {n|dato|datos} de meses ya cerrados (hasta {through}; años: {years}). Abajo está cada uno, de cuánto a cuánto. " +
		"Las cifras cerradas no se mueven: la diferencia de montos entra como ajuste en {open}; las metas cambian en su ejercicio. " +
		"Si debe hacerse, escriba el motivo (por ejemplo, el documento que lo pide). Queda registrado con su nombre.",
}

var questionOptions = map[string]string{
	"repair": "El texto reparado, en todas esas filas", "as_is": "El texto como está en el archivo",
	"keep": "Lo que ya está guardado", "overwrite": "Lo que dice el archivo",
	"day_first": "Es el {day_first}", "month_first": "Es el {month_first}",
	"mark_groups": "Es {groups}", "mark_decimals": "Es {decimals}",
	"october": "Octubre", "january": "Enero",
	"stay": "Dejarla en {from}; lo demás de la fila sí se importa", "move": "Pasarla a {to}",
	"by_name": "El nombre: {named}, ubigeo {other}", "by_code": "El ubigeo: {of}, {code}",
	imports.UseDetail: "El detalle; {value} se deja fuera", imports.UseTotal: "El total de {value}; su detalle se deja fuera",
	imports.TakeFile: "Lo del archivo: lo guardado pasa a 0", imports.KeepStored: "Lo guardado: estas filas se dejan fuera",
}

// sayNote fills in the sentence of a code.
func sayNote(words map[string]string, n imports.Note) string {
	s := numbered(words[n.Code], n.Args)
	for key, value := range n.Args {
		s = strings.ReplaceAll(s, "{"+key+"}", value)
	}
	return s
}
