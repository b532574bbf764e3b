package national

import (
	"chaski/internal/domain/day"
	"chaski/internal/domain/rendicion"
)

// spending is about how an executor's money goes, by hundred: most to unskilled
// labour (domain assumption of the size of a year's jornales).
var spending = []struct {
	line  rendicion.Line
	share int64
}{
	{rendicion.MONC, 62},
	{rendicion.Supplies, 14},
	{rendicion.Tools, 8},
	{rendicion.EPP, 4},
	{rendicion.Insurance, 2},
	{rendicion.Technical, 8},
	{rendicion.Other, 2},
}

var doubts = []struct {
	line rendicion.Line
	text string
}{
	{rendicion.Supplies, "Falta el sustento de la compra de insumos de la segunda quincena."},
	{rendicion.MONC, "La planilla no coincide con el cuaderno de asistencia en dos días."},
	{rendicion.Tools, "Las herramientas no figuran en el acta de entrega."},
	{rendicion.Technical, "Adjuntar el recibo por honorarios del responsable técnico."},
}

// account writes the rendición of a work financed by this year's money, without
// documents. A third is late; a third was observed. It squares to the céntimo.
func (e *emitter) account() {
	state, is := rendicion.StateOf(e.State)
	if e.Resolution < 0 || !is || state == rendicion.Pending {
		return
	}
	due := rendicion.Due(e.Ends, rendicion.DefaultDeadline, e.Calendar)
	presented := e.Calendar.Add(e.Ends, 5+e.rng.IntN(11))
	if e.rng.IntN(100) < 35 {
		presented = e.Calendar.Add(due, 1+e.rng.IntN(50))
	}
	observed := state == rendicion.Observed || e.rng.IntN(100) < 30
	round, revision, decided := 1, 2, day.Day("")
	switch {
	case state == rendicion.Observed:
		revision = 3
	case state == rendicion.Approved && observed:
		round, revision = 2, 5
	case state == rendicion.Approved:
		revision = 3
	}
	if state == rendicion.Approved {
		decided = e.Calendar.Add(presented, 6+e.rng.IntN(20))
	}
	at := string(presented) + " 20:15:00.000Z"
	id := e.put("rendiciones", e.me, string(state), revision, round, e.Amount, string(due), string(presented), at, string(decided))
	e.lines(id, state)
	if observed && state != rendicion.Presented {
		e.observation(id, state, presented, decided)
	}
}

func (e *emitter) lines(id string, state rendicion.State) {
	income := e.Amount
	put := func(line rendicion.Line, amount int64) {
		if amount > 0 {
			e.put("rendicion_lines", id, e.me, string(line), amount, amount)
		}
	}
	if e.rng.IntN(100) < 30 {
		own := int64(1+e.rng.IntN(80)) * 100_00
		put(rendicion.Cofinancing, own)
		income += own
	}
	if e.rng.IntN(100) < 40 {
		back := income * int64(1+e.rng.IntN(40)) / 1000
		put(rendicion.Returned, back)
		income -= back
	}
	if state != rendicion.Approved && e.rng.IntN(2) == 0 { // approved only without a balance
		left := income / 200
		put(rendicion.Balance, left)
		income -= left
	}
	shares := make([]int64, len(spending))
	for i, s := range spending {
		shares[i] = s.share*10 + e.rng.Int64N(20)
	}
	for i, amount := range Apportion(income, shares) {
		put(spending[i].line, amount)
	}
}

func (e *emitter) observation(id string, state rendicion.State, presented, decided day.Day) {
	d := pick(e.rng, doubts)
	made := string(e.Calendar.Add(presented, 3)) + " 16:30:00.000Z"
	if state == rendicion.Observed {
		e.put("rendicion_observations", id, e.me, string(rendicion.TargetLine), string(d.line), d.text, rendicion.ObservationOpen, 1, made, "", "")
		return
	}
	e.put("rendicion_observations", id, e.me, string(rendicion.TargetLine), string(d.line), d.text, rendicion.ObservationLifted, 1, made,
		"Se adjuntó lo solicitado.", string(decided)+" 15:00:00.000Z")
}
