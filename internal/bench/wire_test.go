package main

import (
	"net"
	"testing"
)

// whoLooks sees what is counted while its bytes are under way.
type whoLooks struct {
	net.Conn
	look func()
}

func (w whoLooks) Write(b []byte) (int, error) {
	w.look()
	return len(b) - 1, net.ErrClosed
}

// The answer may be read before the writer runs on; a request that was counted
// only then was told as one of no bytes.
func TestBytesAreCountedBeforeTheirAnswerCanCome(t *testing.T) {
	w := new(wire)
	c := &countedConn{wire: w, Conn: whoLooks{look: func() {
		if w.up.Load() != 4 {
			t.Errorf("%d bytes counted while four are written", w.up.Load())
		}
	}}}
	n, err := c.Write([]byte("abcd"))
	if n != 3 || err == nil || w.up.Load() != 3 {
		t.Errorf("%d written, %v, %d counted; want 3, a closed connection, 3", n, err, w.up.Load())
	}
}
