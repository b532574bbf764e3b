package verify

// merge: what merging is judged by fits the rows; what lost a merge, and what a
// reviewer decided, is what the stored outcomes say.
func (c *checker) merge() error {
	if err := c.count(CheckMerge, `SELECT (SELECT count(*) FROM sync_rows) + (SELECT count(*) FROM conflicts) +
		(SELECT count(*) FROM mutation_reviews) + (SELECT count(*) FROM sync_mutations)`); err != nil {
		return err
	}
	for _, q := range []struct{ sql, expected string }{
		{
			`SELECT collection || '/' || record AS row, field_revs AS found FROM sync_rows
				WHERE field_revs <> '' AND (rev = 1 OR payload IS NULL OR NOT json_valid(field_revs))`,
			"ninguna versión de sus campos: no cambió desde que se creó, o ya no existe",
		},
		{
			`SELECT collection || '/' || record AS row, rev || ' en ' || coalesce(nullif(field_revs, ''), '(nada)') AS found FROM sync_rows
				WHERE rev > 1 AND payload IS NOT NULL AND NOT EXISTS
					(SELECT 1 FROM json_each(CASE WHEN json_valid(field_revs) THEN field_revs ELSE '{}' END) f WHERE f.value = rev)`,
			"un campo que cambió en la última versión de la fila",
		},
		{
			`SELECT collection || '/' || record AS row, f.key || ' en ' || f.value AS found FROM sync_rows, json_each(CASE WHEN json_valid(field_revs) THEN field_revs ELSE '{}' END) f
				WHERE field_revs <> '' AND payload IS NOT NULL AND (f.value NOT BETWEEN 2 AND rev OR f.key <> ''
					AND json_type(payload, '$."' || f.key || '"') IS NULL AND NOT EXISTS (SELECT 1 FROM pragma_table_info(collection) c WHERE c.name = f.key))`,
			"un campo de la fila, en una versión entre la segunda y la última",
		},
		{
			`SELECT 'conflicts/' || c.id AS row, coalesce('mutación ' || m.id || ' ' || m.status || ', de ' || m.user, 'ninguna mutación') AS found
				FROM conflicts c LEFT JOIN sync_mutations m ON m.id = c.mutation
				WHERE m.id IS NULL OR m.status <> 'applied' OR m.user <> c.author OR m.collection <> c.collection OR m.record <> c.record
				OR coalesce(json_extract(m.outcome, '$.conflict'), '') <> c.id`,
			"la última mutación con que su autor perdió un valor",
		},
		{
			`SELECT 'sync_mutations ' || m.id AS row, coalesce('sin ' || l.value || ' en ', 'ningún conflicto ') || json_extract(m.outcome, '$.conflict') AS found
				FROM sync_mutations m LEFT JOIN conflicts c ON c.id = json_extract(m.outcome, '$.conflict')
				LEFT JOIN json_each(m.outcome, '$.lost') l ON c.id IS NOT NULL
				WHERE json_extract(m.outcome, '$.conflict') IS NOT NULL AND (c.id IS NULL OR c.author <> m.user OR l.value IS NOT NULL
					AND l.value NOT IN (SELECT v.value ->> 'field' FROM json_each(c."values") v))`,
			"el conflicto que guarda los valores perdidos",
		},
		{
			`SELECT 'conflicts/' || id AS row, state || ', ' || coalesce(nullif(resolution, ''), '(sin decisión)') AS found FROM conflicts
				WHERE (state = 'resuelto') <> (resolution <> '') OR (state = 'resuelto') <> (resolved_at <> '')`,
			"abierto y sin decisión, o resuelto y con ella",
		},
		{
			`SELECT 'mutation_reviews/' || v.id AS row, coalesce(m.status || ', secuencia ' || m.seq, 'ninguna mutación') AS found
				FROM mutation_reviews v LEFT JOIN sync_mutations m ON m.id = v.mutation
				WHERE m.id IS NULL OR m.status <> v.status OR m.seq <> v.seq OR m.user <> v.user OR m.collection <> v.collection OR m.record <> v.record`,
			"el resultado que se decidió, una sola vez",
		},
	} {
		if err := c.each(CheckMerge, q.sql, q.expected); err != nil {
			return err
		}
	}
	return nil
}
