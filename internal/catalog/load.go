package catalog

import (
	"context"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

type values = map[string]any

// InTransaction runs fn in one transaction, handing on the context its record
// writes must carry.
type InTransaction func(ctx context.Context, app core.App, fn func(context.Context, core.App) error) error

// row is one row of the catalogue. key is its name in the ledger of what was
// loaded and in the ids; natural is what makes it the same as a row that is
// there already.
type row struct {
	collection, key string
	natural         string
	fields          func(ids) values
}

// ids finds the record id of a row by collection and natural key.
type ids map[string]map[string]string

// naturals says by which column a row is recognised. A parameter, checklist or
// jurisdiction of any date stands for its key: people have set it.
var naturals = map[string]string{
	"uts": "code", "departments": "code", "provinces": "code", "districts": "ubigeo", "jurisdictions": "district",
	"holidays": "iif(scope = 'national', day, day || scope)", "parameters": "key", "checklists": "key",
}

// Load brings the rows of the catalogue that this database was never given and
// does not have, and answers how many. Each is brought once: what people changed
// or deleted since stays as they left it.
func Load(ctx context.Context, app core.App, in InTransaction) (int, error) {
	missing, err := wanted(app)
	if err != nil || len(missing) == 0 {
		return 0, err
	}
	loaded := 0
	err = in(ctx, app, func(ctx context.Context, tx core.App) error {
		l := &loading{ctx: ctx, app: tx, have: ids{}, collections: map[string]*core.Collection{}}
		if missing, err = wanted(tx); err != nil { // again, where nobody else writes
			return err
		}
		for _, r := range missing {
			if err := l.bring(r); err != nil {
				return fmt.Errorf("catalog: %s %s: %w", r.collection, r.key, err)
			}
		}
		loaded = l.loaded
		return nil
	})
	return loaded, err
}

// wanted are the rows that this database was never given.
func wanted(app core.App) ([]row, error) {
	var given []struct {
		Collection string `db:"collection"`
		Key        string `db:"key"`
	}
	if err := app.DB().NewQuery(`SELECT collection, key FROM catalog_loaded`).All(&given); err != nil {
		return nil, err
	}
	have := make(map[string]bool, len(given))
	for _, g := range given {
		have[g.Collection+" "+g.Key] = true
	}
	var out []row
	for _, r := range rows() {
		if !have[r.collection+" "+r.key] {
			out = append(out, r)
		}
	}
	return out, nil
}

type loading struct {
	ctx         context.Context
	app         core.App
	have        ids
	collections map[string]*core.Collection
	loaded      int
}

func (l *loading) bring(r row) error {
	known, err := l.known(r.collection)
	if err != nil {
		return err
	}
	if _, err := l.app.DB().Insert("catalog_loaded", dbx.Params{"collection": r.collection, "key": r.key}).Execute(); err != nil {
		return err
	}
	fields := r.fields(l.have)
	natural := r.natural
	if r.collection == "jurisdictions" {
		natural, _ = fields["district"].(string)
	}
	if known[natural] != "" {
		return nil
	}
	rec := core.NewRecord(l.collections[r.collection])
	rec.Load(fields)
	rec.Id = ID(r.collection, r.key)
	// Not validated one by one: a test validates every row, and four thousand
	// look-ups of relations would make each first start wait.
	if err := l.app.SaveNoValidateWithContext(l.ctx, rec); err != nil {
		return err
	}
	known[natural] = rec.Id
	l.loaded++
	return nil
}

// known are the rows a collection has, by natural key.
func (l *loading) known(collection string) (map[string]string, error) {
	if l.have[collection] != nil {
		return l.have[collection], nil
	}
	c, err := l.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	l.collections[collection] = c
	var there []struct {
		ID  string `db:"id"`
		Key string `db:"natural"`
	}
	if err := l.app.DB().Select("id", naturals[collection]+" AS natural").From(collection).All(&there); err != nil {
		return nil, err
	}
	l.have[collection] = make(map[string]string, len(there))
	for _, t := range there {
		l.have[collection][t.Key] = t.ID
	}
	return l.have[collection], nil
}

// rows lists the catalogue, what is referred to first.
func rows() []row {
	var out []row
	add := func(collection, key string, fields func(ids) values) {
		out = append(out, row{collection, key, key, fields})
	}
	plain := func(v values) func(ids) values { return func(ids) values { return v } }
	for _, u := range Units() {
		add("uts", u.Code, plain(values{"code": u.Code, "name": u.Name, "assumption": true, "note": u.Note}))
	}
	for _, d := range Departments() {
		add("departments", d.Code, plain(values{"code": d.Code, "name": d.Name, "valid_from": string(From)}))
	}
	for _, p := range Provinces() {
		add("provinces", p.Code, func(have ids) values {
			return values{"code": p.Code, "name": p.Name, "department": have["departments"][p.Code[:2]], "valid_from": string(From)}
		})
	}
	for _, d := range Districts() {
		add("districts", d.Ubigeo, plain(values{
			"ubigeo": d.Ubigeo, "name": d.Name, "province": d.Province, "department": d.Department,
			"valid_from": string(d.ValidFrom), "valid_to": string(d.ValidTo), "assumption": d.Assumption, "note": d.Note,
		}))
	}
	for _, d := range Districts() {
		add("jurisdictions", d.Ubigeo, func(have ids) values {
			return values{
				"district": have["districts"][d.Ubigeo], "ut": have["uts"][d.UT],
				"valid_from": string(d.ValidFrom), "valid_to": string(d.ValidTo), "assumption": true, "note": "Ámbito inicial, por confirmar.",
			}
		})
	}
	for _, h := range Holidays() {
		add("holidays", string(h.Day), plain(values{"day": string(h.Day), "name": h.Name, "norm": h.Norm, "scope": "national"}))
	}
	for _, p := range Parameters() {
		add("parameters", p.Key, plain(values{
			"key": p.Key, "value": p.Value, "unit": p.Unit, "valid_from": string(From), "norm": p.Norm, "assumption": p.Assumption,
		}))
	}
	for _, c := range Checklists() {
		r := row{"checklists", fmt.Sprintf("%s %d", c.Key, c.Version), c.Key, plain(values{
			"key": c.Key, "version": c.Version, "title": c.Title, "items": c.Items, "shots": c.Shots, "valid_from": string(From),
		})}
		out = append(out, r)
	}
	return out
}
