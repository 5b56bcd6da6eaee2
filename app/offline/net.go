package offline

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"countersign/app/client"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/replica"
)

// answerTime is how long an answer may take before the call counts as lost.
const answerTime = 60 * time.Second

// asker sends the engine's requests for an organization over a session.
func asker(s *client.Session, org id.Organization) func(context.Context, *replica.Request) *replica.Answer {
	return func(ctx context.Context, r *replica.Request) *replica.Answer {
		ctx, stop := context.WithTimeout(ctx, answerTime)
		defer stop()
		a := &replica.Answer{ID: r.ID}
		of := api.Org{Org: org}
		var err error
		switch {
		case r.Push != nil:
			var out replica.PushAnswer
			err = s.Background(ctx, api.SyncPush.Spec, api.SyncPushIn{Org: of, Body: *r.Push}, &out)
			a.Push = &out
		case r.Pull != nil:
			var out replica.PullAnswer
			err = s.Background(ctx, api.SyncPull.Spec, api.SyncPullIn{Org: of, Body: *r.Pull}, &out)
			a.Pull = &out
		case r.Chunk != nil:
			var out api.Blob
			err = s.Background(ctx, api.SyncChunk.Spec, api.SyncChunkIn{Org: of, Snapshot: r.Chunk.Snapshot, Chunk: r.Chunk.N}, &out)
			a.Chunk = out.Data
		case r.Attention:
			var out api.SyncAttention
			err = s.Background(ctx, api.ListAttention.Spec, of, &out)
			a.Attention = &out.AttentionAnswer
		}
		if err != nil {
			return refusal(r.ID, err)
		}
		return a
	}
}

// refusal is what an error means to the engine. Something that is no answer of this server, as a page that a network puts
// in its place, is none.
func refusal(request int, err error) *replica.Answer {
	a := &replica.Answer{ID: request}
	if r, ok := errors.AsType[*api.Refusal](err); ok {
		a.Refused, a.RetryAfter = r.Code, 1000*r.RetryAfter
	} else {
		a.Failed = true
	}
	return a
}

// pokes finds what the live stream says of an organization's numbers. Without events some may have been missed.
func pokes(org id.Organization, events []live.Event) (list []replica.Event) {
	if len(events) == 0 {
		return []replica.Event{{Poke: &replica.Poke{}}}
	}
	for i := range events {
		if e := &events[i]; e.Kind == live.Numbers && e.Org == org {
			p := readPoke(e.Ref)
			list = append(list, replica.Event{Poke: &p})
		}
	}
	return list
}

// readPoke reads epoch ":" head. Of what it can't read it knows only that there is something new.
func readPoke(ref string) (p replica.Poke) {
	i := strings.LastIndexByte(ref, ':')
	if i < 0 {
		return p
	}
	head, err := strconv.ParseInt(ref[i+1:], 10, 64)
	if err != nil {
		return p
	}
	return replica.Poke{Epoch: replica.Epoch(ref[:i]), Head: head}
}

func writePoke(p *replica.Poke) string {
	if p.Head == 0 {
		return ""
	}
	return string(p.Epoch) + ":" + strconv.FormatInt(p.Head, 10)
}
