package app

import (
	"context"
	"fmt"
	"regexp"
	"unicode/utf8"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
)

var sha256Pattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

const maxFileName = 200

// MayUpload implements Rendiciones.
func (u *rendiciones) MayUpload(a actor.Actor, f FileDescription) error {
	x, err := u.Find(a, f.Intervention)
	if err != nil {
		return err
	}
	if !edits(a, x.Work) {
		return fault.New(fault.Forbidden, "")
	}
	if err := checkDescription(f); err != nil {
		return err
	}
	if bad := x.mayAdd(addition{f.Kind, f.Replaces, f.SHA256}); bad != nil {
		return bad
	}
	return nil
}

func checkDescription(f FileDescription) error {
	switch {
	case !f.Kind.Known():
		return fault.New(fault.InvalidValue, "kind")
	case !sha256Pattern.MatchString(f.SHA256):
		return fault.New(fault.InvalidValue, "sha256")
	case f.Name == "":
		return fault.New(fault.Required, "name")
	case utf8.RuneCountInString(f.Name) > maxFileName:
		return fault.New(fault.TooLong, "name").With("max", fmt.Sprint(maxFileName))
	case f.Size == 0:
		return fault.New(fault.FileEmpty, "size")
	case f.Size > rendicion.MaxFileBytes:
		return TooLarge()
	}
	return nil
}

// TooLarge is the fault of a file above the limit.
func TooLarge() *fault.Fault {
	return fault.New(fault.FileTooLarge, "size").With("max", fmt.Sprintf("%d MB", rendicion.MaxFileBytes>>20))
}

// addition is a document as it is added.
type addition struct {
	kind             rendicion.Document
	replaces, sha256 string
}

// mayAdd: state and scope allow it, the same bytes are not there, and there is room. Of
// a document whose bytes never came the same may be added in its place: by somebody else,
// or from another phone.
func (x *Rendicion) mayAdd(n addition) *fault.Fault {
	if !x.editable() {
		return fault.New(fault.RendicionClosed, "rendicion")
	}
	if !x.Scope.Adds(n.kind, n.replaces) {
		return fault.New(fault.RendicionItemClosed, "kind").With("item", string(n.kind))
	}
	replaced := n.replaces == ""
	for _, d := range x.inForce() {
		its := d.ID == n.replaces && d.Kind == n.kind
		if d.SHA256 == n.sha256 && (!its || !d.awaited()) {
			return fault.New(fault.DocumentDuplicate, "sha256").With("document", string(d.Kind))
		}
		replaced = replaced || its
	}
	if !replaced {
		return fault.New(fault.NotFound, "replaces")
	}
	if n.replaces == "" && len(x.inForce()) >= rendicion.MaxDocuments {
		return fault.New(fault.TooManyDocuments, "sha256").With("max", fmt.Sprint(rendicion.MaxDocuments))
	}
	return nil
}

// awaited: its bytes have not come, and may yet.
func (d RendicionDocument) awaited() bool { return d.StoredAt == "" && d.Refusal == "" }

// mayWithdraw: nothing that was ever presented is taken back, nor what another took the
// place of.
func (x *Rendicion) mayWithdraw(d RendicionDocument) *fault.Fault {
	switch {
	case !x.editable():
		return fault.New(fault.RendicionClosed, "superseded_by")
	case d.SupersededBy != "", !x.Fresh()[d.ID]:
		return fault.New(fault.RendicionItemClosed, "superseded_by").With("item", string(d.Kind))
	}
	return nil
}

// Attach implements Rendiciones.
func (u *rendiciones) Attach(ctx context.Context, a actor.Actor, f StoredFile) (RendicionDocument, error) {
	after, err := u.write(ctx, a, f.Intervention, editor(a), func(d RendicionDesk, x *Rendicion) error {
		for _, have := range x.Documents {
			if have.ID == f.Document {
				return nil // this very file, attached before
			}
		}
		if bad := x.mayAdd(addition{f.Kind, f.Replaces, f.SHA256}); bad != nil {
			return bad
		}
		if f.Replaces != "" {
			if err := d.Supersede(f.Replaces, f.Document); err != nil {
				return err
			}
		}
		if err := d.AddDocument(x.ID, f, a.User); err != nil {
			return err
		}
		if err := d.Touch(x.ID); err != nil {
			return err
		}
		return d.Audit(a.User, "rendicion.document", x.Work.ID,
			map[string]any{
				"document": f.Document, "kind": f.Kind, "name": f.Name, "sha256": f.SHA256, "replaces": f.Replaces,
				"sent_name": f.SentName, "scan": f.Scan, "quarantine": f.Quarantine, "finding": f.Finding,
			})
	})
	if err != nil {
		return RendicionDocument{}, err
	}
	for _, d := range after.Documents {
		if d.ID == f.Document {
			return d, nil
		}
	}
	return RendicionDocument{}, fault.New(fault.NotFound, "document")
}

// Withdraw implements Rendiciones.
func (u *rendiciones) Withdraw(ctx context.Context, a actor.Actor, intervention, document string) (Rendicion, error) {
	return u.write(ctx, a, intervention, editor(a), func(d RendicionDesk, x *Rendicion) error {
		for _, f := range x.Documents {
			if f.ID != document {
				continue
			}
			if bad := x.mayWithdraw(f); bad != nil {
				return bad
			}
			return takeBack(d, a, x, f)
		}
		return fault.New(fault.NotFound, "document")
	})
}

// takeBack withdraws a document that was never presented. It is kept.
func takeBack(d RendicionDesk, a actor.Actor, x *Rendicion, f RendicionDocument) error {
	if err := d.Supersede(f.ID, f.ID); err != nil {
		return err
	}
	if err := d.Touch(x.ID); err != nil {
		return err
	}
	return d.Audit(a.User, "rendicion.withdraw", x.Work.ID, map[string]any{"document": f.ID, "name": f.Name, "sha256": f.SHA256})
}
