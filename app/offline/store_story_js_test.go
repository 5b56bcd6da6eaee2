//go:build js && wasm

package offline

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"syscall/js"
	"testing"
	"time"

	"countersign/shared/number"
	"countersign/shared/replica"
)

var story = flag.String("story", "", "run this instead of the tests")

// TestMain runs the tests, or a part of a story that the native half of them tells: there pages end in the middle.
func TestMain(m *testing.M) {
	flag.Parse()
	switch *story {
	case "":
		os.Exit(m.Run())
	case "write":
		writeOn()
	case "read":
		OpenStore(storyName).Load(func(s *replica.Stored, err error) {
			text, _ := json.Marshal(s)
			js.Global().Set("stored", string(text))
			if err != nil {
				js.Global().Set("stored", err.Error())
			}
		})
	}
	select {}
}

const storyName = prefix + "story"

// writeOn commits edits and pages of a pull, each as soon as the last one of its kind is told, until the page ends. What is
// told as committed is in the page's confirmed.
func writeOn() {
	s := OpenStore(storyName)
	confirmed := js.Global().Get("Array").New()
	js.Global().Set("confirmed", confirmed)
	s.Load(func(stored *replica.Stored, err error) {
		if err != nil {
			panic(err)
		}
		uid, page := len(stored.Log), stored.Meta.Rev
		var edits, pulls func()
		edits = func() {
			uid++
			u := fmt.Sprint("u", uid)
			s.Commit(&replica.Tx{Strict: true, Append: edit(u)}, func(_ Committed, why string) {
				if why != "" {
					panic(why)
				}
				confirmed.Call("push", u)
				edits()
			})
		}
		pulls = func() {
			page++
			rows := make([]replica.Change, 200)
			for i := range rows {
				key := fmt.Sprint("p", i)
				rows[i] = replica.Change{Seq: page, Kind: replica.KindPurpose, ID: key, Purpose: &number.Purpose{Key: key, Ver: page}}
			}
			s.Commit(&replica.Tx{Meta: &replica.Meta{Client: "c1", Rev: page, Cursor: fmt.Sprint(page)}, Rows: rows}, func(_ Committed, why string) {
				if why != "" {
					panic(why)
				}
				pulls()
			})
		}
		edits()
		pulls()
	})
}

// median reports what each of the times took in the middle.
func median(b *testing.B, do func()) {
	do()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		do()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(0, "ns/op")
}

// From an edit until it is safe on the device.
func BenchmarkEdit(b *testing.B) {
	w := fresh(b)
	w.Stored()
	n := 0
	median(b, func() { n++; w.must(replica.Tx{Strict: true, Append: edit(fmt.Sprint("u", n))}) })
}

func BenchmarkPage(b *testing.B) {
	w := fresh(b)
	w.Stored()
	rows := make([]replica.Change, replica.MaxPull)
	for i := range rows {
		rows[i] = replica.Change{Seq: 1, Kind: replica.KindPurpose, ID: fmt.Sprint("p", i), Purpose: &number.Purpose{Key: fmt.Sprint("p", i)}}
	}
	median(b, func() { w.must(replica.Tx{Meta: &replica.Meta{Client: "c1"}, Rows: rows}) })
}

// 100,000 numbers in 100 chunks.
func BenchmarkLoad(b *testing.B) {
	w := fresh(b)
	hundredThousand(b, w)
	median(b, func() { w.Stored() })
}
