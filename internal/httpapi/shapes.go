package httpapi

import (
	"errors"
	"reflect"
	"strings"

	"github.com/go-playground/locales/es"
	ut "github.com/go-playground/universal-translator"
	"github.com/go-playground/validator/v10"
	estranslations "github.com/go-playground/validator/v10/translations/es"
)

// shapes checks the form of requests and says in Spanish what is wrong.
type shapes struct {
	validate *validator.Validate
	spanish  ut.Translator
}

// shapeError is a request that is not of its shape.
type shapeError struct{ field, message string }

func (e *shapeError) Error() string { return e.field + ": " + e.message }

func newShapes() *shapes {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	registerTags(v)
	spanish, _ := ut.New(es.New()).GetTranslator("es")
	if err := estranslations.RegisterDefaultTranslations(v, spanish); err != nil {
		panic(err) // the library's own table
	}
	return &shapes{validate: v, spanish: spanish}
}

// Validate implements echo.Validator.
func (s *shapes) Validate(v any) error {
	err := s.validate.Struct(v)
	var list validator.ValidationErrors
	if !errors.As(err, &list) || len(list) == 0 {
		return err
	}
	_, field, _ := strings.Cut(list[0].Namespace(), ".")
	if t, ours := tags[list[0].Tag()]; ours {
		value := reflect.Indirect(reflect.ValueOf(list[0].Value()))
		return t.check(field, value.String())
	}
	what := strings.TrimPrefix(list[0].Translate(s.spanish), list[0].Field()+" ")
	return &shapeError{field: field, message: "Corrija " + label(list[0].Field()) + ": " + what + "."}
}
