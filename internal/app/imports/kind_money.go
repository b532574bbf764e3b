package imports

import (
	"fmt"
	"slices"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/naturalkey"
	"chaski/internal/domain/progress"
)

var transferSpec = Spec{
	Kind: Transfers, Title: "Transferencias con su resolución",
	About: "Una fila por transferencia: una resolución y un convenio. Cuenta cuando está devengada, en la fecha de devengado.",
	Fields: []Field{
		{
			Name: "resolution", Label: "Resolución", Type: TypeResolution, Required: true, Example: "RM 220-2026-TR",
			Synonyms: list{"n resolucion", "resolucion ministerial", "rm", "numero de resolucion"},
		},
		{
			Name: "published_on", Label: "Fecha de publicación", Type: TypeDay, Required: true, Example: "15/10/2026",
			Synonyms: list{"fecha de resolucion", "fecha rm", "publicacion", "fecha resolucion"},
		},
		convenioField,
		{Name: "amount", Label: "Monto (S/)", Type: TypeMoney, Required: true, Example: "150000.00", Synonyms: list{"monto", "monto transferido", "importe", "monto s"}},
		{Name: "accrued_on", Label: "Fecha de devengado", Type: TypeDay, Example: "28/10/2026", Synonyms: list{"devengado el", "fecha devengado", "devengado"}},
		{
			Name: "state", Label: "Estado", Type: TypeChoice, Choices: choicesOf["transfer_state"], Example: "Devengada",
			Hint: "vacío: Devengada si hay fecha de devengado, si no Aprobada",
		},
	},
	plan: planTransfer,
}

func planTransfer(b *Book, l *Line) {
	convenio := b.convenio(l)
	number := l.text("resolution")
	l.label = number + ", " + l.text("convenio_code")
	state, accrued := l.text("state"), l.text("accrued_on")
	counts := progress.Transfers.Is(state, progress.Accrued)
	switch {
	case counts && accrued == "":
		l.bad("accrued_on", fault.New(fault.ImportAccruedMissing, ""))
	case accrued != "" && accrued < l.text("published_on"):
		l.bad("accrued_on", fault.New(fault.ImportAccruedEarly, "").With("published", l.text("published_on")))
	case accrued > string(b.today):
		l.bad("accrued_on", fault.New(fault.DateInFuture, "").With("value", accrued).With("today", string(b.today)))
	}
	if convenio == nil || len(l.faults) > 0 {
		return
	}
	resolution := l.put(b, "resolutions", Values{"number": number}, l.copyTo(Values{}, "published_on"), nil)
	if like := b.resolutionLike(number); like != "" && resolution.New {
		l.warn("resolution", fault.New(fault.ImportResolutionLike, "").With("value", number).With("like", like))
	}
	fields := l.copyTo(Values{}, "amount", "accrued_on", "state")
	initial := "aprobada"
	if accrued != "" {
		initial = "devengada"
	}
	l.put(b, "transfers", Values{"resolution": resolution.ID, "convenio": convenio.ID}, fields, Values{"state": initial})
}

// resolutionLike is another resolution, stored or of an earlier row, with the same
// number and year; "" if there is none.
func (b *Book) resolutionLike(number string) string {
	if b.numbers == nil {
		b.numbers = map[string][]string{}
		for _, r := range b.read("resolutions", []StoredColumn{{"number", AsText}}, "", nil) {
			stored := r.Fields.Text("number")
			b.numbers[naturalkey.ResolutionNumber(stored)] = append(b.numbers[naturalkey.ResolutionNumber(stored)], stored)
		}
	}
	n := naturalkey.ResolutionNumber(number)
	if n == "" {
		return ""
	}
	for _, known := range b.numbers[n] {
		if known != number {
			return known
		}
	}
	if !slices.Contains(b.numbers[n], number) {
		b.numbers[n] = append(b.numbers[n], number)
	}
	return ""
}

var budgetSpec = Spec{
	Kind: Budget, Title: "Ejecución presupuestal (SIAF)",
	About: "Una fila por actividad operativa, clasificador y mes, con el devengado de ese mes (no el acumulado).",
	Fields: []Field{
		exerciseField,
		{
			Name: "code", Label: "Código de AO", Type: TypePattern, Pattern: aoCodePattern, Example: "AOI00106600077",
			Synonyms: list{"codigo ao", "cod ao", "codigo aoi", "ao", "actividad operativa"},
		},
		{Name: "key", Label: "Clave", Type: TypeText, Example: "seguimiento", Synonyms: list{"clave ao"}, Hint: "si la AO no tiene código publicado"},
		{Name: "month", Label: "Mes", Type: TypeMonth, Required: true, Example: "10", Synonyms: list{"mes eje", "mes de ejecucion", "periodo"}},
		{
			Name: "clasificador", Label: "Clasificador", Type: TypeClasificador, Required: true, Example: "2.3.2 7.11 99",
			Synonyms: list{"clasificador de gasto", "especifica", "especifica det", "partida"},
		},
		{Name: "amount", Label: "Devengado (S/)", Type: TypeSigned, Required: true, Example: "27500.50", Synonyms: list{"devengado", "monto devengado", "monto", "importe"}},
	},
	plan: planBudget, whole: spend,
}

func planBudget(b *Book, l *Line) {
	year, month := l.Values["exercise"].(int64), l.Values["month"].(Month)
	if month.Year != 0 && int64(month.Year) != year {
		l.bad("month", fault.New(fault.ImportMonthOtherYear, "").With("year", fmt.Sprint(year)))
		return
	}
	if !l.has("code") && !l.has("key") {
		l.bad("code", fault.New(fault.ImportAONameless, ""))
		return
	}
	ao := b.ao(l, year)
	if ao == nil {
		value := l.text("code")
		if value == "" {
			value = l.text("key")
		}
		l.bad("code", fault.New(fault.ImportAOUnknown, "").With("value", value).With("year", fmt.Sprint(year)))
		return
	}
	m := fmt.Sprintf("%d-%02d", year, month.Month)
	if m > string(b.today.Month()) {
		l.bad("month", fault.New(fault.ImportMonthFuture, "").With("value", m))
		return
	}
	l.label = fmt.Sprintf("%s, %s, clasificador %s", ao.Fields.Text("key"), m, l.text("clasificador"))
	amount, _ := l.Values["amount"].(int64)
	b.spending = append(b.spending, &spent{line: l, ao: ao, month: m, code: l.text("clasificador"), amount: amount})
	l.held = true
}
