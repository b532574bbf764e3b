package rendicion

import (
	"github.com/shopspring/decimal"

	"chaski/internal/domain/fault"
)

// Amounts are what was stated, in soles; a line that is absent counts as zero.
type Amounts map[Line]decimal.Decimal

// MaxCentimos is the largest amount a line takes; sums of them stay exact in every
// representation used (2^53 céntimos).
const MaxCentimos = 1e13

var maxSoles = decimal.New(MaxCentimos, -2)

// CheckAmount answers a fault at the line unless the amount is of whole
// céntimos, not negative and not absurd.
func CheckAmount(l Line, a decimal.Decimal) *fault.Fault {
	switch {
	case !l.Known():
		return fault.New(fault.UnknownField, string(l))
	case a.IsNegative(), a.GreaterThan(maxSoles), !a.Equal(a.Truncate(2)):
		return fault.New(fault.InvalidValue, string(l))
	}
	return nil
}

// Account is both sides of a rendición.
type Account struct {
	Income     decimal.Decimal // transferred + the executor's own money
	Spent      decimal.Decimal // the expenses
	Explained  decimal.Decimal // spent + returned + balance
	Difference decimal.Decimal // income − explained: positive is still to be explained
}

// Balanced says that the account holds to the céntimo.
func (a Account) Balanced() bool { return a.Difference.IsZero() }

// AccountOf adds up: transferido + cofinanciamiento = Σ gastos + devuelto + saldo.
func AccountOf(transferred decimal.Decimal, amounts Amounts) Account {
	a := Account{Income: transferred.Add(amounts[Cofinancing])}
	for _, l := range []Line{MONC, Supplies, Tools, EPP, Insurance, Technical, Other} {
		a.Spent = a.Spent.Add(amounts[l])
	}
	a.Explained = a.Spent.Add(amounts[Returned]).Add(amounts[Balance])
	a.Difference = a.Income.Sub(a.Explained)
	return a
}
