package httpapi

import (
	"strings"

	"chaski/internal/domain/rendicion"
)

var lineWords = map[rendicion.Line]string{
	rendicion.Cofinancing: "Cofinanciamiento del ejecutor", rendicion.MONC: "Mano de obra no calificada", rendicion.Supplies: "Insumos",
	rendicion.Tools: "Herramientas", rendicion.EPP: "Equipos de protección (EPP)", rendicion.Insurance: "Seguros",
	rendicion.Technical: "Personal técnico", rendicion.Other: "Otros gastos", rendicion.Returned: "Devuelto", rendicion.Balance: "Saldo",
}

var documentWords = map[rendicion.Document]string{
	rendicion.DocOffice: "Oficio de presentación", rendicion.DocTechnicalReport: "Informe del responsable técnico",
	rendicion.DocInspectorReport: "Informe del inspector de la actividad", rendicion.DocStartRecord: "Acta de inicio",
	rendicion.DocEndRecord: "Acta de término", rendicion.DocAttendance: "Cuaderno de asistencia",
	rendicion.DocPayroll: "Planilla de pago firmada", rendicion.DocRoster: "Padrón y movimientos",
	rendicion.DocInsurance: "Pólizas y constancias", rendicion.DocVouchers: "Comprobantes de pago", rendicion.DocSIAF: "Reportes SIAF",
	rendicion.DocBank: "Movimiento bancario", rendicion.DocPhotos: "Fotografías", rendicion.DocReturn: "Voucher de devolución",
	rendicion.DocParticipation: "Constancias de participación",
}

// word says what a code of a rendición is called, and money as people read it.
func word(key, value string) string {
	switch key {
	case "item":
		if w := lineWords[rendicion.Line(value)]; w != "" {
			return w
		}
		return orSelf(documentWords[rendicion.Document(value)], value)
	case "document":
		return orSelf(documentWords[rendicion.Document(value)], value)
	case "key":
		return orSelf(parameterTitles[value], value)
	case "found":
		return found(value)
	case "quarantine":
		return orSelf(quarantines[value], value)
	case "yours", "theirs":
		if value == "" {
			return "nada"
		}
		return "S/ " + value
	case "saldo":
		return "S/ " + value
	case "difference":
		if over, found := strings.CutPrefix(value, "-"); found {
			return "sobran S/ " + over + ": explicó más de lo que recibió"
		}
		return "faltan S/ " + value + " por explicar"
	}
	return value
}

func orSelf(word, code string) string {
	if word == "" {
		return code
	}
	return word
}

// found says what a file's content is.
func found(mime string) string {
	words := map[string]string{
		"application/pdf": "un PDF", "image/jpeg": "una foto JPG", "image/png": "una imagen PNG", "application/zip": "un archivo ZIP",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       "un libro de Excel",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "un documento de Word",
		"text/html": "una página web", "text/plain": "texto simple", "executable": "un programa ejecutable", "office": "un documento de Office que no es Word ni Excel",
	}
	if word := orSelf(words[mime], documentWordsFound[mime]); word != "" || !strings.Contains(mime, "/") {
		return orSelf(word, mime)
	}
	return "de un tipo que no se admite (" + mime + ")"
}
