// Package fictitious has the invented people and bodies of the demonstration.
// Surnames are plants, birds and stars of the Andes; DNI lie in
// 99000000–99999999 and RUC begin with 2099: both presumed unissued.
package fictitious

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"chaski/internal/domain/identity"
)

// Women and Men are given names.
var (
	Women = []string{
		"Rosa", "María", "Juana", "Nélida", "Saturnina", "Felícitas", "Delia", "Irma", "Eulalia", "Yeny",
		"Gregoria", "Lidia", "Marleni", "Ñusta", "Tomasa", "Vilma", "Zoila", "Edith", "Flor", "Hermelinda", "Isidora", "Luz",
	}
	Men = []string{
		"Juan", "Efraín", "Óscar", "Hernán", "Saturnino", "Wilber", "Mario", "Cirilo", "Dionicio", "Elmer",
		"Fortunato", "Gregorio", "Isaac", "Leoncio", "Nicanor", "Percy", "Rufino", "Teófilo", "Víctor", "Yonatan",
	}
)

// surnames nobody could take for a real person's two in a row.
var surnames = []string{
	"Retama", "Molle", "Quinual", "Qantu", "Cantuta", "Ichu", "Tarwi", "Kiwicha", "Cañihua", "Olluco",
	"Maca", "Oca", "Mashua", "Yacón", "Aguaymanto", "Chilca", "Queuña", "Chachacoma", "Sauco", "Tara", "Vicuña", "Taruka",
	"Wallata", "Picaflor", "Lucero", "Nevado", "Chilalo", "Zapote", "Algarrobo", "Overo", "Faique", "Palosanto", "Chirimoyo",
	"Guanábano", "Manglar", "Totora", "Ch'aska", "Killa", "Puquio", "Arcoíris",
}

// Given draws one or two given names for a sex, "F" or "M".
func Given(sex string, rng *rand.Rand) string {
	names := Women
	if sex == "M" {
		names = Men
	}
	given := names[rng.IntN(len(names))]
	if more := names[rng.IntN(len(names))]; rng.IntN(3) == 0 && more != given {
		given += " " + more
	}
	return given
}

// Surnames draws two.
func Surnames(rng *rand.Rand) string {
	return surnames[rng.IntN(len(surnames))] + " " + surnames[rng.IntN(len(surnames))]
}

const (
	firstDNI = 99_000_000
	spanDNI  = 1_000_000
	stride   = 618_033 // shares no factor with the span: visits every number
)

// Draw is the randomness of one subject under a seed: what is drawn for one
// never shifts what is drawn for another.
func Draw(seed int64, subject string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(subject)) // never fails
	return rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
}

// DNIs is the first of a seed's sequence of numbers.
func DNIs(seed int64) int { return int(Draw(seed, "dni").Int64N(spanDNI)) }

// DNI is the n-th number of the sequence that starts at DNIs(seed). No number
// comes twice below a million; who shares a seed keeps to a range of n.
func DNI(start, n int) string { return fmt.Sprintf("%08d", firstDNI+(start+n*stride)%spanDNI) }

// RUC makes a number with a right check digit.
func RUC(n int) string {
	first := fmt.Sprintf("2099%06d", n)
	return first + identity.RUCCheck(first)
}
