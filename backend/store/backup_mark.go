package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// BackupMark is the name of the file beside the database that tells the running server what its newest backup holds: the
// command that backs up only reads the database.
const BackupMark = "backed-up.json"

// HeadMark is how far an organization's history of numbers is in a backup.
type HeadMark struct {
	Org   id.Organization `json:"org"`
	Epoch replica.Epoch   `json:"epoch"`
	Seq   int64           `json:"seq"`
	Chain string          `json:"chain"`
}

// MarkBackup says beside the database of dir what the complete backup at path holds.
func MarkBackup(ctx context.Context, path, dir string) error {
	marks, err := headMarks(ctx, path)
	if err != nil {
		return fmt.Errorf("read how far the backup is: %w", err)
	}
	text, err := json.Marshal(marks)
	if err != nil {
		return err
	}
	target := filepath.Join(dir, BackupMark)
	part := target + ".part"
	if err := os.WriteFile(part, append(text, '\n'), 0o600); err != nil {
		return err
	}
	if err := errors.Join(syncFile(part), os.Rename(part, target)); err != nil {
		return err
	}
	return syncDir(dir)
}

func headMarks(ctx context.Context, path string) ([]HeadMark, error) {
	pool, err := sql.Open("sqlite3", fileURI(path)+"?mode=ro&immutable=1&_query_only=1")
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	var tables int
	if err := pool.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE name = 'number_head'`).Scan(&tables); err != nil || tables == 0 {
		return []HeadMark{}, mapError(err)
	}
	rows, err := pool.QueryContext(ctx, `SELECT org, epoch, seq, chain FROM number_head ORDER BY org`)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	marks := []HeadMark{}
	for rows.Next() {
		var m HeadMark
		if err := rows.Scan(&m.Org, &m.Epoch, &m.Seq, &m.Chain); err != nil {
			return nil, err
		}
		marks = append(marks, m)
	}
	return marks, rows.Err()
}

// BackupMarks reads what MarkBackup wrote and when; no marks without an error where there is no newer one than since.
func (db *DB) BackupMarks(since time.Time) ([]HeadMark, time.Time, error) {
	path := filepath.Join(filepath.Dir(db.path), BackupMark)
	fi, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && fi.ModTime().Equal(since) {
		return nil, since, nil
	}
	if err != nil {
		return nil, since, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fi.ModTime(), err
	}
	var marks []HeadMark
	if err := json.Unmarshal(text, &marks); err != nil {
		return nil, fi.ModTime(), fmt.Errorf("%s is no mark of a backup: %w", path, err)
	}
	return marks, fi.ModTime(), nil
}

// MarkDurable notes that an organization's history is in a backup as far as the mark says, when it is still that history.
func (tx *Tx) MarkDurable(ctx context.Context, m HeadMark) error {
	h, err := tx.NumberHead(ctx, m.Org)
	if err != nil || h == nil || h.Epoch != m.Epoch || m.Seq > h.Seq || m.Seq <= h.DurableSeq {
		return err
	}
	chain := hex.EncodeToString(h.Chain[:])
	if m.Seq < h.Seq {
		err := tx.QueryRow(ctx, `SELECT SUBSTR(chains, CAST((? - first_seq) * 16 + 1 AS BIGINT), 16) FROM number_history WHERE org = ? AND seq >= ?
ORDER BY seq LIMIT 1`, m.Seq, string(m.Org), m.Seq).Scan(&chain)
		if err != nil {
			return fmt.Errorf("read the chain of a backed-up history: %w", err)
		}
	}
	if chain != m.Chain {
		return nil
	}
	_, err = tx.Touch(ctx, `UPDATE number_head SET durable_seq = ? WHERE org = ?`, m.Seq, string(m.Org))
	return fault("note that a history is in a backup", err)
}
