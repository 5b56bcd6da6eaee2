package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// numbers are the numbers of one organization in one transaction, as package inventory works on them.
//
// What people did to a number (rows, history, assignments) are changes that the audit chain must tell; heads, devices,
// receipts and attention items follow from them and are bookkeeping.
type numbers struct {
	tx       *Tx
	ctx      context.Context
	org      id.Organization
	newEpoch func() replica.Epoch

	// Read once in a transaction: every edit asks for them again.
	units    map[id.BusinessUnit]*number.Unit
	programs map[id.Program]*number.Program
	purposes map[string]*number.Purpose

	read  recordRead
	moved map[tallyKey]int // what the tally does not say yet
	steps []inventory.Past // what the history does not say yet

	recent *aStretch // of the history that was read last: changes are asked for one after another
}

// Inventory gives the numbers of an organization. newEpoch names its history when this transaction begins it. Units,
// programs and purposes are read once: take it anew after having written one.
func (tx *Tx) Inventory(ctx context.Context, oid id.Organization, newEpoch func() replica.Epoch) inventory.Store {
	return &numbers{tx: tx, ctx: ctx, org: oid, newEpoch: newEpoch,
		units: map[id.BusinessUnit]*number.Unit{}, programs: map[id.Program]*number.Program{}, purposes: map[string]*number.Purpose{}}
}

func (s *numbers) Org() id.Organization { return s.org }
func (s *numbers) Now() time.Time       { return s.tx.now }

func (s *numbers) Part(fn func() error) error {
	moved, steps := maps.Clone(s.moved), s.steps
	err := s.tx.Part(fn)
	if err != nil { // what was noted is as if it had not been
		s.moved, s.steps, s.read, s.recent = moved, steps, recordRead{}, nil
	}
	return err
}

const headColumns = `epoch, seq, chain, min_seq, durable_seq, live, digest, online_mid`

func scanHead(row Scanner, more ...any) (*inventory.Head, error) {
	var h inventory.Head
	var chain, sum string
	if err := row.Scan(append([]any{&h.Epoch, &h.Seq, &chain, &h.MinSeq, &h.DurableSeq, &h.Rows, &sum, &h.OnlineMid}, more...)...); err != nil {
		return nil, err
	}
	var ok bool
	if h.Sum, ok = replica.ParseSum(sum); !ok {
		return nil, fmt.Errorf("a history's digest is no sum: %q", sum)
	}
	return &h, readChain(&h.Chain, chain)
}

// NumberHead is where an organization's history of numbers stands, nil when it has not begun.
func (tx *Tx) NumberHead(ctx context.Context, oid id.Organization) (*inventory.Head, error) {
	return maybe(scanHead(tx.QueryRow(ctx, `SELECT `+headColumns+` FROM number_head WHERE org = ?`, string(oid))))
}

// Head begins the history of an organization without one where that is possible.
func (s *numbers) Head() (*inventory.Head, error) {
	h, err := s.tx.NumberHead(s.ctx, s.org)
	if err != nil || h != nil || !s.tx.writable {
		return h, err
	}
	h = &inventory.Head{Epoch: s.newEpoch()}
	return h, s.SetHead(h)
}

func (s *numbers) SetHead(h *inventory.Head) error {
	_, err := s.tx.Touch(s.ctx, `INSERT INTO number_head (org, epoch, seq, chain, min_seq, durable_seq, live, digest, online_mid)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (org) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, chain = excluded.chain, min_seq = excluded.min_seq,
durable_seq = excluded.durable_seq, live = excluded.live, digest = excluded.digest, online_mid = excluded.online_mid`,
		string(s.org), string(h.Epoch), h.Seq, hex.EncodeToString(h.Chain[:]), h.MinSeq, h.DurableSeq, h.Rows, replica.SumText(h.Sum), int64(h.OnlineMid))
	if err != nil {
		return fmt.Errorf("move the head of the numbers: %w", err)
	}
	return errors.Join(s.writeSteps(), s.writeTally())
}

// readChain takes a chain value from its 16 digits.
func readChain(to *[8]byte, s string) error {
	if len(s) != 16 {
		return fmt.Errorf("a chain value of %d digits", len(s))
	}
	_, err := hex.Decode(to[:], []byte(s))
	return err
}
