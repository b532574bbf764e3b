package backup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path"

	"modernc.org/sqlite"
)

// snapshot is one moment of a database, held by a read transaction.
type snapshot struct {
	db   *sql.DB
	conn *sql.Conn
}

// hold begins the moment. Writers are not stopped.
func hold(ctx context.Context, file string) (*snapshot, error) {
	db, err := sql.Open("sqlite", file+"?_pragma=busy_timeout(10000)&_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s := &snapshot{db, conn}
	var tables int
	if _, err := conn.ExecContext(ctx, `BEGIN`); err != nil {
		return nil, errors.Join(err, s.release())
	}
	// BEGIN alone promises nothing: the first read fixes the moment.
	if err := conn.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master`).Scan(&tables); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

func (s *snapshot) release() error {
	_, err := s.conn.ExecContext(context.Background(), `ROLLBACK`)
	return errors.Join(err, s.conn.Close(), s.db.Close())
}

// pagesAStep is how many pages are copied between two looks at the context.
const pagesAStep = 2048

// copyTo writes the moment to a new file, page by page. Inside the held
// transaction the source cannot change, so the copy never starts over.
func (s *snapshot) copyTo(ctx context.Context, file string, progress func(done, all int)) error {
	return s.conn.Raw(func(driver any) error {
		source, ok := driver.(interface {
			NewBackup(string) (*sqlite.Backup, error)
		})
		if !ok {
			return errors.New("backup: the SQLite driver has no backup interface")
		}
		// The copy is proved afterwards; until then it may be lost with the power.
		b, err := source.NewBackup(file + "?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)")
		if err != nil {
			return err
		}
		for more := true; more; {
			if err = ctx.Err(); err != nil {
				break
			}
			if more, err = b.Step(pagesAStep); err != nil {
				break
			}
			progress(b.PageCount()-b.Remaining(), b.PageCount())
		}
		return errors.Join(err, b.Finish())
	})
}

// named answers the stored files that the rows of the moment name, as paths in
// the data directory.
func (s *snapshot) named(ctx context.Context) ([]string, error) {
	fields, err := s.fileFields(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range fields {
		// One name, or a JSON list of names.
		query := fmt.Sprintf(`SELECT r.id, f.value FROM %[1]s r, json_each(
			CASE WHEN json_valid(r.%[2]s) AND json_type(r.%[2]s) = 'array' THEN r.%[2]s ELSE json_array(r.%[2]s) END) f
			WHERE coalesce(f.value, '') <> ''`, quoted(f.table), quoted(f.field))
		err := s.each(ctx, query, func(rows *sql.Rows) error {
			var record, name string
			if err := rows.Scan(&record, &name); err != nil {
				return err
			}
			out = append(out, path.Join("storage", f.collection, record, name))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", f.table, f.field, err)
		}
	}
	contents, err := s.contents(ctx)
	return append(out, contents...), err
}

// contents are those that are kept under their hash.
func (s *snapshot) contents(ctx context.Context) ([]string, error) {
	var out []string
	var there bool
	err := s.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'files')`).Scan(&there)
	if err != nil || !there { // of a version before
		return nil, err
	}
	err = s.each(ctx, `SELECT sha256 FROM files`, func(rows *sql.Rows) error {
		var sum string
		err := rows.Scan(&sum)
		out = append(out, path.Join("storage", "files", sum[:min(2, len(sum))], sum))
		return err
	})
	return out, err
}

type fileField struct{ collection, table, field string }

func (s *snapshot) fileFields(ctx context.Context) ([]fileField, error) {
	var out []fileField
	err := s.each(ctx, `SELECT c.id, c.name, json_extract(f.value, '$.name') FROM _collections c, json_each(c.fields) f
		WHERE c.type <> 'view' AND json_extract(f.value, '$.type') = 'file'`, func(rows *sql.Rows) error {
		var f fileField
		err := rows.Scan(&f.collection, &f.table, &f.field)
		out = append(out, f)
		return err
	})
	return out, err
}

// filesElsewhere says whether the settings put uploaded files into S3. Settings
// may be encrypted; then nobody can tell.
func (s *snapshot) filesElsewhere(ctx context.Context) bool {
	var raw []byte
	if err := s.conn.QueryRowContext(ctx, `SELECT value FROM _params WHERE id = 'settings'`).Scan(&raw); err != nil {
		return false
	}
	var settings struct {
		S3 struct {
			Enabled bool `json:"enabled"`
		} `json:"s3"`
	}
	return json.Unmarshal(raw, &settings) == nil && settings.S3.Enabled
}

// describe fills in what the manifest says of the moment.
func (s *snapshot) describe(ctx context.Context, m *Manifest) error {
	err := s.conn.QueryRowContext(ctx, `SELECT node, epoch, seq,
		coalesce((SELECT nonce FROM sync_commits ORDER BY seq DESC LIMIT 1), '') FROM sync_clock`).
		Scan(&m.Sync.Node, &m.Sync.Epoch, &m.Sync.Seq, &m.Sync.Nonce)
	if err != nil {
		return err
	}
	return s.each(ctx, `SELECT file FROM _migrations ORDER BY file`, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		m.Migrations = append(m.Migrations, name)
		return err
	})
}

func (s *snapshot) each(ctx context.Context, query string, row func(*sql.Rows) error) error {
	rows, err := s.conn.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func quoted(name string) string { return "`" + name + "`" }
