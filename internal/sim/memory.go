package main

import (
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	cachedPages = 4096
	// A page of 4 KiB and what SQLite notes beside it.
	cachedPage = 4096 + 512
)

// keepPages gives SQLite one block for its page cache, before the first
// connection. Else every page read is mapped from the system and given back
// after the transaction, which was a third of a run.
func keepPages() error {
	tls := libc.NewTLS()
	defer tls.Close()
	block := libc.Xmalloc(tls, types.Size_t(cachedPages*cachedPage))
	args := libc.Xmalloc(tls, types.Size_t(3*unsafe.Sizeof(uintptr(0))))
	if block == 0 || args == 0 {
		return errors.New("no memory for the page cache")
	}
	defer libc.Xfree(tls, args)
	list := libc.VaList(args, block, int32(cachedPage), int32(cachedPages))
	if code := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_PAGECACHE, list); code != sqlite3.SQLITE_OK {
		return fmt.Errorf("SQLite does not take the page cache: code %d", code)
	}
	return nil
}
