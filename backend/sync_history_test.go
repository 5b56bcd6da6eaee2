package main_test

import (
	crand "crypto/rand"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/anishathalye/porcupine"
)

const (
	callers      = 16
	callsOfEach  = 100
	rowsInPlay   = 10 // ids; every two of them want the same phone number
	checkerLimit = 3 * time.Minute
)

// history is what callers asked and heard, with when, by a clock that only counts.
type history struct {
	t     testing.TB
	w     *backendtest.World
	ids   []id.Number
	units []id.BusinessUnit
	epoch replica.Epoch
	clock atomic.Int64

	mu       sync.Mutex
	ops      []porcupine.Operation
	outcomes map[replica.Uid]replica.Outcome // by the uids of the history
	pages    []page
}

// page is an answer to a pull: all changes after a place up to another.
type page struct {
	from, to, head int64
	list           []replica.Change
}

// I3, I5, I7, I12, I17: sixteen callers edit ten numbers at once, online and as devices that push, push the same again and
// pull; whatever they hear is what some order of their calls explains, one that puts no call before one that had ended. The
// order is looked for by porcupine with a model that is written from the design and not from the code.
func TestHistoryIsLinearizable(t *testing.T) {
	many := server.Bucket{PerSecond: 1e6, Burst: 1e6}
	h := &history{t: t, w: backendtest.New(t, backendtest.WithLimits(server.Limits{Usual: many, Sync: many, Address: many, Costly: many})),
		outcomes: map[replica.Uid]replica.Outcome{}}
	h.prepare()
	var wg sync.WaitGroup
	for n := range callers {
		c := h.caller(n)
		wg.Go(c.run)
	}
	wg.Wait()
	if t.Failed() {
		return
	}

	kinds := map[string]int{}
	for _, op := range h.ops {
		in, out := op.Input.(asked), op.Output.(heard)
		switch {
		case in.get:
			kinds["get"]++
		case in.pull:
			kinds["pull"]++
		default:
			kinds[string(in.m.Op)+" "+string(out.o.St)]++
		}
	}
	t.Logf("%d observations of %d mutations and %d pages: %v", len(h.ops), len(h.outcomes), len(h.pages), kinds)
	h.check("by number", numberModel, byNumber)
	h.check("by phone number", holderModel, byE164)
	h.judgePages()
	h.corrupted()
}

// prepare makes units and begins the history.
func (h *history) prepare() {
	marie := h.w.As(h.w.Marie)
	for _, name := range []string{"North", "South"} {
		in := api.CreateUnitIn{Org: api.Org{Org: h.w.Acme}}
		in.Body.Name = name
		h.units = append(h.units, backendtest.Must(backendtest.Call(marie, api.CreateUnit, in)).ID)
	}
	for range rowsInPlay {
		h.ids = append(h.ids, id.New[id.Number](time.Now(), crand.Reader))
	}
	out := backendtest.Must(backendtest.Call(marie, api.SyncPull, api.SyncPullIn{Org: api.Org{Org: h.w.Acme},
		Body: replica.Pull{Client: id.New[id.Device](time.Now(), crand.Reader), Schema: replica.Schema, FirstMid: 1}}))
	h.epoch = out.Epoch
}

func (h *history) e164(k id.Number) number.E164 { return e164(slices.Index(h.ids, k) / 2) }

// add notes what was asked and heard between two times.
func (h *history) add(caller int, in asked, out heard, from, to int64) {
	in.e164 = h.e164(in.of)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: caller, Input: in, Output: out, Call: from, Return: to})
}
