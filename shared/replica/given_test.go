package replica_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"countersign/shared/id"
	"countersign/shared/number"
	. "countersign/shared/replica"
)

func cursor(epoch Epoch, seq int64) string {
	return CursorParts{Epoch: epoch, Seq: seq, Chain: [8]byte{byte(seq), byte(seq >> 8)}}.Text(make([]byte, MACBytes))
}

func key(n int) id.Number { return id.Number(fmt.Sprintf("01900000-0000-7000-8000-%012x", n)) }

// uid is the n-th intent.
func uid(n int) Uid { return Uid(fmt.Sprintf("%032x", n)) }

func row(n int, name string, ver int64) *number.Number {
	return &number.Number{ID: key(n), E164: number.E164(fmt.Sprintf("+4930%07d", n)), CallPurpose: "sales", DisplayName: name, Status: number.Active, Ver: ver}
}

func put(n int, name string, seq int64) Change {
	return Change{Seq: seq, Kind: KindNumber, ID: string(key(n)), Number: row(n, name, seq)}
}

// snapshot is a manifest over chunks of the rows, two rows each.
func snapshot(name string, at string, rows []Change) (*Manifest, [][]byte) {
	m := &Manifest{ID: name, Cursor: at, Rows: len(rows)}
	var frames [][]byte
	var sum uint64
	for chunk := range slices.Chunk(rows, 2) {
		b := AppendFrame(nil, chunk)
		h := sha256.Sum256(b)
		m.Chunks = append(m.Chunks, Chunk{Rows: len(chunk), Bytes: len(b), SHA256: hex.EncodeToString(h[:])})
		frames = append(frames, b)
		for _, c := range chunk {
			m.Digest.Rows++
			sum += RowHash(c.Number.ID, c.Number.Ver)
		}
	}
	m.Digest.Sum = SumText(sum)
	return m, frames
}

// synced is a device with numbers 1 to 4 at seq 10 of history e1, named "n1" to "n4", and nothing to do.
func synced(t *testing.T) (*disk, *tab) {
	t.Helper()
	d := newDisk()
	tb := d.open(t)
	tb.pulls(PullAnswer{Cursor: cursor("e1", 10), Head: 10, Changes: []Change{put(1, "n1", 7), put(2, "n2", 8), put(3, "n3", 9), put(4, "n4", 10)}})
	tb.fires(TimerGap)
	return d, tb
}

func rename(u Uid, n int, was, name string) Event {
	return Event{Edit: &NewEdit{Uid: u, Op: Set, Rows: []Edit{{ID: key(n), Was: &number.Fields{DisplayName: &was}}}, Set: &number.Fields{DisplayName: &name}}}
}

func jsonSize(v any) int {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return len(b)
}
