package store

import (
	"encoding/json"
	"strings"
)

// eachMark reads {"participant": "mark"} pair by pair, so that a name that was
// written twice is heard twice; what is no such object says nothing.
func eachMark(raw string, say func(participant, mark string)) {
	pairs, plain := plainPairs(raw)
	if !plain {
		pairs = anyPairs(raw)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		say(pairs[i], pairs[i+1])
	}
}

// plainPairs reads what sheets are: an object of plain strings. A push recounts
// all sheets of the works it touches, and encoding/json takes ten times as long.
// plain is false where anything else is met.
func plainPairs(raw string) (pairs []string, plain bool) {
	s := pairScanner{raw: raw}
	if !s.byte('{') {
		return nil, false
	}
	pairs = make([]string, 0, len(raw)/14)
	for first := true; !s.byte('}'); first = false {
		if !first && !s.byte(',') {
			return nil, false
		}
		name, ok := s.text()
		if !ok || !s.byte(':') {
			return nil, false
		}
		mark, ok := s.text()
		if !ok {
			return nil, false
		}
		pairs = append(pairs, name, mark)
	}
	s.space()
	return pairs, s.at == len(raw)
}

type pairScanner struct {
	raw string
	at  int
}

func (s *pairScanner) space() {
	for s.at < len(s.raw) && strings.IndexByte(" \t\r\n", s.raw[s.at]) >= 0 {
		s.at++
	}
}

func (s *pairScanner) byte(b byte) bool {
	s.space()
	if s.at == len(s.raw) || s.raw[s.at] != b {
		return false
	}
	s.at++
	return true
}

// text reads a string of ASCII without escapes.
func (s *pairScanner) text() (string, bool) {
	if !s.byte('"') {
		return "", false
	}
	from := s.at
	for ; s.at < len(s.raw); s.at++ {
		switch b := s.raw[s.at]; {
		case b == '"':
			s.at++
			return s.raw[from : s.at-1], true
		case b == '\\' || b < 0x20 || b >= 0x7f:
			return "", false
		}
	}
	return "", false
}

// anyPairs reads any JSON object; a value that is no string is "".
func anyPairs(raw string) (pairs []string) {
	if !json.Valid([]byte(raw)) {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return pairs
		}
		var mark any
		if dec.Decode(&mark) != nil {
			return pairs
		}
		participant, _ := name.(string)
		text, _ := mark.(string)
		pairs = append(pairs, participant, text)
	}
	return pairs
}
