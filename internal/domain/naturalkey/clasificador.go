package naturalkey

import (
	"regexp"
	"strconv"
	"strings"
)

// Expense classifiers have six levels (MEF, Texto Único Ordenado del Clasificador
// de Gastos, Anexo 2, columns T.TRANS, GEN, SUBGEN and ESPECÍFICA): tipo de
// transacción, genérica, subgenérica, its detalle, específica, its detalle. The
// first three have one digit, the others one or two. The annex prints
// "2.3. 2 7.11 99", SIAF "2.3.2 7.11 99", some exports "2.3.27.1199".
const (
	levels     = 6
	oneDigit   = 3  // so many levels have one digit
	lastDetail = 19 // no detalle of a subgenérica lies between this and 99 (2.3.1 99)
)

// described is a code and, after it, what it stands for.
var described = regexp.MustCompile(`^[ .]*(\d[\d .\-]*?)[ .\-:]*(?:[ :(]\(?[A-Z]{2}.*)?$`)

// Clasificador is the one form of a classifier, its levels joined by points:
// "2.3.2.7.11.99". It is false for what cannot be read surely: a code whose
// levels run together is read if there is one way to part them.
func Clasificador(s string) (string, bool) {
	m := described.FindStringSubmatch(Fold(s))
	if m == nil {
		return "", false
	}
	groups := strings.FieldsFunc(m[1], func(r rune) bool { return r == '.' || r == ' ' || r == '-' })
	if parted, ok := eachALevel(groups); ok {
		return parted, true
	}
	if len(groups) > 1 && len(groups[0])+len(groups[1]) > 2 {
		return "", false // a slip: exports run levels together from the third on
	}
	ways := part(groups, nil)
	if len(ways) != 1 {
		return "", false
	}
	return ways[0], true
}

// eachALevel reads groups of digits that are one level each; zeros in front fill
// a column.
func eachALevel(groups []string) (string, bool) {
	if len(groups) == 0 || len(groups) > levels {
		return "", false
	}
	out := make([]string, len(groups))
	for i, g := range groups {
		n, err := strconv.Atoi(g)
		if err != nil || len(g) > 2 || !isLevel(i, n) {
			return "", false
		}
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, "."), true
}

func isLevel(at, n int) bool {
	switch {
	case at == 0:
		return n == 1 || n == 2 // income, expense
	case at == 1:
		return n >= 0 && n <= 9 // 2.0 is the contingency reserve
	case at < oneDigit:
		return n >= 1 && n <= 9
	}
	return n >= 1 && n <= 99
}

// part answers every way to read groups as levels, none across two groups.
func part(groups []string, so []string) []string {
	if len(groups) == 0 {
		return []string{strings.Join(so, ".")}
	}
	at := len(so)
	if at == levels {
		return nil
	}
	var ways []string
	for size := 1; size <= min(2, len(groups[0])); size++ {
		head, rest := groups[0][:size], groups[0][size:]
		n, _ := strconv.Atoi(head) // digits: the pattern saw to it
		switch {
		case size == 2 && (at < oneDigit || head[0] == '0'), !isLevel(at, n):
			continue
		case at == oneDigit && n > lastDetail && n != 99:
			continue
		}
		next := groups[1:]
		if rest != "" {
			next = append([]string{rest}, next...)
		}
		ways = append(ways, part(next, append(so[:at:at], head))...)
	}
	return ways
}

// Above says whether the first of two canonical classifiers is a coarser level
// of the second: its amounts contain those of the second.
func Above(coarse, fine string) bool { return strings.HasPrefix(fine, coarse+".") }
