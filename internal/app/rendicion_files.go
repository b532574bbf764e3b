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
	return u.mayAdd(&x, f)
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

// mayAdd: state and scope allow it, the same bytes are not there, and there is room.
func (u *rendiciones) mayAdd(x *Rendicion, f FileDescription) error {
	if !x.editable() {
		return fault.New(fault.RendicionClosed, "state")
	}
	if !x.Scope.Adds(f.Kind, f.Replaces) {
		return fault.New(fault.RendicionItemClosed, string(f.Kind)).With("item", string(f.Kind))
	}
	replaced := f.Replaces == ""
	for _, d := range x.inForce() {
		if d.SHA256 == f.SHA256 {
			return fault.New(fault.DocumentDuplicate, string(d.Kind)).With("document", string(d.Kind))
		}
		replaced = replaced || d.ID == f.Replaces && d.Kind == f.Kind
	}
	if !replaced {
		return fault.New(fault.NotFound, "replaces")
	}
	if f.Replaces == "" && len(x.inForce()) >= rendicion.MaxDocuments {
		return fault.New(fault.TooManyDocuments, "documents").With("max", fmt.Sprint(rendicion.MaxDocuments))
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
		if err := u.mayAdd(x, f.FileDescription); err != nil {
			return err
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
		if !x.editable() {
			return fault.New(fault.RendicionClosed, "state")
		}
		for _, f := range x.fresh() {
			if f.ID != document {
				continue
			}
			if err := d.Supersede(document, document); err != nil {
				return err
			}
			if err := d.Touch(x.ID); err != nil {
				return err
			}
			return d.Audit(a.User, "rendicion.withdraw", x.Work.ID, map[string]any{"document": document, "name": f.Name, "sha256": f.SHA256})
		}
		for _, f := range x.inForce() {
			if f.ID == document {
				return fault.New(fault.RendicionItemClosed, document).With("item", string(f.Kind))
			}
		}
		return fault.New(fault.NotFound, "document")
	})
}
