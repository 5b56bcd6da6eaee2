// Package store keeps everything in one SQLite file and gives out transactions on it: Update changes rows and answers
// once they are safe on the disk, View reads one snapshot. It decides nothing about who may do what; that is portal's.
//
// All changes go through one writer, which commits the requests that wait together (each under its own savepoint), so
// that durability costs one disk flush for many of them. The rules that callers must know:
//
//   - The function given to Update runs on the writer: it must not wait for anything slow (network, password hashes)
//     and must not call Update, which would wait for itself until Options.WaitLimit.
//   - A change that is not recorded in the audit chain is refused (ErrUnrecorded).
//   - Times are stored as unix milliseconds; Tx converts time.Time both ways (the zero time is 0).
//
// The package speaks to the SQLite driver below database/sql: with prepared statements on own connections a point
// read costs two thirds of the same read through sql.Conn, and less than half once it can be cancelled.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"countersign/backend/clock"
	"countersign/shared/errs"

	"github.com/pressly/goose/v3"
)

// FileName is the database's name in its directory. Never copy it while the server runs, and never move its -wal.
const FileName = "countersign.db"

// Options say where and how to open. Only Dir is needed; a zero field means its default, a negative size switches the
// guard off.
type Options struct {
	Dir        string
	Migrations fs.FS        // *.sql for goose; default: the built-in ones, with those in Go
	ReadOnly   bool         // no writer, no lock, no migrations: for commands beside a running server
	Clock      *clock.Clock // default: the machine's
	Log        *slog.Logger // default: slog.Default

	Readers      int           // read connections, 8
	Queue        int           // changes that may wait for the writer, 1024
	ReadLimit    time.Duration // longest View, 5 s
	WaitLimit    time.Duration // longest wait of a change for its turn, 5 s
	Housekeeping time.Duration // how often an idle store saves the clock's mark and looks at its disk, 10 s

	AutoCheckpoint int   // pages in the WAL that start a passive checkpoint, 10000
	TruncateOver   int64 // bytes of WAL that start a truncating one, 64 MiB

	LowBelow      int64 // free bytes under which Disk reports Low, the smaller of 1 GiB and a tenth of the disk
	ReadOnlyBelow int64 // free bytes under which Update refuses, 256 MiB
	Ballast       int64 // bytes kept back for UpdateCritical on a full disk, 64 MiB

	Rebind func(query string) string // rewrites placeholders for other engines; nil for SQLite, see Dollar

	inGo []*goose.Migration // beside Migrations
}

const mib = 1 << 20

func (o Options) withDefaults() Options {
	set := func(v *int, to int) {
		if *v == 0 {
			*v = to
		}
	}
	set(&o.Readers, 8)
	set(&o.Queue, 1024)
	set(&o.AutoCheckpoint, 10_000)
	if o.ReadLimit == 0 {
		o.ReadLimit = 5 * time.Second
	}
	if o.WaitLimit == 0 {
		o.WaitLimit = 5 * time.Second
	}
	if o.Housekeeping == 0 {
		o.Housekeeping = 10 * time.Second
	}
	if o.TruncateOver == 0 {
		o.TruncateOver = 64 * mib
	}
	if o.ReadOnlyBelow == 0 {
		o.ReadOnlyBelow = 256 * mib
	}
	if o.Ballast == 0 {
		o.Ballast = 64 * mib
	}
	if o.Clock == nil {
		o.Clock = clock.New(time.Time{})
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Migrations == nil {
		o.Migrations, o.inGo = builtIn(), inGo()
	}
	return o
}

// DB is an open store. Its methods are safe for concurrent use.
type DB struct {
	opt   Options
	path  string
	clock *clock.Clock
	log   *slog.Logger

	lock   *instanceLock // nil when read-only
	writer *writer       // nil when read-only
	disk   *diskGuard

	tokens chan struct{} // one for each View that may run
	mu     sync.Mutex
	idle   []*conn // the one used last is used next: its caches are warm

	closed  atomic.Bool
	closing chan struct{} // closed by Close
	damaged atomic.Bool
}

// Open opens or creates the store in o.Dir and brings its schema up to date. Every refusal is a sentence that can be
// printed as it is, and wraps one of ErrRunning, ErrEngine, ErrDurability, ErrFileSystem, ErrDamaged, ErrNewer,
// ErrNoSpace, ErrHalfRestored where the cause is known.
func Open(ctx context.Context, o Options) (*DB, error) {
	o = o.withDefaults()
	db := &DB{
		opt: o, path: filepath.Join(o.Dir, FileName), clock: o.Clock, log: o.Log,
		tokens: make(chan struct{}, o.Readers), closing: make(chan struct{}),
	}
	db.disk = newDiskGuard(o)

	if err := db.open(ctx); err != nil {
		db.abandon()
		return nil, err
	}
	return db, nil
}

func (db *DB) open(ctx context.Context) error {
	if err := checkEngine(); err != nil {
		return err
	}
	if !db.opt.ReadOnly {
		if err := db.takeOver(ctx); err != nil {
			return err
		}
	} else if _, err := os.Stat(db.path); err != nil {
		return fmt.Errorf("there is no database to read: %w", err)
	}

	for range db.opt.Readers {
		c, err := openConn(readerDSN(db.path), db.opt)
		if err != nil {
			return fmt.Errorf("open the database for reading: %w", err)
		}
		db.idle = append(db.idle, c)
	}
	if db.opt.ReadOnly {
		if err := db.checkSchema(ctx); err != nil {
			return err
		}
	}
	if err := db.loadMark(ctx); err != nil {
		return err
	}

	if db.writer != nil {
		db.writer.start()
	}
	return nil
}

// takeOver makes this process the one that writes: lock, checks, writer connection, schema.
func (db *DB) takeOver(ctx context.Context) error {
	if err := os.MkdirAll(db.opt.Dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	if err := checkFileSystem(db.opt.Dir); err != nil {
		return err
	}
	lock, err := lockInstance(db.opt.Dir)
	if err != nil {
		return err
	}
	db.lock = lock

	if err := db.disk.prepare(); err != nil {
		return err
	}
	if err := checkHalfRestored(db.path); err != nil {
		return err
	}
	if err := createPrivate(db.path); err != nil {
		return err
	}
	c, err := openConn(writerDSN(db.path), db.opt)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	db.writer = newWriter(db, c)
	if err := checkDurability(c); err != nil {
		return err
	}
	if lock.unclean {
		db.log.Warn("the last run did not end cleanly; checking the database")
		if err := quickCheck(c); err != nil {
			return err
		}
	}
	return db.migrate(ctx)
}

// abandon gives back what a failed Open had taken. The lock's mark of an unclean end stays when it was there.
func (db *DB) abandon() {
	if db.writer != nil {
		db.writer.conn.close()
	}
	for _, c := range db.idle {
		c.close()
	}
	if db.lock != nil {
		db.lock.release(!db.lock.unclean)
	}
}

// Close lets waiting changes and running reads end, writes the WAL back and gives the lock away. Update and View
// answer Unavailable from here on.
func (db *DB) Close() error {
	if !db.closed.CompareAndSwap(false, true) {
		return nil
	}
	close(db.closing)
	if db.writer != nil {
		db.writer.stop()
	}
	for range db.opt.Readers { // a View ends within its limit
		db.tokens <- struct{}{}
	}
	var err error
	for _, c := range db.idle {
		err = errors.Join(err, c.close())
	}
	if db.writer != nil {
		err = errors.Join(err, db.writer.finish(), db.writer.conn.close())
	}
	if db.lock != nil {
		err = errors.Join(err, db.lock.release(err == nil && !db.damaged.Load()))
	}
	if err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}

// Clock is the store's guarded clock.
func (db *DB) Clock() *clock.Clock { return db.clock }

// Path is the database file.
func (db *DB) Path() string { return db.path }

// now is a transaction's time, cut to what the columns hold so that a time reads back as it was written.
func (db *DB) now() time.Time { return db.clock.Now().Truncate(time.Millisecond) }

// note remembers that the file is damaged: ordinary changes stop, because each could make it worse.
func (db *DB) note(err error) error {
	if err != nil && errors.Is(err, ErrDamaged) && db.damaged.CompareAndSwap(false, true) {
		db.log.Error("the database is damaged; changes are refused until it is restored", "error", err)
	}
	return err
}

func fileSize(path string) int64 {
	fi, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return fi.Size()
}

func errClosed() error { return unavailable(errors.New("the store is closed")) }

func unavailable(cause error) error {
	e := errs.New(errs.Unavailable, "error.unavailable")
	e.RetryAfter = 1
	return e.Because(cause)
}

func readOnly(cause error) error {
	return errs.New(errs.ReadOnly, "error.read_only").Because(cause)
}
