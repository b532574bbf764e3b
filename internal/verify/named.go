package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
)

// The numbers by which people name a thing, read here by code that shares nothing
// with internal/domain/naturalkey.

// named finds numbers that are not in their form, and what is there twice under
// two spellings.
func (c *checker) named() error {
	for _, look := range []func() error{c.resolutions, c.clasificadores, c.policies} {
		if err := look(); err != nil {
			return err
		}
	}
	return nil
}

// unmarked is a text in capitals without accents, marks of order and doubled
// blanks, up to a parenthesis.
func unmarked(s string) string {
	s = strings.NewReplacer("Á", "A", "É", "E", "Í", "I", "Ó", "O", "Ú", "U", "Ü", "U", "Ñ", "N", "º", "", "°", "", "ª", "", "–", "-", "—", "-", "‑", "-", "−", "-",
		"\u00a0", " ", "\u200b", " ", "\u0301", "", "\u0303", "", "\u0308", "", "\u200e", "", "\u200f", "", "\ufeff", "").Replace(strings.ToUpper(s))
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.IndexAny(s, "([{"); i > 0 {
		s = s[:i]
	}
	return strings.Trim(s, " -,.;:")
}

var (
	// What has the form: kind, number, year, who issued it.
	inForm    = regexp.MustCompile(`^(?:([A-Z]{1,5}) )?(?:0\d\d|00\d|[1-9]\d{2,5})-(?:19|20)\d\d(?:-[A-Z][A-Z0-9]*(?:[-/.][A-Z0-9]+)*)?$`)
	yearless  = regexp.MustCompile(`^(?:([A-Z]{1,5}) )?(?:0|[1-9]\d{0,5})$`)
	announces = []string{"N", "NO", "NR", "NRO", "NUM", "NUMERO"}
	wordy     = []string{"RES", "RESOL", "DE", "DEL", "LA", "EL"}
	// What is one in another form.
	looksLike = regexp.MustCompile(`^(?:(?:[A-Z]\W{0,2}){0,6}|[A-Z]{1,5}|(?:RES(?:OL|OLUCION)?|DECRETO)\b.*?)[ .\-:#,/]*(?:N(?:O|R|RO|UM|UMERO)?)?[ .\-:#,/]*0*\d{1,6}(?:[ \-/]+(?:19|20)\d\d(?:[ \-/]+[A-Z][A-Z0-9]*(?: ?[-/.] ?[A-Z0-9]+)*)?)?(?:[ ,.;:]*(?:(?:DEL?|PUBLICAD[AO]|APROBAD[AO]|Y|QUE)\b.*|[,;].*)?)?$`)
)

// numberInForm says whether a resolution's number is as it has to be stored.
func numberInForm(s string) bool {
	if s != unmarked(s) {
		return false
	}
	for _, shape := range []*regexp.Regexp{inForm, yearless} {
		if m := shape.FindStringSubmatch(s); m != nil {
			return !slices.Contains(announces, m[1]) && !slices.Contains(wordy, m[1])
		}
	}
	return !looksLike.MatchString(s) || namesTwo(s)
}

var (
	firstNumber = regexp.MustCompile(`\d{1,6}[ \-/]+(?:19|20)\d\d`)
	oneMore     = regexp.MustCompile(`[^\d/\-.]\d{1,6} ?[-/] ?(?:19|20)\d\d\b`)
	changedBy   = regexp.MustCompile(`\b(MODIF|RECTIF|COMPLEMENT|AMPLI|DEROG|REEMPLAZ|SUSTITU|PRECIS|PRORROG)`)
)

// namesTwo: two resolutions in one text have no form in common.
func namesTwo(s string) bool {
	at := firstNumber.FindStringIndex(s)
	return at != nil && oneMore.MatchString(s[at[1]:]) && !changedBy.MatchString(s)
}

func (c *checker) resolutions() error {
	var rows []struct{ ID, Number string }
	if err := c.all(&rows, `SELECT id, number FROM resolutions WHERE trim(coalesce(number, '')) <> '' AND length(number) <= 200`); err != nil {
		return err
	}
	for _, r := range rows {
		if numberInForm(r.Number) {
			continue
		}
		if err := c.broke("resolutions", r.ID, "number", "resolution_form", false, r.Number); err != nil {
			return err
		}
		if _, err := c.db.NewQuery(`INSERT OR IGNORE INTO temp.broken SELECT 'transfers', t.id, 'resolution', 'resolution_unclear', 1, t.resolution
			FROM transfers t WHERE t.resolution = {:r} AND t.state <> 'anulada'
			AND NOT EXISTS (SELECT 1 FROM temp.broken b WHERE b.collection = 'transfers' AND b.record = t.id AND b.field = 'state')`).
			Bind(dbx.Params{"r": r.ID}).Execute(); err != nil {
			return err
		}
	}
	return nil
}

var clasificadorForm = regexp.MustCompile(`^[12](\.\d(\.[1-9](\.[1-9]\d?){0,3})?)?$`)

// clasificadores: levels joined by points. What is not so and cannot be read
// either is told apart from what only has another form.
func (c *checker) clasificadores() error {
	var rows []struct{ ID, Clasificador string }
	if err := c.all(&rows, `SELECT id, clasificador FROM budget_execution WHERE trim(coalesce(clasificador, '')) <> '' AND length(clasificador) <= 200`); err != nil {
		return err
	}
	for _, r := range rows {
		if clasificadorForm.MatchString(r.Clasificador) {
			continue
		}
		code := "clasificador_unread"
		if clasificadorRead(r.Clasificador) {
			code = "clasificador_form"
		}
		if err := c.broke("budget_execution", r.ID, "clasificador", code, true, r.Clasificador); err != nil {
			return err
		}
	}
	return nil
}

var (
	saysMore = regexp.MustCompile(`^[ .]*(\d[\d .\-]*?)[ .\-:]*(?:[ :(]\(?[A-Z]{2}.*)?$`)
	notDigit = regexp.MustCompile(`[ .\-]+`)
	asGroups = regexp.MustCompile(`^0?[12]( 0?\d( 0?[1-9]( (0?[1-9]|[1-9]\d)){0,3})?)?$`)
)

// clasificadorRead says whether a code is one in another form: its levels apart,
// or together in one way only.
func clasificadorRead(s string) bool {
	m := saysMore.FindStringSubmatch(unmarkedWhole(s))
	if m == nil {
		return false
	}
	code := strings.Trim(notDigit.ReplaceAllString(m[1], " "), " ")
	if asGroups.MatchString(code) {
		return true
	}
	groups := strings.Split(code, " ")
	if len(groups) > 1 && len(groups[0])+len(groups[1]) > 2 {
		return false
	}
	return ways(groups, 0) == 1
}

// unmarkedWhole keeps what stands in parentheses.
func unmarkedWhole(s string) string {
	s = strings.NewReplacer("(", "\x01", "[", "\x02", "{", "\x03").Replace(s)
	return strings.NewReplacer("\x01", "(", "\x02", "[", "\x03", "{").Replace(unmarked(s))
}

// ways counts how groups of digits can be levels from one on, by how many digits
// the rest has: a level of one digit, or of two from the fourth on.
func ways(groups []string, level int) int {
	if len(groups) == 0 {
		return 1
	}
	if level > 5 {
		return 0
	}
	g, n := groups[0], 0
	for _, size := range []int{1, 2} {
		if size > len(g) || size == 2 && (level < 3 || g[0] == '0') || level != 1 && g[:size] == "0" || level == 0 && g[0] > '2' {
			continue
		}
		if level == 3 && size == 2 && g[:2] > "19" && g[:2] != "99" {
			continue
		}
		next := groups[1:]
		if len(g) > size {
			next = append([]string{g[size:]}, next...)
		}
		n += ways(next, level+1)
	}
	return n
}

// policies: two of one work and insurer whose numbers have the same letters and
// digits.
func (c *checker) policies() error {
	var rows []struct {
		ID, Number, State, Intervention string
		Insurer                         string `db:"insurer_ruc"`
	}
	if err := c.all(&rows, `SELECT id, number, coalesce(state, '') AS state, intervention, insurer_ruc FROM insurance_policies
		WHERE trim(coalesce(number, '')) <> '' AND length(number) <= 200`); err != nil {
		return err
	}
	of := map[string][]string{}
	for _, r := range rows {
		letters := bare(r.Number)
		switch {
		case letters == "":
			if err := c.broke("insurance_policies", r.ID, "number", "invalid_value", false, r.Number); err != nil {
				return err
			}
		case r.State != "anulada" && r.Intervention != "":
			k := fmt.Sprint(r.Intervention, " ", r.Insurer, " ", letters)
			of[k] = append(of[k], r.ID)
		}
	}
	for _, ids := range of {
		for _, id := range ids {
			if len(ids) < 2 {
				continue
			}
			if _, err := c.db.NewQuery(`INSERT OR IGNORE INTO temp.broken SELECT 'insurance_policies', id, 'number', 'policy_double', 0, number FROM insurance_policies t
				WHERE id = {:id} AND NOT EXISTS (SELECT 1 FROM temp.broken b WHERE b.collection = 'insurance_policies' AND b.record = t.id
				AND b.field IN ('insurer_ruc', 'intervention', 'state'))`).Bind(dbx.Params{"id": id}).Execute(); err != nil {
				return err
			}
		}
	}
	return nil
}

var policyWords = regexp.MustCompile(`^POLIZA[ .:]*(N(RO|UM|UMERO|O)?[ .:]+)?`)

func bare(s string) string {
	return regexp.MustCompile(`[^A-Z0-9]`).ReplaceAllString(policyWords.ReplaceAllString(unmarkedWhole(s), ""), "")
}
