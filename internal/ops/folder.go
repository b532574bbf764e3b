package ops

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/backup"
	"chaski/internal/domain/fault"

	"chaski/internal/store/sqlite"
)

// Use is what a command is about to do with a data directory.
type Use int

// The uses.
const (
	Read  Use = iota
	Write     // whatever changes rows
	Serve     // write, and nobody else serves
)

const (
	dataDB  = "data.db"
	auxDB   = "auxiliary.db"
	walName = "-wal"
)

// thoroughBelow is how large a database may be to be read whole before it is
// opened: some tenths of a second. Of a larger one its tables are looked at.
const thoroughBelow = 256 << 20

// ErrFolder is of every error of LookAt that says what to do.
var ErrFolder = errors.New("data directory")

// found is what LookAt found, as people read it.
type found struct {
	text  string
	cause error
}

func (f *found) Error() string { return f.text }

func (f *found) Unwrap() []error {
	if f.cause == nil {
		return []error{ErrFolder}
	}
	return []error{ErrFolder, f.cause}
}

func tell(cause error, format string, args ...any) error {
	return &found{fmt.Sprintf(format, args...), cause}
}

// LookAt looks at a data directory before a command opens it, and changes nothing
// in it: what SQLite and PocketBase would make of a wrong or damaged one is an
// empty installation in its place, or migrations in somebody else's database. It
// answers what is wrong and what to do, for people.
func LookAt(dir string, use Use) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil // it will be made
	case err == nil && !info.IsDir():
		return tell(nil, "%s es un archivo y no una carpeta: indique con --dir la carpeta de los datos", dir)
	case err != nil:
		return err
	}
	served := backup.Served(dir)
	if served && use == Serve {
		return backup.ErrServed
	}
	if use != Read {
		if err := writable(dir); err != nil {
			return err
		}
	}
	return whole(dir, served)
}

// writable answers for the directory and each of its databases.
func writable(dir string) error {
	for _, name := range []string{"", dataDB, dataDB + walName, auxDB, auxDB + walName, core.LocalStorageDirName, backup.Own} {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); err != nil {
			continue
		}
		if err := mayWrite(path); err != nil {
			return tell(err, "no se puede escribir en %s (%v): haga dueña de toda la carpeta a la cuenta que ejecuta Chaski (chown -R CUENTA %s), "+
				"o, si el disco está montado solo para lectura, revíselo (dmesg) y móntelo de nuevo", path, err, dir)
		}
	}
	return nil
}

// whole looks into the databases.
func whole(dir string, served bool) error {
	data, aux := filepath.Join(dir, dataDB), filepath.Join(dir, auxDB)
	switch info, err := os.Stat(data); {
	case errors.Is(err, os.ErrNotExist):
		if _, err := os.Stat(aux); err == nil {
			return tell(nil, "en %s falta data.db, la base con los datos, aunque está lo demás: devuélvala a su lugar o restaure un respaldo "+
				"(chaski restore ARCHIVO --dir %s --replace)", dir, dir)
		}
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return tell(nil, "%s es una carpeta y debería ser la base de datos: indique con --dir la carpeta que la contiene", data)
	}
	switch err := sound(data, served); {
	case errors.Is(err, sqlite.ErrOtherProgram):
		return tell(err, "%s es la base de datos de otro programa: indique con --dir otra carpeta; no se cambió nada", data)
	case errors.Is(err, errEmpty):
		return tell(err, "%s está vacía, como si la hubieran cortado: restaure el último respaldo bueno (chaski restore ARCHIVO --dir %s --replace); "+
			"solo si la instalación es nueva y no tenía nada, borre la carpeta", data, dir)
	case isDamage(err):
		return Damaged(dir, err)
	case errors.Is(err, os.ErrPermission):
		return tell(err, "no se puede leer %s: haga dueña de toda la carpeta a la cuenta que ejecuta Chaski (chown -R CUENTA %s)", data, dir)
	}
	if _, err := os.Stat(aux); err != nil {
		return nil
	}
	if err := sound(aux, served); isDamage(err) || errors.Is(err, errEmpty) {
		return tell(err, "%s, el registro del panel, está dañado (%v): con el servidor detenido apártelo (mv %s %s.mala) y vuelva a iniciar; se crea otro y no se pierden datos", aux, err, aux, aux)
	}
	return nil
}

// isDamage: anything else that went wrong while looking, opening will tell better.
func isDamage(err error) bool {
	return errors.Is(err, errHeader) || errors.Is(err, errWAL) || err != nil && fault.Of(err).Code == fault.DataDamaged
}

// Damaged says what to do about a damaged database.
func Damaged(dir string, cause error) error {
	return tell(cause, "la base de datos de %s está dañada (%v): no la borre, copie la carpeta entera aparte y restaure el último respaldo bueno "+
		"(chaski restore ARCHIVO --dir %s --replace)", dir, cause, dir)
}

var (
	errEmpty  = errors.New("está vacía")
	errHeader = errors.New("no empieza como una base SQLite")
	errWAL    = errors.New("su archivo -wal no es de ella")
)

// sound looks at one database, by its first bytes and then through SQLite.
func sound(file string, served bool) error {
	head, size, err := beginning(file, 100)
	switch {
	case err != nil:
		return err
	case size == 0:
		return errEmpty
	case !bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return errHeader
	}
	log, logSize, err := beginning(file+walName, 32)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if logSize > 0 && !belongs(log, head) {
		return errWAL
	}
	if served {
		return nil // it is being written to: who serves it has looked
	}
	thorough := size < thoroughBelow
	if logSize == 0 {
		return sqlite.LookInto(file, true, thorough)
	}
	return throughLog(file, thorough)
}

// belongs says whether a write-ahead log can be of the database with that head:
// SQLite takes no notice of one that is not, and with it of what was committed.
// Nothing but zeros is what a power loss leaves of one that was never used.
func belongs(log, head []byte) bool {
	if len(bytes.Trim(log, "\x00")) == 0 {
		return true
	}
	if len(log) < 32 {
		return false
	}
	magic, page := binary.BigEndian.Uint32(log), int(binary.BigEndian.Uint32(log[8:]))
	size := int(binary.BigEndian.Uint16(head[16:]))
	if size == 1 {
		size = 65536
	}
	return (magic == 0x377f0682 || magic == 0x377f0683) && page == size
}

const lookPrefix = "look-"

// throughLog looks at a database together with its write-ahead log, by a link and
// a copy in a directory of their own: to open it where it is would begin to put
// the log into it. Where that cannot be made nothing is said.
func throughLog(file string, thorough bool) error {
	own := filepath.Join(filepath.Dir(file), backup.Own)
	left, _ := filepath.Glob(filepath.Join(own, lookPrefix+"*")) // of one that was killed
	for _, d := range left {
		_ = os.RemoveAll(d)
	}
	apart, err := os.MkdirTemp(own, lookPrefix)
	if err != nil {
		return nil // opening it will tell
	}
	defer func() { _ = os.RemoveAll(apart) }()
	view := filepath.Join(apart, filepath.Base(file))
	if os.Link(file, view) != nil || copyTo(file+walName, view+walName) != nil {
		return nil
	}
	return sqlite.LookInto(view, false, thorough)
}

func copyTo(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// beginning are the first bytes of a file, and its size.
func beginning(file string, n int) (head []byte, size int64, err error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil {
		return nil, 0, err
	}
	head = make([]byte, n)
	read, err := io.ReadFull(in, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:read], info.Size(), err
}
