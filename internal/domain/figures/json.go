package figures

import (
	"encoding/json"
	"fmt"
)

// flat writes v, a struct, with more keys beside its own.
func flat[V any](v any, more map[string]V) ([]byte, error) {
	out, err := json.Marshal(v)
	if err != nil || len(more) == 0 {
		return out, err
	}
	rest, err := json.Marshal(more) // keys in order
	if err != nil {
		return nil, err
	}
	return append(append(out[:len(out)-1], ','), rest[1:]...), nil
}

// MarshalJSON puts the budget's sums beside the subtotals.
func (t FinancialTotals) MarshalJSON() ([]byte, error) {
	type plain FinancialTotals
	return flat(plain(t), t.Budget)
}

// MarshalJSON writes OfYear under the name of its year too.
func (j Jobs) MarshalJSON() ([]byte, error) {
	type plain Jobs
	return flat(plain(j), map[string]JobTotal{fmt.Sprintf("recursos_%d", j.year): j.OfYear})
}

// MarshalJSON writes each unit under its own key.
func (r ReportsByUnit) MarshalJSON() ([]byte, error) {
	type plain ReportsByUnit
	return flat(plain(r), r.ByUnit)
}
