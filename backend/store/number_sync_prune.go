package store

import (
	"context"
	"fmt"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// PruneHistory forgets changes of an organization's history, as inventory.PruneHistory does.
func (tx *Tx) PruneHistory(ctx context.Context, oid id.Organization, before time.Time, limit int) (int, error) {
	if h, err := tx.NumberHead(ctx, oid); err != nil || h == nil {
		return 0, err
	}
	return inventory.PruneHistory(tx.Inventory(ctx, oid, nil), before, limit)
}

// PruneReceipts forgets receipts of an organization, as inventory.PruneReceipts does.
func (tx *Tx) PruneReceipts(ctx context.Context, oid id.Organization, before time.Time, limit int) (int, error) {
	return inventory.PruneReceipts(tx.Inventory(ctx, oid, nil), before, limit)
}

// SeqBefore reads a row of the history for each stretch: times rise with the numbers.
func (s *numbers) SeqBefore(at time.Time, after, upTo int64) (int64, error) {
	rows := s.tx.Query(s.ctx, `SELECT seq, first_seq, at FROM number_history WHERE org = ? AND seq > ? ORDER BY seq`, string(s.org), after)
	defer rows.Close()
	for after < upTo && rows.Next() {
		var last, first int64
		var made time.Time
		if err := rows.Scan(&last, &first, &made); err != nil {
			return 0, err
		}
		if first > upTo || !made.Before(at) {
			break
		}
		after = min(last, upTo)
	}
	return after, rows.Err()
}

// DropChanges keeps the stretch that below is in.
func (s *numbers) DropChanges(below int64) error {
	s.recent = nil
	_, err := s.tx.Touch(s.ctx, `DELETE FROM number_history WHERE org = ? AND seq < ?`, string(s.org), below)
	return fault("forget old changes of a history", err)
}

const oldReceipts = `SELECT ` + receiptColumns + ` FROM sync_receipt WHERE org = ? AND client = ? AND mid >= ? AND mid <
(SELECT MAX(mid) FROM sync_receipt WHERE org = ? AND client = ? AND mid < ?) ORDER BY mid LIMIT ?`

// OldReceipts reads no further than to the first that is not old.
func (s *numbers) OldReceipts(c id.Device, from, below replica.Mid, at time.Time, limit int) ([]inventory.Receipt, error) {
	rows := s.tx.Query(s.ctx, oldReceipts, string(s.org), string(c), int64(from), string(s.org), string(c), int64(below), limit)
	defer rows.Close()
	var list []inventory.Receipt
	for rows.Next() {
		r, err := scanReceipt(rows)
		if err != nil {
			return nil, err
		}
		if !r.At.Before(at) {
			break
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

func (s *numbers) DropReceipts(c id.Device, from, to replica.Mid) error {
	_, err := s.tx.Touch(s.ctx, `DELETE FROM sync_receipt WHERE org = ? AND client = ? AND mid >= ? AND mid <= ?`,
		string(s.org), string(c), int64(from), int64(to))
	return fault("forget old receipts", err)
}

const pruneAttention = `DELETE FROM sync_attention WHERE id IN
(SELECT id FROM sync_attention WHERE resolved_at > 0 AND resolved_at < ? ORDER BY resolved_at LIMIT ?)`

// PruneAttention forgets the items that were resolved before a time, up to limit of them, and tells how many.
func (tx *Tx) PruneAttention(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.Touch(ctx, pruneAttention, before, limit)
	if err != nil {
		return 0, fmt.Errorf("forget resolved attention items: %w", err)
	}
	return int(n), nil
}
