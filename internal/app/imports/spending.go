package imports

import (
	"fmt"
	"strings"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/naturalkey"
	"chaski/internal/domain/progress"
)

// spent is a row of SIAF's spending, until all rows of the file are known: a
// report brings every level of a classifier, each with the sum of those below.
type spent struct {
	line   *Line
	ao     *Rec
	month  string
	code   string
	amount int64
	done   bool // it was decided that it is not written
}

// Codes of questions about levels, and of their answers.
const (
	AskSubtotal  = "subtotal_differs"
	AskFiner     = "finer_than_stored"
	AskCoarser   = "coarser_than_stored"
	UseDetail    = "use_detail"
	UseTotal     = "use_total"
	TakeFile     = "take_file"
	KeepStored   = "keep_stored"
	spendingText = "budget_execution"
)

// spend decides what of the rows of a file is money: the finest levels, once.
func spend(b *Book) {
	for _, month := range byMonth(b.spending) {
		repeated(month)
		subtotals(b, month)
		for _, s := range month {
			if !s.done && s.amount != 0 {
				beside(b, s, month)
			}
		}
		for _, s := range month {
			if !s.done {
				s.line.put(b, spendingText, Values{"ao": s.ao.ID, "month": s.month, "clasificador": s.code}, Values{"amount": s.amount}, nil)
			}
		}
	}
}

// byMonth groups rows by activity and month, in their order.
func byMonth(all []*spent) [][]*spent {
	at := map[string]int{}
	var out [][]*spent
	for _, s := range all {
		k := s.ao.ID + s.month
		if _, known := at[k]; !known {
			at[k] = len(out)
			out = append(out, nil)
		}
		out[at[k]] = append(out[at[k]], s)
	}
	return out
}

// repeated leaves out rows that say again, in another spelling, what an earlier
// one says. One that says another amount, or the same in the same words, may be
// money of its own: that is for the person to say.
func repeated(month []*spent) {
	first := map[string]*spent{}
	for _, s := range month {
		f := first[s.code]
		switch {
		case f == nil:
			first[s.code] = s
		case f.amount == s.amount && f.line.cells["clasificador"] != s.line.cells["clasificador"]:
			s.done = true
			s.line.warn("clasificador", fault.New(fault.ImportRowRepeated, "").With("row", fmt.Sprint(f.line.Row)).With("value", s.code))
		default:
			s.done = true
			s.line.bad("", fault.New(fault.ImportDuplicateRow, "").With("what", s.line.label).With("row", fmt.Sprint(f.line.Row)))
		}
	}
}

// finest are the rows below a code that have none below themselves, and their sum.
func finest(month []*spent, code string) (rows []*spent, sum int64) {
	for _, s := range month {
		if s.done || s.amount == 0 || !naturalkey.Above(code, s.code) || hasBelow(month, s.code) {
			continue
		}
		rows, sum = append(rows, s), sum+s.amount
	}
	return rows, sum
}

func hasBelow(month []*spent, code string) bool {
	for _, s := range month {
		if !s.done && s.amount != 0 && naturalkey.Above(code, s.code) {
			return true
		}
	}
	return false
}

// subtotals leaves out the rows whose details are in the file too. Where they do
// not add up, the person says which of the two is right. The coarsest go first.
func subtotals(b *Book, month []*spent) {
	var left []*spent
	for _, s := range month {
		if s.done || s.amount == 0 {
			continue
		}
		rows, sum := finest(month, s.code)
		if len(rows) == 0 {
			continue
		}
		codes := make([]string, len(rows))
		for i, r := range rows {
			codes[i] = r.code
		}
		args := map[string]string{
			"ao": s.ao.Fields.Text("key"), "month": s.month, "value": s.code, "amount": progress.Money(s.amount), "sum": progress.Money(sum),
			"difference": progress.Money(s.amount - sum), "finer": clip(strings.Join(codes, ", ")),
		}
		if sum == s.amount {
			s.line.warn("clasificador", &fault.Fault{Code: fault.ImportSubtotal, Args: args})
			left = append(left, s)
			continue
		}
		switch b.ask(s.line.Row, Question{
			Key: AskSubtotal + ":" + s.ao.ID + ":" + s.month + ":" + s.code, Code: AskSubtotal, Args: args, Options: []string{UseDetail, UseTotal},
		}) {
		case UseTotal:
			for _, r := range month {
				if naturalkey.Above(s.code, r.code) {
					r.done = true
				}
			}
		default: // open, or the details
			left = append(left, s)
		}
	}
	for _, s := range left {
		s.done = true
	}
}

// beside asks what becomes of amounts that are stored at another level of the
// same month.
func beside(b *Book, s *spent, month []*spent) {
	for _, r := range b.load(spendingText, s.ao.ID).all {
		code, stored := r.Fields.Text("clasificador"), r.Fields.Int("amount")
		if r.Fields.Text("month") != s.month || stored == 0 || r.New {
			continue
		}
		var ask string
		args := map[string]string{"ao": s.ao.Fields.Text("key"), "month": s.month, "stored": code, "amount": progress.Money(stored)}
		switch {
		case naturalkey.Above(code, s.code):
			_, sum := finest(month, code)
			ask, args["sum"] = AskFiner, progress.Money(sum)
		case naturalkey.Above(s.code, code):
			ask, args["value"], args["sum"] = AskCoarser, s.code, progress.Money(s.amount)
		default:
			continue
		}
		// One question for all details below an amount, and for all those above it.
		of := code
		if ask == AskCoarser {
			of = s.code
		}
		switch b.ask(s.line.Row, Question{
			Key: ask + ":" + s.ao.ID + ":" + s.month + ":" + of, Code: ask, Args: args, Options: []string{TakeFile, KeepStored},
		}) {
		case TakeFile:
			s.line.bad("", b.set(r, s.line.Row, Values{"amount": int64(0)}))
			s.line.touch = append(s.line.touch, r)
		default: // open, or what is stored
			s.done = true
			return
		}
	}
}
