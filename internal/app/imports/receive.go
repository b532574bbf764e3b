package imports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strconv"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// MaxPiece bounds one piece of a file that comes in pieces.
const MaxPiece = 4 << 20

// maxReceiving is how many files of a person may be on their way.
const maxReceiving = 5

// Pieces keeps files that come in pieces.
type Pieces interface {
	// Receive notes a file that is to come; the same of the same person again is
	// the one that is on its way.
	Receive(b Batch, most int) (Batch, error)
	// Pieces is where its bytes are gathered.
	Pieces(id string) (path string, err error)
	// Received makes it a file that can be looked at.
	Received(b Batch, path string) (Batch, error)
}

// Begin notes a file that will come in pieces, or finds the one that was cut off.
func (im *Importer) Begin(a actor.Actor, b Batch) (Batch, error) {
	if _, err := SpecOf(a, b.Kind); err != nil {
		return b, err
	}
	switch {
	case b.Size == 0:
		return b, fault.New(fault.ImportFileEmpty, "")
	case b.Size > MaxFile:
		return b, fault.New(fault.ImportFileTooLarge, "").With("max", strconv.Itoa(MaxFile>>20))
	}
	b.State, b.Actor, b.ActorName = Receiving, a.User, a.Name
	b, err := im.Archive.Receive(b, maxReceiving)
	if err != nil {
		return b, err
	}
	return im.reached(b)
}

// reached adds how many bytes are here.
func (im *Importer) reached(b Batch) (Batch, error) {
	if b.State != Receiving {
		return b, nil
	}
	path, err := im.Archive.Pieces(b.ID)
	if err != nil {
		return b, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return b, nil
	}
	if err == nil {
		b.Received = info.Size()
	}
	return b, err
}

// Piece takes bytes from an offset on. If that is not how far the file is, nothing
// is taken: the answer says from where to go on. With the last piece the file is
// looked at, and refused if it is not what was announced.
func (im *Importer) Piece(a actor.Actor, id string, offset int64, bytes []byte) (Batch, error) {
	b, _, err := im.Find(a, id)
	if err != nil || b.State != Receiving {
		return b, err
	}
	if b.Actor != a.User {
		return b, fault.New(fault.NotFound, "import")
	}
	im.pieces.Lock()
	defer im.pieces.Unlock()
	if b, err = im.Archive.Find(id); err != nil {
		return b, err
	}
	if b, err = im.reached(b); err != nil || b.State != Receiving || b.Received != offset {
		return b, err
	}
	path, err := im.Archive.Pieces(id)
	if err != nil {
		return b, err
	}
	bytes = bytes[:min(int64(len(bytes)), b.Size-offset)]
	if err := add(path, bytes); err != nil {
		return b, err
	}
	if b.Received += int64(len(bytes)); b.Received < b.Size {
		return b, nil
	}
	return im.whole(a, b, path)
}

func add(path string, bytes []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(bytes)
	return errors.Join(err, f.Sync(), f.Close())
}

// whole looks at a file whose last byte came. One that is refused is forgotten.
func (im *Importer) whole(a actor.Actor, b Batch, path string) (Batch, error) {
	sum, err := hashOf(path)
	if err != nil {
		return b, err
	}
	if sum != b.SHA256 {
		err = fault.New(fault.FileHashMismatch, "sha256")
	} else {
		err = im.readable(a, b.Kind, path)
	}
	if err != nil {
		if !fault.Of(err).Ours() {
			err = errors.Join(err, im.Archive.Discard(b))
		}
		return b, err
	}
	b.State = Uploaded
	return im.Archive.Received(b, path)
}

// readable looks at the beginning of a file.
func (im *Importer) readable(a actor.Actor, kind Kind, path string) error {
	spec, err := SpecOf(a, kind)
	if err != nil {
		return err
	}
	t, err := im.Opener.Open(path, Reading{}, spec.hints())
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	_, err = spec.start(t, 0, 0)
	return err
}

func hashOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
