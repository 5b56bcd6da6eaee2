package store

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

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
	if s.recent == nil || !s.recent.holds(seq) {
		st, err := s.stretchAt(seq)
		if err != nil || st == nil {
			return nil, err
		}
		s.recent = st
	}
	return s.recent.change(seq)
}

// aStretch is a row of the history. Nobody changes one that is written.
type aStretch struct {
	changes []replica.Change
	uids    []string
	chains  string
	by      id.Login
	name    string
	at      time.Time
}

// stretchAt reads the row that a change is in; nil when there is none.
func (s *numbers) stretchAt(seq int64) (*aStretch, error) {
	var st aStretch
	var first int64
	var uids, frame string
	err := s.tx.QueryRow(s.ctx, `SELECT first_seq, login, name, at, uids, chains, frame FROM number_history WHERE org = ? AND seq >= ?
ORDER BY seq LIMIT 1`, string(s.org), seq).Scan(&first, (*string)(&st.by), &st.name, &st.at, &uids, &st.chains, &frame)
	if errs.Is(err, errs.NotFound) || err == nil && first > seq {
		return nil, nil
	}
	if err == nil {
		st.changes, err = readStretch(frame)
	}
	if err != nil {
		return nil, fault("read a change of the history", err)
	}
	st.uids = strings.Split(uids, "\n")
	if n := len(st.changes); !st.holds(seq) || st.changes[0].Seq != first || len(st.uids) != n || len(st.chains) != chainDigits*n {
		return nil, fmt.Errorf("a stretch of the history from %d on holds no change %d", first, seq)
	}
	return &st, nil
}

func (st *aStretch) holds(seq int64) bool {
	n := len(st.changes)
	return n > 0 && st.changes[0].Seq <= seq && seq <= st.changes[n-1].Seq && st.changes[n-1].Seq-st.changes[0].Seq == int64(n-1)
}

func (st *aStretch) change(seq int64) (*inventory.Past, error) {
	i := int(seq - st.changes[0].Seq)
	p := &inventory.Past{Change: st.changes[i], Uid: replica.Uid(st.uids[i]), By: st.by, Name: st.name, At: st.at}
	return p, readChain(&p.Chain, st.chains[chainDigits*i:chainDigits*(i+1)])
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
