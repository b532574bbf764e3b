package main

import (
	"bufio"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"chaski/internal/replication"
)

// rawServer is what is left when nothing is done but the work itself: SELECT,
// encode, compress; decode, INSERT, commit. No accounts, no rules, no scope.
type rawServer struct {
	db *sql.DB
	mu sync.Mutex // one writer, as SQLite has it
}

func serveRaw(dir, addr string) error {
	// The driver and the PRAGMA of the others.
	pool, err := connectPlain(filepath.Join(dir, "data.db"))
	if err != nil {
		return err
	}
	s := &rawServer{db: pool.DB()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /rows", s.rows)
	mux.HandleFunc("POST /rows", s.insert)
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}

// rows answers all rows of a device, or those changed since a moment, as one
// JSON document.
func (s *rawServer) rows(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var out io.Writer = w
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		defer func() { _ = zip.Close() }()
		out = zip
	}
	buffered := bufio.NewWriterSize(out, 64<<10)
	defer func() { _ = buffered.Flush() }()
	if err := s.write(buffered, q.Get("user"), q.Get("ut"), q.Get("since")); err != nil {
		_, _ = fmt.Fprintf(buffered, "error: %v", err) // no JSON: the client fails
	}
}

func (s *rawServer) write(out *bufio.Writer, user, ut, since string) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	_, _ = out.WriteString(`{"rows":[`)
	first := true
	for _, h := range held {
		if err := writeRows(tx, out, h.collection, user, ut, since, &first); err != nil {
			return fmt.Errorf("%s: %w", h.collection, err)
		}
	}
	_, _ = out.WriteString(`]}`)
	return nil
}

const worksOf = `(SELECT intervention FROM assignments WHERE user = ?1)`

func rawWhere(collection string) string {
	switch {
	case ofWork(collection):
		return `intervention IN ` + worksOf
	case collection == "assignments":
		return `user = ?1`
	case collection == "uts":
		return `id = ?2`
	case collection == "districts":
		return `id IN (SELECT district FROM jurisdictions WHERE ut = ?2)`
	case collection == "interventions":
		return `ut = ?2`
	case collection == "entities":
		return `district IN (SELECT district FROM jurisdictions WHERE ut = ?2)`
	case collection == "convenios":
		return `intervention IN (SELECT id FROM interventions WHERE ut = ?2)`
	}
	return `1`
}

func writeRows(tx *sql.Tx, out *bufio.Writer, collection, user, ut, since string, first *bool) error {
	c := replication.Find(collection)
	names := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		names[i] = f.Name
	}
	query := `SELECT id, ` + strings.Join(names, ", ") + ` FROM ` + collection + ` WHERE ` + rawWhere(collection) + ` AND (?3 = '' OR updated > ?3)`
	if since != "" {
		query = strings.Replace(query, "(?3 = '' OR updated > ?3)", "updated > ?3", 1)
	}
	rows, err := tx.Query(query, user, ut, since)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	values := make([]sql.RawBytes, len(names)+1)
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if !*first {
			_ = out.WriteByte(',')
		}
		*first = false
		writeRow(out, c, values)
	}
	return rows.Err()
}

func writeRow(out *bufio.Writer, c *replication.Collection, values []sql.RawBytes) {
	_, _ = out.WriteString(`{"c":"` + c.Name + `","id":"`)
	_, _ = out.Write(values[0])
	_, _ = out.WriteString(`","data":{`)
	for i, f := range c.Fields {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		_, _ = out.WriteString(`"` + f.Name + `":`)
		writeValue(out, f.Kind, values[i+1])
	}
	_, _ = out.WriteString(`}}`)
}

func writeValue(out *bufio.Writer, kind replication.Kind, v sql.RawBytes) {
	switch kind {
	case replication.Int:
		if len(v) == 0 {
			v = sql.RawBytes("0")
		}
		_, _ = out.Write(v)
	case replication.Bool:
		if string(v) == "1" || string(v) == "true" {
			_, _ = out.WriteString("true")
		} else {
			_, _ = out.WriteString("false")
		}
	case replication.JSON:
		if len(v) == 0 {
			v = sql.RawBytes("null")
		}
		_, _ = out.Write(v)
	case replication.Instant:
		writeText(out, []byte(strings.Replace(string(v), " ", "T", 1)))
	case replication.Text:
		writeText(out, v)
	}
}

// writeText is the shortest way to a JSON string; what needs escaping takes the
// long one.
func writeText(out *bufio.Writer, v []byte) {
	for _, b := range v {
		if b < 0x20 || b == '"' || b == '\\' {
			quoted, _ := json.Marshal(string(v)) // a string always encodes
			_, _ = out.Write(quoted)
			return
		}
	}
	_ = out.WriteByte('"')
	_, _ = out.Write(v)
	_ = out.WriteByte('"')
}

// insert stores rows with prepared statements in one transaction.
func (s *rawServer) insert(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Rows []row `json:"rows"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.store(in.Rows); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = fmt.Fprintf(w, `{"stored":%d}`, len(in.Rows))
}

var insertColumns = map[string][]string{
	"visits": {
		"intervention", "convenio_code", "supervisor", "kind", "state", "visited_on", "device_started_at", "device_ended_at",
		"location_reason", "headcount", "roster_size",
	},
	"visit_marks": {"visit", "intervention", "participant", "mark", "coverage_seen"},
}

func (s *rawServer) store(rows []row) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // without effect after the commit
	now := time.Now().UTC().Format("2006-01-02 15:04:05.000Z")
	prepared := map[string]*sql.Stmt{}
	for collection, columns := range insertColumns {
		stmt, err := tx.Prepare(`INSERT INTO ` + collection + ` (id, created, updated, ` + strings.Join(columns, ", ") + `) VALUES (?, ?, ?` +
			strings.Repeat(", ?", len(columns)) + `)`)
		if err != nil {
			return err
		}
		defer func() { _ = stmt.Close() }()
		prepared[collection] = stmt
	}
	for _, r := range rows {
		columns := insertColumns[r.Collection]
		if columns == nil {
			return fmt.Errorf("unknown collection %q", r.Collection)
		}
		args := make([]any, 0, len(columns)+3)
		args = append(args, r.ID, now, now)
		for _, c := range columns {
			args = append(args, r.Fields[c])
		}
		if _, err := prepared[r.Collection].Exec(args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}
