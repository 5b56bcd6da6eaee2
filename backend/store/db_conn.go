package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// Pragmas that make a commit durable are in the DSN, so that no connection can exist without them.
const (
	durable  = "_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_busy_timeout=5000&_secure_delete=FAST&_txlock=immediate"
	oneOwner = "&_mutex=no" // a conn belongs to one goroutine at a time
)

func fileURI(path string) string {
	return (&url.URL{Scheme: "file", Opaque: escapePath(path)}).String()
}

func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }

func writerDSN(path string) string {
	return fileURI(path) + "?" + durable + oneOwner
}

func readerDSN(path string) string {
	return fileURI(path) + "?mode=ro&_query_only=1&_synchronous=FULL&_foreign_keys=on&_busy_timeout=5000" + oneOwner
}

// conn is one connection with its prepared statements. One goroutine uses it at a time.
type conn struct {
	driver *sqlite3.SQLiteConn
	rebind func(string) string
	stmts  map[string]*stmt
	broken bool // its transaction could not be ended; not to be used again
}

// maxStmts bounds the statements kept by a connection. The program has far fewer texts; lists of placeholders could
// make more.
const maxStmts = 400

// stmt is a prepared statement with its reusable buffers.
type stmt struct {
	driver interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
		Readonly() bool
	}
	query     string
	writes    bool
	returning bool
	kept      bool // in conn.stmts
	in        []driver.NamedValue
	out       []driver.Value
	rows      driver.Rows // open result, nil when the statement is free
	turn      uint64      // counts results, so that a stale Row or Rows is noticed
}

func openConn(dsn string, o Options) (*conn, error) {
	dc, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, mapError(err)
	}
	c := &conn{driver: dc.(*sqlite3.SQLiteConn), rebind: o.Rebind, stmts: map[string]*stmt{}}
	for _, p := range []string{
		"PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON", "PRAGMA mmap_size = 0", "PRAGMA temp_store = MEMORY",
		fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", o.AutoCheckpoint),
	} {
		if _, err := c.driver.ExecContext(context.Background(), p, nil); err != nil {
			c.close()
			return nil, mapError(err)
		}
	}
	return c, nil
}

func (c *conn) close() error {
	for _, st := range c.stmts {
		st.free()
		st.driver.Close()
	}
	clear(c.stmts)
	return c.driver.Close()
}

// run executes a statement without arguments that gives no row: a row that nobody reads would keep it open.
func (c *conn) run(query string) error {
	st, err := c.prepare(query)
	if err != nil {
		return err
	}
	_, err = st.driver.ExecContext(context.Background(), nil)
	return err
}

// text reads the one value of a pragma or the like.
func (c *conn) text(query string) (string, error) {
	rows, err := c.texts(query)
	if err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "", fmt.Errorf("%s: no answer", query)
	}
	return rows[0], nil
}

// texts reads the first column of all rows.
func (c *conn) texts(query string) ([]string, error) {
	tx := &Tx{conn: c, ctx: context.Background(), writable: true} // a pragma that asks counts as one that sets
	defer tx.end()
	return Collect(tx.Query(tx.ctx, query), func(r *Rows) (string, error) {
		dest := make([]any, len(r.st.out))
		for i := range dest {
			dest[i] = new(any)
		}
		err := r.Scan(dest...)
		return fmt.Sprint(*dest[0].(*any)), err
	})
}

// prepare gives a free statement for the text, from the connection's own store if it can.
func (c *conn) prepare(query string) (*stmt, error) {
	old := c.stmts[query]
	if old != nil && old.rows == nil {
		return old, nil
	}

	if strings.ContainsRune(strings.TrimRight(query, "; \n\t"), ';') {
		return nil, fmt.Errorf("one statement at a time, the driver would run only the first: %s", query)
	}
	text := query
	if c.rebind != nil {
		text = c.rebind(query)
	}
	ds, err := c.driver.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, err
	}
	sd := ds.(*sqlite3.SQLiteStmt)
	st := &stmt{driver: sd, query: query, writes: !sd.Readonly()}
	st.returning = st.writes && strings.Contains(strings.ToUpper(query), "RETURNING")
	if old == nil {
		c.keep(st)
	}
	return st, nil
}

func (c *conn) keep(st *stmt) {
	if len(c.stmts) >= maxStmts {
		for q, old := range c.stmts {
			if old.rows == nil {
				old.driver.Close()
				delete(c.stmts, q)
			}
		}
	}
	st.kept = true
	c.stmts[st.query] = st
}

// free ends the open result, and the statement too when it was a second one of the same text.
func (st *stmt) free() {
	if st.rows != nil {
		st.rows.Close()
		st.rows = nil
		st.turn++
	}
	if !st.kept {
		st.driver.Close()
	}
}

// Dollar rewrites ? placeholders as $1, $2, … for PostgreSQL, leaving quoted text alone. It is a value for
// Options.Rebind.
func Dollar(query string) string {
	var b strings.Builder
	n, quote := 0, rune(0)
	for _, r := range query {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '?':
			n++
			fmt.Fprintf(&b, "$%d", n)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
