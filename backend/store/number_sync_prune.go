package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
)

// PruneHistory forgets the changes of an organization's history that are older than before and in a backup, and tells how
// many: limit, or a stretch more. Devices from before them get a snapshot.
func (tx *Tx) PruneHistory(ctx context.Context, oid id.Organization, before time.Time, limit int) (int, error) {
	h, err := tx.NumberHead(ctx, oid)
	if err != nil || h == nil {
		return 0, err
	}
	// Times rise with the numbers, so the first younger one ends the look.
	rows := tx.Query(ctx, `SELECT seq, at FROM number_history WHERE org = ? AND seq > ? AND seq <= ? ORDER BY seq`,
		string(oid), h.MinSeq, h.DurableSeq)
	defer rows.Close()
	upTo := h.MinSeq
	for upTo-h.MinSeq < int64(limit) && rows.Next() {
		var seq int64
		var at time.Time
		if err := rows.Scan(&seq, &at); err != nil {
			return 0, err
		}
		if !at.Before(before) {
			break
		}
		upTo = seq
	}
	if err := rows.Err(); err != nil || upTo == h.MinSeq {
		return 0, err
	}
	rows.Close()
	if _, err := tx.Touch(ctx, `DELETE FROM number_history WHERE org = ? AND seq <= ?`, string(oid), upTo); err != nil {
		return 0, fmt.Errorf("forget old changes of a history: %w", err)
	}
	if _, err := tx.Touch(ctx, `UPDATE number_head SET min_seq = ? WHERE org = ?`, upTo, string(oid)); err != nil {
		return 0, fmt.Errorf("move the floor of a history: %w", err)
	}
	return int(upTo - h.MinSeq), nil
}

// PruneReceipts forgets the receipts of an organization that are older than before and that no device holds an edit of
// any more. The newest of these stays for each device: sums go on from it.
func (tx *Tx) PruneReceipts(ctx context.Context, oid id.Organization, before time.Time) error {
	type client struct {
		id    id.Device
		floor int64
	}
	list, err := Collect(tx.Query(ctx, `SELECT client, first_mid FROM sync_device WHERE org = ?`, string(oid)),
		func(r *Rows) (c client, err error) { return c, r.Scan((*string)(&c.id), &c.floor) })
	if err != nil {
		return err
	}
	list = append(list, client{"online", 1<<63 - 1})
	for _, c := range list {
		var newest int64
		err := tx.QueryRow(ctx, `SELECT mid FROM sync_receipt WHERE org = ? AND client = ? AND mid < ? ORDER BY mid DESC LIMIT 1`,
			string(oid), string(c.id), c.floor).Scan(&newest)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if _, err := tx.Touch(ctx, `DELETE FROM sync_receipt WHERE org = ? AND client = ? AND mid < ? AND at < ?`,
			string(oid), string(c.id), newest, before); err != nil {
			return fmt.Errorf("forget old receipts: %w", err)
		}
	}
	return nil
}

// PruneAttention forgets the items that were resolved before a time.
func (tx *Tx) PruneAttention(ctx context.Context, before time.Time) error {
	_, err := tx.Touch(ctx, `DELETE FROM sync_attention WHERE resolved_at > 0 AND resolved_at < ?`, before)
	return fault("forget resolved attention items", err)
}
