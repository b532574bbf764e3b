package cli

import (
	"errors"
	"fmt"
	"os/user"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
	"chaski/internal/store/problems"
	"chaski/internal/verify"
)

// answerOutside answers for what raw SQL changed, in the name of who runs the
// command on the server.
func answerOutside(pb core.App, engine *store.Engine) verify.Answer {
	return func(reason string, names []string) (int, error) {
		by := app.Answerer{ID: "chaski verify", Name: "chaski verify", Reason: reason}
		if u, err := user.Current(); err == nil {
			by.Name += " (" + u.Username + ")"
		}
		if by.Check() != nil {
			return 0, fmt.Errorf("--acknowledge necesita un motivo de al menos %d caracteres: quién lo cambió, por qué y con qué documento", app.MinAnswer)
		}
		rows := make([]app.OutsideRow, len(names))
		for i, name := range names {
			collection, record, ok := strings.Cut(name, "/")
			if !ok {
				return 0, fmt.Errorf("--row %s: se espera colección/id, como lo muestra el informe", name)
			}
			rows[i] = app.OutsideRow{Collection: collection, Record: record}
		}
		n, err := problems.AnswerAll(engine, pb, by, rows)
		var f *fault.Fault
		if errors.As(err, &f) && f.Code == fault.Conflict {
			return 0, fmt.Errorf("%s no espera respuesta: o no cambió fuera de la aplicación, o alguien ya respondió. No se anotó nada", f.Field)
		}
		return n, err
	}
}
