package verify

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
)

// entry is a row's place in a bucket.
type entry struct {
	Record string `db:"record"`
	Bucket int64  `db:"bucket"`
	Hash   int64  `db:"hash"`
}

// book is a bucket as it is kept, with what its rows add up to.
type book struct {
	Handle     int64  `db:"handle"`
	Name       string `db:"name"`
	Sum        int64  `db:"sum"`
	Count      int64  `db:"count"`
	sum, count int64
}

// books are by handle.
type books map[int64]*book

func (c *checker) readBuckets() (books, error) {
	var rows []*book
	err := c.all(&rows, `SELECT handle, name, sum, count FROM sync_buckets`)
	out := books{}
	for _, b := range rows {
		out[b.Handle] = b
	}
	return out, err
}

func (c *checker) readEntries(collection string) (map[string][]entry, error) {
	var rows []entry
	err := c.db.NewQuery(`SELECT r.record, e.bucket, e.hash FROM sync_entries e JOIN sync_rows r ON r.n = e.row
		WHERE r.collection = {:c} AND e.removed = 0`).
		Bind(dbx.Params{"c": collection}).All(&rows)
	out := map[string][]entry{}
	for _, e := range rows {
		out[e.Record] = append(out[e.Record], e)
	}
	return out, err
}

// place compares the buckets a row is in with those it belongs to.
func (c *checker) place(collection, id string, was remembered, names []string, held []entry, books books) {
	belongs := map[string]bool{}
	for _, n := range names {
		belongs[n] = true
	}
	row := collection + "/" + id
	for _, e := range held {
		c.checked(CheckBuckets, 1)
		b := books[e.Bucket]
		if b == nil {
			c.differs(CheckBuckets, row, "un conjunto que existe", fmt.Sprintf("en el conjunto %d, sin nombre", e.Bucket))
			continue
		}
		hash := int64(replication.EntryHash(b.Name, collection, id, was.rev, was.digest))
		b.sum += hash
		b.count++
		if !belongs[b.Name] {
			c.differs(CheckBuckets, row, "fuera de "+b.Name, "en "+b.Name)
		} else if hash != e.Hash {
			c.differs(CheckBuckets, row, fmt.Sprintf("huella %s en %s", replication.Hex(uint64(hash)), b.Name), "huella "+replication.Hex(uint64(e.Hash)))
		}
		delete(belongs, b.Name)
	}
	for _, n := range names {
		if belongs[n] {
			c.differs(CheckBuckets, row, "en "+n, "fuera de "+n)
		}
	}
}

// orphans are places of rows that do not exist.
func (c *checker) orphans(collection string, entries map[string][]entry, books books) error {
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		for _, e := range entries[id] {
			name := fmt.Sprintf("el conjunto %d", e.Bucket)
			if b := books[e.Bucket]; b != nil {
				name = b.Name
			}
			c.differs(CheckBuckets, collection+"/"+id, "fuera de "+name, "en "+name)
		}
	}
	return nil
}

// newest: a pull skips a bucket that has not moved. Its newest entry may be a
// removal that is forgotten; then the floor has its number.
func (c *checker) newest() error {
	if err := c.count(CheckBuckets, `SELECT count(*) FROM sync_buckets`); err != nil {
		return err
	}
	var rows []struct {
		Name     string `db:"name"`
		Expected int64  `db:"expected"`
		Found    int64  `db:"found"`
	}
	err := c.all(&rows, `SELECT name, newest AS found, max(floor, (SELECT coalesce(max(seq), 0) FROM sync_entries WHERE bucket = handle)) AS expected
		FROM sync_buckets WHERE found <> expected ORDER BY handle`)
	for _, r := range rows {
		c.differs(CheckBuckets, "sync_buckets/"+r.Name, fmt.Sprintf("último cambio %d", r.Expected), fmt.Sprintf("último cambio %d", r.Found))
	}
	return err
}

// sums compares each bucket's count and checksum with its rows.
func (c *checker) sums(books books) {
	for _, h := range slices.Sorted(maps.Keys(books)) {
		if b := books[h]; b.sum != b.Sum || b.count != b.Count {
			c.differs(CheckBuckets, "sync_buckets/"+b.Name, fmt.Sprintf("%d filas, suma %s", b.count, replication.Hex(uint64(b.sum))),
				fmt.Sprintf("%d filas, suma %s", b.Count, replication.Hex(uint64(b.Sum))))
		}
	}
}
