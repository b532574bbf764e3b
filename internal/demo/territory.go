package demo

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/catalog"
	"chaski/internal/demo/fictitious"
)

// The two units the demo works in. Piura also serves Tumbes and Lambayeque: a
// unit crosses departments, so a department never stands for a unit.
const (
	cusco = "UT07"
	piura = "UT16"
)

// place is about where a district's main town is, in microdegrees.
type place struct{ latE6, lonE6 int64 }

// places of the districts the demo works in. The districts are real; what
// happens in them here is not.
var places = map[string]place{
	"080102": {-13_585_600, -72_057_500},
	"080401": {-13_331_700, -71_955_600},
	"080402": {-13_386_900, -71_900_600},
	"080403": {-13_365_000, -71_921_400},
	"080405": {-13_422_200, -71_848_900},
	"080406": {-13_493_100, -71_779_700},
	"081201": {-13_688_600, -71_625_300},
	"081202": {-13_673_100, -71_677_200},
	"081211": {-13_593_900, -71_770_800},
	"200105": {-5_265_300, -80_677_500},
	"200405": {-5_181_700, -79_971_900},
	"240102": {-3_601_400, -80_481_400},
	"140310": {-6_273_600, -79_604_700},
}

type district struct {
	catalog.District
	place
}

func districtOf(ubigeo string) district {
	d, known := catalog.DistrictOf(ubigeo)
	at, placed := places[ubigeo]
	if !known || !placed {
		panic("demo: no district " + ubigeo) // a slip in the tables of this package
	}
	return district{d, at}
}

// The catalogue's rows have the same ids whatever the seed.
func unitID(code string) string       { return catalog.ID("uts", code) }
func districtID(ubigeo string) string { return catalog.ID("districts", ubigeo) }

type entity struct{ key, name, ubigeo string }

// entities are invented municipalities; real districts, so that maps work.
var entities = []entity{
	{"qantu", "Municipalidad Distrital de Qantu (demo)", "080405"},
	{"chaska", "Municipalidad Provincial de Ch'aska (demo)", "081201"},
	{"ukuku", "Municipalidad Distrital de Ukuku (demo)", "080102"},
	{"sara", "Municipalidad Provincial de Sara Sara (demo)", "080401"},
	{"killa", "Municipalidad Distrital de Killa (demo)", "080406"},
	{"algarrobo", "Municipalidad Distrital de El Algarrobo (demo)", "200105"},
	{"faique", "Municipalidad Distrital de El Faique Florido (demo)", "200405"},
	{"manglar", "Municipalidad Distrital de Manglar Dulce (demo)", "240102"},
}

type insurer struct{ name, ruc string }

var insurers = []insurer{
	{"Seguros Vicuña Dorada S.A. (demo)", fictitious.RUC(901)},
	{"La Wallata Compañía de Seguros (demo)", fictitious.RUC(902)},
}

// catalogue brings what every installation starts with.
func catalogue(l *loader) {
	_, err := catalog.Load(l.ctx, l.app, here)
	l.note(err)
}

// here stays in the loader's own transaction.
func here(ctx context.Context, app core.App, fn func(context.Context, core.App) error) error {
	return fn(ctx, app)
}

func municipalities(l *loader) {
	for i, e := range entities {
		l.put("entities", e.key, values{"ruc": fictitious.RUC(i + 1), "name": e.name, "district": districtID(e.ubigeo)})
	}
}
