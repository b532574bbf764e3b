package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"
)

// ErrOtherProgram says that a database is whole and not of this program.
var ErrOtherProgram = errors.New("database of another program")

// LookInto reads a database file without changing anything, neither the file nor
// what lies beside it. alone says that there is no write-ahead log and that
// nobody else has the file open. thorough reads every page.
//
// It answers ErrOtherProgram, or what SQLite found.
func LookInto(file string, alone, thorough bool) (err error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	at := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "mode=ro"}
	if alone {
		at.RawQuery += "&immutable=1" // no lock, no -shm
	}
	db, err := sql.Open("sqlite", at.String())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if thorough {
		var said string
		if err := db.QueryRow(`PRAGMA quick_check(1)`).Scan(&said); err != nil {
			return err
		}
		if said != "ok" {
			return &unsound{said}
		}
	}
	return ours(db)
}

// ours: PocketBase's tables, with nothing in them yet or with migrations of this
// program; a newer one has applied others besides.
func ours(db *sql.DB) error {
	tables, err := names(db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil || len(tables) == 0 || tables["_logs"] {
		return err // _logs: PocketBase's log, beside the data
	}
	if !tables["_migrations"] {
		return ErrOtherProgram
	}
	applied, err := names(db, `SELECT file FROM _migrations`)
	if err != nil {
		return err
	}
	for _, m := range core.AppMigrations.Items() {
		if applied[m.File] {
			return nil
		}
	}
	for _, m := range core.SystemMigrations.Items() {
		delete(applied, m.File)
	}
	if len(applied) > 0 {
		return ErrOtherProgram
	}
	return nil
}

func names(db *sql.DB, query string) (map[string]bool, error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		out[name] = true
	}
	return out, rows.Err()
}

type unsound struct{ said string }

func (u *unsound) Error() string { return fmt.Sprintf("database disk image is malformed: %s", u.said) }

// Code is SQLite's for a damaged database.
func (*unsound) Code() int { return sqliteCorrupt }
