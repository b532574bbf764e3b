package verify

// What each insured row claims by the rows as they are, day by day, and what its spans
// that stand say. The days are counted, not compared as ranges: a gap and an overlap
// are told apart from none.
const coverSQL = `WITH claims AS (
		SELECT s.id, s.insurance_policy AS policy, s.dni, coalesce(s.proves, '') AS proves, max(s.from_on, p.valid_from) AS first,
			min(p.valid_to, coalesce(nullif(s.to_on, ''), '9999-12-31'), coalesce((SELECT CASE WHEN max(coalesce(t.baja_on, '') = '') THEN NULL ELSE max(t.baja_on) END
				FROM participants t WHERE t.intervention = s.intervention AND t.dni = s.dni), '9999-12-31')) AS last,
			coalesce(p.state, '') <> 'anulada' AND coalesce(s.dni, '') <> ''
				AND NOT EXISTS (SELECT 1 FROM insurance_certificates c WHERE c.id = s.insurance_certificate AND c.state IN ('pendiente', 'observada')) AS holds
		FROM insured_persons s JOIN insurance_policies p ON p.id = s.insurance_policy),
	claimed AS (
		SELECT id, policy, dni, proves, CASE WHEN holds AND julianday(first) <= julianday(last) THEN first || ' – ' || last ELSE '' END AS claim,
			CASE WHEN holds AND julianday(first) <= julianday(last) THEN julianday(last) - julianday(first) + 1 ELSE 0 END AS days FROM claims),
	stands AS (
		SELECT insured, policy, dni, min(from_on) || ' – ' || max(to_on) AS span, sum(julianday(to_on) - julianday(from_on) + 1) AS days,
			json_group_array(json_object('from', from_on, 'to', to_on, 'known', known_on, 'sure', json(CASE sure WHEN 0 THEN 'false' ELSE 'true' END), 'issued', issued_on)
				ORDER BY from_on) AS proves
		FROM cover_spans WHERE until_at = '' GROUP BY insured, policy, dni)
	SELECT coalesce(c.id, k.insured) AS id, coalesce(c.claim || ' (' || CAST(c.days AS INTEGER) || ')', '') AS wanted,
		coalesce(k.span || ' (' || CAST(k.days AS INTEGER) || ')', ' (0)') AS found, coalesce(c.proves, '') AS said, coalesce(k.proves, '[]') AS kept
	FROM claimed c FULL JOIN stands k ON k.insured = c.id AND k.policy = c.policy AND k.dni = c.dni
	WHERE wanted <> found OR said <> kept ORDER BY id`

// cover compares what insured rows prove with what is claimed, and what they say of it
// with what is kept. Since when it is known cannot be made again from rows as they are:
// only that nothing is known before it was recorded, and nothing ends before it began.
func (c *checker) cover() error {
	var n int64
	if err := c.db.NewQuery(`SELECT count(*) FROM insured_persons`).Row(&n); err != nil {
		return err
	}
	c.checked(CheckCover, n)
	var rows []struct{ ID, Wanted, Found, Said, Kept string }
	if err := c.all(&rows, coverSQL); err != nil {
		return err
	}
	for _, r := range rows {
		if r.Wanted != r.Found {
			c.differs(CheckCover, "insured_persons/"+r.ID, orNothing(r.Wanted), r.Found)
			continue
		}
		c.differs(CheckCover, "insured_persons/"+r.ID, r.Kept, orNothing(r.Said))
	}
	if err := c.entered(); err != nil {
		return err
	}
	var early []struct {
		Insured string
		Why     string
	}
	if err := c.all(&early, `SELECT insured, known_on || ' > ' || recorded_at AS why FROM cover_spans WHERE known_on > date(recorded_at, '-5 hours')
		UNION ALL SELECT insured, recorded_at || ' > ' || until_at FROM cover_spans WHERE until_at <> '' AND recorded_at > until_at`); err != nil {
		return err
	}
	for _, r := range early {
		c.differs(CheckCover, "insured_persons/"+r.Insured, "conocida el día en que se registró, o antes", r.Why)
	}
	return nil
}

// entered compares the insured rows that certificates made with whom these name: each who
// is on the roster of the work once, from the day of the paper on, by his DNI of now.
func (c *checker) entered() error {
	var rows []struct{ ID, Wanted, Found string }
	if err := c.all(&rows, `WITH names AS (
			SELECT c.id AS certificate, p.id AS participant, c.insurance_policy || ' ' || c.intervention || ' ' || p.dni || ' ' || c.from_on || ' ' AS said
			FROM insurance_certificates c, json_each(CASE WHEN json_valid(c.names) THEN c.names ELSE '{}' END) j JOIN participants p ON p.id = j.key
			WHERE p.intervention = c.intervention AND c.from_on <> ''),
		rows AS (SELECT id, insurance_certificate AS certificate, participant, insurance_policy || ' ' || intervention || ' ' || dni || ' ' || from_on || ' ' || to_on AS said
			FROM insured_persons WHERE participant <> '')
		SELECT coalesce(r.id, n.certificate || ' ' || n.participant) AS id, coalesce(n.said, '') AS wanted, coalesce(r.said, '') AS found
		FROM names n FULL JOIN rows r ON r.certificate = n.certificate AND r.participant = n.participant
		WHERE wanted <> found ORDER BY 1`); err != nil {
		return err
	}
	for _, r := range rows {
		c.differs(CheckCover, "insured_persons/"+r.ID, orNothing(r.Wanted), orNothing(r.Found))
	}
	return nil
}
