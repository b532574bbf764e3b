package httpapi

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"regexp"
	"strings"

	"chaski/internal/app"
	"chaski/internal/app/imports"
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
	args := map[string]string{}
	for key, value := range f.Args {
		if d, err := day.Parse(value); err == nil {
			value = spanishDay(d)
		}
		args[key] = word(key, value)
	}
	return problem{Code: f.Code, Field: f.Field, Message: filled(numbered(spanish.Faults[f.Code], f.Args), args)}
}

// Sentence is what people read of an error, for a console.
func Sentence(err error) string { return say(fault.Of(err)).Message }

// Message is what people read of a fault.
func Message(f *fault.Fault) string { return say(f).Message }

// sayNote fills in the sentence of a code.
func sayNote(words map[string]string, n imports.Note) string {
	return filled(numbered(words[n.Code], n.Args), n.Args)
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

func filled(text string, args map[string]string) string {
	for key, value := range args {
		text = strings.ReplaceAll(text, "{"+key+"}", value)
	}
	return text
}

//go:embed spanish.json
var spanishJSON []byte

// spanish are the words of the server, by what they name. {names} are filled in.
var spanish = func() (words struct {
	// What happened and what to do.
	Faults map[fault.Code]string `json:"faults"`
	// Fields of requests, as the screens call them.
	Fields map[string]string `json:"fields"`
	// Lines and documents of a rendición, and parameters, by what their code is.
	Lines      map[string]string `json:"lines"`
	Documents  map[string]string `json:"documents"`
	Parameters map[string]string `json:"parameters"`
	// What was found in a file, after "trae", "hay" or "es"; why a document waits.
	Found       map[string]string `json:"found"`
	Quarantines map[string]string `json:"quarantines"`
	// Of imports: what was assumed, why a row is not read, what only a person knows
	// of a file, and what he can say.
	Notes     map[string]string `json:"notes"`
	Asides    map[string]string `json:"asides"`
	Questions map[string]string `json:"questions"`
	Options   map[string]string `json:"options"`
},
) {
	if err := json.Unmarshal(spanishJSON, &words); err != nil {
		panic("spanish.json: " + err.Error()) // it is part of the program
	}
	return words
}()

// label of a field, or its own name.
func label(field string) string { return cmp.Or(spanish.Fields[field], "«"+field+"»") }

// word says what a code is called, and money as people read it.
func word(key, value string) string {
	switch key {
	case "item":
		return cmp.Or(spanish.Lines[value], cmp.Or(spanish.Documents[value], value))
	case "document":
		return cmp.Or(spanish.Documents[value], value)
	case "key":
		return cmp.Or(spanish.Parameters[value], value)
	case "found":
		if w := spanish.Found[value]; w != "" || !strings.Contains(value, "/") {
			return cmp.Or(w, value)
		}
		return "de un tipo que no se admite (" + value + ")"
	case "quarantine":
		return cmp.Or(spanish.Quarantines[value], value)
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

// Quarantined is why a document is in quarantine, with what a scanner calls it.
func Quarantined(why, found string) string {
	text := cmp.Or(spanish.Quarantines[why], why)
	if why == app.QuarantineVirus && found != "" {
		text += " (" + found + ")"
	}
	return text + "."
}
