package imports

import (
	"fmt"
	"testing"
)

// Slices hold about so many rows; none refers to what only a later one writes,
// and none ends within what one row of the file writes.
func TestSlicesCanBeWrittenOneAfterTheOther(t *testing.T) {
	var writes []Write
	add := func(row int, id, to string) {
		writes = append(writes, Write{Collection: "c", ID: id, New: true, Row: row, Fields: Values{"to": to}})
	}
	for row := range 20 {
		add(row, fmt.Sprintf("a%d", row), "")
		add(row, fmt.Sprintf("b%d", row), fmt.Sprintf("a%d", row))
	}
	writes[3].Fields["to"] = "b9" // written by a later row
	at := map[string]int{}
	total := 0
	slices := slicesOf(writes, 5)
	for n, some := range slices {
		total += len(some)
		if n > 0 && some[0].Row == slices[n-1][len(slices[n-1])-1].Row {
			t.Errorf("row %d is in two slices", some[0].Row)
		}
		for _, w := range some {
			at[w.ID] = n
		}
	}
	if total != len(writes) || len(slices) < 3 {
		t.Fatalf("%d of %d rows in %d slices", total, len(writes), len(slices))
	}
	for n, some := range slices {
		for _, w := range some {
			if to := w.Fields.Text("to"); to != "" && at[to] > n {
				t.Errorf("%s of slice %d refers to %s of slice %d", w.ID, n, to, at[to])
			}
		}
	}
}

// Steps are groups packed, apart from those that are too large, which are cut.
func TestStepsPackGroups(t *testing.T) {
	large := make([]Write, 25)
	for i := range large {
		large[i] = Write{ID: fmt.Sprint(i), New: true, Row: i, Fields: Values{}}
	}
	p := &Plan{groups: []Group{{Row: 1, Writes: 4}, {Row: 2}, {Row: 3, Writes: 5}, {Row: 4, Writes: 25}, {Row: 5, Writes: 3}}}
	steps, err := p.steps(10, func(n int) ([]Write, error) { return large, nil })
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for i, s := range steps {
		if s.N != i {
			t.Errorf("step %d says it is %d", i, s.N)
		}
		got += fmt.Sprintf("%d-%d:%d:%t ", s.From, s.To, s.Writes, s.Slice)
	}
	if want := "0-2:9:false 3-3:10:true 3-3:10:true 3-3:5:true 4-4:3:false "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
