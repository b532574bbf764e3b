package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/server"
)

// disk stands between the app and its data database, at the driver: it counts
// what is written, takes the picture of the directory that a crash would leave,
// lets somebody else write in the middle of a read, and plants faulty SQL. The
// app is the product's own and knows nothing of it.
type disk struct {
	dir   string
	opens int // PocketBase opens the pool for reading first, then the one connection that writes
	plant *plant
	// synced: every commit is on the disk when it is answered.
	synced bool

	// crashAt is the event of the write connection before which the machine
	// stops, 0 for none. Events are statements and commits, counted from arm.
	crashAt, events int
	power           bool   // power is lost, not only the process
	image           string // where the picture goes
	crashed         bool
	commits         int // before the crash

	// intrude runs once, before the statement intrudeAt of the next read transaction.
	intrude   func()
	intrudeAt int
	reads     int
}

// errStopped unwinds whatever the app was doing when its machine stopped.
var errStopped = errors.New("the machine stopped")

// arm says where the machine stops next; at 0 it does not.
func (d *disk) arm(at int, power bool, image string) {
	d.crashAt, d.power, d.image = at, power, image
	d.events, d.crashed, d.commits = 0, false, 0
}

// stop takes the picture: from here on nothing the app does matters.
func (d *disk) stop() error {
	d.crashed = true
	return d.picture(d.image, d.power)
}

// connect implements core.DBConnectFunc.
func (d *disk) connect(path string) (*dbx.DB, error) {
	plain, err := server.Connect(path)
	if err != nil {
		return nil, err
	}
	sqlite := plain.DB().Driver()
	if err := plain.Close(); err != nil {
		return nil, err
	}
	c := &connector{driver: sqlite, source: d.plant.source(server.DataSource(path)), disk: d}
	if strings.HasSuffix(path, "data.db") {
		d.opens++
		c.reads, c.writes = d.opens == 1, d.opens == 2
	}
	return dbx.NewFromDB(sql.OpenDB(c), "sqlite"), nil
}

type connector struct {
	driver        driver.Driver
	source        string
	disk          *disk
	reads, writes bool // neither: PocketBase's own second database
}

func (c *connector) Driver() driver.Driver { return c.driver }

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.driver.Open(c.source)
	if err != nil {
		return nil, err
	}
	full, ok := inner.(sqliteConn)
	if !ok {
		return nil, errors.New("the SQLite driver lacks a method that is passed through")
	}
	if c.writes {
		c.disk.synced, err = isSynced(full)
	}
	return &conn{sqliteConn: full, connector: c}, err
}

// isSynced says whether the log is synced at every commit: then, and only then,
// a commit survives the loss of power.
func isSynced(c driver.QueryerContext) (bool, error) {
	rows, err := c.QueryContext(context.Background(), `PRAGMA synchronous`, nil)
	if err != nil {
		return false, err
	}
	level := make([]driver.Value, 1)
	err = rows.Next(level)
	return level[0] == int64(2), errors.Join(err, rows.Close())
}

// sqliteConn is what database/sql uses of the driver's connection.
type sqliteConn interface {
	driver.Conn
	driver.Pinger
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.SessionResetter
	driver.Validator
}

type conn struct {
	sqliteConn
	*connector
	inTx     bool
	prepared statements
}

func (c *conn) Close() error {
	c.prepared.close()
	return c.sqliteConn.Close()
}

// run executes a statement once it is past the gate.
func (c *conn) run(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.prepared.take(ctx, c.sqliteConn, query)
	if err != nil {
		return nil, err
	}
	res, err := s.(driver.StmtExecContext).ExecContext(ctx, args)
	return res, errors.Join(err, c.prepared.give(query, s))
}

func (c *conn) look(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.prepared.take(ctx, c.sqliteConn, query)
	if err != nil {
		return nil, err
	}
	found, err := s.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &rows{sqliteRows: found.(sqliteRows), done: func() error { return c.prepared.give(query, s) }}, nil
}

// before is every statement's gate.
func (c *conn) before(query string, args []driver.NamedValue) (string, []driver.NamedValue, error) {
	d := c.disk
	if c.reads && c.inTx {
		d.reads++
		if do := d.intrude; do != nil && d.reads >= d.intrudeAt {
			d.intrude = nil
			do()
		}
	}
	if c.writes {
		if err := d.event(); err != nil {
			return query, args, err
		}
	}
	if c.reads || c.writes {
		query, args = d.plant.rewrite(query, args)
	}
	return query, args, nil
}

// event counts one step of the write connection, or stops the machine before it.
func (d *disk) event() error {
	if d.crashed {
		return errStopped
	}
	if d.events++; d.crashAt > 0 && d.events >= d.crashAt {
		return errors.Join(errStopped, d.stop())
	}
	return nil
}

func (c *conn) wrote(err error) {
	if err == nil && c.writes && !c.inTx && !c.disk.crashed {
		c.disk.commits++
	}
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	query, args, err := c.before(query, args)
	if err != nil {
		return nil, err
	}
	if query == "" { // a plant swallowed it
		return driver.RowsAffected(1), nil
	}
	res, err := c.run(ctx, query, args)
	c.wrote(err)
	return res, err
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	query, args, err := c.before(query, args)
	if err != nil {
		return nil, err
	}
	return c.look(ctx, query, args)
}

// PrepareContext prepares nothing yet: each run of the statement goes through
// the gate like any other.
func (c *conn) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	return &stmt{conn: c, query: query}, nil
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

type stmt struct {
	conn  *conn
	query string
}

func (s *stmt) Close() error  { return nil }
func (s *stmt) NumInput() int { return -1 }

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.ExecContext(ctx, s.query, args)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.query, args)
}

// Exec and Query are of the interface; database/sql never calls them here.
func (s *stmt) Exec([]driver.Value) (driver.Result, error) { return nil, errors.ErrUnsupported }
func (s *stmt) Query([]driver.Value) (driver.Rows, error)  { return nil, errors.ErrUnsupported }

func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if c.writes && c.disk.crashed {
		return nil, errStopped
	}
	if c.reads {
		c.disk.reads = 0
	}
	if c.reads && c.disk.plant.splitReads {
		c.inTx = true
		return &tx{inner: noTx{}, conn: c}, nil
	}
	inner, err := c.sqliteConn.BeginTx(ctx, opts)
	c.inTx = err == nil
	return &tx{inner: inner, conn: c}, err
}

// noTx is the planted one: it holds nothing together.
type noTx struct{}

func (noTx) Commit() error   { return nil }
func (noTx) Rollback() error { return nil }

type tx struct {
	inner driver.Tx
	conn  *conn
}

// Commit is an event of its own: the machine may stop just before it, and the
// next event is after it.
func (t *tx) Commit() error {
	c := t.conn
	c.inTx = false
	if !c.writes {
		return t.inner.Commit()
	}
	if err := c.disk.event(); err != nil {
		return errors.Join(err, t.inner.Rollback())
	}
	err := t.inner.Commit()
	c.wrote(err)
	return err
}

func (t *tx) Rollback() error {
	t.conn.inTx = false
	return t.inner.Rollback()
}
