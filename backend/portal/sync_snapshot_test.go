package portal

import (
	"fmt"
	"testing"
	"time"

	"countersign/shared/id"
	"countersign/shared/replica"
)

func bounds(c *snapshots) (bytes, kept int) {
	for _, list := range c.kept {
		for _, sn := range list {
			bytes += sn.bytes
			kept++
		}
	}
	return bytes, kept
}

func made(n, bytes int, at time.Time) *snapshot {
	return &snapshot{manifest: replica.Manifest{ID: fmt.Sprint(n)}, bytes: bytes, made: at, used: at}
}

// N13: snapshots take no more memory than they may: those used longest ago go first, the newest stays however large, and
// what nobody has fetched for long goes by itself.
func TestSnapshotsStayWithinTheirMemoryN13(t *testing.T) {
	var c snapshots
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	const each = snapshotBytes / 10
	for i := range 40 {
		c.keep(id.Organization(fmt.Sprint(i%7)), made(i, each, now))
		now = now.Add(time.Second)
		if c.find("1", "1", now) == nil && i >= 1 {
			t.Fatalf("the snapshot that is fetched all the time was dropped for the %dth", i)
		}
		if bytes, kept := bounds(&c); bytes != c.size() || bytes > snapshotBytes || kept == 0 {
			t.Fatalf("%d snapshots of %d bytes, told %d", kept, bytes, c.size())
		}
	}
	if _, kept := bounds(&c); kept != 10 {
		t.Errorf("%d are kept where 10 fit", kept)
	}
	c.keep("huge", made(99, 2*snapshotBytes, now))
	if bytes, kept := bounds(&c); kept != 1 || bytes != c.size() || c.find("huge", "99", now) == nil {
		t.Errorf("beside one that is larger than all may be, %d are kept", kept-1)
	}
	c.keep("other", made(100, 1, now.Add(snapshotKeep+time.Second)))
	if c.find("huge", "99", now) != nil || c.size() != 1 {
		t.Errorf("what nobody fetched is still kept: %d bytes", c.size())
	}
	c.keep("other", made(100, 1, now.Add(snapshotKeep+time.Second)))
	if _, kept := bounds(&c); kept != 1 || c.size() != 1 {
		t.Errorf("the same snapshot is kept %d times", kept)
	}
}
