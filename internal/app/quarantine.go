package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// What a scanner said of a document.
const (
	ScanNone   = "none" // there is no scanner
	ScanClean  = "clean"
	ScanFound  = "found"
	ScanSilent = "silent" // it did not answer: asked again until it does
	ScanLimit  = "limit"  // larger than it takes
)

// Why a document is in quarantine; what an inspection could not read adds its own.
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

// Scanned is what is known of a document's content.
type Scanned struct {
	Scan       string
	Quarantine string // why it waits, "" for not
	Finding    string // the scanner's name for what it found; while it is silent, what else the document waits for
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

// Release implements Rendiciones.
func (u *rendiciones) Release(ctx context.Context, a actor.Actor, intervention, document, reason string) (Rendicion, error) {
	reason, err := CheckReason(reason)
	if err != nil {
		return Rendicion{}, err
	}
	may := func(x *Rendicion) bool { return judges(a, x.Work) }
	return u.write(ctx, a, intervention, may, func(d RendicionDesk, x *Rendicion) error {
		for _, f := range x.Documents {
			if f.ID != document {
				continue
			}
			if !f.InQuarantine() {
				return fault.New(fault.QuarantineOver, "document")
			}
			if err := d.Release(document, a.User, reason); err != nil {
				return err
			}
			return d.Audit(a.User, "rendicion.release", x.Work.ID, map[string]any{
				"document": document, "name": f.Name, "sha256": f.SHA256, "quarantine": f.Quarantine, "finding": f.Finding, "reason": reason,
			})
		}
		return fault.New(fault.NotFound, "document")
	})
}

// InQuarantine says that nobody may read it yet.
func (d RendicionDocument) InQuarantine() bool { return d.Quarantine != "" && d.ReleasedAt == "" }
