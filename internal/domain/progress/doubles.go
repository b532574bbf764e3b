package progress

import (
	"strings"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/naturalkey"
	r "chaski/internal/domain/record"
)

// Rules by which no figure holds one thing twice (docs/decisions/0020).

const transferVoid = "anulada"

// clearResolution: under a number that is not in its one form nobody can say
// whether the transfer is there already, so it counts once that is corrected.
var clearResolution = r.Rule{
	Fields: []string{"resolution", "state"}, Via: []string{"resolution"},
	Judge: func(row r.Row, w r.World) *fault.Fault {
		resolution, there := w.Row("resolutions", row.Text("resolution"))
		number := resolution.Text("number")
		fixed := naturalkey.Resolution(number)
		if !there || fixed == number || row.Text("state") == transferVoid {
			return nil
		}
		return fault.New(fault.ResolutionUnclear, "resolution").With("value", r.Clip(number)).With("fixed", r.Clip(fixed))
	},
}

// oneTransfer: one a resolution and convenio. Of two the first counts (see the
// glossary), and both are listed.
var oneTransfer = r.Rule{
	Fields: []string{"convenio", "resolution", "state"},
	Judge: func(row r.Row, w r.World) *fault.Fault {
		if row.Text("state") == transferVoid || row.Text("convenio") == "" {
			return nil
		}
		for _, o := range w.Others("transfers", "convenio", row.Text("convenio")) {
			if o.Text("resolution") == row.Text("resolution") && o.Text("state") != transferVoid {
				return fault.New(fault.TransferDouble, "resolution")
			}
		}
		return nil
	},
}

// sameMonth are the other amounts of a row's activity and month, those that are
// no zero and whose clasificador is in its form.
func sameMonth(row r.Row, w r.World) []r.Row {
	if n, ok := r.Whole(row["amount"]); row.Text("ao") == "" || ok && n == 0 {
		return nil
	}
	var out []r.Row
	for _, o := range w.Others("budget_execution", "ao", row.Text("ao")) {
		n, ok := r.Whole(o["amount"])
		code, read := naturalkey.Clasificador(o.Text("clasificador"))
		if o.Text("month") == row.Text("month") && ok && n != 0 && read && code == o.Text("clasificador") {
			out = append(out, o)
		}
	}
	return out
}

// subtotal: SIAF accrues at the finest level; an amount beside finer ones is
// their sum, and no money of its own.
var subtotal = r.Rule{
	Fields: []string{"clasificador", "month", "ao", "amount"},
	Judge: func(row r.Row, w r.World) *fault.Fault {
		var finer []string
		var sum int64
		for _, o := range sameMonth(row, w) {
			if naturalkey.Above(row.Text("clasificador"), o.Text("clasificador")) {
				n, _ := r.Whole(o["amount"])
				finer, sum = append(finer, o.Text("clasificador")), sum+n
			}
		}
		if finer == nil {
			return nil
		}
		amount, _ := r.Whole(row["amount"])
		return fault.New(fault.ClasificadorSubtotal, "clasificador").With("value", row.Text("clasificador")).
			With("finer", r.Clip(strings.Join(finer, ", "))).With("sum", Money(sum)).With("amount", Money(amount))
	},
}

// belowAmount: a coarser level of the month has an amount already.
var belowAmount = r.Rule{
	Fields: []string{"clasificador", "month", "ao"},
	Judge: func(row r.Row, w r.World) *fault.Fault {
		for _, o := range sameMonth(row, w) {
			if naturalkey.Above(o.Text("clasificador"), row.Text("clasificador")) {
				n, _ := r.Whole(o["amount"])
				return fault.New(fault.ClasificadorBelow, "clasificador").With("value", row.Text("clasificador")).
					With("coarser", o.Text("clasificador")).With("amount", Money(n))
			}
		}
		return nil
	},
}
