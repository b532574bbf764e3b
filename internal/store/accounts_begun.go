package store

import (
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/rendicion"
	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// accounts gives the works among the dirty rows that have ended their rendición, and
// every rendición all its lines, and answers what it made. Who has no signal can state
// an amount then: the row is there, and two people never make it twice.
func (d *drain) accounts(keys []Key) ([]Key, error) {
	dirty := map[string][]string{}
	for _, k := range keys {
		dirty[k.Collection] = append(dirty[k.Collection], k.Record)
	}
	var out []Key
	for ids := range slices.Chunk(dirty["interventions"], sqlite.Chunk) {
		begun, err := d.begun(ids)
		if err != nil {
			return nil, err
		}
		for _, k := range begun {
			out = append(out, k)
			dirty["rendiciones"] = append(dirty["rendiciones"], k.Record)
		}
	}
	for ids := range slices.Chunk(dirty["rendiciones"], sqlite.Chunk) {
		made, err := d.allLines(ids)
		if err != nil {
			return nil, err
		}
		out = append(out, made...)
	}
	return out, nil
}

// begun are the rendiciones of works that have just ended.
func (d *drain) begun(works []string) ([]Key, error) {
	ended, err := sqlite.Column(d.db, `SELECT i.id FROM interventions i WHERE i.id IN (SELECT value FROM json_each({:ids}))
		AND i.state = {:ended} AND NOT EXISTS (SELECT 1 FROM rendiciones r WHERE r.intervention = i.id) ORDER BY i.id`,
		dbx.Params{"ids": sqlite.JSONList(works), "ended": rendicion.Pending.Work()})
	if err != nil {
		return nil, err
	}
	out := make([]Key, len(ended))
	for i, work := range ended {
		out[i] = Key{"rendiciones", replication.DerivedID("rendicion", work)}
		if err := d.sql.Exec(`INSERT INTO rendiciones (id, intervention, state, created, updated) VALUES ({:id}, {:work}, {:s}, {:now}, {:now})`,
			dbx.Params{"id": out[i].Record, "work": work, "s": string(rendicion.Pending), "now": PBTime(d.engine.Now())}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// allLines makes the lines that rendiciones lack, with nothing stated.
func (d *drain) allLines(ids []string) ([]Key, error) {
	var lacks []struct {
		ID   string `db:"id"`
		Work string `db:"work"`
		Kind string `db:"kind"`
	}
	words := make([]string, len(rendicion.Lines))
	for i, l := range rendicion.Lines {
		words[i] = string(l)
	}
	err := d.db.NewQuery(`SELECT r.id, r.intervention AS work, k.value AS kind FROM rendiciones r JOIN json_each({:kinds}) k
		WHERE r.id IN (SELECT value FROM json_each({:ids})) AND r.intervention <> '' AND NOT EXISTS (SELECT 1 FROM rendicion_lines l WHERE l.rendicion = r.id AND l.kind = k.value)
		ORDER BY r.id, k.key`).Bind(dbx.Params{"ids": sqlite.JSONList(ids), "kinds": sqlite.JSONList(words)}).All(&lacks)
	if err != nil {
		return nil, err
	}
	out := make([]Key, len(lacks))
	for i, l := range lacks {
		out[i] = Key{"rendicion_lines", LineID(l.ID, rendicion.Line(l.Kind))}
		if err := d.sql.Exec(`INSERT INTO rendicion_lines (id, rendicion, intervention, kind, created, updated) VALUES ({:id}, {:r}, {:work}, {:k}, {:now}, {:now})`,
			dbx.Params{"id": out[i].Record, "r": l.ID, "work": l.Work, "k": l.Kind, "now": PBTime(d.engine.Now())}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// LineID is the id of a line of a rendición.
func LineID(of string, l rendicion.Line) string {
	return replication.DerivedID("rendicion_line "+string(l), of)
}

// Transferred to a convenio is what the figures count, in SQL.
func Transferred(convenio string) string {
	return `(SELECT coalesce(sum(p.amount), 0) FROM transfers t JOIN progress_contributions p
		ON p.source_collection = 'transfers' AND p.source_record = t.id WHERE t.convenio = ` + convenio + `)`
}

// rests are the kinds of record on which it rests what was transferred to be rendered.
var rests = map[string]bool{"rendiciones": true, "convenios": true, "transfers": true, "resolutions": true}

// accrue tells the rendiciones what was transferred, by the figures as they are now:
// phones hold no transfers.
func (d *drain) accrue(changes []change) error {
	if !slices.ContainsFunc(slices.Concat(changes, d.flipped), func(ch change) bool { return rests[ch.key.Collection] }) {
		return nil
	}
	var moved []struct {
		ID  string `db:"id"`
		Now int64  `db:"now"`
	}
	err := d.db.NewQuery(`SELECT r.id, ` + Transferred("c.id") + ` AS now FROM rendiciones r JOIN convenios c ON c.intervention = r.intervention
		WHERE r.accrued <> ` + Transferred("c.id") + ` ORDER BY r.id`).All(&moved)
	if err != nil || len(moved) == 0 {
		return err
	}
	keys := make([]Key, len(moved))
	for i, m := range moved {
		keys[i] = Key{"rendiciones", m.ID}
		if err := d.sql.Exec(`UPDATE rendiciones SET accrued = {:now} WHERE id = {:id}`, dbx.Params{"now": m.Now, "id": m.ID}); err != nil {
			return err
		}
	}
	told, err := d.remember(keys)
	if err != nil {
		return err
	}
	if err := d.replace(told); err != nil {
		return err
	}
	return d.sql.Exec(`DELETE FROM dirty`, nil)
}
