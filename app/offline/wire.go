package offline

import (
	"encoding/json"
	"errors"

	"countersign/shared/replica"
)

// A transaction travels to the other tabs as a frame of its rows, a staged chunk as it is, and JSON of the rest: rows in
// JSON would take as long as a pull.

var errWire = errors.New("not a transaction")

type wireTx struct {
	replica.Committed
	Frame int `json:"frame,omitempty"` // bytes of the rows' frame, which comes first
	Chunk int `json:"chunk,omitempty"` // bytes of the staged chunk, which comes then
}

func writeCommitted(c *replica.Committed) ([]byte, error) {
	w := wireTx{Committed: *c}
	var frame, chunk []byte
	if len(c.Tx.Rows) > 0 {
		frame = replica.AppendFrame(nil, c.Tx.Rows)
		w.Tx.Rows, w.Frame = nil, len(frame)
	}
	if st := c.Tx.Stage; st != nil {
		chunk = st.Data
		w.Tx.Stage, w.Chunk = &replica.Staged{N: st.N}, len(chunk)
	}
	head, err := json.Marshal(&w)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, 4+len(head)+len(frame)+len(chunk))
	out = append(out, byte(len(head)>>24), byte(len(head)>>16), byte(len(head)>>8), byte(len(head)))
	return append(append(append(out, head...), frame...), chunk...), nil
}

func readCommitted(b []byte) (*replica.Committed, error) {
	if len(b) < 4 {
		return nil, errWire
	}
	n := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	if n < 0 || n > len(b)-4 {
		return nil, errWire
	}
	var w wireTx
	if err := json.Unmarshal(b[4:4+n], &w); err != nil {
		return nil, err
	}
	b = b[4+n:]
	if w.Frame < 0 || w.Chunk < 0 || len(b) != w.Frame+w.Chunk || w.Chunk > 0 && w.Tx.Stage == nil {
		return nil, errWire
	}
	if w.Frame > 0 {
		rows, err := replica.ReadFrame(b[:w.Frame])
		if err != nil {
			return nil, err
		}
		w.Tx.Rows = rows
	}
	if w.Tx.Stage != nil {
		w.Tx.Stage.Data = b[w.Frame:]
	}
	w.ID = 0
	return &w.Committed, nil
}
