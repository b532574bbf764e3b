package demo

import (
	"fmt"

	"chaski/internal/domain/identity"
)

// unitNames: the programme says it has 20 units but publishes no list. These
// names are our assumption, from the departments that press notes and
// agreements mention. The code is the position, UT01 to UT20.
var unitNames = []string{
	"Amazonas", "Áncash", "Apurímac", "Arequipa", "Ayacucho", "Cajamarca", "Cusco", "Huancavelica",
	"Huánuco", "Ica–Ayacucho Sur", "Junín", "La Libertad", "Lima–Callao", "Loreto", "Pasco", "Piura", "Puno",
	"San Martín", "Tacna–Moquegua", "Ucayali",
}

// The two units the demo works in. Piura also serves Tumbes and Lambayeque: a
// unit crosses departments, so a department never stands for a unit.
const (
	cusco = "UT07"
	piura = "UT16"
)

type district struct {
	ubigeo, name, province, department, ut string
	latE6, lonE6                           int64 // of its main town, about
}

// districts are real (INEI codes); what happens in them here is not.
var districts = []district{
	{"080102", "Ccorca", "Cusco", "Cusco", cusco, -13_585_600, -72_057_500},
	{"080401", "Calca", "Calca", "Cusco", cusco, -13_331_700, -71_955_600},
	{"080402", "Coya", "Calca", "Cusco", cusco, -13_386_900, -71_900_600},
	{"080403", "Lamay", "Calca", "Cusco", cusco, -13_365_000, -71_921_400},
	{"080405", "Pisac", "Calca", "Cusco", cusco, -13_422_200, -71_848_900},
	{"080406", "San Salvador", "Calca", "Cusco", cusco, -13_493_100, -71_779_700},
	{"081201", "Urcos", "Quispicanchi", "Cusco", cusco, -13_688_600, -71_625_300},
	{"081202", "Andahuaylillas", "Quispicanchi", "Cusco", cusco, -13_673_100, -71_677_200},
	{"081211", "Oropesa", "Quispicanchi", "Cusco", cusco, -13_593_900, -71_770_800},
	{"200105", "Catacaos", "Piura", "Piura", piura, -5_265_300, -80_677_500},
	{"200404", "La Matanza", "Morropón", "Piura", piura, -5_212_500, -80_089_700},
	{"200405", "Morropón", "Morropón", "Piura", piura, -5_181_700, -79_971_900},
	{"240102", "Corrales", "Tumbes", "Tumbes", piura, -3_601_400, -80_481_400},
	{"140310", "Salas", "Lambayeque", "Lambayeque", piura, -6_273_600, -79_604_700},
}

func districtOf(ubigeo string) district {
	for _, d := range districts {
		if d.ubigeo == ubigeo {
			return d
		}
	}
	panic("demo: no district " + ubigeo) // a slip in the tables of this package
}

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
	{"Seguros Vicuña Dorada S.A. (demo)", ruc(901)},
	{"La Wallata Compañía de Seguros (demo)", ruc(902)},
}

// ruc makes a number with a right check digit in a range presumed unissued.
func ruc(n int) string {
	first := fmt.Sprintf("2099%06d", n)
	return first + identity.RUCCheck(first)
}

func territory(l *loader) error {
	for i, name := range unitNames {
		code := fmt.Sprintf("UT%02d", i+1)
		if _, err := l.put("uts", code, values{"code": code, "name": "UT " + name}); err != nil {
			return err
		}
	}
	for _, d := range districts {
		if _, err := l.put("districts", d.ubigeo, values{
			"ubigeo": d.ubigeo, "name": d.name, "province": d.province,
			"department": d.department, "ut": l.id("uts", d.ut), "valid_from": settingsFrom,
		}); err != nil {
			return err
		}
	}
	for i, e := range entities {
		if _, err := l.put("entities", e.key, values{
			"ruc": ruc(i + 1), "name": e.name,
			"district": l.id("districts", e.ubigeo),
		}); err != nil {
			return err
		}
	}
	return nil
}
