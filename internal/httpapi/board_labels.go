package httpapi

import (
	"fmt"
	"strings"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/day"
)

var shortMonths = [...]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "set", "oct", "nov", "dic"}

// spanishDay writes a day as people here read it: 12 nov 2026.
func spanishDay(d day.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return fmt.Sprintf("%d %s %d", t.Day(), shortMonths[t.Month()-1], t.Year())
}

// spanishMonth writes a month: nov 2026.
func spanishMonth(m day.Month) string {
	_, month, _ := strings.Cut(spanishDay(day.Day(m)+"-01"), " ")
	return month
}

func lineLabel(l app.Line) string {
	switch l.Kind {
	case app.LineBalance:
		return "Saldo importado de la Ficha"
	case app.LineBudget:
		return "SIAF devengado de " + spanishMonth(l.Month)
	case app.LineUnit:
		if l.Works == 1 {
			return "Una actividad de " + l.UTName
		}
		return fmt.Sprintf("%d actividades de %s", l.Works, l.UTName)
	case app.LineAdjustment:
		return "Ajustes posteriores al cierre"
	}
	return l.Name
}

func rowLabel(r app.CountedRow) string {
	if r.Collection == "transfers" {
		return "Transferencia · " + r.Evidence.Number
	}
	if r.Person == "" {
		return fmt.Sprintf("Cupo %d", r.Cupo)
	}
	return fmt.Sprintf("Cupo %d · %s", r.Cupo, r.Person)
}

func evidenceLabel(e app.Evidence) string {
	switch e.Kind {
	case "visit":
		return fmt.Sprintf("Visita de %s · %s", spanishDay(e.Day), e.Who)
	case "attendance_sheet":
		return fmt.Sprintf("Hoja diaria del %s, validada", spanishDay(e.Day))
	}
	return fmt.Sprintf("Devengado el %s", spanishDay(e.Day))
}
