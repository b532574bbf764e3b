// Command bigfile helps to try imports of national size out: it makes a workbook
// of a CSV file, and tells whether what imports write is as it was.
package main

import (
	"bufio"
	"crypto/sha256"
	"database/sql"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"
	_ "modernc.org/sqlite" // the driver
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "xlsx":
		return workbook(args[1], args[2])
	case len(args) == 2 && args[0] == "digest":
		return digest(args[1])
	}
	return errors.New("usage: bigfile xlsx <from.csv> <to.xlsx> | bigfile digest <data directory>")
}

// workbook writes every cell of a CSV file as text.
func workbook(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	rows := csv.NewReader(bufio.NewReader(in))
	rows.Comma = ';'
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		record, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		cells := make([]any, len(record))
		for i, v := range record {
			cells[i] = v
		}
		if err := w.SetRow(fmt.Sprintf("A%d", n), cells); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.SaveAs(to)
}

// digest hashes the rows of the tables that imports write, without the time of
// the last write, and the figures.
func digest(dir string) error {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data.db")+"?mode=ro&_pragma=busy_timeout(60000)")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	sum := sha256.New()
	total := 0
	for _, table := range []string{
		"entities", "interventions", "convenios", "assignments", "cupos", "participants", "insurance_policies", "insured_persons",
		"aos", "transfers", "progress_cells", "progress_contributions",
	} {
		n, err := rowsOf(db, table, sum)
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
		total += n
	}
	fmt.Println(hex.EncodeToString(sum.Sum(nil)), total)
	return nil
}

func rowsOf(db *sql.DB, table string, out io.Writer) (n int, err error) {
	rows, err := db.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2, 3`)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	values, refs := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		refs[i] = &values[i]
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(refs...); err != nil {
			return n, err
		}
		var b strings.Builder
		for i, name := range names {
			if name != "updated" {
				fmt.Fprintf(&b, "%s=%v|", name, values[i])
			}
		}
		if _, err := fmt.Fprintln(out, table, b.String()); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}
