package app

import (
	"fmt"
	"slices"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
)

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

// former is what is in force again once f is taken back; "" where nothing is, or where
// its bytes came another way meanwhile.
func (x *Rendicion) former(f RendicionDocument) string {
	i := slices.IndexFunc(x.Documents, func(d RendicionDocument) bool { return d.SupersededBy == f.ID && d.ID != f.ID })
	if i < 0 || slices.ContainsFunc(x.inForce(), func(d RendicionDocument) bool { return d.ID != f.ID && d.SHA256 == x.Documents[i].SHA256 }) {
		return ""
	}
	return x.Documents[i].ID
}

// takeBack withdraws a document that was never presented. It is kept, and what it had
// taken the place of is in force again: so it is the same whether the two came or not.
func takeBack(d RendicionDesk, a actor.Actor, x *Rendicion, f RendicionDocument) error {
	if err := d.Supersede(f.ID, f.ID); err != nil {
		return err
	}
	if former := x.former(f); former != "" {
		if err := d.Supersede(former, ""); err != nil {
			return err
		}
	}
	if err := d.Touch(x.ID); err != nil {
		return err
	}
	return d.Audit(a.User, "rendicion.withdraw", x.Work.ID, map[string]any{"document": f.ID, "name": f.Name, "sha256": f.SHA256})
}
