package sqlite

import (
	"syscall"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/tools/router"

	"chaski/internal/domain/fault"
)

func init() { fault.Recognise(recognise) }

// SQLite's result codes, https://www.sqlite.org/rescode.html.
const (
	sqliteBusy     = 5 // held by another program for longer than SQLite and PocketBase wait
	sqliteLocked   = 6
	sqliteReadonly = 8
	sqliteIOErr    = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteNotADB   = 26
)

// ioErrors are SQLite's extended codes of failed input and output. A quota and a
// limit of file size come as SQLITE_IOERR_WRITE, a full disk that was found late
// as one of the others.
var ioErrors = map[int]fault.Code{
	sqliteIOErr | 1<<8:  fault.DataDamaged, // READ
	sqliteIOErr | 2<<8:  fault.DataDamaged, // SHORT_READ: the file is cut
	sqliteIOErr | 3<<8:  fault.StorageFull, // WRITE
	sqliteIOErr | 4<<8:  fault.StorageFull, // FSYNC
	sqliteIOErr | 5<<8:  fault.StorageFull, // DIR_FSYNC
	sqliteIOErr | 6<<8:  fault.StorageFull, // TRUNCATE
	sqliteIOErr | 18<<8: fault.StorageFull, // SHMOPEN
	sqliteIOErr | 19<<8: fault.StorageFull, // SHMSIZE
	sqliteIOErr | 21<<8: fault.StorageFull, // SHMMAP
	sqliteIOErr | 32<<8: fault.DataDamaged, // DATA
	sqliteIOErr | 33<<8: fault.DataDamaged, // CORRUPTFS
}

// OutOfOrder says that the disk or another program and not a push is to blame.
func OutOfOrder(err error) bool {
	f := fault.Of(err)
	return f.Ours() && f.Code != fault.Internal
}

// recognise knows a disk that takes nothing more, a damaged database and one that
// somebody else holds, in whatever they were wrapped on the way.
func recognise(err error) fault.Code {
	if err == nil {
		return ""
	}
	if code := ofCause(err); code != "" {
		return code
	}
	for _, inner := range wrapped(err) {
		if code := recognise(inner); code != "" {
			return code
		}
	}
	return ""
}

func ofCause(err error) fault.Code {
	switch cause := err.(type) { //nolint:errorlint // recognise unwraps
	case syscall.Errno:
		switch cause {
		case syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS:
			return fault.StorageFull
		}
	case interface{ Code() int }: // SQLite's
		switch code := cause.Code(); code & 0xff {
		case sqliteFull, sqliteReadonly:
			return fault.StorageFull
		case sqliteBusy, sqliteLocked:
			return fault.DataBusy
		case sqliteCorrupt, sqliteNotADB:
			return fault.DataDamaged
		case sqliteIOErr:
			return ioErrors[code]
		}
	}
	return ""
}

// wrapped are the errors inside one. dbx, the validation of PocketBase and its
// API errors keep theirs where errors.As does not look.
func wrapped(err error) []error {
	var out []error
	switch e := err.(type) { //nolint:errorlint // one layer at a time
	case dbx.Errors:
		return e
	case validation.Errors:
		for _, inner := range e {
			out = append(out, inner)
		}
	case validation.InternalError:
		out = append(out, e.InternalError())
	case *router.ApiError:
		if inner, is := e.RawData().(error); is {
			out = append(out, inner)
		}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	case interface{ Unwrap() error }:
		out = append(out, e.Unwrap())
	}
	return out
}
