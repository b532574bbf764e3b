package main

import (
	"database/sql/driver"
	"strings"
)

// plant is a bug planted in the server, to see that the simulation notices:
// faulty SQL in the place of sound SQL, or a faulty disk. The product's code
// has no trace of it.
type plant struct {
	name  string
	swaps []swap
	// settings of the data source to exchange
	from, to string
}

// swap exchanges a part of every statement that contains it.
type swap struct{ sound, faulty string }

var plants = []plant{
	{name: "reassign-without-drop", swaps: []swap{{
		`from_on <= ? AND (to_on = '' OR to_on >= ?) ORDER BY intervention`, `from_on <= ? AND ? <> '' ORDER BY intervention`,
	}}},
	{name: "max-plus-one", swaps: []swap{{
		`SELECT epoch, seq FROM sync_clock`, `SELECT epoch, (SELECT coalesce(max(seq), 0) FROM sync_entries) FROM sync_clock`,
	}}},
	{name: "double-increment", swaps: []swap{{
		`DO UPDATE SET quantity = quantity + excluded.quantity`, `DO UPDATE SET quantity = quantity + 2 * excluded.quantity`,
	}}},
	{name: "commit-not-synced", from: "synchronous(FULL)", to: "synchronous(NORMAL)"},
}

// plantNamed answers nil for "".
func plantNamed(name string) *plant {
	for i := range plants {
		if plants[i].name == name {
			return &plants[i]
		}
	}
	return nil
}

func (p *plant) source(name string) string {
	if p == nil || p.from == "" {
		return name
	}
	return strings.Replace(name, p.from, p.to, 1)
}

// rewrite answers the statement to run in the place of another.
func (p *plant) rewrite(query string, args []driver.NamedValue) (string, []driver.NamedValue) {
	for _, s := range p.swaps {
		query = strings.Replace(query, s.sound, s.faulty, 1)
	}
	return query, args
}
