package portal

import (
	"context"
	"time"

	"countersign/backend/store"
	"countersign/shared/id"
)

// How long what devices may still need is kept at least.
const (
	keepHistory   = 90 * 24 * time.Hour
	keepReceipts  = 90 * 24 * time.Hour
	keepAttention = 90 * 24 * time.Hour // after it was resolved

	houseNumbersEvery = 24 * time.Hour
	pruneAtOnce       = 5000 // of whatever is forgotten
	orgsAtOnce        = 200
)

// noteBackup takes over what the backup command left beside the data: how far each history is in a backup.
func (s *Service) noteBackup(ctx context.Context) error {
	marks, at, err := s.DB.BackupMarks(s.sync.marked)
	if err != nil {
		s.sync.marked = at
		return err
	}
	for len(marks) > 0 {
		n := min(len(marks), orgsAtOnce)
		err := s.DB.Update(ctx, func(st *store.Tx) error {
			for _, m := range marks[:n] {
				if err := st.MarkDurable(ctx, m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		marks = marks[n:]
	}
	s.sync.marked = at
	return nil
}

// houseNumbers forgets, once a day, what no device needs any more. A device itself is never forgotten: its copy may turn
// up years later, and must then be told what it is.
func (s *Service) houseNumbers(ctx context.Context) error {
	now := s.DB.Clock().Now()
	if now.Sub(s.sync.housed) < houseNumbersEvery {
		return nil
	}
	err := s.eachNumbers(ctx, func(oid id.Organization) error {
		err := s.prune(ctx, func(st *store.Tx) (int, error) { return st.PruneHistory(ctx, oid, now.Add(-keepHistory), pruneAtOnce) })
		if err != nil {
			return err
		}
		return s.prune(ctx, func(st *store.Tx) (int, error) {
			return st.PruneReceipts(ctx, oid, now.Add(-keepReceipts), pruneAtOnce)
		})
	})
	if err == nil {
		err = s.prune(ctx, func(st *store.Tx) (int, error) { return st.PruneAttention(ctx, now.Add(-keepAttention), pruneAtOnce) })
	}
	if err == nil {
		s.sync.housed = now
	}
	return err
}

// prune forgets piece by piece, each in a transaction of its own, so that nobody waits long.
func (s *Service) prune(ctx context.Context, some func(*store.Tx) (int, error)) error {
	for {
		n := 0
		err := s.DB.Update(ctx, func(st *store.Tx) (err error) {
			n, err = some(st)
			return err
		})
		if err != nil || n < pruneAtOnce {
			return err
		}
	}
}

// eachNumbers calls fn for every organization with a history of numbers.
func (s *Service) eachNumbers(ctx context.Context, fn func(id.Organization) error) error {
	var after id.Organization
	for {
		var list []id.Organization
		err := s.DB.View(ctx, func(st *store.Tx) (err error) {
			list, err = st.NumberOrganizations(ctx, after, orgsAtOnce)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, oid := range list {
			if err := fn(oid); err != nil {
				return err
			}
		}
		after = list[len(list)-1]
	}
}

// renameHistories gives every history of numbers a new epoch: after a restore, devices must not take what they see for
// what they knew.
func (tx *Tx) renameHistories() error {
	var after id.Organization
	for {
		list, err := tx.NumberOrganizations(tx, after, orgsAtOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, oid := range list {
			acts, err := tx.svc.core.Rotate(tx.inventoryOf(oid), "")
			if err != nil {
				return err
			}
			if err := tx.recordActs(oid, acts); err != nil {
				return err
			}
		}
		after = list[len(list)-1]
	}
}

// SyncStats tells the operator's metrics how sync is.
type SyncStats struct {
	Rollbacks     int64 // histories that turned out to have gone back
	SnapshotBytes int   // kept for devices
}

// SyncStats is how sync is at this moment.
func (s *Service) SyncStats() SyncStats {
	return SyncStats{Rollbacks: s.sync.rollbacks.Load(), SnapshotBytes: s.sync.snapshots.size()}
}
