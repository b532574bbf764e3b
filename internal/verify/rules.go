package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/day"
)

// TodayKey is where the store of an app keeps its business date, func() day.Day.
const TodayKey = "chaski.today"

// today is the business date by which rules are checked.
func today(app core.App) day.Day {
	if f, ok := app.Store().Get(TodayKey).(func() day.Day); ok {
		return f()
	}
	return day.Of(time.Now())
}

// broken holds, while a verification runs, every rule that a row breaks, one for
// a field. It is found from the base rows by the queries below, which share
// nothing with the rules that refuse (internal/domain/record).
const brokenTable = `CREATE TEMP TABLE broken (collection TEXT NOT NULL, record TEXT NOT NULL, field TEXT NOT NULL, code TEXT NOT NULL,
	counts INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (collection, record, field)) WITHOUT ROWID`

// whole leaves out rows that break a rule without which they add to no figure.
func whole(alias, collection string) string {
	return ` NOT EXISTS (SELECT 1 FROM temp.broken WHERE collection = '` + collection + `' AND record = ` + alias + `.id AND counts = 1)`
}

// rules fills broken, names every row in it, and compares it with what the
// application has listed.
func (c *checker) rules() error {
	for _, of := range expectedFields {
		if err := c.fields(of[0], of[1]); err != nil {
			return fmt.Errorf("%s: %w", of[0], err)
		}
	}
	if err := c.named(); err != nil {
		return err
	}
	for _, r := range expectedRules {
		if err := c.rule(r); err != nil {
			return fmt.Errorf("%s %s: %w", r.of, r.code, err)
		}
	}
	return c.listed()
}

// oneItem is before the code of what is wrong with one item of a list: the item
// counts for nothing, the row for the rest.
const oneItem = "one: "

// expects is what a field has to be.
type expects struct {
	name, kind, of string
	must, counts   bool
}

// parse reads "name! kind of": ! may not be empty, # matters for counting.
func parse(spec string) []expects {
	var out []expects
	for _, s := range strings.Split(spec, ",") {
		words := strings.Fields(s)
		e := expects{name: words[0], kind: words[1]}
		if len(words) > 2 {
			e.of = words[2]
		}
		e.must, e.counts = strings.Contains(e.name, "!"), strings.Contains(e.name, "#")
		e.name = strings.TrimRight(e.name, "!#")
		out = append(out, e)
	}
	return out
}

func glob(column, shape string) string { return column + ` NOT GLOB '` + shape + `'` }

func digitsOnly(n int) string { return strings.Repeat("[0-9]", n) }

// wrong is the condition under which a value that is not empty is wrong, with its
// code; more than one in the order in which they are told.
func (e expects) wrong() [][2]string {
	f := `t."` + e.name + `"`
	notDay := func(v string) string {
		return `date(` + v + `) IS NOT ` + v + ` OR ` + v + ` < '1950' OR ` + v + ` >= '2101'`
	}
	invalid := func(cond string) [][2]string { return [][2]string{{cond, "invalid_value"}} }
	notWhole := `CAST(` + f + ` AS TEXT) <> CAST(CAST(` + f + ` AS INTEGER) AS TEXT) AND CAST(` + f + ` AS TEXT) <> CAST(CAST(` + f + ` AS INTEGER) AS TEXT) || '.0'`
	switch e.kind {
	case "text":
		return [][2]string{{`trim(` + f + `) = ''`, "required"}, {`length(` + f + `) > 5000`, "too_long"}}
	case "short", "clasificador":
		return [][2]string{{`trim(` + f + `) = ''`, "required"}, {`length(` + f + `) > 200`, "too_long"}}
	case "day":
		return [][2]string{{notDay(f), "date_invalid"}}
	case "past":
		return [][2]string{{notDay(f), "date_invalid"}, {f + ` > {:today}`, "date_in_future"}}
	case "month":
		return [][2]string{{`length(` + f + `) <> 7 OR ` + notDay(`(`+f+` || '-01')`), "month_invalid"}}
	case "pastmonth":
		return [][2]string{{`length(` + f + `) <> 7 OR ` + notDay(`(`+f+` || '-01')`), "month_invalid"}, {f + ` > substr({:today}, 1, 7)`, "month_in_future"}}
	case "moment":
		return [][2]string{{`strftime('%s', ` + f + `) IS NULL OR ` + f + ` NOT LIKE '____-__-__T__:__:__%'`, "date_invalid"}}
	case "dni":
		return [][2]string{{glob(f, digitsOnly(8)), "dni_invalid"}}
	case "ruc":
		return [][2]string{{rucWrong(f), "ruc_invalid"}}
	case "ubigeo":
		return invalid(glob(f, digitsOnly(6)) + ` OR substr(` + f + `, 1, 2) NOT BETWEEN '01' AND '25' OR substr(` + f + `, 3, 2) = '00' OR substr(` + f + `, 5) = '00'`)
	case "convenio":
		d2, d4 := digitsOnly(2), digitsOnly(4)
		return invalid(glob(f, d2+"-"+d4+"-AII-"+d2) + ` AND ` + glob(f, d2+"-"+d4+"-PI-"+d2))
	case "ao":
		return invalid(glob(f, "AOI"+digitsOnly(11)))
	case "aei":
		return invalid(glob(f, "AEI."+digitsOnly(2)+"."+digitsOnly(2)))
	case "ut":
		return invalid(glob(f, "UT"+digitsOnly(2)))
	case "sha256":
		return invalid(`length(` + f + `) <> 64 OR ` + f + ` GLOB '*[^0-9a-f]*'`)
	case "word":
		return invalid(f + ` GLOB '*[^a-z0-9_]*'`)
	case "dotted":
		return invalid(f + ` GLOB '*[^a-z0-9_.]*'`)
	case "version":
		return invalid(f + ` <> 'pia' AND ` + glob(f, "v[1-9]") + ` AND ` + glob(f, "v[1-9][0-9]"))
	case "period":
		y := digitsOnly(4)
		return [][2]string{
			{glob(f, y) + ` AND ` + glob(f, y+"-Q[1-4]") + ` AND ` + glob(f, y+"-S[12]") + ` AND ` + glob(f, y+"-[0-9][0-9]"), "invalid_value"},
			{f + ` GLOB '` + y + `-[0-9][0-9]' AND (` + notDay(`(`+f+` || '-01')`) + `)`, "month_invalid"},
		}
	case "one":
		return invalid(f + ` NOT IN ('` + strings.ReplaceAll(e.of, "|", "', '") + `')`)
	case "id", "ref":
		bad := invalid(`length(` + f + `) <> 15 OR ` + f + ` GLOB '*[^a-z0-9]*'`)
		if e.kind == "ref" {
			bad = append(bad, [2]string{`NOT EXISTS (SELECT 1 FROM "` + e.of + `" o WHERE o.id = ` + f + `)`, "reference_missing"})
		}
		return bad
	case "any":
		return invalid(notWhole + ` OR abs(` + f + `) > 9007199254740991`)
	case "count":
		return invalid(notWhole + ` OR ` + f + ` < 0`)
	case "upto":
		return invalid(notWhole + ` OR ` + f + ` NOT BETWEEN 0 AND ` + e.of)
	case "within":
		return invalid(notWhole + ` OR abs(` + f + `) > ` + e.of)
	case "bytes":
		return [][2]string{{notWhole + ` OR ` + f + ` < 0`, "invalid_value"}, {f + ` = 0`, "file_empty"}, {f + ` > ` + e.of, "file_too_large"}}
	case "media":
		return [][2]string{{f + ` NOT IN ('` + strings.ReplaceAll(e.of, "|", "', '") + `')`, "file_type_refused"}}
	case "exif":
		return invalid(glob(f, digitsOnly(4)+"-"+digitsOnly(2)+"-"+digitsOnly(2)+"T"+digitsOnly(2)+":"+digitsOnly(2)+":"+digitsOnly(2)))
	case "from1":
		return invalid(notWhole + ` OR ` + f + ` < 1`)
	case "year":
		return invalid(notWhole + ` OR ` + f + ` NOT BETWEEN 2000 AND 2100`)
	case "marks":
		item := `length(j.key) <> 15 OR j.key GLOB '*[^a-z0-9]*' OR coalesce(j.value, 'no_visto') NOT IN ('presente', 'ausente', 'no_visto')`
		return append(invalid(jsonWrong(f, "object", "false")), [2]string{jsonWrong(f, "object", item), oneItem + "invalid_value"})
	case "answers":
		return invalid(jsonWrong(f, "object", `j.key GLOB '*[^a-z0-9_]*' OR length(j.key) NOT BETWEEN 1 AND 60 OR coalesce(j.value, '') NOT IN ('si', 'no', 'na')`))
	case "reasons":
		return invalid(jsonWrong(f, "object", `length(j.key) <> 15 OR j.key GLOB '*[^a-z0-9]*' OR coalesce(j.value, '') NOT IN ('sin_aviso', 'permiso', 'salud', 'otro')`))
	case "names":
		return invalid(jsonWrong(f, "object", `length(j.key) <> 15 OR j.key GLOB '*[^a-z0-9]*' OR j.type <> 'true'`))
	case "fix":
		return invalid(jsonWrong(f, "object", `NOT (j.key = 'mocked' AND j.type IN ('true', 'false')
			OR j.key = 'taken_at' AND j.type = 'text' AND j.value GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*'
			OR j.type = 'integer' AND CASE j.key WHEN 'age_s' THEN 1 WHEN 'altitude_m' THEN j.value BETWEEN -1000 AND 10000
				WHEN 'altitude_accuracy_m' THEN j.value BETWEEN 0 AND 1000000 WHEN 'heading_deg' THEN j.value BETWEEN 0 AND 360
				WHEN 'speed_cms' THEN j.value BETWEEN 0 AND 100000 ELSE 0 END)`))
	case "lines":
		return invalid(jsonWrong(f, "array", `j.value NOT IN ('`+strings.ReplaceAll(e.of, "|", "', '")+`')`))
	case "doubts":
		return invalid(jsonWrong(f, "array", `coalesce(j.value, '') <> 'en_otra_obra'`))
	case "spans":
		return invalid(jsonWrong(f, "array", `j.type <> 'object' OR coalesce(j.value ->> 'from', '') = '' OR coalesce(j.value ->> 'to', '') = ''
			OR coalesce(j.value ->> 'known', '') = '' OR json_type(j.value, '$.sure') NOT IN ('true', 'false') OR json_type(j.value, '$.issued') <> 'text'`))
	case "objects":
		return invalid(jsonWrong(f, "array", `j.type <> 'object'`) + ` OR ` + fractionIn(f))
	case "json":
		return invalid(`NOT json_valid(` + f + `) OR ` + fractionIn(f))
	case "items":
		return invalid(jsonWrong(f, "array", `j.type <> 'object' OR coalesce(j.value ->> 'label', '') = '' OR coalesce(j.value ->> 'key', '') = ''
			OR j.value ->> 'key' GLOB '*[^a-z0-9_]*' OR length(j.value ->> 'key') > 60`) +
			` OR (SELECT count(*) <> count(DISTINCT j.value ->> 'key') FROM json_each(CASE WHEN json_valid(` + f + `) THEN ` + f + ` ELSE '[]' END) j)` +
			` OR ` + fractionIn(f))
	}
	panic("verify: unknown kind " + e.kind)
}

// fractionIn: somewhere in it is a number that is not whole, or too large to be
// kept exactly.
func fractionIn(f string) string {
	return `EXISTS (SELECT 1 FROM json_tree(CASE WHEN json_valid(` + f + `) THEN ` + f + ` ELSE 'null' END) n
		WHERE n.type IN ('integer', 'real') AND (n.atom <> round(n.atom) OR abs(n.atom) > 9007199254740991))`
}

// jsonWrong: it is JSON of another form, or has an item that is wrong.
func jsonWrong(f, form, item string) string {
	return `NOT json_valid(` + f + `) OR json_type(CASE WHEN json_valid(` + f + `) THEN ` + f + ` ELSE 'null' END) NOT IN ('` + form + `', 'null')
		OR EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(` + f + `) THEN ` + f + ` ELSE '{}' END) j WHERE ` + item + `)`
}

// rucWrong: eleven digits, a known beginning and the check digit (SUNAT).
func rucWrong(f string) string {
	var sum []string
	for i, w := range []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
		sum = append(sum, fmt.Sprintf("%d * substr(%s, %d, 1)", w, f, i+1))
	}
	return glob(f, digitsOnly(11)) + ` OR substr(` + f + `, 1, 2) NOT IN ('10', '15', '16', '17', '20')
		OR (11 - (` + strings.Join(sum, " + ") + `) % 11) % 10 <> CAST(substr(` + f + `, 11) AS INTEGER)`
}

// code is an expression: what is wrong with the field, NULL for nothing.
func (e expects) code() string {
	f := `t."` + e.name + `"`
	out := `CASE WHEN coalesce(` + f + `, '') = '' THEN NULL`
	if e.must {
		out = `CASE WHEN coalesce(` + f + `, '') = '' THEN 'required'`
	}
	for _, w := range e.wrong() {
		out += ` WHEN ` + w[0] + ` THEN '` + w[1] + `'`
	}
	return out + ` END`
}

// fields looks at every row of a collection once.
func (c *checker) fields(collection, spec string) error {
	expected := parse(spec)
	columns, some := []string{"t.id"}, make([]string, len(expected))
	for i, e := range expected {
		columns = append(columns, fmt.Sprintf("%s AS c%d", e.code(), i), fmt.Sprintf(`CAST(t."%s" AS TEXT) AS v%d`, e.name, i))
		some[i] = fmt.Sprintf("c%d IS NOT NULL", i)
	}
	if err := c.count(CheckProblems, `SELECT count(*) FROM "`+collection+`"`); err != nil {
		return err
	}
	var found []dbx.NullStringMap
	if err := c.db.NewQuery(`SELECT * FROM (SELECT ` + strings.Join(columns, ", ") + ` FROM "` + collection + `" t) WHERE ` +
		strings.Join(some, " OR ")).Bind(dbx.Params{"today": c.today}).All(&found); err != nil {
		return err
	}
	for _, row := range found {
		for i, e := range expected {
			if code := row[fmt.Sprintf("c%d", i)]; code.Valid {
				code, one := strings.CutPrefix(code.String, oneItem)
				if err := c.broke(collection, row["id"].String, e.name, code, e.counts && !one, row[fmt.Sprintf("v%d", i)].String); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (c *checker) broke(collection, record, field, code string, counts bool, value string) error {
	_, err := c.db.NewQuery(`INSERT INTO temp.broken VALUES ({:c}, {:r}, {:f}, {:code}, {:n}, {:v})`).Bind(dbx.Params{
		"c": collection, "r": record, "f": field, "code": code, "n": counts, "v": value,
	}).Execute()
	return err
}

// ruleOver is a rule over several fields, or over other rows, of a row t.
type ruleOver struct {
	of, field string
	fields    string // if one of them is wrong by itself, this says nothing more
	code      string
	counts    bool
	where     string
}

func (c *checker) rule(r ruleOver) error {
	_, err := c.db.NewQuery(`INSERT OR IGNORE INTO temp.broken SELECT {:of}, t.id, {:field}, {:code}, {:counts}, coalesce(t."` + r.field + `", '')
		FROM "` + r.of + `" t WHERE (` + r.where + `) AND NOT EXISTS (SELECT 1 FROM temp.broken b WHERE b.collection = {:of} AND b.record = t.id
		AND b.field IN ('` + strings.ReplaceAll(r.fields, " ", "', '") + `'))`).Bind(c.bound(r)).Execute()
	return err
}

func (c *checker) bound(r ruleOver) dbx.Params {
	p := dbx.Params{"of": r.of, "field": r.field, "code": r.code, "counts": r.counts}
	if strings.Contains(r.where, "{:today}") {
		p["today"] = c.today
	}
	return p
}

// listed names what is broken, and what the list of problems says otherwise.
func (c *checker) listed() error {
	var rows []struct {
		Collection, Record, Field, Code, Value string
	}
	if err := c.db.NewQuery(`SELECT collection, record, field, code, value FROM temp.broken ORDER BY collection, record, field`).All(&rows); err != nil {
		return err
	}
	for _, r := range rows {
		c.differs(CheckProblems, r.Collection+"/"+r.Record, r.Field+" según su regla", fmt.Sprintf("%s: %q", r.Code, r.Value))
	}
	if err := c.count(CheckListed, `SELECT count(*) FROM sync_rows WHERE payload IS NOT NULL`); err != nil {
		return err
	}
	var done bool
	if err := c.db.NewQuery(`SELECT coalesce((SELECT done FROM row_scan), 0)`).Row(&done); err != nil {
		return err
	}
	for _, q := range []struct {
		when                 bool
		sql, expected, found string
	}{
		{done, `SELECT collection, record, field, code FROM temp.broken EXCEPT SELECT collection, record, field, code FROM row_problems`, "en la lista de problemas: %s", "(nada)"},
		{true, `SELECT collection, record, field, code FROM row_problems EXCEPT SELECT collection, record, field, code FROM temp.broken`, "(nada)", "en la lista de problemas: %s"},
	} {
		if !q.when {
			continue
		}
		rows = slices.Delete(rows, 0, len(rows))
		if err := c.all(&rows, q.sql); err != nil {
			return err
		}
		for _, r := range rows {
			say := func(s string) string { return strings.ReplaceAll(s, "%s", r.Field+" "+r.Code) }
			c.differs(CheckListed, r.Collection+"/"+r.Record, say(q.expected), say(q.found))
		}
	}
	return nil
}
