package store

import (
	"context"
	"fmt"
	"strings"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// What one answer tells of the sync tables: as much as a number of bytes holds, and at least one row, so that who asks
// again gets on. The bytes are those of the JSON that is kept, which is what travels.

// ReceiptsWithin gives the last place up to which the outcomes of a device's receipts from..to have at most so many bytes:
// to, where all of them fit.
func (tx *Tx) ReceiptsWithin(ctx context.Context, oid id.Organization, c id.Device, from, to replica.Mid, bytes int) (replica.Mid, error) {
	rows := tx.Query(ctx, `SELECT mid, OCTET_LENGTH(outcome) FROM sync_receipt WHERE org = ? AND client = ? AND mid >= ? AND mid <= ? ORDER BY mid`,
		string(oid), string(c), int64(from), int64(to))
	defer rows.Close()
	last := from - 1
	for rows.Next() {
		var mid replica.Mid
		var n int
		if err := rows.Scan((*int64)(&mid), &n); err != nil {
			return 0, err
		}
		if bytes -= n; bytes < 0 && last >= from {
			return last, nil
		}
		last = mid
	}
	return to, rows.Err()
}

// OutcomeBytes tells how many bytes the outcomes have of those edits, of a list, that have one.
func (tx *Tx) OutcomeBytes(ctx context.Context, oid id.Organization, list []replica.Uid) (map[replica.Uid]int, error) {
	out := map[replica.Uid]int{}
	const atOnce = 50 // a statement of one length is kept
	for len(list) > 0 {
		args := make([]any, 1, 1+atOnce)
		args[0] = string(oid)
		for i := range atOnce {
			args = append(args, string(list[min(i, len(list)-1)]))
		}
		rows := tx.Query(ctx, `SELECT uid, OCTET_LENGTH(outcome) FROM sync_receipt WHERE org = ? AND is_primary AND uid IN (?`+
			strings.Repeat(", ?", atOnce-1)+`)`, args...)
		for rows.Next() {
			var u replica.Uid
			var n int
			if err := rows.Scan((*string)(&u), &n); err != nil {
				rows.Close()
				return nil, err
			}
			out[u] = n
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("measure outcomes: %w", err)
		}
		list = list[min(atOnce, len(list)):]
	}
	return out, nil
}

// AttentionPage gives the oldest open items of some logins in an organization that have at most so many bytes, and tells
// how many more wait.
func (tx *Tx) AttentionPage(ctx context.Context, oid id.Organization, logins []id.Login, bytes int) (list []replica.Attention, more int, err error) {
	if len(logins) == 0 {
		return nil, 0, nil
	}
	args := []any{string(oid)}
	for _, l := range logins {
		args = append(args, string(l))
	}
	where := ` FROM sync_attention WHERE org = ? AND login IN (?` + strings.Repeat(", ?", len(logins)-1) + `) AND resolved_at = 0`
	var at int64
	var last string
	n := 0
	// First how large they are: to put them in order, the database holds all that it is asked for.
	rows := tx.Query(ctx, `SELECT created_at, id, OCTET_LENGTH(item)`+where+` ORDER BY created_at, id`, args...)
	defer rows.Close()
	for rows.Next() {
		var made int64
		var item string
		var size int
		if err := rows.Scan(&made, &item, &size); err != nil {
			return nil, 0, err
		}
		if bytes -= size; bytes < 0 && n > 0 {
			more++
			continue
		}
		at, last, n = made, item, n+1
	}
	if err := rows.Err(); err != nil || n == 0 {
		return nil, 0, err
	}
	rows.Close()
	list, err = Collect(tx.Query(ctx, `SELECT item`+where+` AND (created_at < ? OR created_at = ? AND id <= ?) ORDER BY created_at, id`,
		append(args, at, at, last)...), collectAttention)
	return list, more, err
}
