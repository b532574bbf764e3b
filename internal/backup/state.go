package backup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/gofrs/flock"
)

const (
	serverLock = "server.lock"
	backupLock = "backup.lock"
	lastResult = "last-backup.json"
	halfway    = "restore-in-progress"
	prefix     = "chaski-"
)

var errLocked = errors.New("locked")

// lock takes a lock that ends with the process, however it ends.
func lock(dir, name string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Join(dir, Own), 0o700); err != nil {
		return nil, err
	}
	l := flock.New(filepath.Join(dir, Own, name), flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errLocked
	}
	return func() { _ = l.Unlock() }, nil
}

// ErrServed says that a server works on the directory.
var ErrServed = errors.New("un servidor está usando esta carpeta; deténgalo primero")

// ErrHalfway says that a restore was cut short between its renames.
var ErrHalfway = errors.New("una restauración quedó a medias en esta carpeta; repita chaski restore con --replace")

// Serve marks the directory as served until release is called or the process
// ends. It answers ErrServed if another server has it, and ErrHalfway if what is
// in it is neither the old data nor the restored.
func Serve(dir string) (release func(), err error) {
	release, err = lock(dir, serverLock)
	if errors.Is(err, errLocked) {
		return nil, ErrServed
	}
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, Own, halfway)); err == nil {
		release()
		return nil, ErrHalfway
	}
	return release, nil
}

// Served says whether a server works on the directory. It changes nothing.
func Served(dir string) bool {
	file := filepath.Join(dir, Own, serverLock)
	if _, err := os.Stat(file); err != nil {
		return false
	}
	l := flock.New(file, flock.SetFlag(os.O_RDONLY))
	free, err := l.TryLock()
	if free {
		_ = l.Unlock()
	}
	return err == nil && !free
}

// remember keeps the result for Last.
func remember(dir string, r Result) error {
	body, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, Own, lastResult)
	if err := os.WriteFile(file+".new", body, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// Last is what became of the newest backup of a data directory, whoever asked
// for it; nil if there was none.
func Last(dir string) (*Result, error) {
	body, err := os.ReadFile(filepath.Join(dir, Own, lastResult))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := new(Result)
	return r, json.Unmarshal(body, r)
}

// rotate keeps the newest archives of a directory. Only names that this package
// gives are counted or removed.
func rotate(dir string, keep int) (removed []string, err error) {
	if keep <= 0 {
		return nil, nil
	}
	found, err := filepath.Glob(filepath.Join(dir, prefix+"????????-??????"+Suffix))
	if err != nil {
		return nil, err
	}
	sort.Strings(found) // the stamp sorts by time
	for len(found) > keep {
		old := found[0]
		found = found[1:]
		if err := os.Remove(old); err != nil {
			return removed, err
		}
		if err := os.Remove(old + ".json"); err != nil && !errors.Is(err, os.ErrNotExist) {
			return removed, err
		}
		removed = append(removed, old)
	}
	return removed, nil
}

// integrity asks SQLite about every database of a copy that nobody else uses.
func integrity(ctx context.Context, dir string, check Check) error {
	pragma := `PRAGMA integrity_check`
	if check == CheckQuick {
		pragma = `PRAGMA quick_check`
	}
	for _, name := range []string{dataDB, auxiliaryDB} {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) && name == auxiliaryDB {
			continue
		}
		if err := sound(ctx, file, pragma); err != nil {
			return fmt.Errorf("%s está dañada: %w", name, err)
		}
	}
	return nil
}

func sound(ctx context.Context, file, pragma string) (err error) {
	db, err := sql.Open("sqlite", file+"?_pragma=query_only(1)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, pragma)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var said []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		said = append(said, line)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(said) != 1 || said[0] != "ok" {
		return errors.New(strings.Join(said, "; "))
	}
	return nil
}
