package device

import (
	"context"
	"errors"

	"countersign/shared/api"
	"countersign/shared/replica"
)

// ask sends a request to the server and gives what came back, as the engine takes it.
func (d *Device) ask(ctx context.Context, r *replica.Request) *replica.Answer {
	a := &replica.Answer{ID: r.ID}
	org := api.Org{Org: d.Org}
	var err error
	switch {
	case r.Push != nil:
		d.Requests["push"]++
		a.Push, err = call(ctx, d, api.SyncPush, api.SyncPushIn{Org: org, Body: *r.Push})
	case r.Pull != nil:
		d.Requests["pull"]++
		a.Pull, err = call(ctx, d, api.SyncPull, api.SyncPullIn{Org: org, Body: *r.Pull})
	case r.Chunk != nil:
		d.Requests["chunk"]++
		var blob *api.Blob
		if blob, err = call(ctx, d, api.SyncChunk, api.SyncChunkIn{Org: org, Snapshot: r.Chunk.Snapshot, Chunk: r.Chunk.N}); err == nil {
			a.Chunk = blob.Data
		}
	case r.Attention:
		d.Requests["attention"]++
		var list *api.SyncAttention
		if list, err = call(ctx, d, api.ListAttention, org); err == nil {
			a.Attention = &list.AttentionAnswer
		}
	}
	if err == nil {
		return a
	}
	if refusal, ok := errors.AsType[*api.Refusal](err); ok {
		a.Refused, a.RetryAfter = refusal.Code, 1000*refusal.RetryAfter
	} else {
		a.Failed = true
	}
	d.Refused = append(d.Refused, a.Refused)
	return a
}

func call[In, Out any](ctx context.Context, d *Device, ep api.Endpoint[In, Out], in In) (*Out, error) {
	out, err := ep.Do(ctx, d.Client, in)
	if err != nil {
		return nil, err
	}
	return &out, nil
}
