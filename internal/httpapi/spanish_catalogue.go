package httpapi

import (
	"maps"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/parameter"
)

func init() { maps.Copy(sentences, catalogueSentences) }

// catalogueSentences say what is wrong with a new value of the catalogue.
var catalogueSentences = map[fault.Code]string{
	fault.ParameterMissing:   "Falta el parámetro «{key}» para el {day}. Pida a la sede central que lo agregue en el catálogo.",
	fault.ParameterMalformed: "El parámetro «{key}» tiene un valor que no se entiende: {value}. Pida a la sede central que agregue el correcto en el catálogo.",
	fault.ParameterUnknown:   "Ninguna regla lee este parámetro. Elija uno de la lista.",
	fault.DateInPast:         "La fecha {value} ya pasó. Lo pasado no se cambia: elija hoy o una fecha posterior.",
	fault.DateTaken:          "Ya hay un valor desde el {value}. Elija otra fecha.",
	fault.DateBeforeLast:     "Ya hay una versión que rige desde el {value}. Elija esa fecha o una posterior.",
	fault.QuestionRepeated:   "Dos preguntas tienen la misma clave. Use una clave distinta para cada una.",
	fault.UnitSame:           "Ese distrito ya corresponde a esa unidad en esa fecha. Elija otra unidad.",
}

// parameterTitles are what people call the parameters that rules read.
var parameterTitles = map[string]string{
	parameter.RendicionDeadline:   "Plazo de la rendición de cuentas",
	parameter.RendicionCorrection: "Plazo para corregir una rendición observada",
	parameter.SheetDays:           "Días en que se espera la hoja de asistencia",
	parameter.UncoveredCounts:     "Si cuenta el jornal trabajado sin cobertura",
	parameter.AgeReference:        "Fecha en que se mide la edad",
	parameter.LeyCeiling:          "Tope de la Ley N° 31728",
	parameter.DeviceLease:         "Días sin conexión hasta que el teléfono se cierra",
	parameter.DevicesPerAccount:   "Teléfonos en uso por cuenta",
}
