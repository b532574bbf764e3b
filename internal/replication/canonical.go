package replication

import (
	"bytes"
	"encoding/json/jsontext"
	"errors"
	"io"
	"strconv"
)

// canonicalJSON is the RFC 8785 form of a JSON text. What is no I-JSON is
// refused: a name twice, a lone surrogate, bytes that are no UTF-8, a number
// beyond the doubles.
func canonicalJSON(raw []byte) ([]byte, error) {
	v := jsontext.Value(bytes.Clone(raw))
	if err := v.Canonicalize(); err != nil {
		return nil, err
	}
	if bytes.Contains(v, largest) {
		if err := inRange(raw); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// largest is the largest double. The library also writes so what is beyond it,
// which would give two different numbers one content.
var largest = []byte("1.7976931348623157e+308")

// inRange refuses numbers that no double can hold, in what is valid JSON.
func inRange(raw []byte) error {
	for d := jsontext.NewDecoder(bytes.NewBuffer(raw)); ; {
		if d.PeekKind() != jsontext.KindNumber {
			if _, err := d.ReadToken(); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			continue
		}
		number, err := d.ReadValue()
		if err != nil {
			return err
		}
		if _, err := strconv.ParseFloat(string(number), 64); err != nil {
			return err
		}
	}
}
