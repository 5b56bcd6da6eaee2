package store

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"countersign/backend/failpoint"
	"countersign/backend/inventory"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// stretchChanges is how many changes a row of the history holds at most: enough that a row costs next to nothing, and few
// enough that one of them is soon found.
const stretchChanges = 250

// chainDigits is how long a chain value is in text.
const chainDigits = 16

// AddChange keeps a change for SetHead, which counts it.
func (s *numbers) AddChange(p *inventory.Past) error {
	s.steps = append(s.steps, *p)
	failpoint.Hit("number.change")
	return nil
}

// writeSteps writes the changes that were added since it was called last.
func (s *numbers) writeSteps() error {
	for left := s.steps; len(left) > 0; {
		n := standTogether(left)
		if _, err := s.tx.Exec(s.ctx, addStretch, stretch(s.org, left[:n])...); err != nil {
			return fmt.Errorf("write changes of the history: %w", err)
		}
		left = left[n:]
	}
	s.steps = nil // its memory may be that of a part around this one
	return nil
}

// standTogether is how many of the first changes go into one row.
func standTogether(list []inventory.Past) int {
	first, n := &list[0], 1
	for n < min(len(list), stretchChanges) && list[n].By == first.By && list[n].Name == first.Name && list[n].At.Equal(first.At) {
		n++
	}
	return n
}

const addStretch = `INSERT INTO number_history (org, seq, first_seq, login, name, at, uids, chains, frame) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

// stretch is the row of changes that stand together.
func stretch(oid id.Organization, list []inventory.Past) []any {
	changes := make([]replica.Change, len(list))
	uids := make([]string, len(list))
	chains := make([]byte, 0, chainDigits*len(list))
	for i := range list {
		changes[i], uids[i] = list[i].Change, string(list[i].Uid)
		chains = hex.AppendEncode(chains, list[i].Chain[:])
	}
	first, last := &list[0], &list[len(list)-1]
	return []any{string(oid), last.Seq, first.Seq, string(first.By), first.Name, ms(first.At), strings.Join(uids, "\n"), string(chains),
		base64.StdEncoding.EncodeToString(replica.AppendFrame(nil, changes))}
}

func (s *numbers) Change(seq int64) (*inventory.Past, error) {
	if len(s.steps) > 0 && seq >= s.steps[0].Seq {
		if i := int(seq - s.steps[0].Seq); i < len(s.steps) {
			return &s.steps[i], nil
		}
		return nil, nil
	}
	var p inventory.Past
	var first int64
	var uids, chains, frame string
	err := s.tx.QueryRow(s.ctx, `SELECT first_seq, login, name, at, uids, chains, frame FROM number_history WHERE org = ? AND seq >= ?
ORDER BY seq LIMIT 1`, string(s.org), seq).Scan(&first, (*string)(&p.By), &p.Name, &p.At, &uids, &chains, &frame)
	if errs.Is(err, errs.NotFound) || err == nil && first > seq {
		return nil, nil
	}
	var list []replica.Change
	if err == nil {
		list, err = readStretch(frame)
	}
	if err != nil {
		return nil, fault("read a change of the history", err)
	}
	i, uid := int(seq-first), strings.Split(uids, "\n")
	if i >= len(list) || list[i].Seq != seq || len(uid) != len(list) || len(chains) != chainDigits*len(list) {
		return nil, fmt.Errorf("a stretch of the history from %d to %d holds no change %d", first, int(first)+len(list)-1, seq)
	}
	p.Change, p.Uid = list[i], replica.Uid(uid[i])
	return &p, readChain(&p.Chain, chains[chainDigits*i:chainDigits*(i+1)])
}

func (s *numbers) Changes(after int64, limit int) ([]replica.Change, error) {
	out := make([]replica.Change, 0, min(limit, replica.MaxPull))
	rows := s.tx.Query(s.ctx, `SELECT frame FROM number_history WHERE org = ? AND seq > ? ORDER BY seq`, string(s.org), after)
	defer rows.Close()
	for len(out) < limit && rows.Next() {
		var frame string
		if err := rows.Scan(&frame); err != nil {
			return nil, err
		}
		list, err := readStretch(frame)
		if err != nil {
			return nil, err
		}
		for len(list) > 0 && list[0].Seq <= after {
			list = list[1:]
		}
		out = append(out, list[:min(len(list), limit-len(out))]...)
	}
	for i := range s.steps {
		if len(out) < limit && s.steps[i].Seq > after {
			out = append(out, s.steps[i].Change)
		}
	}
	return out, rows.Err()
}

func readStretch(frame string) ([]replica.Change, error) {
	b, err := base64.StdEncoding.DecodeString(frame)
	if err != nil {
		return nil, err
	}
	return replica.ReadFrame(b)
}
