package httpapi

import (
	"maps"
	"net/http"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
)

func init() {
	maps.Copy(sentences, documentSentences)
	for code := range documentSentences {
		status[code] = http.StatusUnsupportedMediaType
	}
	for _, code := range []fault.Code{fault.DocumentQuarantined, fault.QuarantineOver} {
		status[code] = http.StatusConflict
	}
	status[fault.FileNameRefused], status[fault.ArchiveTooLarge] = http.StatusBadRequest, http.StatusRequestEntityTooLarge
}

// documentSentences say what was found in a file that is to be a document.
var documentSentences = map[fault.Code]string{
	fault.FileDamaged:         "El archivo está dañado o incompleto: {found}. Ábralo para comprobarlo; descárguelo, escanéelo o guárdelo de nuevo y súbalo otra vez.",
	fault.FileProtected:       "Es {found} protegido con contraseña o con restricciones y quien revisa no podrá verlo. Quite la protección (en un PDF: Imprimir → Guardar como PDF) y súbalo otra vez.",
	fault.FileActive:          "El archivo trae {found} y por seguridad no se recibe. Guárdelo sin eso (sirve Imprimir → Guardar como PDF) y suba la copia.",
	fault.FileDisguised:       "El archivo es dos cosas a la vez: adentro lleva {found}. Ábralo, guárdelo de nuevo como PDF o foto y suba esa copia.",
	fault.FileVirus:           "El archivo contiene un virus o una prueba de virus y no se recibió. No lo abra: revise su equipo con un antivirus y suba una copia limpia.",
	fault.FileHEIC:            "La foto está en formato HEIC, que muchos equipos no abren. En iPhone: Ajustes → Cámara → Formatos → Más compatible; o expórtela como JPG y suba esa copia.",
	fault.FileXMLRefused:      "De los XML solo se reciben comprobantes electrónicos de SUNAT: {found}. Descargue de nuevo el comprobante o suba su PDF.",
	fault.FileNameRefused:     "El nombre del archivo no tiene letras que se puedan guardar. Póngale un nombre simple, por ejemplo oficio.pdf, y súbalo otra vez.",
	fault.ImageTooLarge:       "La imagen es demasiado grande para abrirla ({found}). Redúzcala o tome la foto de nuevo con menos resolución.",
	fault.ArchiveEntryRefused: "Dentro del archivo hay {found}: «{entry}». En un ZIP solo van PDF, fotos (JPG o PNG), Word, Excel, comprobantes XML y texto (TXT o CSV). Quítelo y súbalo otra vez.",
	fault.ArchiveUnsafe:       "El ZIP no es seguro: {found}. Vuelva a comprimir los archivos con nombres simples, con la opción «Comprimir» de su equipo, y súbalo otra vez.",
	fault.ArchiveTooLarge:     "Al abrirse, {found} ocupa demasiado o tiene demasiados archivos. Repártalo en varios y suba cada uno.",
	fault.DocumentQuarantined: "Este documento está en cuarentena. {quarantine}. Para descargarlo, quien revisa debe levantar la cuarentena con un motivo.",
	fault.QuarantineOver:      "Este documento no está en cuarentena, o ya se levantó. Actualice la pantalla.",
}

// documentWordsFound name what was found in a file, after "trae", "hay" or "es".
var documentWordsFound = map[string]string{
	"pdf": "el PDF no tiene final", "image": "la imagen no está completa", "zip": "el ZIP no se puede abrir entero", "zip_empty": "el ZIP está vacío",
	"office_damaged": "el documento de Word o Excel no se puede leer", "script": "un programa (script)", "shortcut": "un acceso directo de Windows",
	"ole": "un archivo del Office antiguo (.doc, .xls) o un instalador; guárdelo como .docx o .xlsx", "image/svg+xml": "un dibujo SVG",
	"image/gif": "una imagen GIF", "image/heic": "una foto HEIC", "application/x-rar-compressed": "un archivo RAR", "application/x-7z-compressed": "un archivo 7z",
	"application/vnd.ms-cab-compressed": "un archivo CAB", "text/html": "una página web",
	"pdf_script": "acciones automáticas (JavaScript)", "pdf_launch": "una orden que abre programas", "pdf_send": "un formulario que envía datos",
	"pdf_files": "otros archivos adjuntos adentro", "pdf_media": "audio o video", "pdf_form": "un formulario XFA", "macros": "macros",
	"office_object": "un objeto incrustado", "office_remote": "contenido que se descarga de otro sitio", "office_dde": "un vínculo DDE, que abre programas",
	"zip_program": "un programa o script", "zip_nested": "un ZIP dentro de otro ZIP dentro de este", "zip_path": "un archivo de adentro quiere guardarse fuera de su carpeta",
	"zip_name": "el nombre de un archivo de adentro tiene caracteres ocultos", "zip_twice": "dos archivos de adentro tienen el mismo nombre",
	"zip_link": "trae un enlace en lugar de un archivo", "zip_method": "un archivo de adentro está comprimido de una manera que aquí no se abre",
	"xml_large": "este es demasiado grande", "xml_damaged": "este está incompleto o dañado", "xml_dtd": "este trae definiciones (DTD o entidades)",
	"xml_style": "este trae una hoja de estilo", "xml_deep": "este tiene demasiados niveles", "xml_other": "este es otra cosa",
}

// quarantines say why a document waits; what a scanner found is named.
var quarantines = map[string]string{
	"pdf_objects": "El PDF trae partes que no se pudieron revisar", "virus": "El antivirus encontró algo",
	"inspection_late": "No se pudo revisar: abrirlo toma demasiado tiempo",
	"scanner_silent":  "El antivirus no respondió", "scanner_limit": "Es demasiado grande para el antivirus",
}

// Quarantined is why a document is in quarantine, with what a scanner calls it.
func Quarantined(why, found string) string {
	text := orSelf(quarantines[why], why)
	if why == app.QuarantineVirus && found != "" {
		text += " (" + found + ")"
	}
	return text + "."
}
