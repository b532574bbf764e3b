package imports

import (
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"chaski/internal/app/imports"
)

// stages is where the rows of large files lie while they are planned, beside the
// data: the disk's floor is that of the data, and the machine's memory not meant.
const stages = "import_stages"

func (s *Archive) stagePath(id string) string {
	return filepath.Join(s.app.DataDir(), stages, id+".db")
}

// Stage implements imports.Long.
func (s *Archive) Stage(id, key string) (imports.Stage, error) {
	path := s.stagePath(id)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if st, err := openStage(path); err == nil {
		if was, err := st.meta("key"); err == nil && was == key && st.Whole() {
			return st, nil
		}
		_ = st.Close() // it is let go
	}
	s.Unstage(id)
	st, err := openStage(path)
	if err != nil {
		return nil, err
	}
	if err := st.begin(key); err != nil {
		_ = st.Close()
		return nil, err
	}
	return st, nil
}

// Unstage implements imports.Long.
func (s *Archive) Unstage(id string) {
	if err := os.Remove(s.stagePath(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		s.app.Logger().Warn("the rows of an import still lie on the disk", "import", id, "error", err)
	}
}

// UnstageAll lets go of what another run of the server left: it may have been cut
// short.
func (s *Archive) UnstageAll() error {
	return os.RemoveAll(filepath.Join(s.app.DataDir(), stages))
}

// stage implements imports.Stage in a database of its own. It is never flushed to
// the disk on purpose.
type stage struct {
	db     *sql.DB
	tx     *sql.Tx // while rows are added
	insert *sql.Stmt
	groups map[string]int
	sizes  []imports.Group
}

func openStage(path string) (*stage, error) {
	db, err := sql.Open("sqlite", path+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=locking_mode(EXCLUSIVE)&_pragma=cache_size(-8000)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &stage{db: db}, nil
}

func (s *stage) begin(key string) error {
	if _, err := s.db.Exec(`CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
		CREATE TABLE groups (n INTEGER PRIMARY KEY, row INTEGER NOT NULL, size INTEGER NOT NULL, writes INTEGER NOT NULL, print TEXT NOT NULL);
		CREATE TABLE rows (grp INTEGER NOT NULL, row INTEGER NOT NULL, hidden INTEGER NOT NULL, cells TEXT NOT NULL)`); err != nil {
		return err
	}
	if _, err := s.db.Exec(`INSERT INTO meta VALUES ('key', ?)`, key); err != nil {
		return err
	}
	s.groups = map[string]int{}
	var err error
	if s.tx, err = s.db.Begin(); err != nil {
		return err
	}
	s.insert, err = s.tx.Prepare(`INSERT INTO rows VALUES (?, ?, ?, ?)`)
	return err
}

func (s *stage) meta(name string) (value string, err error) {
	err = s.db.QueryRow(`SELECT value FROM meta WHERE name = ?`, name).Scan(&value)
	return value, err
}

// Whole implements imports.Stage.
func (s *stage) Whole() bool {
	if s.tx != nil {
		return false
	}
	_, err := s.meta("whole")
	return err == nil
}

// Add implements imports.Stage.
func (s *stage) Add(group string, r imports.Row) error {
	n, known := s.groups[group]
	if !known {
		n = len(s.sizes)
		s.groups[group] = n
		s.sizes = append(s.sizes, imports.Group{Row: r.Number})
	}
	s.sizes[n].Rows++
	cells, err := json.Marshal(packed(r.Cells))
	if err != nil {
		return err
	}
	_, err = s.insert.Exec(n, r.Number, r.Hidden, string(cells))
	return err
}

// packed writes cells short: the kind and the text in one. The conversion fails
// to build once a cell has more to say.
func packed(cells []imports.Cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		c := struct {
			Kind imports.CellKind
			Text string
		}(c)
		if c.Kind != imports.Empty {
			out[i] = string(rune('0'+c.Kind)) + c.Text
		}
	}
	return out
}

// Seal implements imports.Stage.
func (s *stage) Seal() error {
	insert, err := s.tx.Prepare(`INSERT INTO groups VALUES (?, ?, ?, 0, '')`)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for n, g := range s.sizes {
		if _, err := insert.Exec(n, g.Row, g.Rows); err != nil {
			return err
		}
	}
	if _, err := s.tx.Exec(`CREATE INDEX by_group ON rows (grp, row); INSERT INTO meta VALUES ('whole', '')`); err != nil {
		return err
	}
	err = s.tx.Commit()
	s.tx, s.groups, s.sizes = nil, nil, nil
	return err
}

// Groups implements imports.Stage.
func (s *stage) Groups() (out []imports.Group, err error) {
	rows, err := s.db.Query(`SELECT row, size, writes, print FROM groups ORDER BY n`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var g imports.Group
		if err := rows.Scan(&g.Row, &g.Rows, &g.Writes, &g.Print); err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, rows.Err()
}

// Rows implements imports.Stage.
func (s *stage) Rows(group int) (out []imports.Row, err error) {
	rows, err := s.db.Query(`SELECT row, hidden, cells FROM rows WHERE grp = ? ORDER BY row`, group)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r imports.Row
		var text string
		if err := rows.Scan(&r.Number, &r.Hidden, &text); err != nil {
			return nil, err
		}
		var cells []string
		if err := json.Unmarshal([]byte(text), &cells); err != nil {
			return nil, err
		}
		r.Cells = make([]imports.Cell, len(cells))
		for i, c := range cells {
			if c != "" {
				r.Cells[i] = imports.Cell{Kind: imports.CellKind(c[0] - '0'), Text: c[1:]}
			}
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Planned implements imports.Stage.
func (s *stage) Planned(groups []imports.Group, print string) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after the commit
	for n, g := range groups {
		if _, err := tx.Exec(`UPDATE groups SET writes = ?, print = ? WHERE n = ?`, g.Writes, g.Print, n); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`INSERT OR REPLACE INTO meta VALUES ('print', ?)`, print); err != nil {
		return err
	}
	return tx.Commit()
}

// Print implements imports.Stage.
func (s *stage) Print() string {
	print, err := s.meta("print")
	if err != nil {
		return ""
	}
	return print
}

// Close implements imports.Stage.
func (s *stage) Close() error {
	if s.tx != nil {
		_ = s.tx.Rollback() // what is not whole is made anew
	}
	return s.db.Close()
}
