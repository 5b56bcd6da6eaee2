package anchor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"countersign/backend/store"
	"countersign/shared/audit"
	"countersign/shared/audit/chain"
	"countersign/shared/live"
)

// Finding is what a walk of one chain found: how far it reaches, and the first fault.
type Finding struct {
	audit.Head
	Fault error // nil: intact
}

const part = 1000 // entries read at once

// Verify walks every chain of the database from its first entry, with the chain's key, and holds it against its head
// and the anchors. Its error means that it could not be read.
func Verify(ctx context.Context, tx *store.Tx, key []byte, anchors Anchors) ([]Finding, error) {
	heads, err := tx.AuditHeads(ctx)
	if err != nil {
		return nil, err
	}
	ends := map[live.Stream]audit.Head{}
	for stream := range anchors {
		ends[stream] = audit.Head{Stream: stream}
	}
	for _, h := range heads {
		ends[h.Stream] = h
	}
	var found []Finding
	for _, stream := range slices.Sorted(maps.Keys(ends)) {
		f, err := walk(ctx, tx, key, ends[stream], anchors)
		if err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	return found, nil
}

func walk(ctx context.Context, tx *store.Tx, key []byte, end audit.Head, anchors Anchors) (Finding, error) {
	v := chain.NewVerifier(key, end.Stream)
	anchored := map[int64]bool{}
	for _, l := range anchors[end.Stream] {
		anchored[l.Seq] = true
	}
	for {
		entries, err := tx.AuditAfter(ctx, end.Stream, v.Head().Seq, part)
		if err != nil {
			return Finding{}, err
		}
		for i := range entries {
			e := &entries[i]
			if fault := v.Next(e); fault != nil {
				return Finding{v.Head(), fault}, nil
			}
			if !anchored[e.Seq] {
				continue
			}
			if fault := anchors.Check(e); fault != nil {
				return Finding{v.Head(), fault}, nil
			}
		}
		if len(entries) < part {
			break
		}
	}
	fault := anchors.CheckHead(v.Head())
	if fault == nil {
		fault = v.EndsAt(end)
	}
	return Finding{v.Head(), fault}, nil
}

// Why a database is refused at start.
var (
	ErrKey = errors.New("the key file belongs to another database")
	ErrCut = errors.New("the audit record does not reach what was anchored")
)

// Start is the quick look before serving: the chains were sealed with this key (ErrKey), and the last anchors are
// met (ErrCut). Verify looks at everything.
func Start(ctx context.Context, tx *store.Tx, key []byte, anchors Anchors) error {
	heads, err := tx.AuditHeads(ctx)
	if err != nil {
		return err
	}
	var wrong error
	for _, h := range heads {
		first, err := tx.AuditAfter(ctx, h.Stream, 0, 1)
		if err != nil {
			return err
		}
		if len(first) == 0 {
			continue
		}
		if wrong = chain.NewVerifier(key, h.Stream).Next(&first[0]); wrong == nil {
			break // one that fits is enough: with a wrong key none does
		}
	}
	if wrong != nil {
		return fmt.Errorf("%w: %w", ErrKey, wrong)
	}
	for stream, lines := range anchors {
		last := lines[len(lines)-1]
		at, err := tx.AuditAfter(ctx, stream, last.Seq-1, 1)
		if err != nil {
			return err
		}
		if len(at) == 0 || at[0].Seq != last.Seq || at[0].MAC != last.MAC {
			return fmt.Errorf("%w: %s has no such entry %d as was anchored on %s. Restore the newest backup, or run \"countersign audit verify\" to see the extent",
				ErrCut, stream, last.Seq, last.At.Format(time.RFC3339))
		}
	}
	return nil
}
