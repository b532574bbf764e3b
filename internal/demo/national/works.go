package national

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"chaski/internal/demo/fictitious"
)

// territory makes the municipality of each place and chooses where there is what.
func (p *Plan) territory() error {
	for i, at := range p.Places {
		name := "Municipalidad Distrital de " + at.Name + " (demo)"
		if at.Ubigeo[4:] == "01" {
			name = "Municipalidad Provincial de " + at.Province + " (demo)"
		}
		// The running exercise has the first thousands.
		p.Entities = append(p.Entities, Entity{RUC: fictitious.RUC(100_000 + i), Name: name, Place: i})
	}
	if t := p.Published.Transfers[Ordinary]; len(p.Places) < t.Entities {
		return fmt.Errorf("%d districts in use, %d municipalities with transfers", len(p.Places), t.Entities)
	}
	return nil
}

// where lists places: ordinary executes in exec; idle has ordinary transfers
// only; ley executes in its own, mostly the same.
type where struct{ exec, idle, ley []int }

func (p *Plan) where() where {
	perm := shuffled(len(p.Places), p.rng("places"))
	entities, exec := p.Published.Transfers[Ordinary].Entities, p.Published.origin(Year, Ordinary).Districts
	ley := p.Published.origin(Year, Ley).Districts
	outside := perm[entities:]
	outside = outside[:min(len(outside), ley/25)]
	return where{
		exec: perm[:exec], idle: perm[exec:entities],
		ley: append(append([]int{}, outside...), perm[:ley-len(outside)]...),
	}
}

// works says which there are and where, without dates and money.
func (p *Plan) works() error {
	at := p.where()
	if err := p.bigWorks(at); err != nil {
		return err
	}
	used := map[int]bool{}
	for _, w := range p.Works {
		used[w.Place] = true
	}
	var rest []int
	for _, place := range at.exec {
		if !used[place] {
			rest = append(rest, place)
		}
	}
	ordinary, ley := p.Published.origin(Year, Ordinary), p.Published.origin(Year, Ley)
	// The municipalities of RM 220 have had theirs; the others share the rest.
	p.fill(rest, ordinary.AII-len(p.Works), Ordinary, "ordinary")
	p.fill(at.ley, ley.AII, Ley, "ley")
	p.idle(at)
	p.earlier(at)
	p.sizes()
	p.names()
	return nil
}

func (p *Plan) add(w Work) *Work {
	w.Entity, w.Resolution, w.Unvalidated = w.Place, -1, -1
	if w.Kind == "" {
		w.Kind = "aii"
	}
	p.Works = append(p.Works, &w)
	return &w
}

// fill gives each place one work and some of them more.
func (p *Plan) fill(places []int, total int, frame, subject string) {
	rng := p.rng("where " + subject)
	weights := make([]float64, len(places))
	for i := range weights {
		weights[i] = math.Exp(rng.NormFloat64() * 0.7)
	}
	for i, n := range spread(total, weights, 9, rng) {
		for range n {
			p.add(Work{Frame: frame, FundingYear: Year, Place: places[i], Executed: true})
		}
	}
}

// bigWorks are those of RM 220.
func (p *Plan) bigWorks(at where) error {
	rng := p.rng("where 220")
	resolution := -1
	for i, r := range p.Resolutions {
		if r.Number == big {
			resolution = i
		}
	}
	byDepartment := map[string][]int{}
	for _, place := range at.exec {
		d := p.Places[place].Department
		byDepartment[d] = append(byDepartment[d], place)
	}
	total := 0
	for _, d := range bigByDepartment {
		total += d.works
	}
	left := bigMunicipalities
	shares := make([]int, len(bigByDepartment))
	for i, d := range bigByDepartment {
		share := max(1, (d.works*bigMunicipalities+total/2)/total)
		share = min(share, len(byDepartment[d.department]), left-(len(bigByDepartment)-1-i))
		left -= share
		shares[i] = share
	}
	// What rounding left goes where there is room.
	for i := 0; left > 0; i = (i + 1) % len(bigByDepartment) {
		d := bigByDepartment[i]
		if shares[i] < min(d.works, len(byDepartment[d.department])) {
			shares[i]++
			left--
		}
	}
	for i, d := range bigByDepartment {
		share := shares[i]
		if share < 1 || share > d.works || share > len(byDepartment[d.department]) {
			return fmt.Errorf("RM %d: %d municipalities in %s", big, share, d.department)
		}
		weights := make([]float64, share)
		for j := range weights {
			weights[j] = 1
		}
		for j, n := range spread(d.works, weights, d.works, rng) {
			for range n {
				w := p.add(Work{Frame: Ordinary, FundingYear: Year, Place: byDepartment[d.department][j], Executed: true})
				w.Resolution = resolution
			}
		}
	}
	if resolution < 0 {
		return errors.New("no such resolution")
	}
	return nil
}

// idle were transferred and not executed in the year.
func (p *Plan) idle(at where) {
	rng := p.rng("idle")
	for i := range p.Published.Transfers[Ordinary].Idle {
		place := at.exec[rng.IntN(len(at.exec))]
		if i < len(at.idle) {
			place = at.idle[i]
		}
		p.add(Work{Frame: Ordinary, FundingYear: Year, Place: place})
	}
	for range p.Published.Transfers[Ley].Idle {
		p.add(Work{Frame: Ley, FundingYear: Year, Place: at.ley[rng.IntN(len(at.ley))]})
	}
}

// earlier are paid with the money of earlier years.
func (p *Plan) earlier(at where) {
	rng := p.rng("earlier")
	for _, o := range p.Published.Origins {
		if o.Year == Year {
			continue
		}
		for i := range o.AII + o.PI {
			w := Work{Frame: o.Frame, FundingYear: o.Year, Place: at.exec[rng.IntN(len(at.exec))], Executed: true}
			if i >= o.AII {
				w.Kind = "pi"
			}
			p.add(w)
		}
	}
}

const (
	leastJobs = 12
	mostJobs  = 150
)

// sizes draws how many jobs each work has; their sums are the report's.
func (p *Plan) sizes() {
	for _, o := range p.Published.Origins {
		var of []*Work
		for _, w := range p.Works {
			if w.Executed && w.FundingYear == o.Year && w.Frame == o.Frame {
				of = append(of, w)
			}
		}
		for i, n := range sizes(len(of), o.Jobs, leastJobs, mostJobs, p.rng(fmt.Sprintf("sizes %d %s", o.Year, o.Frame))) {
			of[i].Jobs = n
		}
	}
	rng := p.rng("sizes idle")
	for _, w := range p.Works {
		if !w.Executed { // programmed, none of them worked
			for range 20 + rng.IntN(50) {
				w.Extra = append(w.Extra, Extra{Person: -1})
			}
		}
	}
}

var (
	kinds = []string{
		"Limpieza y mantenimiento del canal", "Mantenimiento del camino de herradura", "Limpieza de la quebrada",
		"Mantenimiento del camino vecinal", "Limpieza y descolmatación del dren", "Forestación de la ladera",
		"Mantenimiento del local comunal", "Mantenimiento del parque", "Limpieza de la acequia", "Mantenimiento de la losa deportiva",
		"Limpieza de la ribera", "Mantenimiento de áreas verdes", "Mantenimiento de la institución educativa", "Limpieza de la laguna",
	}
	sites = []string{
		"Retama Alta", "Molle Pata", "Qori Ñan", "Sara Mayu", "Killa Pampa", "Ichu Pata", "Tarwi Orqo", "Wallata Qocha", "Puka Rumi",
		"El Algarrobo", "El Zapote", "El Faique", "El Overo", "Manglar Dulce", "Totoral", "Quinual", "Kiwicha Wasi", "Aguaymanto",
		"Chilca Chica", "Lucero", "Nevado Azul", "Picaflor", "Chachacoma", "Cantuta", "Puquio Viejo", "Arcoíris", "Queuñal", "Mashua Huayco",
	}
)

// names gives each its name and the code of its agreement, numbered by
// department, year and kind.
func (p *Plan) names() {
	rng := p.rng("names")
	number := map[string]int{}
	for _, w := range p.Works {
		w.Site = "Sector " + sites[rng.IntN(len(sites))]
		w.Name = kinds[rng.IntN(len(kinds))] + " " + sites[rng.IntN(len(sites))] + ", " + p.Places[w.Place].Name
		form, department := "AII", p.Places[w.Place].Ubigeo[:2]
		if w.Kind == "pi" {
			form = "PI"
			w.Name = "Mejoramiento de la infraestructura vial " + sites[rng.IntN(len(sites))] + ", " + p.Places[w.Place].Name
		}
		key := fmt.Sprintf("%s %s %d", department, form, w.FundingYear)
		number[key]++
		w.Code = fmt.Sprintf("%s-%04d-%s-%02d", department, number[key], form, w.FundingYear%100)
	}
}

// order puts works by their first day and numbers them.
func (p *Plan) order() {
	sort.SliceStable(p.Works, func(i, j int) bool { return p.Works[i].Starts < p.Works[j].Starts })
	for i, w := range p.Works {
		w.N = i
	}
}

func pick[T any](rng *rand.Rand, of []T) T { return of[rng.IntN(len(of))] }
