package main

import (
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// picture copies a data directory as a crash would leave it. A killed process
// leaves its files as they are. Lost power takes what was never synced: what
// follows the last commit in the log, or all of the log if commits are not synced.
func (d *disk) picture(to string, power bool) error {
	from := d.dir
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		if strings.HasSuffix(path, "-shm") { // shared memory: gone with the process
			return nil
		}
		data, err := os.ReadFile(path) //nolint:gosec // our own directory
		if err != nil {
			return err
		}
		if power && strings.HasSuffix(path, "-wal") {
			data = torn(data, d.synced)
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
	return err
}

const (
	walHeader   = 32
	frameHeader = 24
)

// torn keeps the log up to its last commit and leaves half a frame of rubbish
// after it, as a write that was under way when the power went.
func torn(log []byte, synced bool) []byte {
	if len(log) < walHeader || !synced {
		return nil
	}
	size := int(binary.BigEndian.Uint32(log[8:12]))
	salt := string(log[16:24])
	end := walHeader
	for at := walHeader; at+frameHeader+size <= len(log); at += frameHeader + size {
		frame := log[at:]
		if string(frame[8:16]) != salt { // of an earlier round of the log
			break
		}
		if binary.BigEndian.Uint32(frame[4:8]) != 0 { // a commit
			end = at + frameHeader + size
		}
	}
	out := append([]byte(nil), log[:end]...)
	for n := range frameHeader + size/2 {
		out = append(out, byte(n*37))
	}
	return out
}
