package verify

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
)

const inside = "cambios hechos por la aplicación"

// waiting names rows that were written past the application and not taken into
// account yet.
func (c *checker) waiting() error {
	var rows []openRow
	err := c.all(&rows, `SELECT DISTINCT collection, record, '' AS at FROM dirty WHERE source = '' ORDER BY collection, record`)
	for _, r := range rows {
		c.differs(CheckUnattributed, r.Collection+"/"+r.Record, inside, "fila cambiada fuera de la aplicación; recién se toma en cuenta")
	}
	return err
}

// openRow is a row changed by nobody known.
type openRow struct {
	Collection string `db:"collection"`
	Record     string `db:"record"`
	At         string `db:"at"`
}

// openRows have a change past the application that nobody has accounted for
// since. Entries are ordered as they were written, not by any clock.
const openRows = `SELECT a.collection, a.record, max(a.created) AS at FROM audit a
	WHERE a.action = 'unattributed' AND NOT EXISTS (SELECT 1 FROM audit k WHERE k.collection = a.collection AND k.record = a.record
		AND k.action = 'acknowledged' AND k.rowid > a.rowid)
	GROUP BY a.collection, a.record ORDER BY a.collection, a.record`

// unattributed names rows changed past the application. Those still waiting a
// moment ago have been named already.
func (c *checker) unattributed() error {
	named := map[string]bool{}
	for _, d := range c.report.Differences {
		named[d.Row] = true
	}
	if err := c.count(CheckUnattributed, `SELECT count(*) FROM audit WHERE action = 'unattributed'`); err != nil {
		return err
	}
	var rows []openRow
	err := c.all(&rows, openRows)
	for _, r := range rows {
		if row := r.Collection + "/" + r.Record; !named[row] {
			c.differs(CheckUnattributed, row, inside, fmt.Sprintf("fila cambiada fuera de la aplicación el %s (UTC)", strings.TrimSuffix(r.At, "Z")))
		}
	}
	return err
}

// validations: a sheet that SQL changed while it was validated is not validated
// any more, whoever answered for the change, until a person validates it again.
func (c *checker) validations() error {
	if err := c.count(CheckValidations, `SELECT count(*) FROM attendance_sheets WHERE state = 'validada'`); err != nil {
		return err
	}
	return c.each(CheckValidations, `SELECT 'attendance_sheets/' || s.id AS row,
		'validada, y cambiada después fuera de la aplicación el ' || substr(max(a.created), 1, 19) || ' (UTC)' AS found
		FROM audit a JOIN attendance_sheets s ON s.id = a.record AND s.state = 'validada'
		WHERE a.collection = 'attendance_sheets' AND a.action = 'unattributed'
		AND CASE WHEN json_valid(a.detail) THEN a.detail ->> '$.before.state' = 'validada' AND a.detail ->> '$.after.state' = 'validada' END
		AND NOT EXISTS (SELECT 1 FROM audit k WHERE k.collection = a.collection AND k.record = a.record
			AND k.action IN ('attendance.validar', 'update') AND k.rowid > a.rowid)
		GROUP BY s.id ORDER BY s.id`, "sin validar hasta que alguien la revise (devuélvala con un motivo y valídela de nuevo)")
}

// triggers: without them a change by raw SQL would go unseen.
func (c *checker) triggers() error {
	var have []struct {
		Name  string `db:"name"`
		Table string `db:"tbl_name"`
		SQL   string `db:"sql"`
	}
	if err := c.all(&have, `SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'`); err != nil {
		return err
	}
	index := map[string]string{}
	for _, t := range have {
		index[t.Table+" "+t.Name] = t.SQL
	}
	for _, collection := range replication.Collections {
		for suffix, event := range map[string]string{"ins": "INSERT", "upd": "UPDATE", "del": "DELETE"} {
			name := "chaski_" + collection.Name + "_" + suffix
			sql := index[collection.Name+" "+name]
			c.checked(CheckTriggers, 1)
			if !strings.Contains(sql, "AFTER "+event+" ON") || !strings.Contains(sql, "INSERT INTO dirty") {
				c.differs(CheckTriggers, name, "un disparador que anota en dirty", orNothing(sql))
			}
		}
	}
	return nil
}

// sequence: one counter, no number twice, none ahead of it, none of a row nobody
// remembers, every one of them in a marked commit; and no acknowledged mutation whose record was never stored.
func (c *checker) sequence() error {
	if err := c.count(CheckSequence, `SELECT (SELECT count(*) FROM sync_entries) + (SELECT count(*) FROM sync_commits) + (SELECT count(*) FROM sync_mutations)`); err != nil {
		return err
	}
	for _, q := range []struct{ sql, expected string }{
		{`SELECT 'sync_entries seq ' || seq AS row, count(*) || ' filas: ' || group_concat(collection || '/' || record, ', ') AS found
			FROM sync_entries e LEFT JOIN sync_rows r ON r.n = e.row GROUP BY seq HAVING count(*) > 1`, "un número de secuencia para una sola fila"},
		{`SELECT 'sync_entries ' || collection || '/' || record AS row, seq AS found FROM sync_entries e LEFT JOIN sync_rows r ON r.n = e.row
			WHERE seq > (SELECT seq FROM sync_clock) OR seq < 1`, "entre 1 y el contador (sync_clock)"},
		{`SELECT 'sync_entries seq ' || seq AS row, 'la fila ' || row || ', que no existe' AS found FROM sync_entries
			WHERE row NOT IN (SELECT n FROM sync_rows)`, "una fila recordada"},
		{`SELECT 'sync_commits' AS row, coalesce(max(seq), 0) AS found FROM sync_commits
			HAVING coalesce(max(seq), 0) <> (SELECT seq FROM sync_clock)`, "el último commit marcado = el contador (sync_clock)"},
		{
			`SELECT 'sync_mutations ' || id AS row, seq AS found FROM sync_mutations WHERE seq NOT IN (SELECT seq FROM sync_commits)`,
			"la secuencia de un commit marcado",
		},
		{`SELECT m.collection || '/' || m.record AS row, 'sin rastro (mutación ' || m.id || ')' AS found FROM sync_mutations m
			LEFT JOIN sync_rows r ON r.collection = m.collection AND r.record = m.record
			WHERE m.status = 'applied' AND r.record IS NULL`, "el registro que un equipo envió y se le confirmó"},
	} {
		if err := c.each(CheckSequence, q.sql, q.expected); err != nil {
			return err
		}
	}
	return nil
}

// each names every row a query finds: row, and what was found.
func (c *checker) each(check, sql, expected string) error {
	var rows []struct {
		Row   string `db:"row"`
		Found string `db:"found"`
	}
	if err := c.db.NewQuery(sql).Bind(dbx.Params{}).All(&rows); err != nil {
		return fmt.Errorf("%s: %w", check, err)
	}
	for _, r := range rows {
		c.differs(check, r.Row, expected, r.Found)
	}
	return nil
}
