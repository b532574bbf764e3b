package board

import (
	"encoding/json"
	"sync"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/figures"
	"chaski/internal/program"
	"chaski/internal/store"
)

// Counting an exercise looks at every person and work behind its figures. The
// counts are kept with the version of what they rest on, which every transaction
// that changes any of that raises (see restsOn); counts of another version, of
// another program or of ages on another day are not believed.
type keptCounts struct {
	version int64
	ageOn   day.Day
	rows    figures.Rows
}

func (k *keptCounts) are(version int64, ageOn day.Day) bool {
	return k != nil && k.version == version && k.ageOn == ageOn
}

// yearCounts are those of one exercise in memory. While they are counted, who
// wants the same waits for them.
type yearCounts struct {
	mu   sync.Mutex
	kept *keptCounts
}

// YearRows implements app.YearFacts. What was counted anew is kept for the next
// one once this snapshot is closed.
func (s *snapshot) YearRows(year int64, ageOn day.Day) (figures.Rows, error) {
	version, err := store.BasisOf(s.db, year)
	if err != nil {
		return figures.Rows{}, err
	}
	of, _ := s.engine.Counts.LoadOrStore(year, &yearCounts{})
	counts, _ := of.(*yearCounts)
	counts.mu.Lock()
	defer counts.mu.Unlock()
	if counts.kept.are(version, ageOn) {
		return counts.kept.rows, nil
	}
	stored, err := s.storedCounts(year)
	if err != nil {
		return figures.Rows{}, err
	}
	if !stored.are(version, ageOn) {
		rows, err := s.countYear(year, ageOn)
		if err != nil {
			return figures.Rows{}, err
		}
		stored = &keptCounts{version, ageOn, rows}
		s.toKeep = append(s.toKeep, counted{year, stored})
	}
	if counts.kept == nil || counts.kept.version <= version { // an older snapshot may come last
		counts.kept = stored
	}
	return stored.rows, nil
}

func (s *snapshot) storedCounts(year int64) (*keptCounts, error) {
	var rows []struct {
		Version int64  `db:"version"`
		AgeOn   string `db:"age_on"`
		Counts  string `db:"counts"`
	}
	err := s.all(&rows, `SELECT version, age_on, counts FROM figures_kept WHERE exercise = {:y} AND program = {:p}`,
		dbx.Params{"y": year, "p": program.ID()})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	out := &keptCounts{version: rows[0].Version, ageOn: day.Day(rows[0].AgeOn)}
	if json.Unmarshal([]byte(rows[0].Counts), &out.rows) != nil {
		return nil, nil // written by hand: count again
	}
	return out, nil
}

// counted is what a snapshot counted anew.
type counted struct {
	year int64
	*keptCounts
}

// keep stores counts, unless what they rest on moved meanwhile. Figures are right
// without: a disk that takes no writes only makes the next one count again.
func (f *boardFigures) keep(all []counted) {
	for _, c := range all {
		text, err := json.Marshal(c.rows)
		if err != nil {
			continue
		}
		_, _ = f.app.NonconcurrentDB().NewQuery(`INSERT INTO figures_kept (exercise, version, program, age_on, counts, kept_at)
			SELECT {:y}, {:v}, {:p}, {:on}, {:counts}, {:at}
			WHERE {:v} = (SELECT coalesce(sum(version), 0) FROM figures_basis WHERE exercise IN ({:y}, {:every}))
			ON CONFLICT (exercise) DO UPDATE SET version = excluded.version, program = excluded.program, age_on = excluded.age_on,
				counts = excluded.counts, kept_at = excluded.kept_at`).Bind(dbx.Params{
			"y": c.year, "v": c.version, "p": program.ID(), "on": string(c.ageOn), "counts": string(text),
			"at": f.engine.Stamp(), "every": store.EveryExercise,
		}).Execute()
	}
}
