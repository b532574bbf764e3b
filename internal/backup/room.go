package backup

import (
	"io/fs"
	"os"
	"path/filepath"
)

// fits asks for the room of a backup before it takes any: the databases once
// more, uncompressed, beside the data; in the archive the files, which are
// compressed already, and about a third of the databases.
func (o Options) fits(archive string) error {
	if o.Room == nil {
		return nil
	}
	var databases, files int64
	for _, name := range []string{dataDB, auxiliaryDB} {
		if info, err := os.Stat(filepath.Join(o.Dir, name)); err == nil {
			databases += info.Size()
		}
	}
	err := filepath.WalkDir(filepath.Join(o.Dir, "storage"), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // what goes meanwhile takes no room
		}
		if info, err := d.Info(); err == nil {
			files += info.Size()
		}
		return nil
	})
	if err != nil {
		return err
	}
	packed, beside := files+databases/3, filepath.Dir(archive)
	if inside, err := filepath.Rel(o.Dir, beside); err == nil && filepath.IsLocal(inside) {
		return o.Room(o.Dir, databases+packed)
	}
	if err := o.Room(o.Dir, databases); err != nil {
		return err
	}
	return o.Room(beside, packed)
}
