package portal

import (
	"context"

	"countersign/backend/store"
	"countersign/shared/audit"
	"countersign/shared/audit/chain"
	"countersign/shared/live"
)

// Walk checks one stream's audit chain from its first entry to its stored head. fault says what is wrong, naming the
// first bad entry; err that it could not be read.
func Walk(ctx context.Context, st *store.Tx, key []byte, stream live.Stream) (head audit.Head, fault, err error) {
	v := chain.NewVerifier(key, stream)
	for {
		part, err := st.AuditAfter(ctx, stream, v.Head().Seq, 1000)
		if err != nil {
			return v.Head(), nil, err
		}
		for i := range part {
			if fault := v.Next(&part[i]); fault != nil {
				return v.Head(), fault, nil
			}
		}
		if len(part) < 1000 {
			break
		}
	}
	heads, err := st.AuditHeads(ctx)
	if err != nil {
		return v.Head(), nil, err
	}
	for _, h := range heads {
		if h.Stream == stream {
			return v.Head(), v.EndsAt(h), nil
		}
	}
	return v.Head(), v.EndsAt(audit.Head{Stream: stream}), nil
}
