// Package catalogue keeps the dated values of an installation: territory, jurisdictions,
// holidays, parameters.
package catalogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// book implements app.CatalogueBook.
type book struct {
	engine *store.Engine
	app    core.App
}

// New keeps the catalogue in the database.
func New(e *store.Engine, a core.App) app.CatalogueBook { return &book{e, a} }

func (b *book) Today() day.Day { return b.engine.Today() }

func (b *book) Read() (out app.Catalogue, err error) {
	db := b.app.ConcurrentDB()
	for _, part := range []func(dbx.Builder, *app.Catalogue) error{readParameters, readHolidays, readDepartments, readChecklists, b.readUnits} {
		if err := part(db, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

func readParameters(db dbx.Builder, out *app.Catalogue) error {
	var rows []struct {
		app.Parameter
		Text string `db:"text"`
	}
	err := db.NewQuery(`SELECT key, value AS text, unit, valid_from, valid_to, norm, assumption FROM parameters ORDER BY key, valid_from DESC`).All(&rows)
	out.Parameters = make([]app.Parameter, len(rows))
	for i, r := range rows {
		r.Value = json.RawMessage(r.Text)
		if !json.Valid(r.Value) {
			r.Value = json.RawMessage("null") // written by hand; shown as nothing
		}
		out.Parameters[i] = r.Parameter
	}
	return err
}

func readHolidays(db dbx.Builder, out *app.Catalogue) error {
	return db.NewQuery(`SELECT day, name, norm, scope FROM holidays ORDER BY day, scope = 'national' DESC, scope`).All(&out.Holidays)
}

func readDepartments(db dbx.Builder, out *app.Catalogue) error {
	return db.NewQuery(`SELECT code, name FROM departments WHERE valid_to = '' ORDER BY code`).All(&out.Departments)
}

func readChecklists(db dbx.Builder, out *app.Catalogue) error {
	var rows []struct {
		app.Checklist
		Text     string `db:"text"`
		Pictures string `db:"pictures"`
	}
	err := db.NewQuery(`SELECT key, CAST(version AS INTEGER) AS version, title, items AS text, coalesce(shots, 'null') AS pictures, valid_from FROM checklists ORDER BY key, version DESC`).All(&rows)
	out.Checklists = make([]app.Checklist, len(rows))
	for i, r := range rows {
		if err := errors.Join(json.Unmarshal([]byte(r.Text), &r.Items), json.Unmarshal([]byte(r.Pictures), &r.Shots)); err != nil {
			return fmt.Errorf("checklist %s %d: %w", r.Key, r.Version, err)
		}
		if r.Shots == nil {
			r.Shots = []app.Shot{}
		}
		out.Checklists[i] = r.Checklist
	}
	return err
}

// serving is the unit of each district on a day: UTOfDistrict for all at once.
const serving = `SELECT district, ut FROM (SELECT district, ut, row_number() OVER (PARTITION BY district ORDER BY valid_from DESC) AS n
	FROM jurisdictions WHERE valid_from <= {:d} AND (valid_to = '' OR valid_to >= {:d})) WHERE n = 1`

func (b *book) readUnits(db dbx.Builder, out *app.Catalogue) error {
	return db.NewQuery(`SELECT u.code, u.name, u.note, u.assumption, count(s.district) AS districts
		FROM uts u LEFT JOIN (` + serving + `) s ON s.ut = u.id GROUP BY u.id ORDER BY u.code`).
		Bind(dbx.Params{"d": string(b.Today())}).All(&out.Units)
}

func (b *book) Districts(q app.DistrictQuery) ([]app.District, int64, error) {
	db := b.app.ConcurrentDB()
	where, params := `1 = 1`, dbx.Params{"d": string(b.Today()), "limit": q.Limit, "offset": q.Offset}
	if text := strings.TrimSpace(q.Text); text != "" {
		where += ` AND (d.ubigeo LIKE {:prefix} ESCAPE '\' OR d.name || ' ' || d.province || ' ' || d.department LIKE {:text} ESCAPE '\')`
		text = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
		params["prefix"], params["text"] = text+"%", "%"+text+"%"
	}
	if q.UT != "" {
		where += ` AND d.id IN (SELECT district FROM (` + serving + `) WHERE ut = (SELECT id FROM uts WHERE code = {:ut}))`
		params["ut"] = q.UT
	}
	var total int64
	if err := db.NewQuery(`SELECT count(*) FROM districts d WHERE ` + where).Bind(params).Row(&total); err != nil {
		return nil, 0, err
	}
	var rows []struct {
		ID string `db:"id"`
		app.District
	}
	if err := db.NewQuery(`SELECT d.id, d.ubigeo, d.name, d.province, d.department, d.valid_from, d.valid_to, d.assumption, d.note
		FROM districts d WHERE ` + where + ` ORDER BY d.ubigeo, d.valid_from LIMIT {:limit} OFFSET {:offset}`).Bind(params).All(&rows); err != nil {
		return nil, 0, err
	}
	out, at := make([]app.District, len(rows)), make(map[string]*app.District, len(rows))
	ids := make([]string, len(rows))
	for i, r := range rows {
		out[i], ids[i], at[r.ID] = r.District, r.ID, &out[i]
		out[i].Jurisdictions = []app.Jurisdiction{}
	}
	return out, total, readJurisdictions(db, ids, at)
}

func readJurisdictions(db dbx.Builder, ids []string, at map[string]*app.District) error {
	var rows []struct {
		District string `db:"district"`
		app.Jurisdiction
	}
	err := db.NewQuery(`SELECT j.district, u.code AS ut, u.name AS ut_name, j.valid_from, j.valid_to, j.assumption, j.note
		FROM json_each({:ids}) x JOIN jurisdictions j ON j.district = x.value JOIN uts u ON u.id = j.ut ORDER BY j.valid_from DESC`).
		Bind(dbx.Params{"ids": sqlite.JSONList(ids)}).All(&rows)
	for _, r := range rows {
		d := at[r.District]
		d.Jurisdictions = append(d.Jurisdictions, r.Jurisdiction)
	}
	return err
}

// writing is an open transaction and the context its writes must carry.
type writing struct {
	ctx context.Context
	app core.App
}

// write adds one row and notes who did.
func (b *book) write(ctx context.Context, by, collection string, fields map[string]any, make func(writing) (ended string, err error)) error {
	return b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		w := writing{ctx, tx}
		ended, err := make(w)
		if err != nil {
			return err
		}
		id, err := add(w, collection, fields)
		if err != nil {
			return err
		}
		return store.WriteAudit(tx, store.Audit{
			Actor: by, Action: store.AuditCatalogue, Key: store.Key{collection, id}, At: b.engine.Now(),
			Detail: map[string]any{"added": fields, "ended": ended},
		})
	})
}

// AddParameter implements app.CatalogueBook.
func (b *book) AddParameter(ctx context.Context, by string, p app.Parameter) error {
	fields := map[string]any{
		"key": p.Key, "value": p.Value, "valid_from": string(p.ValidFrom), "norm": p.Norm, "assumption": p.Assumption,
	}
	return b.write(ctx, by, "parameters", fields, func(w writing) (string, error) {
		units, err := sqlite.Column(w.app.DB(), `SELECT unit FROM parameters WHERE key = {:k} ORDER BY valid_from DESC LIMIT 1`, dbx.Params{"k": p.Key})
		if err != nil {
			return "", err
		}
		fields["unit"] = strings.Join(units, "")
		to, ended, err := follow(w, dated{"parameters", "key", p.Key}, p.ValidFrom)
		fields["valid_to"] = string(to)
		return ended, err
	})
}

// AddHoliday implements app.CatalogueBook.
func (b *book) AddHoliday(ctx context.Context, by string, h app.Holiday) error {
	fields := map[string]any{"day": string(h.Day), "name": h.Name, "norm": h.Norm, "scope": h.Scope}
	return b.write(ctx, by, "holidays", fields, func(w writing) (string, error) {
		there, err := sqlite.Column(w.app.DB(), `SELECT id FROM holidays WHERE day = {:d} AND scope IN ('national', {:s})`,
			dbx.Params{"d": string(h.Day), "s": h.Scope})
		if err == nil && len(there) > 0 {
			err = fault.New(fault.DateTaken, "day").With("value", string(h.Day))
		}
		return "", err
	})
}

// AddChecklist implements app.CatalogueBook.
func (b *book) AddChecklist(ctx context.Context, by string, c app.Checklist) error {
	fields := map[string]any{"key": c.Key, "title": c.Title, "items": c.Items, "valid_from": string(c.ValidFrom)}
	return b.write(ctx, by, "checklists", fields, func(w writing) (string, error) {
		var last struct {
			Version int64   `db:"version"`
			From    day.Day `db:"valid_from"`
			Shots   string  `db:"shots"`
		}
		if err := w.app.DB().NewQuery(`SELECT CAST(coalesce(max(version), 0) AS INTEGER) AS version, coalesce(max(valid_from), '') AS valid_from,
			coalesce((SELECT shots FROM checklists WHERE key = {:k} ORDER BY version DESC LIMIT 1), 'null') AS shots
			FROM checklists WHERE key = {:k}`).Bind(dbx.Params{"k": c.Key}).One(&last); err != nil {
			return "", err
		}
		if last.Version == 0 {
			return "", fault.New(fault.NotFound, "key")
		}
		if c.ValidFrom < last.From {
			return "", fault.New(fault.DateBeforeLast, "valid_from").With("value", string(last.From))
		}
		fields["version"], fields["shots"] = last.Version+1, c.Shots
		if c.Shots == nil {
			fields["shots"] = json.RawMessage(last.Shots)
		}
		return "", nil
	})
}

// AddJurisdiction implements app.CatalogueBook.
func (b *book) AddJurisdiction(ctx context.Context, by string, j app.JurisdictionChange) error {
	fields := map[string]any{"valid_from": string(j.ValidFrom), "note": j.Note, "assumption": false}
	return b.write(ctx, by, "jurisdictions", fields, func(w writing) (string, error) {
		db := w.app.DB()
		districts, err := sqlite.Column(db, `SELECT id FROM districts WHERE ubigeo = {:u} ORDER BY valid_from DESC LIMIT 1`, dbx.Params{"u": j.Ubigeo})
		if err != nil {
			return "", err
		}
		units, err := sqlite.Column(db, `SELECT id FROM uts WHERE code = {:c}`, dbx.Params{"c": j.UT})
		switch {
		case err != nil:
			return "", err
		case len(districts) == 0:
			return "", fault.New(fault.NotFound, "ubigeo")
		case len(units) == 0:
			return "", fault.New(fault.NotFound, "ut")
		}
		now, err := UTOfDistrict(db, districts[0], j.ValidFrom)
		if err == nil && now == units[0] {
			err = fault.New(fault.UnitSame, "ut")
		}
		if err != nil {
			return "", err
		}
		fields["district"], fields["ut"] = districts[0], units[0]
		to, ended, err := follow(w, dated{"jurisdictions", "district", districts[0]}, j.ValidFrom)
		fields["valid_to"] = string(to)
		return ended, err
	})
}
