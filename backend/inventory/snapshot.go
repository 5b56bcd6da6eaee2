package inventory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// SnapshotID names the snapshot of a state: the same state has the same one.
func SnapshotID(h *Head) string {
	return fmt.Sprintf("%s-%d-%s", h.Epoch, h.Seq, hex.EncodeToString(h.Chain[:]))
}

// Snapshot is the state at the head: first the small kinds, then the numbers by id. Ver of a row is its Seq.
func (c *Core) Snapshot(s Store) (*Snapshot, error) {
	h, err := s.Head()
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, ErrRolledBack
	}
	out := &Snapshot{Manifest: replica.Manifest{ID: SnapshotID(h), Cursor: c.Cursor(s.Org(), h), Digest: *h.Digest()}}
	rows, err := smallRows(s)
	if err != nil {
		return nil, err
	}

	var after id.Number
	for {
		list, err := s.Numbers(after, replica.ChunkRows)
		if err != nil {
			return nil, err
		}
		for i := range list {
			n := &list[i]
			rows = append(rows, replica.Change{Seq: n.Ver, Kind: replica.KindNumber, ID: string(n.ID), Number: n})
			after = n.ID
		}
		last := len(list) < replica.ChunkRows
		for len(rows) >= replica.ChunkRows {
			out.add(rows[:replica.ChunkRows])
			rows = append(rows[:0], rows[replica.ChunkRows:]...)
		}
		if last {
			break
		}
	}
	if len(rows) > 0 || len(out.Frames) == 0 {
		out.add(rows)
	}
	return out, nil
}

// smallRows are all rows but the numbers.
func smallRows(s Store) ([]replica.Change, error) {
	purposes, err := s.Purposes()
	if err != nil {
		return nil, err
	}
	units, err := s.Units()
	if err != nil {
		return nil, err
	}
	programs, err := s.Programs()
	if err != nil {
		return nil, err
	}
	rows := make([]replica.Change, 0, len(purposes)+len(units)+len(programs))
	for i := range purposes {
		p := &purposes[i]
		p.Ver = 0 // as in the history: it belongs to no organization
		rows = append(rows, replica.Change{Kind: replica.KindPurpose, ID: p.Key, Purpose: p})
	}
	for i := range units {
		u := &units[i]
		rows = append(rows, replica.Change{Seq: u.Ver, Kind: replica.KindUnit, ID: string(u.ID), Unit: u})
	}
	for i := range programs {
		p := &programs[i]
		rows = append(rows, replica.Change{Seq: p.Ver, Kind: replica.KindProgram, ID: string(p.ID), Program: p})
	}
	return rows, nil
}

// add appends a chunk.
func (sn *Snapshot) add(rows []replica.Change) {
	frame := replica.AppendFrame(nil, rows)
	sum := sha256.Sum256(frame)
	sn.Frames = append(sn.Frames, frame)
	sn.Manifest.Rows += len(rows)
	sn.Manifest.Chunks = append(sn.Manifest.Chunks, replica.Chunk{Rows: len(rows), Bytes: len(frame), SHA256: hex.EncodeToString(sum[:])})
}
