package portal_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

func anyUid() replica.Uid {
	var b [16]byte
	rand.Read(b[:])
	return replica.Uid(hex.EncodeToString(b[:]))
}

func anyID[T ~string]() T { return id.New[T](time.Now(), rand.Reader) }

// scalar is a number that a query gives.
func (w *away) scalar(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.DB.View(context.Background(), func(tx *store.Tx) error {
		return tx.QueryRow(context.Background(), query, args...).Scan(&n)
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// newRush is a world whose server limits no calls.
func newRush(t *testing.T) *away {
	many := server.Bucket{PerSecond: 1e6, Burst: 1e6}
	w := &away{desk: &desk{World: backendtest.New(t, backendtest.WithLimits(server.Limits{Usual: many, Sync: many, Costly: many, Address: many})), t: t}}
	w.marie = w.As(w.Marie)
	return w
}

func (w *away) push(a *backendtest.Actor, p replica.Push) (replica.PushAnswer, error) {
	p.Schema = replica.Schema
	return backendtest.Call(a, api.SyncPush, api.SyncPushIn{Org: api.Org{Org: w.Acme}, Body: p})
}

// TH23: a small push leaves little behind, whatever it holds: what all rows of a mutation share is not kept for each.
func TestPushIsNotAmplifiedTH23(t *testing.T) {
	w := newAway(t)
	long := strings.Repeat("x", 200<<10)
	for name, set := range map[string]*number.Fields{
		"name": {DisplayName: &long}, "number": {E164: number.E164(long)}, "purpose": {CallPurpose: &long},
		"place": {Place: &number.Place{BusinessUnit: id.BusinessUnit(long)}},
	} {
		for _, op := range []replica.Op{replica.Set, replica.Create} {
			m := replica.Mutation{Mid: 1, Uid: anyUid(), V: 1, Op: op, Set: set}
			for range replica.MaxRows {
				m.Rows = append(m.Rows, replica.Edit{ID: anyID[id.Number]()})
			}
			before := w.scalar(`SELECT (SELECT COALESCE(SUM(LENGTH(outcome)), 0) FROM sync_receipt) + (SELECT COALESCE(SUM(LENGTH(item)), 0) FROM sync_attention)`)
			if _, err := w.push(w.marie, replica.Push{Client: anyID[id.Device](), Mutations: []replica.Mutation{m}}); err != nil {
				t.Fatal(err)
			}
			kept := w.scalar(`SELECT (SELECT COALESCE(SUM(LENGTH(outcome)), 0) FROM sync_receipt) + (SELECT COALESCE(SUM(LENGTH(item)), 0) FROM sync_attention)`) - before
			if kept > 2<<20 {
				t.Errorf("%s, %s: a push of 256 KiB leaves %d bytes", op, name, kept)
			}
		}
	}
}

// TH23: a device is called by a UUID, so that its name fills no disk.
func TestDeviceNamesAreShortTH23(t *testing.T) {
	w := newAway(t)
	for _, name := range []id.Device{id.Device(strings.Repeat("d", 900<<10)), "online", "", "\u202e"} {
		_, err := backendtest.Call(w.marie, api.SyncPull, api.SyncPullIn{Org: api.Org{Org: w.Acme}, Body: replica.Pull{Client: name, Schema: 1, FirstMid: 1}})
		backendtest.Refused(t, err, errs.Invalid)
	}
	if n := w.scalar(`SELECT COUNT(*) FROM sync_device`); n != 0 {
		t.Errorf("%d devices", n)
	}
}

// TH23: nobody fills the disk with devices: beyond any number that a person has, each waits.
func TestDevicesAreFewTH23(t *testing.T) {
	w := newRush(t)
	paul := w.As(w.Paul)
	for who, call := range map[*backendtest.Actor]func() error{
		w.marie: func() error {
			_, err := backendtest.Call(w.marie, api.SyncPull, api.SyncPullIn{Org: api.Org{Org: w.Acme}, Body: replica.Pull{Client: anyID[id.Device](), Schema: 1, FirstMid: 1}})
			return err
		},
		paul: func() error {
			_, err := w.push(paul, replica.Push{Client: anyID[id.Device](), Mutations: []replica.Mutation{}})
			return err
		},
	} {
		var err error
		n := 0
		for ; n < 2000 && err == nil; n++ {
			err = call()
		}
		if p := backendtest.Refused(t, err, errs.TooMany); n < 100 || p.RetryAfter == 0 {
			t.Errorf("%s, after %d devices: %+v", who.Persona.Name, n, p)
		}
	}
	w.deviceIn(w.As(w.Jonas), w.Acme) // others are not held up
}

// TH23: who pushes for ever what is refused is slowed down before the disk is full, and by time alone goes on.
func TestRefusedEditsAreBudgetedTH23(t *testing.T) {
	w := newRush(t)
	text := strings.Repeat("x", 200<<10)
	c, last := anyID[id.Device](), replica.Mid(0)
	send := func() error {
		m := replica.Mutation{Mid: last + 1, Uid: anyUid(), V: 1, Op: replica.Set, Rows: []replica.Edit{{ID: anyID[id.Number](), Set: &number.Fields{DisplayName: &text}}}}
		_, err := w.push(w.marie, replica.Push{Client: c, PrevMid: last, Mutations: []replica.Mutation{m}})
		if err == nil {
			last++
		}
		return err
	}
	var err error
	for last < 1000 && err == nil {
		err = send()
	}
	if p := backendtest.Refused(t, err, errs.TooMany); last < 100 || p.RetryAfter == 0 {
		t.Errorf("after %d edits: %+v", last, p)
	}
	if kept := w.scalar(`SELECT SUM(LENGTH(item)) FROM sync_attention`); kept > 5*replica.MaxLogBytes {
		t.Errorf("%d bytes wait", kept)
	}
	in := api.AddListIn{Org: api.Org{Org: w.Acme}}
	in.Body.AddOptions, in.Body.Numbers = survey, []string{text, text, text}
	_, err = backendtest.Call(w.marie, api.AddNumberList, in)
	backendtest.Refused(t, err, errs.TooMany)
	w.deviceIn(w.As(w.Jonas), w.Acme)
	w.Verify()
}

// TH23: what somebody brings who lost access is recorded as far as a device can have held it, and no further.
func TestLostPushesAreBoundedTH23(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Jonas)
	jonas := w.As(w.Jonas)
	w.Exec(`UPDATE contact SET access = FALSE WHERE id = ?`, w.Jonas.Contact)
	text := strings.Repeat("x", 200<<10)
	for i := range replica.Mid(130) {
		m := replica.Mutation{Mid: i + 1, Uid: anyUid(), V: 1, Op: replica.Set, Rows: []replica.Edit{{ID: anyID[id.Number](), Set: &number.Fields{DisplayName: &text}}}}
		_, err := w.push(jonas, replica.Push{Client: d.Meta().Client, PrevMid: i, Mutations: []replica.Mutation{m}})
		backendtest.Refused(t, err, errs.Wipe)
	}
	kept := w.scalar(`SELECT SUM(LENGTH(item)) FROM sync_attention`)
	if kept < replica.MaxLogBytes/2 || kept > replica.MaxLogBytes*11/10 {
		t.Errorf("%d bytes of what somebody without access pushed are kept", kept)
	}
	w.Verify()
}

// I14: the identity of another person's edit gives its outcome and nothing of what they wanted.
func TestOutcomeOfAnotherPersonsEditI14(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	n := d.Create(firstNumber, "survey")
	w.sync(d)
	wish, u := "a wish", anyUid()
	m := replica.Mutation{Mid: 1, Uid: u, V: 1, Op: replica.Set, Rows: []replica.Edit{{ID: n, Set: &number.Fields{DisplayName: &wish}, Was: &number.Fields{DisplayName: &wish}}}}
	if a := backendtest.Must(w.push(w.marie, replica.Push{Client: anyID[id.Device](), Mutations: []replica.Mutation{m}})); a.Outcomes[0].Attention == "" {
		t.Fatalf("hers: %+v", a)
	}
	m.Rows = []replica.Edit{{ID: n}}
	a := backendtest.Must(w.push(w.As(w.Paul), replica.Push{Client: anyID[id.Device](), Mutations: []replica.Mutation{m}}))
	if o := a.Outcomes[0]; o.St != replica.Rejected || len(o.Faults) > 0 || o.Attention != "" {
		t.Errorf("his: %+v", o)
	}
	b, err := backendtest.Call(w.As(w.Luc), api.SyncPush, api.SyncPushIn{Org: api.Org{Org: w.Beta}, Body: replica.Push{Client: anyID[id.Device](), Schema: 1, Mutations: []replica.Mutation{m}}})
	if err != nil || len(b.Outcomes) != 1 || b.Outcomes[0].Faults[0].Reason != number.NotFound || b.Outcomes[0].Faults[0].E164 != "" {
		t.Errorf("in another organization: %+v, %v", b, err)
	}
}
