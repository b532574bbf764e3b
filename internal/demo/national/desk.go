package national

import (
	"fmt"
	"maps"
	"slices"

	"chaski/internal/domain/day"
)

// Assistance is one row of technical assistance to one proponent.
type Assistance struct {
	Key      string
	Entity   int
	On       day.Day
	Modality string
	Scope    string
	Channel  string
	Topic    string
	Session  string
	Frame    string
	State    string
	Evidence string
	People   int
}

// Report is one management report. UT is a code or "".
type Report struct {
	Unit, UT, AO, Kind, Period, Number, State string
	Approved                                  day.Day
}

var (
	modalities = []string{"taller", "reunion", "capacitacion"}
	channels   = []string{"presencial", "presencial", "virtual", "telefono"}
	topics     = []string{
		"Elaboración de fichas técnicas de AII", "Requisitos previos de la convocatoria", "Presentación de fichas técnicas",
		"Selección de participantes", "Suscripción de convenios", "Pólizas de seguro y movimiento de participantes",
		"Rendición de cuentas", "Adquisición de insumos y herramientas",
	}
)

// assistances: those validated with evidence, one for each proponent, day,
// modality and topic, are the report's; others must not count.
func (p *Plan) assistances() error {
	for _, frame := range []string{Ordinary, Ley} {
		key, from := "promocion", day.Day("2023-02-01")
		if frame == Ley {
			key, from = "promocion_ley", "2023-05-02"
		}
		want := int(p.Published.ao(key).Physical)
		rng := p.rng("assistances " + frame)
		days := p.Calendar.Days(from, "2023-11-30")
		byUnit := map[string][]int{}
		for i := range p.Entities {
			ut := p.Places[i].UT
			byUnit[ut] = append(byUnit[ut], i)
		}
		units := slices.Sorted(maps.Keys(byUnit))
		seen := map[string]bool{}
		sessions := 0
		for done := 0; done < want; {
			near := byUnit[units[rng.IntN(len(units))]]
			a := Assistance{
				On: pick(rng, days), Modality: pick(rng, modalities), Scope: "personalizada", Channel: pick(rng, channels),
				Topic: pick(rng, topics), Frame: frame, State: "validada",
			}
			size := 1
			if rng.IntN(3) == 0 {
				sessions++
				size = 2 + rng.IntN(6)
				a.Scope, a.Session = "grupal", fmt.Sprintf("AT-%s-%04d", map[string]string{Ordinary: "O", Ley: "L"}[frame], sessions)
			}
			for range size {
				a.Entity, a.People = near[rng.IntN(len(near))], 1+rng.IntN(6)
				what := fmt.Sprintf("%d %s %s %s", a.Entity, a.On, a.Modality, a.Topic)
				if seen[what] || done == want {
					continue
				}
				seen[what] = true
				done++
				a.Key = fmt.Sprintf("%s %d", frame, done)
				a.Evidence = fmt.Sprintf("Acta %s-%04d", frame, done)
				p.Assistances = append(p.Assistances, a)
			}
		}
		p.uncounted(frame, want)
	}
	return nil
}

// uncounted: planned, done and not validated, rejected, and the same one sent
// twice.
func (p *Plan) uncounted(frame string, want int) {
	rng := p.rng("assistances uncounted " + frame)
	own := p.Assistances[len(p.Assistances)-want:]
	for i, n := 0, want/30; i < n; i++ {
		a := own[rng.IntN(len(own))]
		a.Key = fmt.Sprintf("%s uncounted %d", frame, i)
		switch i % 4 {
		case 0:
			a.State, a.Evidence, a.Topic = "programada", "", a.Topic+" (reprogramada)"
		case 1:
			a.State, a.Topic = "realizada", a.Topic+" (por validar)"
		case 2:
			a.State, a.Topic = "rechazada", a.Topic+" (sin sustento)"
		default: // a duplicate: same proponent, day, modality and topic
		}
		p.Assistances = append(p.Assistances, a)
	}
}

// reports: quarterly, monthly or of other kinds until each unit has its number.
func (p *Plan) reports() error {
	want := p.Published.Reports
	add := func(unit, ut, ao, kind, period string, approved day.Day) {
		n := len(p.Reports) + 1
		p.Reports = append(p.Reports, Report{
			Unit: unit, UT: ut, AO: ao, Kind: kind, Period: period, State: "aprobado", Approved: approved,
			Number: fmt.Sprintf("INF-%03d-%d-%s (demo)", n, Year, unit+ut),
		})
	}
	for _, unit := range slices.Sorted(maps.Keys(want)) {
		uts := []string{""}
		if unit == "UT" {
			uts = p.unitCodes()
		}
		each := want[unit] / len(uts)
		if each*len(uts) != want[unit] {
			return fmt.Errorf("%d reports of %s by %d", want[unit], unit, len(uts))
		}
		for _, ut := range uts {
			for i := range each {
				kind, period, on := p.period(i, each)
				add(unit, ut, "gestion", kind, period, on)
			}
		}
	}
	for i := range p.Published.ao("gestion_ley").Physical {
		period := fmt.Sprintf("%d-Q%d", Year, 3+i)
		add("UFGI", "", "gestion_ley", "Gestión del Programa – Ley N° 31728", period, p.Calendar.Add(day.Day(fmt.Sprintf("%d-%02d-18", Year, 9+3*i)), 0))
	}
	add("UFAJ", "", "sentencias", "Pago de sentencias judiciales", fmt.Sprint(Year), p.Calendar.Add("2023-08-16", 0))
	// Not counted: one still a draft, one withdrawn.
	add("UFTI", "", "gestion", "Gestión institucional", fmt.Sprintf("%d-12", Year), "")
	p.Reports[len(p.Reports)-1].State = "borrador"
	add("UFRH", "", "gestion", "Gestión institucional (versión retirada)", fmt.Sprintf("%d-Q4", Year), p.Calendar.Add("2023-12-20", 0))
	p.Reports[len(p.Reports)-1].State = "retirado"
	return nil
}

// period of the i-th of n reports of a unit: by quarter, by month, or by month
// and then by two months.
func (p *Plan) period(i, n int) (kind, period string, approved day.Day) {
	month := func(m int) day.Day { // within the last days of the month it is about
		next := day.Month(fmt.Sprintf("%d-%02d", Year, m)).Next()
		return p.Calendar.Add(day.Day(string(next)+"-01"), -2)
	}
	switch {
	case n <= 4:
		q := 4 - n + i + 1
		return "Gestión institucional", fmt.Sprintf("%d-Q%d", Year, q), month(3 * q)
	case i < 12:
		return "Gestión institucional", fmt.Sprintf("%d-%02d", Year, i+1), month(i + 1)
	}
	m := 2 * (i - 11)
	return "Control interno", fmt.Sprintf("%d-%02d", Year, m), month(m)
}

func (p *Plan) unitCodes() []string {
	seen := map[string]bool{}
	for _, at := range p.Places {
		seen[at.UT] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// Spent is one line of budget execution: devengado in céntimos.
type Spent struct {
	AO, Clasificador string
	Month            day.Month
	Amount           int64
}

// clasificadores of the spending of each activity with their share of it; of
// transfers it is the one they are accrued under.
var clasificadores = map[string][]struct {
	code  string
	share int64
}{
	"gestion": {{"2.3.1", 8}, {"2.3.2", 84}, {"2.6.3", 8}}, "promocion": {{"2.3.1", 6}, {"2.3.2", 94}}, "seguimiento": {{"2.3.1", 7}, {"2.3.2", 93}},
	"gestion_ley": {{"2.3.2", 100}}, "promocion_ley": {{"2.3.1", 5}, {"2.3.2", 95}}, "seguimiento_ley": {{"2.3.1", 5}, {"2.3.2", 95}},
	"sentencias": {{"2.5.5", 100}},
}

// TransferClasificador is donations and current transfers.
const TransferClasificador = "2.4.1"

// Budget spreads each activity's devengado over months, to the céntimo. That of
// transfers is what the works' transfers accrued, month by month.
func (p *Plan) Budget() []Spent {
	var out []Spent
	for _, ao := range p.Published.AOs {
		if ao.Unit == "transfer" {
			accrued := p.accruedByMonth(ao.Frame)
			for _, m := range slices.Sorted(maps.Keys(accrued)) {
				out = append(out, Spent{ao.Key, TransferClasificador, m, accrued[m]})
			}
			continue
		}
		rng := p.rng("budget " + ao.Key)
		first, months := 1, 12
		switch {
		case ao.Key == "sentencias":
			first, months = 8, 1
		case ao.Frame == Ley:
			first, months = 5, 8
		}
		shares := make([]int64, len(clasificadores[ao.Key]))
		for i, c := range clasificadores[ao.Key] {
			shares[i] = c.share
		}
		for i, total := range Apportion(ao.Financial, shares) {
			weights := make([]int64, months)
			for j := range weights {
				weights[j] = 70 + rng.Int64N(60) + int64(j)*3
			}
			for j, amount := range Apportion(total, weights) {
				out = append(out, Spent{ao.Key, clasificadores[ao.Key][i].code, day.Month(fmt.Sprintf("%d-%02d", Year, first+j)), amount})
			}
		}
	}
	return out
}
