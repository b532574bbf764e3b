// Package golden compares computed figures with the published ones, cell by
// cell. Only tests and `make national` use it: nothing of the product may read
// the published figures.
package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// Difference is a cell that is not as published. Got is "" if it is missing.
type Difference struct{ Cell, Want, Got string }

func (d Difference) String() string {
	if d.Got == "" {
		return fmt.Sprintf("%s: %s expected, missing", d.Cell, d.Want)
	}
	return fmt.Sprintf("%s: %s expected, %s computed", d.Cell, d.Want, d.Got)
}

// notComputed are the cells of the golden file that are no result: what the
// report prints where it errs, notes on it, and what would follow from its errors.
var notComputed = regexp.MustCompile(`(^|\.)(fuente|fecha_documento|nota|inconsistencias|` +
	`[a-z0-9_]*impres[oa][a-z0-9_]*|total_si_551)(\.|\[|$)`)

// Compare finds every cell of want that got has not, or has otherwise. Rows of
// lists are matched by their key (clave; or anio_recurso and marco), not by
// place. It answers how many cells it compared.
func Compare(want, got []byte) (compared int, out []Difference, err error) {
	expected, err := cells(want)
	if err != nil {
		return 0, nil, fmt.Errorf("published figures: %w", err)
	}
	computed, err := cells(got)
	if err != nil {
		return 0, nil, fmt.Errorf("computed figures: %w", err)
	}
	for cell, value := range expected {
		if notComputed.MatchString(cell) {
			continue
		}
		compared++
		if is, known := computed[cell]; !known || is != value {
			out = append(out, Difference{cell, value, is})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Cell < out[j].Cell })
	return compared, out, nil
}

// Diff lists the cells in which two documents differ, as "cell: before → after".
func Diff(before, after []byte) (map[string][2]string, error) {
	a, err := cells(before)
	if err != nil {
		return nil, err
	}
	b, err := cells(after)
	if err != nil {
		return nil, err
	}
	out := map[string][2]string{}
	for cell, value := range a {
		if b[cell] != value {
			out[cell] = [2]string{value, b[cell]}
		}
	}
	for cell, value := range b {
		if _, known := a[cell]; !known {
			out[cell] = [2]string{"", value}
		}
	}
	return out, nil
}

// cells flattens a document: path to value as JSON.
func cells(raw []byte) (map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	out := map[string]string{}
	flatten(out, "", doc)
	return out, nil
}

func flatten(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			flatten(out, strings.TrimPrefix(path+"."+key, "."), item)
		}
	case []any:
		for i, item := range v {
			flatten(out, fmt.Sprintf("%s[%s]", path, rowKey(i, item)), item)
		}
	default:
		text, _ := json.Marshal(v) // came from JSON
		out[path] = string(text)
	}
}

func rowKey(i int, item any) string {
	if row, ok := item.(map[string]any); ok {
		if key, ok := row["clave"].(string); ok && row["medida"] == nil {
			return key
		}
		if year, ok := row["anio_recurso"]; ok {
			return fmt.Sprint(year, " ", row["marco"])
		}
	}
	return fmt.Sprint(i)
}
