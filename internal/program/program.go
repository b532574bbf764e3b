// Package program tells one build of this program from another.
package program

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"sync"
)

// ID is the same for every process of one executable file and another for any
// file that was built or installed anew: what one program worked out is not
// believed by a program that may work it out otherwise.
var ID = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err == nil {
		var info os.FileInfo
		if info, err = os.Stat(path); err == nil {
			return fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano())
		}
	}
	var b [8]byte // nobody else's
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
})
