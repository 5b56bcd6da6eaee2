package portal_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"

	"github.com/nyaruka/phonenumbers"
)

// BenchmarkImport is a file of 100,000 numbers all the way: read, validated, into the table and the history with its
// chain and digest, and what became of each row, committed with synchronous=FULL in batches that leave others their turn.
// The loop beside it does on one goroutine what a script would: the full phone library for each row, and an insert into a
// table of the same columns and indexes, all in one transaction, with no history and nobody's turn to leave. x-loop is how
// many times faster the import is, and x-bare the same against a table without the indexes that lists need.
func BenchmarkImport(b *testing.B) {
	list := manyFrench(100_000)
	data := listed(list)
	var ours, loop, bare time.Duration
	for b.Loop() {
		b.StopTimer()
		loop += scripted(b, list, `CREATE INDEX number_list ON number (org, e164, status, call_purpose, business_unit, program, name_key, removed_at)
WHERE removed_at = 0`, `CREATE INDEX number_name ON number (org, name_key, e164) WHERE removed_at = 0 AND name_key <> ''`)
		bare += scripted(b, list)
		w := New(b)
		marie := w.As(w.Marie)
		j := Must(sendFile(marie, api.AddOptions{}, api.FileOptions{}, data))
		Must(Call(marie, api.RunJob, jobIn(marie, j)))
		runtime.GC()
		b.StartTimer()
		started := time.Now()
		work(w)
		ours += time.Since(started)
		b.StopTimer()
		if job := Must(Call(marie, api.GetJob, jobIn(marie, j))); job.Applied != len(list) {
			b.Fatalf("%+v", job)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(loop)/float64(ours), "x-loop")
	b.ReportMetric(float64(bare)/float64(ours), "x-bare")
	b.ReportMetric(float64(len(list)*b.N)/ours.Seconds(), "rows/s")
	b.ReportMetric(loop.Seconds()/float64(b.N), "loop-s/op")
}

// scripted is how long the loop takes, with indexes beside those that keep a number and an id from being there twice.
func scripted(b *testing.B, list []string, indexes ...string) time.Duration {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_journal_mode=WAL&_synchronous=FULL")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE number (org TEXT NOT NULL, id TEXT NOT NULL, e164 TEXT NOT NULL, call_purpose TEXT NOT NULL,
display_name TEXT NOT NULL, name_key TEXT NOT NULL, business_unit TEXT NOT NULL, program TEXT NOT NULL, status TEXT NOT NULL, removed_at BIGINT NOT NULL,
ver BIGINT NOT NULL, by_login TEXT NOT NULL, other_ver BIGINT NOT NULL, purpose_ver BIGINT NOT NULL, name_ver BIGINT NOT NULL, place_ver BIGINT NOT NULL,
PRIMARY KEY (org, id)); CREATE UNIQUE INDEX number_e164 ON number (e164) WHERE removed_at = 0`); err != nil {
		b.Fatal(err)
	}
	for _, q := range indexes {
		if _, err := db.Exec(q); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	started := time.Now()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	insert, err := tx.Prepare(`INSERT INTO number VALUES (?, ?, ?, 'survey', ?, ?, '', '', 'active', 0, ?, 'login', 0, 0, 0, 0)`)
	if err != nil {
		b.Fatal(err)
	}
	for i, e := range list {
		n, err := phonenumbers.Parse(e, "FR")
		if err != nil || !phonenumbers.IsValidNumber(n) {
			b.Fatalf("%s: %v", e, err)
		}
		name := fmt.Sprintf("Number %d", i)
		if _, err := insert.Exec("018f0000-0000-7000-8000-0000000000a1", fmt.Sprintf("018f0000-0000-7000-8000-%012d", i), phonenumbers.Format(n, phonenumbers.E164),
			name, strings.ToLower(name), i+1); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return time.Since(started)
}

// listed is a file of numbers with purposes and names.
func listed(list []string) string {
	var b strings.Builder
	b.WriteString("Phone number,Call purpose,Display name\n")
	for i, e := range list {
		fmt.Fprintf(&b, "%s,Survey,Number %d\n", e, i)
	}
	return b.String()
}
