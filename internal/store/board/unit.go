package board

import (
	"encoding/json"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// maxUnitWorks bounds the works of one answer; a unit has some hundred.
const maxUnitWorks = 500

// unitWorks are the works of a unit. What was closed, given up or approved needs
// nobody any more.
const unitWorks = ` FROM interventions i LEFT JOIN convenios c ON c.intervention = i.id LEFT JOIN entities e ON e.id = c.executor WHERE i.ut = {:ut} `

var unfinished = ` AND i.state NOT IN ` + store.Among(jobs.Works.In(jobs.Done)) + ` `

var unitWorkColumns = `SELECT i.id, i.name, i.state, i.ut, i.starts_on, i.ends_on, coalesce(c.code, '') AS convenio_code, coalesce(e.name, '') AS executor,
	coalesce((SELECT max(v.visited_on) FROM visits v WHERE v.intervention = i.id AND v.state <> 'planificada'), '') AS last_visit_on,
	(SELECT count(*) FROM visits v WHERE v.intervention = i.id AND v.state <> 'planificada') AS visits,
	` + waitingCounts + ` AS waiting`

// waitingCounts are how many records of a work wait for somebody, by kind.
var waitingCounts = countsOf(records.All, func(t *record.Type) string {
	states := records.Waiting(t.Name)
	if len(states) == 0 || records.Seen(t.Name) == nil {
		return ""
	}
	return `x.` + t.Work() + ` = i.id AND x.state IN ` + store.Among(states)
})

// countsOf are how many rows of each kind there are under a condition, as JSON; a kind
// without one is left out.
func countsOf(kinds []*record.Type, where func(*record.Type) string) string {
	var counts []string
	for _, t := range kinds {
		if condition := where(t); condition != "" {
			counts = append(counts, `'`+t.Name+`', (SELECT count(*) FROM `+t.Name+` x WHERE `+condition+`)`)
		}
	}
	return `json_object(` + strings.Join(counts, ", ") + `)`
}

func decodeCounts(s string) map[string]int64 {
	out := map[string]int64{}
	_ = json.Unmarshal([]byte(s), &out) // SQLite made it
	return out
}

type unitWorkRow struct {
	app.UnitWork
	Waiting string
}

func (r unitWorkRow) work() app.UnitWork {
	r.UnitWork.Waiting = decodeCounts(r.Waiting)
	return r.UnitWork
}

// Unit implements app.Snapshot.
func (s *snapshot) Unit(ut string) (app.UnitView, error) {
	var u app.UnitView
	names, err := sqlite.Column(s.db, `SELECT name FROM uts WHERE id = {:ut}`, dbx.Params{"ut": ut})
	if err != nil {
		return u, err
	}
	u.Name = strings.Join(names, "")
	var rows []unitWorkRow
	err = s.all(&rows, unitWorkColumns+unitWorks+unfinished+`ORDER BY CASE i.state WHEN 'en_ejecucion' THEN 0 WHEN 'suspendida' THEN 1 ELSE 2 END, c.code, i.id
		LIMIT {:n}`, dbx.Params{"ut": ut, "n": maxUnitWorks})
	if err != nil {
		return u, err
	}
	for _, r := range rows {
		u.Works = append(u.Works, r.work())
	}
	if err := s.db.NewQuery(`SELECT count(*)` + unitWorks + unfinished).Bind(dbx.Params{"ut": ut}).Row(&u.Total); err != nil {
		return u, err
	}
	u.Phones, err = s.phonesOf(ut)
	return u, err
}

// phonesOf are the phones in use of a unit's supervisors, the longest silent first.
func (s *snapshot) phonesOf(ut string) (out []app.UnitPhone, err error) {
	err = s.all(&out, `SELECT u.name, replace(d.last_seen_at, ' ', 'T') AS last_seen_at, d.last_seen_at <= {:stale} AS stale,
			CAST(coalesce(d.outbox, 0) AS INTEGER) AS pending
		FROM devices d JOIN users u ON u.id = d.user AND u.role = 'supervisor' AND u.active AND u.ut = {:ut}
		WHERE d.state = 'activo' AND d.last_seen_at > {:unused} ORDER BY d.last_seen_at, u.name`,
		dbx.Params{"ut": ut, "stale": store.PBTime(s.now.Add(-staleAfter)), "unused": store.PBTime(s.now.Add(-unusedAfter))})
	return out, err
}

// UnitWork implements app.Snapshot.
func (s *snapshot) UnitWork(ut, intervention string) (app.UnitWork, bool, error) {
	var rows []unitWorkRow
	err := s.all(&rows, unitWorkColumns+unitWorks+`AND i.id = {:i}`, dbx.Params{"ut": ut, "i": intervention})
	if err != nil || len(rows) == 0 {
		return app.UnitWork{}, false, err
	}
	return rows[0].work(), true, nil
}

// OnRosters implements app.Snapshot.
func (s *snapshot) OnRosters(ut string) (day.Day, []app.OnRoster, error) {
	today := day.Of(s.now)
	var out []app.OnRoster
	err := s.all(&out, `SELECT p.intervention, p.dni, p.alta_on, p.baja_on, c.state AS cupo_state FROM participants p JOIN cupos c ON c.id = p.cupo
		JOIN interventions i ON i.id = p.intervention WHERE i.ut = {:ut} AND (p.baja_on = '' OR p.baja_on >= {:today})`+unfinished,
		dbx.Params{"ut": ut, "today": string(today)})
	return today, out, err
}
