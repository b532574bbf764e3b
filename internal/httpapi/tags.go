package httpapi

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/go-playground/validator/v10"
	"github.com/labstack/echo/v4"

	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
)

// tags are the domain's codes as the shapes of requests name them. Each asks the
// domain's own rule, and its fault is what is answered. An empty text is for
// required to refuse. pattern is what docs/openapi.yaml says of it; a test holds
// the two against each other.
var tags = map[string]tag{
	"day":      {pattern: `^\d{4}-\d{2}-\d{2}$`, check: checkDay},
	"dni":      {pattern: `^\d{8}$`, check: identity.ValidateDNI},
	"ruc":      {pattern: `^(10|15|16|17|20)\d{9}$`, check: identity.ValidateRUC},
	"ubigeo":   {pattern: `^\d{6}$`, check: identity.ValidateUbigeo},
	"convenio": {pattern: `^\d{2}-\d{4}-(AII|PI)-\d{2}$`, check: identity.ValidateConvenioCode},
	"month":    {pattern: `^\d{4}-\d{2}$`, check: checkMonth},
	"ao":       shaped(`^AOI\d{11}$`),
	"scope":    {pattern: `^(national|0[1-9]|1[0-9]|2[0-5])$`, check: checkScope},
	"record":   shaped(`^[a-z0-9]{15}$`),
	"mutation": shaped(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
	"sha256":   shaped(`^[0-9a-f]{64}$`),
	"year":     shaped(`^\d{4}$`),
	"code":     shaped(`^[a-z0-9_.-]{1,60}$`),
}

type tag struct {
	pattern string
	check   func(field, value string) *fault.Fault
}

// shaped has no rule of the domain behind it: only its pattern.
func shaped(pattern string) tag {
	compiled := regexp.MustCompile(pattern)
	return tag{pattern, func(field, value string) *fault.Fault {
		if compiled.MatchString(value) {
			return nil
		}
		return fault.New(fault.InvalidValue, field).With("value", value)
	}}
}

func checkDay(field, value string) *fault.Fault {
	if _, err := day.Parse(value); err != nil {
		return fault.New(fault.DateInvalid, field).With("value", value)
	}
	return nil
}

func checkMonth(field, value string) *fault.Fault { return checkDay(field, value+"-01") }

func checkScope(field, value string) *fault.Fault {
	if !calendar.KnownScope(value) {
		return fault.New(fault.InvalidValue, field).With("value", value)
	}
	return nil
}

func registerTags(v *validator.Validate) {
	for name, t := range tags {
		err := v.RegisterValidation(name, func(fl validator.FieldLevel) bool {
			value := fl.Field().String()
			return value == "" || t.check("", value) == nil
		})
		if err != nil {
			panic(err) // an empty name
		}
	}
}

// paths says what each parameter of a path is. A route with another one does not
// come up (see checkPath).
var paths = map[string]string{
	"person": "record", "device": "record", "import": "record", "intervention": "record", "document": "record", "conflict": "record",
	"visit": "record", "sheet": "record", "movement": "record", "mutation": "mutation", "year": "year", "kind": "code", "ao": "code", "collection": "code", "record": "record",
	"row": "record", "day": "day", "file": "record",
}

// maxQuery bounds a value of a query, whatever the shape says of it besides.
const maxQuery = 1000

// checkPath refuses what a path or a query cannot mean before any use case sees
// it: what is of no shape is nowhere.
func checkPath(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		for i, name := range c.ParamNames() {
			if name == "*" {
				continue
			}
			if f := tags[paths[name]].check(name, c.ParamValues()[i]); f != nil {
				return fault.New(fault.NotFound, name)
			}
		}
		for name, values := range c.QueryParams() {
			for _, v := range values {
				if len(v) > maxQuery {
					return &shapeError{field: name, message: "Corrija " + label(name) + ": es demasiado largo."}
				}
			}
		}
		return next(c)
	}
}

// unshaped are parameters of routes that paths does not know.
func unshaped(routes []*echo.Route) (out []string) {
	for _, r := range routes {
		for _, part := range strings.Split(r.Path, "/") {
			if name, is := strings.CutPrefix(part, ":"); is && paths[name] == "" {
				out = append(out, r.Path)
			}
		}
	}
	return out
}

// cleaned goes through what a JSON body brought and cleans its texts, in place.
// Not those marked `clean:"-"`: a password is what was typed.
func cleaned(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			cleaned(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("clean") != "-" {
				cleaned(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return // raw JSON: mutations keep the hash they were sent with
		}
		for i := range v.Len() {
			cleaned(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			switch value := v.MapIndex(key); value.Kind() {
			case reflect.String:
				v.SetMapIndex(key, reflect.ValueOf(clean(value.String())).Convert(value.Type()))
			case reflect.Interface:
				if !value.IsNil() {
					v.SetMapIndex(key, reflect.ValueOf(cleanedJSON(value.Interface())))
				}
			default: // numbers and booleans
			}
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(clean(v.String()))
		}
	default: // numbers and booleans
	}
}

// cleanedJSON is decoded JSON with its texts cleaned, at any depth.
func cleanedJSON(v any) any {
	switch v := v.(type) {
	case string:
		return clean(v)
	case []any:
		for i := range v {
			v[i] = cleanedJSON(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = cleanedJSON(v[k])
		}
	}
	return v
}
