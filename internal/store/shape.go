package store

import (
	"errors"
	"maps"
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"

	"chaski/internal/domain/fault"
)

// ShapeFault names the field that PocketBase's schema refused; the domain rules
// run before, so this is the safety net.
func ShapeFault(err error) error {
	var invalid validation.Errors
	if errors.As(err, &invalid) {
		for _, field := range slices.Sorted(maps.Keys(invalid)) {
			return fault.New(fault.InvalidValue, field)
		}
	}
	return err
}
