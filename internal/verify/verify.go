// Package verify proves the figures and the sync ledger by doing the work again
// in another way: with SQL of its own over the base tables, never through the
// functions or queries of internal/store that keep them. What it finds different
// it names, row by row. Of the sync rules it uses the pure ones (where a row
// belongs, canonical form, digest), on rows that it read itself.
package verify

import (
	"errors"
	"fmt"
	"io"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/day"
)

// The checks, by the name they have in the report.
const (
	CheckUnattributed  = "unattributed"  // rows changed past the application
	CheckTriggers      = "triggers"      // the triggers that see such changes
	CheckContributions = "contributions" // what each row adds to a figure
	CheckPeople        = "people"        // who took part in each exercise
	CheckDisputed      = "disputed"      // the days of which it is not known what holds
	CheckPostings      = "postings"      // the entries by which it got there
	CheckCells         = "cells"         // the figures
	CheckGroups        = "groups"        // persons and works by kind, from which they are counted
	CheckKept          = "kept"          // the counts that are not made again
	CheckRows          = "rows"          // what sync remembers of each row
	CheckBuckets       = "buckets"       // which devices hold it, and their checksums
	CheckSequence      = "sequence"      // the order of changes
	CheckMerge         = "merge"         // field revisions, conflicts, reviews
	CheckProblems      = "problems"      // rows that break a rule of their fields
	CheckListed        = "listed"        // whether exactly those are on the list of problems
	CheckValidations   = "validations"   // sheets that count, and say what was validated
	CheckCover         = "cover"         // what the insured prove, and since when that is known
	CheckFiles         = "files"         // what is kept of files: there, whole, and said where it is
)

// Checks lists them in the order in which they run.
var Checks = []string{CheckUnattributed, CheckTriggers, CheckContributions, CheckPeople, CheckDisputed, CheckPostings, CheckCells, CheckGroups, CheckKept, CheckRows, CheckBuckets, CheckSequence, CheckMerge, CheckProblems, CheckListed, CheckValidations, CheckCover, CheckFiles}

// Difference is something that is not as it should be.
type Difference struct {
	Check    string `json:"check"`
	Row      string `json:"row"` // collection/id, or what names a row of the ledger
	Expected string `json:"expected"`
	Found    string `json:"found"`
}

// Report says what was looked at and what differs. Checked has a number for
// every check: nothing checked is nothing proved.
type Report struct {
	Checked     map[string]int64 `json:"checked"`
	Differences []Difference     `json:"differences"`
}

// OK says that nothing differs.
func (r Report) OK() bool { return len(r.Differences) == 0 }

// Of counts the differences of one check.
func (r Report) Of(check string) int {
	n := 0
	for _, d := range r.Differences {
		if d.Check == check {
			n++
		}
	}
	return n
}

// ErrNoDatabase says that the directory holds no database of this application.
var ErrNoDatabase = errors.New("en esta carpeta no hay una base de Chaski; indíquela con --dir")

// Run checks everything and writes a report for people to w.
//
// Rows that wait to be taken into account were written past the application:
// they are named first; then catchUp takes them in, as it does before every pull
// and every figure, so that what is compared is what people are shown. All
// comparing is done in one read transaction, so it may run beside the server.
func Run(app core.App, catchUp func() error, w io.Writer) (Report, error) {
	c := &checker{report: Report{Checked: map[string]int64{}, Differences: []Difference{}}, today: today(app)}
	if !app.HasTable("dirty") || !app.HasTable("progress_cells") {
		return c.report, ErrNoDatabase
	}
	db, ok := app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return c.report, errors.New("verify inside a transaction")
	}
	c.db = db
	if err := c.waiting(); err != nil {
		return c.report, err
	}
	if err := catchUp(); err != nil {
		c.differs(CheckUnattributed, "dirty", "poder tomar en cuenta los cambios pendientes", err.Error())
	}
	err := db.Transactional(func(tx *dbx.Tx) error {
		c.db = tx
		if _, err := tx.NewQuery(brokenTable).Execute(); err != nil {
			return err
		}
		defer func() { _, _ = tx.NewQuery(`DROP TABLE temp.broken`).Execute() }()
		for _, check := range []func() error{c.unattributed, c.triggers, c.rules, c.contributions, c.postings, c.cells, c.groups, c.kept, c.rows, c.sequence, c.merge, c.validations, c.cover} {
			if err := check(); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		c.db = db // bytes take their time, and never change
		err = c.files(app)
	}
	if err != nil {
		return c.report, err
	}
	return c.report, c.report.Write(w)
}

// checker gathers the report.
type checker struct {
	db     dbx.Builder
	report Report
	today  day.Day
}

func (c *checker) differs(check, row, expected, found string) {
	c.report.Differences = append(c.report.Differences, Difference{check, row, expected, found})
}

func (c *checker) checked(check string, n int64) { c.report.Checked[check] += n }

func (c *checker) all(dest any, sql string) error { return c.db.NewQuery(sql).All(dest) }

// count answers one number and adds it to what was checked.
func (c *checker) count(check, sql string) error {
	var n int64
	if err := c.db.NewQuery(sql).Row(&n); err != nil {
		return fmt.Errorf("%s: %w", check, err)
	}
	c.checked(check, n)
	return nil
}
