package store

import (
	"context"
	"fmt"
	"testing"

	"countersign/shared/audit"
	"countersign/shared/live"
)

// A change that everybody hears of is one change, however many they are; each stream counts its own events.
func TestRecordTellsThousandsOfStreams(t *testing.T) {
	in := newInstallation(t)
	const n = 6000
	var pokes []Poke
	for i := range n {
		pokes = append(pokes, Poke{Stream: live.Stream(fmt.Sprintf("org%d", i%(n/2))), Kind: live.Numbers, Ref: fmt.Sprint(i)})
	}
	in.must(in.db.Update(t.Context(), func(tx *Tx) error {
		return tx.Record(context.Background(), make([]byte, 32), Change{Entry: audit.Entry{Stream: live.Provider, Kind: audit.PurposeChanged}, Pokes: pokes})
	}))
	in.must(in.db.View(t.Context(), func(tx *Tx) error {
		var all, streams, twice int
		if err := tx.QueryRow(t.Context(), `SELECT COUNT(*), COUNT(DISTINCT stream), SUM(CASE WHEN seq = 2 THEN 1 ELSE 0 END) FROM event`).Scan(&all, &streams, &twice); err != nil {
			return err
		}
		if all != n || streams != n/2 || twice != n/2 {
			t.Errorf("%d events in %d streams, %d of them second ones", all, streams, twice)
		}
		return nil
	}))
}
