package main

import (
	"context"
	"database/sql/driver"
)

// statements keeps what one connection has prepared, so that SQL is parsed once
// and not at every use: that was a quarter of a run. A statement in use is not
// here; one that is used twice at the same time is prepared twice.
type statements struct {
	idle map[string]driver.Stmt
}

// A world runs some hundred different statements; beyond that they are forgotten.
const keptStatements = 600

func (k *statements) take(ctx context.Context, c driver.ConnPrepareContext, query string) (driver.Stmt, error) {
	if s := k.idle[query]; s != nil {
		delete(k.idle, query)
		return s, nil
	}
	return c.PrepareContext(ctx, query)
}

func (k *statements) give(query string, s driver.Stmt) error {
	if k.idle == nil {
		k.idle = map[string]driver.Stmt{}
	}
	if k.idle[query] != nil || len(k.idle) >= keptStatements {
		return s.Close()
	}
	k.idle[query] = s
	return nil
}

func (k *statements) close() {
	for _, s := range k.idle {
		_ = s.Close() // the connection ends with them
	}
	k.idle = nil
}

// sqliteRows is what database/sql uses of the driver's rows.
type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// rows gives its statement back when it has been read.
type rows struct {
	sqliteRows
	done func() error
}

func (r *rows) Close() error {
	if err := r.sqliteRows.Close(); err != nil || r.done == nil {
		return err
	}
	done := r.done
	r.done = nil
	return done()
}
