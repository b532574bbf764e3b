package naturalkey

import (
	"regexp"
	"strings"
)

var convenio = regexp.MustCompile(`^(?:CONVENIO )?(?:N(?:RO|UM|UMERO|O)?[ .]*)?(\d{2})[ \-_/.]*(\d{4})[ \-_/.]*(AII|ALL|A11|PI|P1|PL)[ \-_/.]*(\d{2})$`)

// kindsOfWork are read as typists and readers of scanned paper write them: "All"
// stands in a published report.
var kindsOfWork = map[string]string{"AII": "AII", "ALL": "AII", "A11": "AII", "PI": "PI", "P1": "PI", "PL": "PI"}

// Convenio is the one form of an agreement's code, "11-0004-AII-09"; false for
// what has another shape.
func Convenio(s string) (string, bool) {
	m := convenio.FindStringSubmatch(Fold(s))
	if m == nil {
		return "", false
	}
	return m[1] + "-" + m[2] + "-" + kindsOfWork[m[3]] + "-" + m[4], true
}

var policyWord = regexp.MustCompile(`^POLIZA[ .:]*(?:N(?:RO|UM|UMERO|O)?[ .:]+)?`)

// Policy is what two spellings of one insurance policy's number have in common:
// its letters and digits. Insurers print numbers with blanks, dashes and points
// that others leave out, so the number is kept as it was written and compared by
// this. Zeros are part of it.
func Policy(s string) string {
	var b strings.Builder
	for _, r := range policyWord.ReplaceAllString(Fold(s), "") {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}
