package national

import (
	"fmt"
	"strings"

	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
)

// Resolution is a ministerial resolution that approves transfers. Numbers are
// those of the report (source of its Gráfico 2); it gives no dates and does not
// say which of them transfer what, so both are ours.
type Resolution struct {
	Number    int
	Name      string
	Published day.Day
	Frame     string
	weight    int64 // share of its frame's executed works; RM 220 has its own count
}

// numbers of the 42 resolutions, as the report lists them.
const numbers = `130, 139, 140, 142, 145, 146, 148, 168, 173, 179, 180, 197, 201, 202, 220, 223, 239, 243, 270, 298, 313,
	369, 384, 388, 389, 390, 391, 397, 400, 401, 402, 404, 405, 406, 414, 415, 416, 417, 418, 421, 450, 459`

// The first number falls on about this day and each later one 0.836 days after:
// about as far as the ministry's numbers advance in that year.
const firstPublished day.Day = "2023-03-20"

// underLey are the resolutions taken to transfer money of the Ley 31728, which
// is of 22 April 2023.
var underLey = map[int]bool{
	201: true, 223: true, 243: true, 298: true, 369: true, 388: true, 390: true, 397: true, 402: true, 415: true, 459: true,
}

// big is the resolution of which more is known.
const big = 220

// weights: little until June (press: some 7,000 jobs by then), most from July to
// October, the last of the year too late to execute.
func weight(n int) int64 {
	switch {
	case n >= 450:
		return 0
	case n < 190:
		return 4
	case n < 220:
		return 16
	case n < 380:
		return 370
	case n < 395:
		return 130
	}
	return 32
}

func resolutions(c calendar.Calendar) []Resolution {
	var out []Resolution
	for _, s := range strings.Split(numbers, ",") {
		var n int
		if _, err := fmt.Sscan(strings.TrimSpace(s), &n); err != nil {
			panic("national: " + s) // a slip in the list above
		}
		r := Resolution{Number: n, Name: fmt.Sprintf("RM %03d-%d-TR", n, Year), Frame: Ordinary, weight: weight(n)}
		if underLey[n] {
			r.Frame = Ley
		}
		if n == big {
			r.weight = 0
		}
		r.Published = c.Add(firstPublished.Add((n-130)*836/1000), 0)
		out = append(out, r)
	}
	return out
}

// bigByDepartment is how many works RM 220 financed in each department (press
// release of the ministry): 410 in 228 municipalities for S/ 57,052,398.
var bigByDepartment = []struct {
	department string
	works      int
}{
	{"Áncash", 9},
	{"Arequipa", 93},
	{"Ayacucho", 100},
	{"Huancavelica", 1},
	{"Huánuco", 1},
	{"Junín", 43},
	{"La Libertad", 32},
	{"Lima", 97},
	{"Loreto", 10},
	{"Madre de Dios", 17},
	{"Puno", 2},
	{"San Martín", 5},
}

const (
	bigMunicipalities       = 228
	bigAmount         int64 = 57_052_398_00
)
