package portal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"countersign/backend/failpoint"
	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// Snapshots are made once for all devices that ask for one at about the same time, and kept while they fetch its chunks.
const (
	snapshotBytes = 128 << 20        // of chunks, in all; the newest one stays however large
	snapshotKeep  = 10 * time.Minute // after the last use
	snapshotFresh = 5 * time.Minute  // an older one is not begun with: making a new one is cheaper than all that followed it
	snapshotLag   = 5000             // changes that a device may have to fetch after it
	snapshotLimit = time.Minute      // to read it
	snapshotsMade = 2                // at once: each holds a connection that reads
)

var errNoSnapshot = errors.New("there is no snapshot to begin with")

// snapshots are those that devices may be fetching. The zero value is ready.
type snapshots struct {
	mu       sync.Mutex
	kept     map[id.Organization][]*snapshot // oldest first
	building map[id.Organization]*building
	making   chan struct{} // a place for each that is made
	bytes    int
}

// snapshot is the state of an organization's numbers at one moment, in chunks.
type snapshot struct {
	manifest replica.Manifest
	cursor   replica.CursorParts
	chunks   []chunk
	bytes    int
	made     time.Time
	used     time.Time
}

// building is a snapshot on its way; done is closed when it is kept or err is set.
type building struct {
	done chan struct{}
	err  error
}

// usable gives the manifest of a snapshot from which the state of this transaction can be reached by its history, or
// errNoSnapshot.
func (c *snapshots) usable(st inventory.Store) (*replica.Manifest, error) {
	h, err := st.Head()
	if err != nil || h == nil {
		return nil, errors.Join(err, errNoSnapshot)
	}
	c.mu.Lock()
	var last *snapshot
	if list := c.kept[st.Org()]; len(list) > 0 {
		last = list[len(list)-1]
		last.used = st.Now()
	}
	c.mu.Unlock()
	if last == nil || last.cursor.Epoch != h.Epoch || last.cursor.Seq > h.Seq || last.cursor.Seq < h.MinSeq ||
		h.Seq-last.cursor.Seq > snapshotLag || last.cursor.Seq < h.Seq && st.Now().Sub(last.made) > snapshotFresh {
		return nil, errNoSnapshot
	}
	chain := h.Chain
	if last.cursor.Seq < h.Seq {
		p, err := st.Change(last.cursor.Seq)
		if err != nil {
			return nil, err
		}
		if p == nil {
			return nil, errNoSnapshot
		}
		chain = p.Chain
	}
	if chain != last.cursor.Chain {
		return nil, errNoSnapshot
	}
	return &last.manifest, nil
}

// find gives the snapshot of an organization with the name, nil when it is not kept.
func (c *snapshots) find(oid id.Organization, name string, now time.Time) *snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, sn := range c.kept[oid] {
		if sn.manifest.ID == name {
			sn.used = now
			return sn
		}
	}
	return nil
}

// keep takes a new snapshot in and lets go of those that nobody fetches, then of the ones used longest ago until there is
// room.
func (c *snapshots) keep(oid id.Organization, sn *snapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[id.Organization][]*snapshot{}
	}
	for o, list := range c.kept {
		for i := len(list) - 1; i >= 0; i-- {
			if sn.made.Sub(list[i].used) > snapshotKeep || list[i].manifest.ID == sn.manifest.ID && o == oid {
				c.drop(o, i)
			}
		}
	}
	for c.bytes > 0 && c.bytes+sn.bytes > snapshotBytes {
		var from id.Organization
		at := -1
		for o, list := range c.kept {
			for i := range list {
				if at < 0 || list[i].used.Before(c.kept[from][at].used) {
					from, at = o, i
				}
			}
		}
		c.drop(from, at)
	}
	c.kept[oid] = append(c.kept[oid], sn)
	c.bytes += sn.bytes
}

func (c *snapshots) drop(oid id.Organization, i int) {
	list := c.kept[oid]
	c.bytes -= list[i].bytes
	list = append(list[:i:i], list[i+1:]...)
	if c.kept[oid] = list; len(list) == 0 {
		delete(c.kept, oid)
	}
}

// size is how many bytes of chunks are kept.
func (c *snapshots) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

// buildSnapshot makes a snapshot of an organization's head. Those who ask for it meanwhile wait for the same one, and it
// goes on when they leave.
func (s *Service) buildSnapshot(ctx context.Context, oid id.Organization) error {
	c := &s.sync.snapshots
	c.mu.Lock()
	b := c.building[oid]
	if b == nil {
		b = &building{done: make(chan struct{})}
		if c.building == nil {
			c.building, c.making = map[id.Organization]*building{}, make(chan struct{}, snapshotsMade)
		}
		c.building[oid] = b
		go func() {
			c.making <- struct{}{}
			b.err = s.makeSnapshot(context.WithoutCancel(ctx), oid)
			<-c.making
			c.mu.Lock()
			delete(c.building, oid)
			c.mu.Unlock()
			close(b.done)
		}()
	}
	c.mu.Unlock()
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Service) makeSnapshot(ctx context.Context, oid id.Organization) (err error) {
	defer func() {
		if p := recover(); p != nil { // it runs on a goroutine of its own
			err = fmt.Errorf("panic while making a snapshot: %v", p)
		}
	}()
	return s.DB.ViewWithin(ctx, snapshotLimit, func(st *store.Tx) error {
		made, err := s.core.Snapshot(st.Inventory(ctx, oid, s.core.NewEpoch))
		if err != nil {
			return err
		}
		sn := &snapshot{manifest: made.Manifest, made: st.Now(), used: st.Now(), chunks: make([]chunk, len(made.Frames))}
		sn.cursor, _, _ = replica.ReadCursor(made.Manifest.Cursor)
		for i, frame := range made.Frames {
			sn.chunks[i].plain = frame
			sn.bytes += 2 * len(frame) // compressed, it may be there once more
		}
		failpoint.Hit("sync.snapshot")
		s.sync.snapshots.keep(oid, sn)
		return nil
	})
}
