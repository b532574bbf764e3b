package httpapi

import (
	"regexp"
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// problem is a fault as people and programs read it.
type problem struct {
	Code    fault.Code `json:"code"`
	Field   string     `json:"field,omitempty"`
	Message string     `json:"message"`
}

// say is the one place where a fault becomes Spanish.
func say(f *fault.Fault) problem {
	text := numbered(sentences[f.Code], f.Args)
	for key, value := range f.Args {
		if d, err := day.Parse(value); err == nil {
			value = spanishDay(d)
		}
		text = strings.ReplaceAll(text, "{"+key+"}", word(key, value))
	}
	return problem{Code: f.Code, Field: f.Field, Message: text}
}

var alternatives = regexp.MustCompile(`\{(\w+)\|([^|{}]*)\|([^|{}]*)\}`)

// numbered chooses between the words for one and for several: {count|fila|filas}.
func numbered(text string, args map[string]string) string {
	return alternatives.ReplaceAllStringFunc(text, func(found string) string {
		part := alternatives.FindStringSubmatch(found)
		if args[part[1]] == "1" {
			return part[2]
		}
		return part[3]
	})
}

func sayAll(faults []*fault.Fault) []problem {
	out := make([]problem, len(faults))
	for i, f := range faults {
		out[i] = say(f)
	}
	return out
}

// sentences say what happened and what to do. {names} are filled from the fault.
var sentences = map[fault.Code]string{
	fault.SessionExpired: "Su sesión terminó. Vuelva a ingresar; lo guardado en este teléfono no se pierde.",
	fault.Forbidden:      "Su rol no permite ver o hacer esto. Si lo necesita, pídalo a su coordinador.",
	fault.DemoOnlyLocal:  "Las cuentas de demostración solo funcionan en la misma computadora del servidor. Use una cuenta real.",
	fault.NotFound:       "No existe o ya no está disponible. Vuelva atrás y actualice la lista.",
	fault.Malformed:      "La solicitud no tiene la forma esperada. Actualice la aplicación y vuelva a intentar.",
	fault.BodyTooLarge:   "Se envió demasiado de una vez. La aplicación debe enviarlo en partes más pequeñas.",
	fault.DeviceUnknown:  "Este equipo no está registrado. Vuelva a sincronizar para registrarlo.",
	fault.DeviceRevoked:  "Este equipo fue dado de baja. Comuníquese con su coordinador; no borre la aplicación.",
	fault.DeviceWiped:    "Se ordenó borrar este equipo. Lo que envía todavía llega y espera revisión; comuníquese con su administrador.",
	fault.DeviceState:    "En el estado en que está el equipo no se puede hacer esto. Actualice la pantalla para ver cómo está.",
	fault.DeviceReported: "El equipo volvió a informar: ahora tiene {unsent} {unsent|registro|registros} sin enviar. Revise y confirme de nuevo.",
	fault.ClientOutdated: "Hay una versión nueva de la aplicación. Actualícela para recibir datos; lo que registró se envía igual.",
	fault.Busy:           "El servidor está ocupado. Espere medio minuto e intente de nuevo; el teléfono lo hace solo.",
	fault.Internal:       "Hubo un error en el servidor. Lo registrado sigue en este equipo y se volverá a enviar.",

	fault.SetupDone:          "Este servidor ya tiene administrador. Ingrese con su cuenta, o pida a esa persona que le cree una.",
	fault.LinkInvalid:        "Este enlace no sirve. Revise que esté completo, o pida uno nuevo a su administrador.",
	fault.LinkExpired:        "Este enlace ya venció. Pida uno nuevo a su administrador.",
	fault.LinkUsed:           "Este enlace ya se usó, y sirve una sola vez. Si fue usted, ingrese con su contraseña; si no, avise a su administrador.",
	fault.EmailInvalid:       "El correo no es válido. Escríbalo completo, por ejemplo nombre@entidad.gob.pe.",
	fault.EmailTaken:         "Ya hay una cuenta con este correo. Búsquela en la lista; si está desactivada, puede reactivarla.",
	fault.PasswordShort:      "La contraseña es muy corta. Use al menos 10 caracteres; varias palabras juntas sirven bien.",
	fault.PasswordLong:       "La contraseña es muy larga. Use como máximo 71 caracteres.",
	fault.PasswordGuessable:  "Esta contraseña se adivina fácil. No use su nombre, su correo, secuencias ni palabras comunes con números.",
	fault.RoleUnknown:        "Elija un rol de la lista.",
	fault.UTRequired:         "Este rol necesita una unidad territorial. Elija una.",
	fault.EntityRequired:     "Este rol necesita una entidad. Elija una.",
	fault.ScopeNotAllowed:    "Este rol no lleva unidad territorial o entidad. Quítela.",
	fault.OwnRole:            "Nadie cambia su propio rol ni desactiva su propia cuenta. Pídalo a otra persona con rol de administración.",
	fault.LastAdmin:          "Es la única cuenta de administración activa. Antes, dé ese rol a otra persona.",
	fault.AccountInactive:    "La cuenta está desactivada. Reactívela primero.",
	fault.AddressInvalid:     "La dirección no es válida. Escríbala con https:// y sin nada después del nombre, por ejemplo https://chaski.entidad.gob.pe.",
	fault.MailFailed:         "El correo no salió: {reason}. Revise el servidor, el puerto, el usuario y la contraseña.",
	fault.SignInLocked:       "Hubo demasiados intentos con una contraseña equivocada. Espere {minutes} min y vuelva a intentar, o cambie su contraseña. Su administrador también puede desbloquear la cuenta.",
	fault.SuperuserElsewhere: "El panel técnico solo se abre desde el propio servidor o una red autorizada. Vea «chaski superuser ips» en la guía de operación.",

	fault.MutationMalformed:          "El registro no tiene la forma esperada. Actualice la aplicación y vuelva a guardarlo.",
	fault.MutationIDReused:           "Este registro ya se envió con otro contenido. Guárdelo de nuevo como un registro nuevo.",
	fault.DeviceCounterReused:        "Otro equipo está usando la misma identidad que este. Vuelva a sincronizar para registrarlo como equipo nuevo.",
	fault.UnknownCollection:          "El servidor no conoce este tipo de registro. Actualice la aplicación.",
	fault.UnknownField:               "El servidor no conoce este dato. Actualice la aplicación y vuelva a guardarlo.",
	fault.OperationNotAllowed:        "Su rol no permite enviar este registro. Si lo necesita, pídalo a su coordinador.",
	fault.Required:                   "Falta este dato. Complételo.",
	fault.InvalidValue:               "Este valor no es válido. Corríjalo.",
	fault.TooShort:                   "El texto es muy corto. Escriba al menos {min} caracteres.",
	fault.TooLong:                    "El texto es muy largo. Use como máximo {max} caracteres.",
	fault.DateInvalid:                "La fecha no es válida. Escríbala como día, mes y año.",
	fault.DateInFuture:               "La fecha {value} es posterior a hoy ({today}). Corrija la fecha; revise también el reloj del teléfono.",
	fault.DateOutsideIntervention:    "La fecha {value} está fuera del plazo de la actividad (del {starts_on} al {ends_on}). Corrija la fecha.",
	fault.DNIInvalid:                 "El DNI debe tener 8 dígitos. Revíselo y corríjalo.",
	fault.RUCInvalid:                 "El RUC debe tener 11 dígitos y ser válido. Revíselo y corríjalo.",
	fault.PlaceOutsidePeru:           "La ubicación está fuera del Perú. En el teléfono, tómela de nuevo o escriba por qué no pudo; en un archivo o formulario, revise la latitud y la longitud (en el Perú las dos son negativas).",
	fault.PlaceReasonRequired:        "Falta la ubicación. Tómela o escriba por qué no pudo.",
	fault.ConvenioMismatch:           "El código de convenio no corresponde a esta actividad. Revíselo en el cartel o en el convenio.",
	fault.ParticipantNotIntervention: "Esta persona no figura en el padrón de la actividad. Regístrela como trabajador fuera del padrón.",
	fault.HeadcountMismatch:          "Hay más personas marcadas presentes que las contadas. Corrija el conteo o las marcas.",
	fault.ChecklistUnknown:           "Esta versión de la lista de verificación no existe. Sincronice y vuelva a responderla.",
	fault.MarkExists:                 "Esta persona ya tiene una marca en esta visita. No hace falta enviarla otra vez.",
	fault.PersonListed:               "Esta persona ya está registrada en esta visita. No hace falta registrarla otra vez.",
	fault.RecordExists:               "Este registro ya existe. Guárdelo de nuevo como un registro nuevo.",
	fault.RecordNotFound:             "El registro que quiere cambiar no existe o ya no está a su alcance. Si es porque todavía no llegó a la oficina, el cambio se recibe solo cuando llegue.",
	fault.ParentNotFound:             "Falta en la oficina la visita de este registro. Si la visita llega después, se recibe solo: no lo vuelva a escribir. Si sigue igual, guarde una copia y avise a su coordinador.",
	fault.ParentRejected:             "La visita a la que pertenece este registro fue rechazada. Corrija primero la visita.",
	fault.Conflict:                   "Otra persona cambió este registro mientras tanto. Nada se sobrescribió: revise los dos valores y decida de nuevo.",
	fault.OutOfScope:                 "Esta actividad no está a su cargo ni en su unidad territorial. Si debe visitarla, pida a su coordinador que se la asigne.",
	fault.AssignmentEnded:            "La actividad ya no está a su cargo. Su registro llegó y espera la revisión de su coordinador.",
	fault.NeverAssigned:              "La actividad no le fue asignada. Su registro llegó y espera la revisión de su coordinador.",
	fault.ParentParked:               "La visita espera la revisión de su coordinador, y este registro con ella.",
	fault.ReviewRejected:             "Su coordinador revisó este registro y no lo aceptó: {reason}. Corríjalo si corresponde o converse con él.",
	fault.ConflictSettled:            "Este conflicto ya fue resuelto por {name}. Actualice la pantalla para ver cómo quedó.",
	fault.ConflictMoved:              "Después de lo que se mostraba, el registro volvió a cambiar. No se escribió nada: mire lo que dice ahora y decida de nuevo.",
	fault.ParkedDecided:              "Este registro ya fue revisado por otra persona. Actualice la lista.",

	fault.RendicionClosed:       "La rendición ya no está en el estado en que se puede hacer esto. Actualice la pantalla para ver cómo está.",
	fault.RendicionItemClosed:   "«{item}» no está observado, así que ya no se puede cambiar. Corrija solo lo que el revisor observó.",
	fault.RendicionChanged:      "Otra persona cambió «{item}» mientras tanto: usted puso {yours} y ahora dice {theirs}. Nada se sobrescribió: vea los dos valores y elija.",
	fault.RendicionUnbalanced:   "La rendición no cuadra: {difference}. Revise los montos antes de presentar.",
	fault.WorkNotEnded:          "La actividad todavía no terminó. La rendición se presenta después del término.",
	fault.DocumentMissing:       "Falta el documento «{document}». Súbalo antes de presentar.",
	fault.DocumentDuplicate:     "Este mismo archivo ya está en la rendición, en «{document}». No hace falta subirlo otra vez.",
	fault.TooManyDocuments:      "La rendición ya tiene {max} documentos. Junte varios en un solo PDF o reemplace uno.",
	fault.ObservationUnanswered: "Hay una observación sin atender. Corrija el dato observado o escriba su respuesta; si ya respondió y la observación se mantuvo, escriba otra.",
	fault.ObservationsOpen:      "Quedan observaciones sin levantar. Levántelas o devuelva la rendición.",
	fault.BalanceRemains:        "Queda un saldo de {saldo} en la cuenta del ejecutor. Mientras no sea cero no se puede dar conformidad: observe el saldo para que lo devuelva.",
	fault.FileTooLarge:          "El archivo pesa más de {max}. Divídalo o redúzcalo (por ejemplo, escanee con menos resolución).",
	fault.FileEmpty:             "El archivo está vacío. Elija otro.",
	fault.FileKindRefused:       "Este archivo no se acepta: por su contenido es {found}. Suba PDF, foto (JPG o PNG), Word, Excel, ZIP o el XML de un comprobante, con su extensión correcta.",
	fault.FileNameMismatch:      "Por su contenido este archivo es {found}, y su nombre dice otra cosa. Elija el archivo correcto o corrija la terminación del nombre.",
	fault.FileHashMismatch:      "El archivo llegó distinto de como salió de su equipo. Se descartó; súbalo otra vez.",
	fault.UploadIncomplete:      "El archivo todavía no llegó completo. Continúe la subida.",
}

// Sentence is what people read of an error, for a console.
func Sentence(err error) string { return say(fault.Of(err)).Message }

// Message is what people read of a fault.
func Message(f *fault.Fault) string { return say(f).Message }
