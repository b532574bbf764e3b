// Command goclient is a second client of Chaski's sync, written from docs/protocol.md and docs/openapi.yaml alone.
// `goclient -email rosa@example.org 3 5` puts two visits to works of hers into the outbox, with 3 and 5 workers present,
// and syncs until all is sent and read. SQL takes the answers apart. What fails ends the attempt; the next goes on from
// what is stored.
package main

import (
	"cmp"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"encoding/json/jsontext"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// One file: the replica (bucket, member, stored), the outbox, and where the device stands. A transaction covers them all.
const schema = `
CREATE TABLE IF NOT EXISTS device (install, id, last DEFAULT 0, cursor, marks DEFAULT '[]', today, healed);
CREATE TABLE IF NOT EXISTS bucket (handle INTEGER PRIMARY KEY, name, reconcile DEFAULT 0);
CREATE TABLE IF NOT EXISTS member (b INTEGER, c, id, PRIMARY KEY (b, c, id));
CREATE TABLE IF NOT EXISTS stored (c, id, rev, data, PRIMARY KEY (c, id));
CREATE TABLE IF NOT EXISTS outbox (counter INTEGER PRIMARY KEY, collection, record, fields, at, status DEFAULT 'pending', outcome,
	id DEFAULT (printf('%08x-%04x-7%03x-8%03x-%012x', unixepoch('subsec') * 1000 >> 16, unixepoch('subsec') * 1000 & 65535,
		random() & 4095, random() & 4095, random() & 0xffffffffffff)));
CREATE TEMP TABLE listed (c, id, rev, digest, asked DEFAULT 0);
CREATE TEMP VIEW digests AS SELECT c, id, rev, printf('%016x', hash(canonical(data))) AS digest FROM stored;
CREATE TEMP VIEW terms AS SELECT b, hash(concat_ws(char(10), name, c, id, rev, digest)) AS t
	FROM member JOIN digests USING (c, id) JOIN bucket ON handle = b;
CREATE TEMP VIEW works AS SELECT i.id AS work, v.data->>'code' AS code, today FROM device, stored a JOIN stored i ON i.id = a.data->>'intervention'
	JOIN stored v ON v.data->>'intervention' = i.id WHERE a.c = 'assignments' AND i.c = 'interventions' AND v.c = 'convenios' AND today BETWEEN
	max(a.data->>'from_on', i.data->>'starts_on') AND min(coalesce(nullif(a.data->>'to_on', ''), '9999'), coalesce(nullif(i.data->>'ends_on', ''), '9999'));
CREATE TEMP VIEW roster AS SELECT data->>'intervention' AS work, stored.id FROM stored, device
	WHERE c = 'participants' AND data->>'alta_on' <= today AND (data->>'baja_on' = '' OR data->>'baja_on' >= today);
INSERT INTO device (install) SELECT lower(hex(randomblob(16))) WHERE NOT EXISTS (SELECT 1 FROM device)`

// sum adds terms mod 2^64, in halves because SQLite's integers do not wrap.
const sum = `printf('%08x%08x', (sum(t>>32 & 0xffffffff) + (sum(t & 0xffffffff)>>32)) & 0xffffffff, sum(t & 0xffffffff) & 0xffffffff)`

// waits: refused, it came before what it hangs on, and is judged again when that comes (§6).
const waits, pending = `coalesce(outcome->>'$.errors[0].code', '') IN ('parent_not_found', 'record_not_found')`, `SELECT count(*) FROM outbox WHERE status = 'pending'`

// believe takes an answer's mark for those sent; after a rewind all is sent again that may be lost (protocol §4):
// not what was refused, but by a review, or because it waits.
const believe = `UPDATE device SET marks = json_array(?1->'mark');
UPDATE outbox SET status = 'pending' WHERE ?1->>'rewound' AND (status <> 'rejected' OR ` + waits + ` OR coalesce(outcome->>'reviewed', outcome->>'mutation') IS NOT NULL);`

type client struct {
	url, token string
	db         *sql.DB
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func try(step func()) (failed any) {
	defer func() { failed = recover() }()
	step()
	return nil
}

// text is the one value of a query.
func (c *client) text(query string, args ...any) (s string) {
	must(0, c.db.QueryRow(query, args...).Scan(&s))
	return s
}

// change runs statements in one transaction.
func (c *client) change(statements string, args ...any) {
	tx := must(c.db.Begin())
	defer tx.Rollback() //nolint:errcheck // nothing is left to undo after the commit
	must(tx.Exec(statements, args...))
	must(0, tx.Commit())
}

// call posts the value of a query.
func (c *client) call(path, query string, args ...any) string {
	r := must(http.NewRequest(http.MethodPost, c.url+path, strings.NewReader(c.text(query, args...))))
	r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {c.token}}
	resp := must((&http.Client{Timeout: time.Minute}).Do(r)) //nolint:bodyclose // closed in the next line
	defer resp.Body.Close()
	answer := string(must(io.ReadAll(resp.Body)))
	if resp.StatusCode >= 300 {
		seconds, _ := time.ParseDuration(resp.Header.Get("Retry-After") + "s")
		time.Sleep(seconds)
		panic(path + ": " + resp.Status + " " + answer)
	}
	return answer
}

func (c *client) register(email, password string) {
	c.token = c.text(`SELECT ?->>'token'`, c.call("/api/collections/users/auth-with-password",
		`SELECT json_object('identity', ?, 'password', ?)`, email, password))
	c.change(`UPDATE device SET id = ?1->>'device', last = max(last, ?1->>'last_counter')`,
		c.call("/api/chaski/v1/devices", `SELECT json_object('install', install) FROM device`))
}

func (c *client) push() {
	for c.text(pending) != "0" {
		a := c.call("/api/chaski/v1/sync/push", `SELECT json_object('protocol', 1, 'device', d.id, 'marks', json(marks), 'mutations',
			json_group_array(json_object('id', o.id, 'counter', counter, 'collection', collection, 'record', record, 'op', 'create',
			'fields', json(fields), 'form', 'visit/1', 'schema', 1, 'at', at))) FROM device d, (SELECT * FROM outbox WHERE status = 'pending' ORDER BY counter LIMIT 100) o`)
		fmt.Println(c.text(`SELECT coalesce(group_concat(concat_ws(' ', value->>'status', value->>'id', value->>'receipt'), char(10)), 'rewound') FROM json_each(?, '$.results')`, a))
		c.change(believe+`UPDATE device SET id = NULL, install = lower(hex(randomblob(16))) WHERE instr(?1, 'device_counter_reused'); -- a copy of another
			UPDATE outbox SET status = r.value->>'status', outcome = r.value FROM json_each(?1, '$.results') r
			WHERE outbox.id = r.value->>'id' AND NOT instr(r.value, 'device_counter_reused')`, a)
	}
}

// pull reads pages until the total agrees (§5), and repairs what differs.
func (c *client) pull() {
	for tries := 0; tries < 4; {
		a := c.call("/api/chaski/v1/sync/pull", `SELECT json_patch('{}', json_object('protocol', 1, 'schema', 2, 'device', id,
			'cursor', json(cursor), 'marks', json(marks), 'checksums', json('true'), 'report', json_object('last_heal_at', healed,
			'outbox', (`+pending+`)))) FROM device`)
		c.change(`SELECT iif(json_array_length(?1, '$.puts') = ?1->>'$.trailer.puts' AND json_array_length(?1, '$.removes') = ?1->>'$.trailer.removes', 1, json('the page is cut'));
			`+believe+`
			DELETE FROM member WHERE ?1->>'reset' OR b IN (SELECT value FROM json_each(?1, '$.drop')
				UNION SELECT value->>'handle' FROM json_each(?1, '$.enter'));
			DELETE FROM bucket WHERE ?1->>'reset' OR handle IN (SELECT value FROM json_each(?1, '$.drop'));
			REPLACE INTO bucket SELECT value->>'handle', value->>'name', 0 FROM json_each(?1, '$.enter');
			REPLACE INTO stored SELECT value->>'c', value->>'id', value->>'rev', value->'data' FROM json_each(?1, '$.puts');
			REPLACE INTO member SELECT value->>'b', value->>'c', value->>'id' FROM json_each(?1, '$.puts');
			DELETE FROM member WHERE (b, c, id) IN (SELECT value->>'b', value->>'c', value->>'id' FROM json_each(?1, '$.removes'));
			DELETE FROM stored WHERE (c, id) NOT IN (SELECT c, id FROM member);
			REPLACE INTO bucket SELECT value->>'handle', value->>'name', 1 FROM json_each(?1, '$.reconcile');
			UPDATE device SET cursor = ?1->'cursor', today = ?1->>'business_date'`, a)
		if c.text(`SELECT ?->>'$.trailer.complete'`, a) == "0" {
			continue
		}
		c.change(`UPDATE bucket SET reconcile = 1 WHERE handle NOT IN (SELECT value->>'handle' FROM json_each(?, '$.trailer.buckets')
			LEFT JOIN (SELECT b, count(*) AS n, `+sum+` AS s FROM terms GROUP BY b) ON b = value->>'handle'
			WHERE coalesce(n, 0) = value->>'count' AND coalesce(s, '0000000000000000') = value->>'sum')`, a)
		repair := strings.Fields(c.text(`SELECT coalesce(group_concat(handle, ' '), '') FROM bucket WHERE reconcile`))
		for _, handle := range repair {
			c.reconcile(must(strconv.Atoi(handle)))
		}
		if len(repair) == 0 && c.text(`SELECT `+sum+` = ?1->>'$.trailer.total' FROM terms`, a) == "1" {
			c.change(`UPDATE outbox SET status = data->>'status', outcome = data FROM stored -- not before: a rewind may have lost the review (§6)
				WHERE (outbox.status = 'parked' OR outbox.status = 'rejected' AND ` + waits + `) AND c = 'mutation_reviews' AND data->>'mutation' = outbox.id`)
			return
		}
		tries++
	}
	panic("the checksum differs")
}

// reconcile compares a bucket row by row and fetches the difference; then it stands where the digests were first read.
func (c *client) reconcile(handle int) {
	first, a := "", "{}"
	c.change(`DELETE FROM listed`)
	for first == "" || c.text(`SELECT ?->>'next'`, a) != "" {
		a = c.call("/api/chaski/v1/sync/digests", `SELECT json_object('protocol', 1, 'device', id, 'bucket', ?, 'after', coalesce(?->>'next', '')) FROM device`, handle, a)
		first = cmp.Or(first, a)
		c.change(`INSERT INTO listed (c, id, rev, digest) SELECT c.value, i.value, r.value, d.value FROM json_each(?1, '$.rows.c') c
			JOIN json_each(?1, '$.rows.id') i USING (key) JOIN json_each(?1, '$.rows.rev') r USING (key) JOIN json_each(?1, '$.rows.digest') d USING (key)`, a)
	}
	const missing = `SELECT json_group_array(json_object('c', c, 'id', id)) FROM (SELECT c, id, rev, digest FROM listed WHERE NOT asked EXCEPT SELECT * FROM digests LIMIT 500)`
	for keys := c.text(missing); keys != "[]"; keys = c.text(missing) {
		a = c.call("/api/chaski/v1/sync/rows", `SELECT json_object('protocol', 1, 'device', id, 'bucket', ?, 'keys', json(?)) FROM device`, handle, keys)
		c.change(`REPLACE INTO stored SELECT value->>'c', value->>'id', value->>'rev', value->'data' FROM json_each(?1, '$.rows');
			UPDATE listed SET asked = 1 WHERE (c, id) IN (SELECT value->>'c', value->>'id' FROM json_each(?2))`, a, keys)
	}
	c.change(`DELETE FROM member WHERE b = ?2;
		INSERT INTO member SELECT ?2, c, id FROM listed JOIN stored USING (c, id);
		DELETE FROM stored WHERE (c, id) NOT IN (SELECT c, id FROM member);
		UPDATE bucket SET reconcile = 0 WHERE handle = ?2;
		UPDATE device SET healed = strftime('%FT%TZ'), cursor = json_set(cursor, '$.at', (SELECT json_group_array(json_object(
			'buckets', json_array(h.value), 'seq', iif(h.value = ?2, ?1, g.value)->>'seq', 'nonce', iif(h.value = ?2, ?1, g.value)->>'nonce'))
			FROM json_each(cursor, '$.at') g, json_each(g.value, '$.buckets') h))`, first, handle)
}

// visit is one to a work assigned, with a mark for everyone on its roster.
func (c *client) visit(present int) {
	id := c.text(`SELECT substr(lower(hex(randomblob(8))), 2)`)
	c.change(`INSERT INTO outbox (counter, collection, record, at, fields) SELECT max(last, coalesce((SELECT max(counter) FROM outbox), 0)) + 1, 'visits', ?1, ?3, json_object(
			'intervention', work, 'convenio_code', code, 'kind', 'unannounced', 'visited_on', w.today, 'device_started_at', ?3, 'device_ended_at', ?3,
			'location_reason', 'Sin GPS en este equipo', 'headcount', min(?2, n), 'roster_size', n)
			FROM device, (SELECT *, (SELECT count(*) FROM roster WHERE roster.work = works.work) AS n FROM works ORDER BY random() LIMIT 1) w;
		INSERT INTO outbox (counter, collection, record, at, fields) SELECT counter + row_number() OVER (), 'visit_marks', substr(lower(hex(randomblob(8))), 2), ?3, json_object(
			'visit', ?1, 'participant', r.id, 'mark', iif(row_number() OVER () <= ?2, 'presente', 'no_visto'))
			FROM outbox o JOIN roster r ON r.work = o.fields->>'intervention' WHERE o.record = ?1`, id, present, time.Now().Format(time.RFC3339))
	fmt.Println(c.text(`SELECT group_concat(concat_ws(' ', 'enqueued', id, collection, record), char(10)) FROM outbox WHERE record = ?1 OR fields->>'visit' = ?1`, id))
}

func main() {
	url, email := flag.String("url", "http://127.0.0.1:8090", "the server"), flag.String("email", "", "account; password in CHASKI_PASSWORD")
	file, wait := flag.String("file", "goclient.db", "where all is kept"), flag.Duration("wait", time.Minute, "between attempts, about")
	follow := flag.Bool("follow", false, "go on when all is sent and read")
	flag.Parse()
	sqlite.MustRegisterDeterministicScalarFunction("hash", 1, func(_ *sqlite.FunctionContext, v []driver.Value) (driver.Value, error) {
		h := sha256.Sum256([]byte(fmt.Sprint(v[0])))
		return int64(binary.BigEndian.Uint64(h[:8])), nil
	})
	sqlite.MustRegisterDeterministicScalarFunction("canonical", 1, func(_ *sqlite.FunctionContext, v []driver.Value) (driver.Value, error) {
		text, err := jsontext.AppendFormat(nil, []byte(fmt.Sprint(v[0])), jsontext.CanonicalizeRawInts(true), jsontext.ReorderRawObjects(true))
		return string(text), err
	})
	c := client{url: *url, db: must(sql.Open("sqlite", "file:"+*file+"?_pragma=synchronous(FULL)"))}
	c.db.SetMaxOpenConns(1)
	c.change(schema)
	for _, present := range flag.Args() {
		c.visit(must(strconv.Atoi(present)))
	}
	for ; ; time.Sleep(*wait/2 + rand.N(*wait)) {
		failed := try(func() { c.register(*email, os.Getenv("CHASKI_PASSWORD")) })
		if failed == nil {
			failed = cmp.Or(try(c.push), try(c.pull)) // neither holds the other up
		}
		if failed != nil || c.text(pending) != "0" {
			fmt.Fprintln(os.Stderr, "not synced:", failed)
			continue
		}
		fmt.Println("sincronizado")
		if !*follow {
			return
		}
	}
}
