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
	// swallow: statements that contain it are answered and not run.
	swallow string
	// settings of the data source to exchange
	from, to string
	// splitReads: what should be one read transaction sees each commit in between.
	splitReads bool
	// deviceClock: the server goes by the times phones write into what they send.
	deviceClock bool
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
	{name: "conflict-not-kept", swallow: "INSERT INTO `conflicts`"},
	{name: "settled-unseen", swaps: []swap{{`c."values", c.rev,`, `c."values", 4503599627370496 AS rev,`}}},
	{name: "left-behind", swaps: []swap{{`SELECT id FROM convenios WHERE intervention IN`, `SELECT id FROM convenios WHERE '' AND intervention IN`}}},
	{name: "review-not-told", swallow: "INSERT INTO `mutation_reviews`"},
	{name: "two-read-transactions", splitReads: true},
	{name: "device-clock", deviceClock: true},
	{name: "ended-assignment-counts", swaps: []swap{{
		`SELECT intervention, from_on, to_on FROM assignments`, `SELECT intervention, from_on, '' AS to_on FROM assignments`,
	}}},
	// Two ask for it: the session that is used on the device, and what names it.
	{name: "revoked-device-served", swaps: []swap{
		{`SELECT d.state FROM session_devices`, `SELECT 'activo' FROM session_devices`},
		{`SELECT state, EXISTS (SELECT 1 FROM session_devices`, `SELECT 'activo' AS state, EXISTS (SELECT 1 FROM session_devices`},
		{`SELECT state FROM devices WHERE`, `SELECT 'activo' AS state FROM devices WHERE`},
	}},
	{name: "commit-not-synced", from: "synchronous(FULL)", to: "synchronous(NORMAL)"},
}

// plantNamed answers a plant that does nothing for "".
func plantNamed(name string) *plant {
	for i := range plants {
		if plants[i].name == name {
			return &plants[i]
		}
	}
	return &plant{}
}

func (p *plant) source(name string) string {
	if p.from == "" {
		return name
	}
	return strings.Replace(name, p.from, p.to, 1)
}

// rewrite answers the statement to run in the place of another.
func (p *plant) rewrite(query string, args []driver.NamedValue) (string, []driver.NamedValue) {
	if p.swallow != "" && strings.Contains(query, p.swallow) {
		return "", args
	}
	for _, s := range p.swaps {
		query = strings.Replace(query, s.sound, s.faulty, 1)
	}
	return query, args
}
