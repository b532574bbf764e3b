package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"chaski/internal/compression"
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
	var out bytes.Buffer
	if err := s.write(&out, q.Get("user"), q.Get("ut"), q.Get("since")); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	encoding := compression.Choose(r.Header.Get("Accept-Encoding"))
	if encoding != compression.Identity {
		w.Header().Set("Content-Encoding", encoding)
	}
	_, _ = w.Write(compression.Append(nil, encoding, out.Bytes())) // the client notices what is cut
}

func (s *rawServer) write(out *bytes.Buffer, user, ut, since string) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	out.WriteString(`{"rows":[`)
	first := true
	for _, h := range held {
		if err := writeRows(tx, out, h.collection, user, ut, since, &first); err != nil {
			return fmt.Errorf("%s: %w", h.collection, err)
		}
	}
	out.WriteString(`]}`)
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

func writeRows(tx *sql.Tx, out *bytes.Buffer, collection, user, ut, since string, first *bool) error {
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
			out.WriteByte(',')
		}
		*first = false
		writeRow(out, c, values)
	}
	return rows.Err()
}

func writeRow(out *bytes.Buffer, c *replication.Collection, values []sql.RawBytes) {
	out.WriteString(`{"c":"` + c.Name + `","id":"`)
	out.Write(values[0])
	out.WriteString(`","data":{`)
	for i, f := range c.Fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(`"` + f.Name + `":`)
		writeValue(out, f.Kind, values[i+1])
	}
	out.WriteString(`}}`)
}

func writeValue(out *bytes.Buffer, kind replication.Kind, v sql.RawBytes) {
	switch kind {
	case replication.Int:
		if len(v) == 0 {
			v = sql.RawBytes("0")
		}
		out.Write(v)
	case replication.Bool:
		if string(v) == "1" || string(v) == "true" {
			out.WriteString("true")
		} else {
			out.WriteString("false")
		}
	case replication.JSON:
		if len(v) == 0 {
			v = sql.RawBytes("null")
		}
		out.Write(v)
	case replication.Instant:
		writeText(out, []byte(strings.Replace(string(v), " ", "T", 1)))
	case replication.Text:
		writeText(out, v)
	}
}

// writeText is the shortest way to a JSON string; what needs escaping takes the
// long one.
func writeText(out *bytes.Buffer, v []byte) {
	for _, b := range v {
		if b < 0x20 || b == '"' || b == '\\' {
			quoted, _ := json.Marshal(string(v)) // a string always encodes
			out.Write(quoted)
			return
		}
	}
	out.WriteByte('"')
	out.Write(v)
	out.WriteByte('"')
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
