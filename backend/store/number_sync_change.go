package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"countersign/backend/failpoint"
	"countersign/backend/inventory"
	"countersign/shared/replica"
)

func (s *numbers) AddChange(p *inventory.Past) error {
	row, err := stepRow(&p.Change)
	if err != nil {
		return err
	}
	_, err = s.tx.Exec(s.ctx, `INSERT INTO number_change (org, seq, kind, id, del, row, uid, login, name, at, chain)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(s.org), p.Seq, p.Kind, p.Change.ID, p.Del, row, string(p.Uid), string(p.By), p.Name, p.At, hex.EncodeToString(p.Chain[:]))
	failpoint.Hit("number.change")
	return fault("write a step of the history", err)
}

const stepColumns = `seq, kind, id, del, row`

func (s *numbers) Change(seq int64) (*inventory.Past, error) {
	var p inventory.Past
	var row, chain string
	err := s.tx.QueryRow(s.ctx, `SELECT `+stepColumns+`, uid, login, name, at, chain FROM number_change WHERE org = ? AND seq = ?`,
		string(s.org), seq).Scan(&p.Seq, &p.Kind, &p.Change.ID, &p.Del, &row, (*string)(&p.Uid), (*string)(&p.By), &p.Name, &p.At, &chain)
	if err == nil {
		err = readStepRow(&p.Change, row)
	}
	if err == nil {
		err = readChain(&p.Chain, chain)
	}
	return maybe(&p, err)
}

func (s *numbers) Changes(after int64, limit int) ([]replica.Change, error) {
	rows := s.tx.Query(s.ctx, `SELECT `+stepColumns+` FROM number_change WHERE org = ? AND seq > ? ORDER BY seq LIMIT ?`,
		string(s.org), after, limit)
	return collectInto(make([]replica.Change, 0, min(limit, replica.MaxPull)), rows, scanStep)
}

func scanStep(r *Rows) (c replica.Change, err error) {
	var row string
	if err := r.Scan(&c.Seq, &c.Kind, &c.ID, &c.Del, &row); err != nil {
		return c, err
	}
	return c, readStepRow(&c, row)
}

// stepRow writes the row of a change: the same JSON that travels, "" when it is gone.
func stepRow(c *replica.Change) (string, error) {
	var v any
	switch {
	case c.Del:
		return "", nil
	case c.Number != nil:
		return numberJSON(c.Number), nil
	case c.Unit != nil:
		v = c.Unit
	case c.Program != nil:
		v = c.Program
	case c.Purpose != nil:
		v = c.Purpose
	default:
		return "", fmt.Errorf("a change of %s %s without a row", c.Kind, c.ID)
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func readStepRow(c *replica.Change, row string) error {
	if c.Del {
		return nil
	}
	var err error
	switch c.Kind {
	case replica.KindNumber:
		c.Number, err = readNumberJSON(row)
	case replica.KindUnit:
		err = json.Unmarshal([]byte(row), &c.Unit)
	case replica.KindProgram:
		err = json.Unmarshal([]byte(row), &c.Program)
	case replica.KindPurpose:
		err = json.Unmarshal([]byte(row), &c.Purpose)
	default:
		err = fmt.Errorf("unknown kind %q", c.Kind)
	}
	return fault("read a step of the history", err)
}
