// Package personal reads people's data for who may see it, and notes each sight.
package personal

import (
	"encoding/json"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// Book implements app.PersonalBook.
type Book struct {
	engine *store.Engine
	app    core.App
}

// New reads people's data, and notes who did.
func New(e *store.Engine, a core.App) *Book { return &Book{e, a} }

// peopleOf are the columns and the source of each list.
var peopleOf = map[string]struct{ columns, from, name, order string }{
	app.ListParticipants: {
		columns: `p.given_names || ' ' || p.surnames AS name, coalesce(k.number, 0) AS cupo, '' AS policy, p.alta_on AS "from", p.baja_on AS "to"`,
		from:    ` FROM participants p LEFT JOIN cupos k ON k.id = p.cupo`,
		name:    `p.given_names || ' ' || p.surnames LIKE {:name} ESCAPE '\'`,
		order:   `p.surnames COLLATE NOCASE, p.given_names COLLATE NOCASE, p.id`,
	},
	app.ListInsured: {
		columns: `coalesce((SELECT x.given_names || ' ' || x.surnames FROM participants x WHERE x.dni = p.dni AND x.intervention = p.intervention LIMIT 1), '') AS name,
			0 AS cupo, y.number AS policy, p.from_on AS "from", p.to_on AS "to"`,
		from: ` FROM insured_persons p JOIN insurance_policies y ON y.id = p.insurance_policy`,
		name: `EXISTS (SELECT 1 FROM participants x WHERE x.dni = p.dni AND x.intervention = p.intervention
			AND x.given_names || ' ' || x.surnames LIKE {:name} ESCAPE '\')`,
		order: `y.number, p.id`,
	},
}

const peopleWork = ` JOIN interventions i ON i.id = p.intervention JOIN uts t ON t.id = i.ut LEFT JOIN convenios c ON c.intervention = i.id`

// People implements app.PersonalBook.
func (b *Book) People(q app.PersonalQuery) ([]app.Enrolled, int64, error) {
	list := peopleOf[q.List]
	params, where := dbx.Params{}, []string{"1 = 1"}
	add := func(value, name, condition string) {
		if value != "" {
			params[name] = value
			where = append(where, condition)
		}
	}
	add(q.Intervention, "work", `p.intervention = {:work}`)
	add(q.UT, "ut", `i.ut = {:ut}`)
	add(q.DNI, "dni", `p.dni = {:dni}`)
	if q.Name != "" {
		add(sqlite.LikePattern(q.Name), "name", list.name)
	}
	source := list.from + peopleWork + ` WHERE ` + strings.Join(where, " AND ")
	var total int64
	db := b.app.ConcurrentDB()
	if err := db.NewQuery(`SELECT count(*)` + source).Bind(params).Row(&total); err != nil {
		return nil, 0, err
	}
	params["n"], params["o"] = q.Limit, q.Offset
	var out []app.Enrolled
	err := db.NewQuery(`SELECT p.id, p.dni, p.intervention, i.name AS intervention_name, i.ut, t.name AS utname, coalesce(c.code, '') AS convenio_code, ` +
		list.columns + source + ` ORDER BY ` + list.order + ` LIMIT {:n} OFFSET {:o}`).Bind(params).All(&out)
	return out, total, err
}

// identities say what of a row tells who somebody is, by collection: of every kind
// with a personal field. Where the row has no name or birth date of its own they are
// those of the work's roster.
var identities = func() map[string]string {
	out := map[string]string{"conflicts": conflictIdentity()}
	for _, t := range records.All {
		for _, dni := range t.Fields {
			if dni.Personal() {
				name := `coalesce(x.given_names || ' ' || x.surnames, '')`
				if own := nameOf(t, "p"); own != "" {
					name = own
				}
				out[t.Name] = `SELECT ` + name + ` AS name, p.` + dni.Name + ` AS dni, '' AS other_dni, coalesce(x.birth_date, '') AS birth_date, p.intervention, i.ut
					FROM ` + t.Name + ` p JOIN interventions i ON i.id = p.intervention
					LEFT JOIN participants x ON x.dni = p.` + dni.Name + ` AND x.intervention = p.intervention
					WHERE p.id = {:id} ORDER BY x.id = p.id DESC LIMIT 1`
			}
		}
	}
	return out
}()

// nameOf is the name that rows of a kind have themselves, "" for none.
func nameOf(t *record.Type, alias string) string {
	if t.Field("given_names") == nil || t.Field("surnames") == nil {
		return ""
	}
	return alias + `.given_names || ' ' || ` + alias + `.surnames`
}

// conflictIdentity: both values of a conflict about a personal field.
func conflictIdentity() string {
	var fields []string
	for _, t := range records.All {
		for _, f := range t.Fields {
			if f.Personal() {
				fields = append(fields, f.Name)
			}
		}
	}
	return `SELECT '' AS name, coalesce(json_extract(v.value, '$.mine'), '') AS dni, coalesce(json_extract(v.value, '$.theirs'), '') AS other_dni,
		'' AS birth_date, p.intervention, i.ut FROM conflicts p JOIN interventions i ON i.id = p.intervention, json_each(p."values") v
		WHERE p.id = {:id} AND json_extract(v.value, '$.field') IN ` + store.Among(fields)
}

// Identity implements app.PersonalBook.
func (b *Book) Identity(collection, record string) (app.Identity, bool, error) {
	query, known := identities[collection]
	if !known {
		return app.Identity{}, false, nil
	}
	var rows []app.Identity
	err := b.app.ConcurrentDB().NewQuery(query).Bind(dbx.Params{"id": record}).All(&rows)
	if err != nil || len(rows) == 0 {
		return app.Identity{}, false, err
	}
	return rows[0], true, nil
}

type accessRow struct {
	app.AccessEntry
	Detail, Created, Updated string
}

// accesses are the entries about personal data. Those of a person are his own
// and those of lists and visits of his works.
const accesses = ` FROM audit a LEFT JOIN users u ON u.id = a.actor LEFT JOIN interventions i ON i.id = json_extract(a.detail, '$.intervention')
	WHERE a.action IN ('read_personal', 'reveal_personal') AND ({:actor} = '' OR a.actor = {:actor})
	AND ({:person} = '' OR a.record = {:person}
		OR EXISTS (SELECT 1 FROM json_each(a.detail, '$.people') e WHERE e.value = {:person})
		OR json_extract(a.detail, '$.people') IS NULL AND a.action = 'read_personal' AND json_extract(a.detail, '$.intervention') IN
			(SELECT intervention FROM participants WHERE id = {:person} UNION ALL SELECT intervention FROM insured_persons WHERE id = {:person}))`

// whoOf is the name of the person an entry is about, of kinds whose rows have one.
var whoOf = func() string {
	out := "CASE a.collection"
	for _, t := range records.All {
		if name := nameOf(t, "w"); name != "" {
			out += ` WHEN '` + t.Name + `' THEN (SELECT ` + name + ` FROM ` + t.Name + ` w WHERE w.id = a.record)`
		}
	}
	return out + " END"
}()

// Assigned implements app.PersonalBook.
func (b *Book) Assigned(user, intervention string) (bool, error) {
	var n int
	err := b.app.ConcurrentDB().NewQuery(`SELECT count(*) FROM assignments
		WHERE user = {:u} AND intervention = {:i} AND from_on <= {:d} AND (to_on = '' OR to_on >= {:d})`).
		Bind(dbx.Params{"u": user, "i": intervention, "d": string(day.Of(b.engine.Now()))}).Row(&n)
	return n > 0, err
}

// Accesses implements app.PersonalBook.
func (b *Book) Accesses(q app.AccessQuery) ([]app.AccessEntry, int64, error) {
	db, params := b.app.ConcurrentDB(), dbx.Params{"actor": q.Actor, "person": q.Person}
	var total int64
	if err := db.NewQuery(`SELECT count(*)` + accesses).Bind(params).Row(&total); err != nil {
		return nil, 0, err
	}
	params["n"], params["o"] = q.Limit, q.Offset
	var rows []accessRow
	err := db.NewQuery(`SELECT a.actor, coalesce(u.name, '') AS actor_name, coalesce(u.role, '') AS actor_role, a.action, a.collection, a.record, a.detail,
		coalesce(i.name, '') AS intervention_name, coalesce(` + whoOf + `, '') AS person, a.created, a.updated` +
		accesses + ` ORDER BY a.updated DESC, a.id LIMIT {:n} OFFSET {:o}`).Bind(params).All(&rows)
	if err != nil {
		return nil, 0, err
	}
	out := make([]app.AccessEntry, len(rows))
	for i, r := range rows {
		detail := struct {
			app.SightDetail
			Times int `json:"times"`
		}{}
		if err := json.Unmarshal([]byte(r.Detail), &detail); err != nil {
			return nil, 0, err
		}
		out[i] = r.AccessEntry
		out[i].Detail, out[i].Times = detail.SightDetail, detail.Times
		out[i].FirstAt, out[i].LastAt = store.ParsePB(r.Created), store.ParsePB(r.Updated)
	}
	return out, total, nil
}
