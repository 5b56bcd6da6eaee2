package portal

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"sync"

	"countersign/backend/failpoint"
	"countersign/backend/inventory"
	"countersign/shared/api"
	"countersign/shared/errs"
)

// chunk is one frame of a snapshot. It is compressed when the first caller takes it so.
type chunk struct {
	plain []byte
	once  sync.Once
	small []byte
}

func (c *chunk) zipped() []byte {
	c.once.Do(func() {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		if err == nil {
			_, err = z.Write(c.plain)
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil { // the level is a valid one, and a buffer takes everything
			panic(err)
		}
		c.small = bytes.Clone(b.Bytes())
	})
	return c.small
}

// SyncChunk gives a chunk of a snapshot that was told of lately, or of the head's.
func (s *Service) SyncChunk(ctx context.Context, cred Credential, in *api.SyncChunkIn) (api.Blob, error) {
	for range 2 {
		out, err := Run(ctx, s, api.SyncChunk, cred, in, func(tx *Tx, in *api.SyncChunkIn) (api.Blob, error) {
			sn := s.sync.snapshots.find(tx.Org, in.Snapshot, tx.Now())
			if sn == nil {
				// This process may not be the one that told of it: the same state has the same name.
				h, err := tx.NumberHead(tx, tx.Org)
				if err == nil && h != nil && inventory.SnapshotID(h) == in.Snapshot {
					err = errNoSnapshot
				}
				return api.Blob{}, errors.Join(err, notFound())
			}
			if in.Chunk >= len(sn.chunks) {
				return api.Blob{}, notFound()
			}
			ch := &sn.chunks[in.Chunk]
			failpoint.Hit("sync.chunk")
			return api.Blob{Data: ch.plain, Zipped: ch.zipped}, nil
		})
		if !errors.Is(err, errNoSnapshot) {
			return out, err
		}
		if err := s.buildSnapshot(ctx, in.Org.Org); err != nil {
			return api.Blob{}, err
		}
	}
	return api.Blob{}, errs.New(errs.NotFound, "error.not_found")
}
