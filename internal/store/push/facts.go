package push

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/device"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/replication"
	"chaski/internal/store"
	"chaski/internal/store/review"
	"chaski/internal/store/sqlite"
)

// readers read facts of a kind, with one query for many.
var readers = map[string]func(o *outbound, in string, ids []string) error{
	string(app.OfDevice):    (*outbound).readDevices,
	string(app.OfStored):    (*outbound).readStored,
	string(app.OfCounter):   (*outbound).readCounters,
	string(app.OfFates):     (*outbound).readFates,
	string(app.OfWork):      (*outbound).readWorks,
	string(app.OfTenures):   (*outbound).readTenures,
	string(app.OfExecution): (*outbound).readExecution,
	string(app.OfParent):    (*outbound).readParents,
	string(app.OfRoster):    (*outbound).readRosters,
	string(app.OfTaken):     (*outbound).readTaken,
	string(app.OfPresent):   (*outbound).readPresent,
	string(app.OfChecklist): (*outbound).readChecklists,
	string(app.OfThere):     (*outbound).readThere,
	string(app.OfKeyed):     (*outbound).readKeyed,
	string(app.OfBytes):     (*outbound).readBytes,
}

// Load implements app.Outbound.
func (o *outbound) Load(ask app.Ask) (app.Facts, error) {
	var order []app.FactsOf
	unknown := map[app.FactsOf][]string{}
	for _, f := range ask.Facts {
		if o.facts[f.FactsOf] == nil {
			o.facts[f.FactsOf] = map[string]any{}
		}
		if _, known := o.facts[f.FactsOf][f.ID]; known {
			continue
		}
		o.facts[f.FactsOf][f.ID] = nil // unless it is found
		if unknown[f.FactsOf] == nil {
			order = append(order, f.FactsOf)
		}
		unknown[f.FactsOf] = append(unknown[f.FactsOf], f.ID)
	}
	for _, of := range order {
		if err := readers[of.Kind](o, of.In, unknown[of]); err != nil {
			return o.facts, err
		}
	}
	for _, collection := range slices.Sorted(maps.Keys(ask.Made)) {
		o.world.Prepare(records.Find(collection), ask.Made[collection])
	}
	return o.facts, o.world.Err
}

// among selects the rows in which what ends the SQL is one of ids.
func (o *outbound) among(sql string, ids []string, params dbx.Params) *dbx.Query {
	return o.db.NewQuery(sql + ` IN (SELECT value FROM json_each({:ids}))`).Bind(dbx.Params{"ids": sqlite.JSONList(ids)}).Bind(params)
}

func (o *outbound) column(sql string, ids []string, params dbx.Params) (out []string, err error) {
	err = o.among(sql, ids, params).Column(&out)
	return out, err
}

func (o *outbound) readDevices(user string, ids []string) error {
	for _, id := range ids {
		states, err := sqlite.Column(o.db, `SELECT state FROM devices WHERE id = {:d} AND user = {:u}`, dbx.Params{"d": id, "u": user})
		if err != nil {
			return err
		}
		for _, s := range states {
			app.Learn(o.facts, app.OfDevice, user, id, &app.DeviceStanding{Revoked: device.State(s).Stands() != nil})
		}
	}
	return nil
}

func (o *outbound) readStored(_ string, ids []string) error {
	if err := concludeIf(o, o.judged.ids, ids); err != nil {
		return err
	}
	var rows []struct {
		ID         string `db:"id"`
		Hash       string `db:"hash"`
		User       string `db:"user"`
		Collection string `db:"collection"`
		Record     string `db:"record"`
		Outcome    string `db:"outcome"`
		Bases      string `db:"bases"`
	}
	if err := o.among(`SELECT id, hash, user, collection, record, outcome, bases FROM sync_mutations WHERE id`, ids, nil).All(&rows); err != nil {
		return err
	}
	for _, r := range rows {
		s := app.Stored{Hash: r.Hash, User: r.User, Collection: r.Collection, Record: r.Record}
		if err := json.Unmarshal([]byte(r.Outcome), &s.Outcome); err != nil {
			return err
		}
		if r.Bases != "" {
			if err := json.Unmarshal([]byte(r.Bases), &s.After); err != nil {
				return err
			}
		} else if s.Outcome.Status == app.Applied { // it created the record
			s.After = replication.Bases{Default: s.Outcome.Rev}
		}
		app.Learn(o.facts, app.OfStored, "", r.ID, &s)
	}
	return nil
}

// counterKey is a number that a device gave to a mutation.
type counterKey struct{ device, counter string }

func (o *outbound) readCounters(device string, counters []string) error {
	asked := make([]counterKey, len(counters))
	for i, c := range counters {
		asked[i] = counterKey{device, c}
	}
	if err := concludeIf(o, o.judged.counters, asked); err != nil {
		return err
	}
	taken, err := o.column(`SELECT counter FROM sync_mutations WHERE device = {:d} AND counter`, counters, dbx.Params{"d": device})
	for _, c := range taken {
		app.Learn(o.facts, app.OfCounter, device, c, true)
	}
	return err
}

func (o *outbound) readFates(collection string, ids []string) error {
	asked := make([]store.Key, len(ids))
	for i, id := range ids {
		asked[i] = store.Key{collection, id}
	}
	if err := concludeIf(o, o.judged.records, asked); err != nil {
		return err
	}
	var rows []struct {
		Record string `db:"record"`
		User   string `db:"user"`
		Status string `db:"status"`
		Waits  bool   `db:"waits"`
	}
	err := o.rows(&rows, `SELECT record, user, status, `+waits+` AS waits FROM sync_mutations WHERE collection = {:c} AND record IN (SELECT value FROM json_each({:ids}))
		ORDER BY status = 'parked' DESC, seq DESC, counter DESC`, dbx.Params{"c": collection, "ids": sqlite.JSONList(ids)})
	fates := map[string][]app.Fate{}
	for _, r := range rows {
		fates[r.Record] = append(fates[r.Record], app.Fate{User: r.User, Status: r.Status, Waits: r.Waits})
	}
	for id, of := range fates {
		app.Learn(o.facts, app.OfFates, collection, id, of)
	}
	return err
}

func (o *outbound) readWorks(_ string, ids []string) error {
	works, err := review.FindWorks(o.db, ids)
	for i := range works {
		app.Learn(o.facts, app.OfWork, "", works[i].ID, &works[i])
	}
	return err
}

func (o *outbound) readTenures(user string, days []string) error {
	for _, d := range days {
		var rows []struct {
			Intervention string `db:"intervention"`
			From         string `db:"from_on"`
			To           string `db:"to_on"`
		}
		if err := o.rows(&rows, `SELECT intervention, from_on, to_on FROM assignments WHERE user = {:u} AND from_on <= {:d}`,
			dbx.Params{"u": user, "d": d}); err != nil {
			return err
		}
		tenures := make(map[string]app.Tenure, len(rows))
		for _, r := range rows {
			tenure := max(tenures[r.Intervention], app.Ended)
			if day.Day(d).Within(day.Day(r.From), day.Day(r.To)) {
				tenure = app.Now
			}
			tenures[r.Intervention] = tenure
		}
		app.Learn(o.facts, app.OfTenures, user, d, tenures)
	}
	return nil
}

func (o *outbound) readExecution(entity string, works []string) error {
	var rows []struct {
		Work  string `db:"work"`
		State string `db:"state"`
	}
	err := o.among(`SELECT i.id AS work, i.state FROM convenios c JOIN interventions i ON i.id = c.intervention
		WHERE c.executor = {:e} AND c.intervention`, works, dbx.Params{"e": entity}).All(&rows)
	for _, r := range rows {
		tenure := app.Now
		if slices.Contains(store.EndedStates, r.State) {
			tenure = app.Ended
		}
		app.Learn(o.facts, app.OfExecution, entity, r.Work, tenure)
	}
	return err
}

// readParents reads records that others belong to: of which work, whose, and what
// the rules of their kind ask. Who made one is a field of it, or remembered with it.
func (o *outbound) readParents(collection string, ids []string) error {
	t := records.Find(collection)
	if t == nil {
		return nil
	}
	var rows []struct {
		ID        string `db:"id"`
		Work      string `db:"work"`
		Maker     string `db:"maker"`
		Unmade    bool   `db:"unmade"`
		Headcount int64  `db:"headcount"`
	}
	maker, unmade, headcount := `coalesce(s.made_by, '')`, `0`, `0`
	if t.Stamps.Maker != "" {
		maker = `p.` + t.Stamps.Maker
	}
	hidden := t.Hidden()
	if hidden.Field != "" {
		unmade = `p.` + hidden.Field + ` = {:hidden}`
	}
	if t.Field("headcount") != nil {
		headcount = `CAST(p.headcount AS INTEGER)`
	}
	err := o.among(`SELECT p.id, p.intervention AS work, `+maker+` AS maker, `+unmade+` AS unmade, `+headcount+` AS headcount
		FROM `+collection+` p LEFT JOIN sync_rows s ON s.collection = {:c} AND s.record = p.id WHERE p.id`,
		ids, dbx.Params{"c": collection, "hidden": hidden.Value}).All(&rows)
	for _, r := range rows {
		app.Learn(o.facts, app.OfParent, collection, r.ID, &app.Parent{Work: r.Work, Maker: r.Maker, Unmade: r.Unmade, Headcount: r.Headcount})
	}
	return err
}

func (o *outbound) readRosters(_ string, ids []string) error {
	var rows []struct {
		ID           string `db:"id"`
		Intervention string `db:"intervention"`
	}
	err := o.among(`SELECT id, intervention FROM participants WHERE id`, ids, nil).All(&rows)
	for _, r := range rows {
		app.Learn(o.facts, app.OfRoster, "", r.ID, r.Intervention)
	}
	return err
}

// readTaken reads what the records of some rows say in a field. It is asked before
// one of them is written, so that none of those gathered is missing.
func (o *outbound) readTaken(in string, of []string) error {
	collection, field, _ := strings.Cut(in, ".")
	constraints := records.Find(collection).Constraints
	c := constraints[slices.IndexFunc(constraints, func(c record.Constraint) bool { return c.Rule == record.UniqueIn && c.Field == field })]
	taken := make(map[string]map[string]bool, len(of))
	for _, id := range of {
		taken[id] = map[string]bool{}
		app.Learn(o.facts, app.OfTaken, in, id, taken[id])
	}
	var rows []struct {
		Of    string `db:"of"`
		Value string `db:"value"`
	}
	err := o.among(`SELECT `+c.In+` AS "of", `+c.Field+` AS value FROM `+collection+` WHERE `+c.In, of, nil).All(&rows)
	for _, r := range rows {
		taken[r.Of][r.Value] = true
	}
	return err
}

func (o *outbound) readPresent(_ string, visits []string) error {
	marked, err := o.column(`SELECT visit FROM visit_marks WHERE mark = 'presente' AND visit`, visits, nil)
	present := map[string]int64{}
	for _, v := range marked {
		present[v]++
	}
	for v, n := range present {
		app.Learn(o.facts, app.OfPresent, "", v, n)
	}
	return err
}

func (o *outbound) readChecklists(key string, versions []string) error {
	there, err := o.column(`SELECT version FROM checklists WHERE key = {:k} AND version`, versions, dbx.Params{"k": key})
	for _, v := range there {
		app.Learn(o.facts, app.OfChecklist, key, v, true)
	}
	return err
}

func (o *outbound) readThere(collection string, ids []string) error {
	there, err := o.column(`SELECT id FROM `+collection+` WHERE id`, ids, nil)
	for _, id := range there {
		app.Learn(o.facts, app.OfThere, collection, id, true)
	}
	return err
}

// readKeyed reads which records have a key. The rows of the works are asked for first,
// which have an index; the whole key tells among them.
func (o *outbound) readKeyed(collection string, keys []string) error {
	works := make([]string, len(keys))
	for i, key := range keys {
		works[i], _, _ = strings.Cut(key, " ")
	}
	key := records.Find(collection).Key
	var rows []struct {
		ID  string `db:"id"`
		Key string `db:"key"`
	}
	err := o.among(`SELECT id, `+strings.Join(key, ` || ' ' || `)+` AS key FROM `+collection+`
		WHERE `+key[0]+` IN (SELECT value FROM json_each({:works})) AND `+strings.Join(key, ` || ' ' || `), keys,
		dbx.Params{"works": sqlite.JSONList(works)}).All(&rows)
	for _, r := range rows {
		app.Learn(o.facts, app.OfKeyed, collection, r.Key, r.ID)
	}
	return err
}

// readBytes reads what was brought for records before they were there.
func (o *outbound) readBytes(collection string, ids []string) error {
	came, err := store.BytesOf(o.db, collection, ids)
	for id, of := range came {
		app.Learn(o.facts, app.OfBytes, collection, id, of)
	}
	return err
}
