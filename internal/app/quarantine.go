package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// What a scanner said of a file.
const (
	ScanNone   = "none" // there is no scanner
	ScanClean  = "clean"
	ScanFound  = "found"
	ScanSilent = "silent" // it did not answer: asked again until it does
	ScanLimit  = "limit"  // larger than it takes
)

// Why a file is in quarantine; what an inspection could not read adds its own.
const (
	QuarantineVirus  = "virus"
	QuarantineSilent = "scanner_silent"
	QuarantineLimit  = "scanner_limit"
)

// ErrScanLimit is answered by a scanner for what is larger than it takes.
var ErrScanLimit = errors.New("larger than the scanner takes")

// Scanner looks for viruses. A scanner that does not answer is an error, never a
// clean file.
type Scanner interface {
	// Scan answers the name of what was found, "" for nothing.
	Scan(ctx context.Context, r io.Reader) (string, error)
	// Version answers who scans and with what, or why it cannot be asked.
	Version(ctx context.Context) (string, error)
}

// Scanned is what is known of a content.
type Scanned struct {
	Scan       string
	Quarantine string // why it waits, "" for not
	Finding    string // the scanner's name for what it found; while it is silent, what else the file waits for
}

// Heard says whether a scanner said anything.
func (s Scanned) Heard() bool {
	return s.Scan == ScanClean || s.Scan == ScanFound || s.Scan == ScanLimit
}

// Scan asks a scanner, nil for none. held says what the inspection could not read.
func Scan(ctx context.Context, s Scanner, r io.Reader, held string) Scanned {
	if s == nil {
		return Scanned{Scan: ScanNone, Quarantine: held}
	}
	found, err := s.Scan(ctx, r)
	switch {
	case errors.Is(err, ErrScanLimit):
		return Scanned{Scan: ScanLimit, Quarantine: QuarantineLimit}
	case err != nil:
		return Scanned{Scan: ScanSilent, Quarantine: QuarantineSilent, Finding: held}
	case found != "":
		return Scanned{Scan: ScanFound, Quarantine: QuarantineVirus, Finding: found}
	}
	return Scanned{Scan: ScanClean, Quarantine: held}
}

const minReason = 10

// CheckReason is what a person gives as the reason of an act.
func CheckReason(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n < minReason:
		return "", fault.New(fault.TooShort, "reason").With("min", fmt.Sprint(minReason))
	case n > maxText:
		return "", fault.New(fault.TooLong, "reason").With("max", fmt.Sprint(maxText))
	}
	return text, nil
}

// Quarantined is a file that waits in quarantine, whatever kind of record it is of.
type Quarantined struct {
	Collection, Record string
	User, UserName     string // whose it is
	Name               string // as it was called where it was chosen; "" for many a photograph
	Size               int64  // bytes
	CapturedAt         string // instant, by the phone's clock
	Since              string // instant
	Quarantine         string // why
	Finding            string // see Scanned
	Visit              string // that it belongs to; "" for none
	Parked             bool   // its record waits for review
	Mutation           string // that brought the record, where it is parked
	Replaced           bool   // another took its place: nobody waits for it
	Work               Work   // without its dates
}

// QuarantinePage is how many of them one answer carries.
const QuarantinePage = 50

// Quarantine answers a page of the files in quarantine within the actor's reach, those
// first that wait for longest, and how many there are.
func (f *Files) Quarantine(a actor.Actor, offset int) ([]Quarantined, int64, error) {
	all, err := f.quarantined(a)
	all = slices.DeleteFunc(all, func(q Quarantined) bool { return q.Replaced })
	from := min(max(offset, 0), len(all))
	return all[from:min(from+QuarantinePage, len(all))], int64(len(all)), err
}

func (f *Files) quarantined(a actor.Actor) ([]Quarantined, error) {
	ut, err := reach(a, actor.ReleaseFiles)
	if err != nil {
		return nil, err
	}
	all, err := f.Book.Quarantined()
	if err != nil {
		return nil, err
	}
	if err := f.placed(all); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(q Quarantined) bool { return ut != "" && q.Work.UT != ut }), nil
}

// placed says of files whose record is parked what work they are of.
func (f *Files) placed(all []Quarantined) error {
	if !slices.ContainsFunc(all, func(q Quarantined) bool { return q.Parked }) {
		return nil
	}
	parked, err := f.Review.Parked()
	for i, q := range all {
		for _, m := range parked {
			if q.Parked && m.Mutation.Op == "create" && m.Mutation.Collection == q.Collection && m.Mutation.Record == q.Record && m.User == q.User {
				all[i].Work, all[i].Visit, all[i].Mutation = m.Intervention, m.Visit, m.Mutation.ID
			}
		}
	}
	return err
}

// Release lets a file out of quarantine, its thumbnail with it: what was brought for
// this record, not the same content of another. QuarantineOver where nothing of it waits.
func (f *Files) Release(ctx context.Context, a actor.Actor, collection, record, reason string) error {
	all, err := f.quarantined(a)
	if err != nil {
		return err
	}
	if reason, err = CheckReason(reason); err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(q Quarantined) bool { return q.Collection == collection && q.Record == record })
	if i >= 0 {
		return f.Book.Release(ctx, all[i], a.User, reason)
	}
	if kindOfFiles(collection) != nil {
		x, found, err := f.Book.Facts(collection, record)
		if err != nil {
			return err
		}
		if found && reaches(a, x.UT) {
			return fault.New(fault.QuarantineOver, "record")
		}
	}
	return fault.New(fault.NotFound, "record")
}
