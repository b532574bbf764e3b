package cli

import (
	"context"
	"errors"
	"testing"
)

// What fails is done again until it is done, and told each time.
func TestScanIsTriedAgain(t *testing.T) {
	tries, told := 0, 0
	n, err := untilDone(context.Background(), 1, func() (int, error) {
		if tries++; tries < 3 {
			return 5, errors.New("no space")
		}
		return 7, nil
	}, func(error) { told++ })
	if n != 17 || err != nil || told != 2 {
		t.Errorf("%d rows, %v, told %d times", n, err, told)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := errors.New("stopped")
	if _, err := untilDone(ctx, 1, func() (int, error) { stop(); return 0, stopped }, func(error) { t.Error("told of the stop") }); !errors.Is(err, stopped) {
		t.Errorf("%v", err)
	}
}
