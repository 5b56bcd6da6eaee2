package portal_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"countersign/backend/backendtest"
	"countersign/backend/backendtest/device"
	"countersign/backend/server"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/google/go-cmp/cmp"
)

const (
	firstNumber  number.E164 = "+33184880001"
	secondNumber number.E164 = "+33184880002"
)

// away is a world with devices in it.
type away struct {
	*desk
	seed uint64
}

func newAway(t *testing.T) *away { return &away{desk: newDesk(t)} }

// device is a new one of a persona's in Acme, up to date.
func (w *away) device(p *backendtest.Persona) *device.Device { return w.deviceIn(w.As(p), w.Acme) }

// empty is a new device of a persona's in Acme that has asked for nothing yet.
func (w *away) empty(p *backendtest.Persona) *device.Device {
	w.seed++
	return device.New(w.As(p).Client, w.Acme, w.seed)
}

func (w *away) deviceIn(a *backendtest.Actor, o id.Organization) *device.Device {
	w.t.Helper()
	w.seed++
	d := device.New(a.Client, o, w.seed)
	w.sync(d)
	if !d.Status().Ready {
		w.t.Fatalf("the device is not ready: %+v", d.Status())
	}
	return d
}

// sync brings a device up to date and fails the test when the server refused anything.
func (w *away) sync(devices ...*device.Device) {
	w.t.Helper()
	for _, d := range devices {
		d.Sync(w.t.Context())
		if len(d.Refused) > 0 {
			w.t.Fatalf("refused: %v", d.Refused)
		}
	}
}

func (w *away) shows(d *device.Device, n id.Number, name string) {
	w.t.Helper()
	if got, ok := d.Number(n); !ok || got.DisplayName != name {
		w.t.Errorf("the device shows %+v, want the name %q", got, name)
	}
}

func state(d *device.Device, u replica.Uid) replica.State {
	if o := d.Outcome(u); o != nil {
		return o.St
	}
	return ""
}

func refusedWith(t *testing.T, d *device.Device, code errs.Code) {
	t.Helper()
	d.Sync(t.Context())
	if !slices.Contains(d.Refused, string(code)) {
		t.Errorf("refused with %v, want %q", d.Refused, code)
	}
}

// N13: two people edit the same numbers without a network. Different fields both count, the same field asks the later
// one, whose decision is an edit of its own.
func TestTwoDevicesMeetN13(t *testing.T) {
	w := newAway(t)
	marie, jonas := w.device(w.Marie), w.device(w.Jonas)
	n := marie.Create(firstNumber, "customer_service")
	w.sync(marie, jonas)
	w.shows(jonas, n, "")

	m := marie.Rename(n, "Reception")
	j := jonas.Rename(n, "Front desk")
	survey := "survey"
	k := jonas.Edit(replica.Set, &number.Fields{CallPurpose: &survey}, replica.Edit{ID: n, Was: &number.Fields{CallPurpose: ptr("customer_service")}})
	w.sync(marie, jonas, marie)
	if state(marie, m) != replica.Applied || state(jonas, j) != replica.Rejected || state(jonas, k) != replica.Applied {
		t.Fatalf("outcomes: %q %q %q", state(marie, m), state(jonas, j), state(jonas, k))
	}
	for _, d := range []*device.Device{marie, jonas} {
		w.shows(d, n, "Reception")
		if got, _ := d.Number(n); got.CallPurpose != "survey" {
			t.Errorf("call purpose %q", got.CallPurpose)
		}
	}
	items := jonas.Attention()
	if len(items) != 1 || items[0].Faults[0].Reason != number.Conflict || items[0].Faults[0].By != "Marie Dubois" {
		t.Fatalf("what waits for Jonas: %+v", items)
	}

	use := jonas.Rename(n, "Front desk")
	in := api.ResolveAttentionIn{Org: api.Org{Org: w.Acme}, Attention: items[0].ID}
	in.Body.How = "use_mine"
	_, err := backendtest.Call(w.marie, api.ResolveAttention, in)
	backendtest.Refused(t, err, errs.NotFound) // I14: hers it is not
	backendtest.Must(backendtest.Call(w.As(w.Jonas), api.ResolveAttention, in))
	w.sync(jonas, marie)
	if state(jonas, use) != replica.Applied || len(jonas.Attention()) != 0 {
		t.Errorf("after the decision: %q, %+v", state(jonas, use), jonas.Attention())
	}
	w.shows(marie, n, "Front desk")
	_, err = backendtest.Call(w.As(w.Jonas), api.ResolveAttention, in)
	backendtest.Refused(t, err, errs.NotFound)
	w.Verify()
}

func ptr[T any](v T) *T { return &v }

// X07: whatever answers get lost, each edit counts once and none is forgotten.
func TestLostAnswersX07(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	n := d.Create(firstNumber, "survey")
	lost := 0
	d.Lose = func(*replica.Request) bool { lost++; return lost%2 == 1 }
	var last replica.Uid
	for i := range 20 {
		last = d.Rename(n, fmt.Sprintf("Name %d", i))
		d.Sync(t.Context())
		if i%5 == 4 {
			d.Restart()
		}
	}
	d.Lose = nil
	w.sync(d)
	if state(d, last) != replica.Applied || d.Unsent() != 0 || len(d.Attention()) != 0 {
		t.Errorf("the last edit: %q, %d unsent, %d wait", state(d, last), d.Unsent(), len(d.Attention()))
	}
	w.shows(d, n, "Name 19")
	other := w.device(w.Jonas)
	w.shows(other, n, "Name 19")
	if got, _ := other.Number(n); got.Ver != 21 {
		t.Errorf("the history has %d steps, want 21: one for each edit", got.Ver)
	}
	w.Verify()
}

// I13: rights are judged when an edit arrives, from the rows of that moment; what came before stands.
func TestRightsAreJudgedAtApplyI13(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Jonas)
	n := d.Create(firstNumber, "survey")
	before := d.Rename(n, "Before")
	w.sync(d)
	w.cells(w.Jonas, `{"numbers.update":"deny"}`)
	after := d.Rename(n, "After")
	other := d.Create(secondNumber, "survey")
	w.sync(d)
	if state(d, before) != replica.Applied || state(d, after) != replica.Rejected {
		t.Errorf("before %q, after %q", state(d, before), state(d, after))
	}
	w.shows(d, n, "Before")
	if _, ok := d.Number(other); !ok {
		t.Error("what he may still do was not done")
	}
	if items := d.Attention(); len(items) != 1 || items[0].Faults[0].Reason != number.Forbidden {
		t.Errorf("what waits: %+v", items)
	}
	w.Verify()
}

// X01, N13: who is shut out is told to drop the copy. What they had not sent is kept, changes nothing, and waits for those
// who may take care of it.
func TestLostAccessWipesTheDeviceN13(t *testing.T) {
	for name, lose := range map[string]func(w *away){
		"deactivated": func(w *away) { w.update(w.Jonas.Contact, func(b *api.ContactBody) { b.Active = false }) },
		"access_taken": func(w *away) {
			w.update(w.Jonas.Contact, func(b *api.ContactBody) { b.Access, b.Roles, b.Overrides = false, nil, nil })
		},
		"right_taken": func(w *away) {
			w.update(w.Jonas.Contact, func(b *api.ContactBody) { b.Roles = []perm.Role{perm.Billing} })
		},
		"deleted": func(w *away) {
			in := api.DeleteContactIn{ContactIn: at(w.Acme, w.Jonas.Contact)}
			in.Body.Reason = "Asked by the customer."
			backendtest.Must(backendtest.Call(w.As(w.Anna), api.DeleteContact, in))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newAway(t)
			marie, jonas := w.device(w.Marie), w.device(w.Jonas)
			n := marie.Create(firstNumber, "survey")
			w.sync(marie, jonas)
			jonas.Rename(n, "Not to be")
			jonas.Create(secondNumber, "survey")
			lose(w)
			refusedWith(t, jonas, errs.Wipe)
			if !jonas.Wiped || jonas.Holds() {
				t.Errorf("wiped: %v, holds something: %v", jonas.Wiped, jonas.Holds())
			}
			w.sync(marie)
			w.shows(marie, n, "")
			if got := marie.Numbers(); len(got) != 1 {
				t.Errorf("numbers: %+v", got)
			}

			list := backendtest.Must(backendtest.Call(w.marie, api.ListAttention, api.Org{Org: w.Acme}))
			whose := map[string]bool{}
			for _, item := range list.Others {
				for _, f := range item.Faults {
					if whose[item.By] = true; f.Reason != number.Forbidden {
						t.Errorf("reason %q", f.Reason)
					}
				}
			}
			if want := map[string]bool{"Jonas Meier": true}; !cmp.Equal(whose, want) {
				t.Fatalf("edits left by %v, want %v", whose, want)
			}
			for _, item := range list.Others {
				in := api.ResolveAttentionIn{Org: api.Org{Org: w.Acme}, Attention: item.ID}
				in.Body.How = "discard"
				_, err := backendtest.Call(w.As(w.Paul), api.ResolveAttention, in)
				backendtest.Refused(t, err, errs.NotFound) // he may only look
				backendtest.Must(backendtest.Call(w.marie, api.ResolveAttention, in))
			}
			list = backendtest.Must(backendtest.Call(w.marie, api.ListAttention, api.Org{Org: w.Acme}))
			if len(list.Others) != 0 {
				t.Errorf("after resolving: %+v", list.Others)
			}
			w.Verify()
		})
	}
}

// I14: who never had a copy is told nothing by a request for one, and a name of another organization's snapshot opens
// nothing.
func TestStrangersAreToldNothingI14(t *testing.T) {
	w := newAway(t)
	marie := w.device(w.Marie)
	marie.Create(firstNumber, "survey")
	w.sync(marie)
	var manifest *replica.Manifest
	pull := func(a *backendtest.Actor, o id.Organization) error {
		in := api.SyncPullIn{Org: api.Org{Org: o}, Body: replica.Pull{Client: "018f0000-0000-4000-8000-00000000000a", Schema: 1, FirstMid: 1, ReceiptSum: replica.SumText(0)}}
		out, err := backendtest.Call(a, api.SyncPull, in)
		manifest = out.Snapshot
		return err
	}
	if err := pull(w.marie, w.Acme); err != nil || manifest == nil {
		t.Fatal(err)
	}
	chunk := api.SyncChunkIn{Org: api.Org{Org: w.Acme}, Snapshot: manifest.ID}
	if got := backendtest.Must(backendtest.Call(w.marie, api.SyncChunk, chunk)); len(got.Data) != manifest.Chunks[0].Bytes {
		t.Errorf("the chunk has %d bytes, want %d", len(got.Data), manifest.Chunks[0].Bytes)
	}

	luc := w.As(w.Luc)
	backendtest.Refused(t, pull(luc, w.Acme), errs.NotFound)
	backendtest.Refused(t, pull(w.As(w.Nadia), w.Acme), errs.Forbidden)
	backendtest.Refused(t, pull(w.As(w.Nobody), w.Acme), errs.Unauthenticated)
	backendtest.Refused(t, pull(w.As(w.Sofia), w.Acme), errs.NotFound)
	chunk.Org.Org = w.Beta
	_, err := backendtest.Call(luc, api.SyncChunk, chunk)
	backendtest.Refused(t, err, errs.NotFound)
	chunk.Org.Org, chunk.Chunk = w.Acme, 1
	_, err = backendtest.Call(w.marie, api.SyncChunk, chunk)
	backendtest.Refused(t, err, errs.NotFound)

	in := w.inside(w.Sofia)
	backendtest.Refused(t, pull(in, w.Acme), errs.Forbidden)
	looks := &looking{w.marie, w.Jonas.Contact}
	backendtest.Refused(t, pull(looks.actor(), w.Acme), errs.Forbidden)
	w.Verify()
}

// inside is an agent in a support session in Acme.
func (w *away) inside(p *backendtest.Persona) *backendtest.Actor {
	a := w.As(p)
	r := backendtest.Must(a.RequestAccess(w.Acme, 3600e9, "Calls fail."))
	r = backendtest.Must(w.marie.Approve(r, 3600e9))
	return backendtest.Must(a.Enter(r))
}

// N13: an expired sign-in stops nothing but the sending; a suspended organization takes no edits until it is active again;
// a program that is too old is told so.
func TestNothingIsLostWhileItCantBeSentN13(t *testing.T) {
	w := newAway(t)
	jonas := w.As(w.Jonas)
	d := w.deviceIn(jonas, w.Acme)
	n := d.Create(firstNumber, "survey")
	w.sync(d)

	backendtest.Must(backendtest.Call(jonas, api.SignOut, api.None{}))
	u := d.Rename(n, "Signed out")
	refusedWith(t, d, errs.Unauthenticated)
	if s := d.Status(); !s.ReauthNeeded || s.Pending != 1 || d.Wiped {
		t.Errorf("signed out: %+v", s)
	}
	d.SignedIn(w.As(w.Jonas).Client)
	w.sync(d)
	if state(d, u) != replica.Applied {
		t.Errorf("after signing in again: %q", state(d, u))
	}

	set := api.OrganizationStateIn{Org: api.Org{Org: w.Acme}}
	set.Body.State, set.Body.Reason = org.Suspended, "unpaid"
	backendtest.Must(backendtest.Call(w.As(w.Ada), api.SetOrganizationState, set))
	u = d.Rename(n, "Suspended")
	refusedWith(t, d, errs.Conflict)
	if d.Unsent() != 1 {
		t.Errorf("%d unsent", d.Unsent())
	}
	set.Body.State = org.Active
	backendtest.Must(backendtest.Call(w.As(w.Ada), api.SetOrganizationState, set))
	w.sync(d)
	if state(d, u) != replica.Applied {
		t.Errorf("active again: %q", state(d, u))
	}

	for _, err := range []error{
		second(backendtest.Call(w.marie, api.SyncPull, api.SyncPullIn{Org: api.Org{Org: w.Acme}, Body: replica.Pull{Client: d.Meta().Client, FirstMid: 1}})),
		second(backendtest.Call(w.marie, api.SyncPush, api.SyncPushIn{Org: api.Org{Org: w.Acme}, Body: replica.Push{Client: d.Meta().Client, Mutations: []replica.Mutation{}}})),
	} {
		if p := backendtest.Refused(t, err, errs.Upgrade); p.Status != 426 {
			t.Errorf("status %d", p.Status)
		}
	}
	w.Verify()
}

// X07: a push has a size that the server takes, in bytes and in edits; what is larger changes nothing.
func TestLargePushesAreRefusedX07(t *testing.T) {
	w := newAway(t)
	in := api.SyncPushIn{Org: api.Org{Org: w.Acme}, Body: replica.Push{Client: "018f0000-0000-4000-8000-00000000000a", Schema: 1}}
	for i := range replica.MaxPush + 1 {
		in.Body.Mutations = append(in.Body.Mutations, replica.Mutation{Mid: replica.Mid(i + 1), Uid: replica.Uid(fmt.Sprintf("%032x", i)), V: 1, Op: replica.Create,
			Rows: []replica.Edit{{ID: id.Number(fmt.Sprintf("018f0000-0000-7000-8000-%012d", i))}},
			Set:  &number.Fields{E164: number.E164(fmt.Sprintf("+331848%05d", 80000+i)), CallPurpose: ptr("survey")}})
	}
	_, err := backendtest.Call(w.marie, api.SyncPush, in)
	backendtest.Refused(t, err, errs.Invalid)
	in.Body.Mutations = in.Body.Mutations[:replica.MaxPush]
	in.Body.Mutations[0].Group = strings.Repeat("g", replica.MaxPushBytes)
	_, err = backendtest.Call(w.marie, api.SyncPush, in)
	if p := backendtest.Refused(t, err, errs.TooLarge); !strings.Contains(p.Detail, "256 KiB") {
		t.Errorf("the limit is told as %q", p.Detail)
	}
	if n := w.count(`SELECT COUNT(*) FROM number WHERE org = ?`, w.Acme); n != 0 {
		t.Errorf("%d numbers were made", n)
	}
	in.Body.Mutations[0].Group = ""
	if out := backendtest.Must(backendtest.Call(w.marie, api.SyncPush, in)); len(out.Outcomes) != replica.MaxPush || out.Outcomes[199].St != replica.Applied {
		t.Errorf("as many as may be: %+v", out.Outcomes[len(out.Outcomes)-1])
	}
	w.Verify()
}

// X07: what a device asks for by itself counts apart from what its person does, and has a limit, too.
func TestDevicesHaveALimitOfTheirOwnX07(t *testing.T) {
	few := server.Bucket{PerSecond: 0.001, Burst: 3}
	w := &away{desk: &desk{World: backendtest.New(t, backendtest.WithLimits(server.Limits{Sync: few, Usual: few})), t: t}}
	w.marie = w.As(w.Marie)
	list := func() error { return second(backendtest.Call(w.marie, api.ListAttention, api.Org{Org: w.Acme})) }
	for range 3 {
		if err := list(); err != nil {
			t.Fatal(err)
		}
	}
	if p := backendtest.Refused(t, list(), errs.TooMany); p.RetryAfter == 0 {
		t.Error("it is not told when to come back")
	}
	if _, err := backendtest.Call(w.marie, api.GetMe, api.None{}); err != nil {
		t.Errorf("the person is held up by the device: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// N13: people see which browsers hold a copy and how much is unsent; who may change numbers sees everybody's.
func TestDevicesAreListedN13(t *testing.T) {
	w := newAway(t)
	marie, paul := w.device(w.Marie), w.device(w.Paul)
	n := marie.Create(firstNumber, "survey")
	w.sync(marie)
	marie.Lose = func(r *replica.Request) bool { return r.Push != nil }
	marie.Rename(n, "A")
	marie.Sync(t.Context())
	names := func(a *backendtest.Actor) (out []string) {
		for _, d := range backendtest.Must(backendtest.Call(a, api.ListSyncDevices, api.Org{Org: w.Acme})).Devices {
			if d.SeenAt.IsZero() || d.Client != marie.Meta().Client && d.Client != paul.Meta().Client {
				t.Errorf("device %+v", d)
			}
			out = append(out, fmt.Sprintf("%s on %s mine=%v unsent=%d", d.By, d.Browser, d.Mine, d.Unsent))
		}
		slices.Sort(out)
		return out
	}
	if diff := cmp.Diff([]string{"Marie Dubois on Go mine=true unsent=1", "Paul Noir on Go mine=false unsent=0"}, names(w.marie)); diff != "" {
		t.Errorf("as the owner sees them: %s", diff)
	}
	if diff := cmp.Diff([]string{"Paul Noir on Go mine=true unsent=0"}, names(w.As(w.Paul))); diff != "" {
		t.Errorf("as Paul sees them: %s", diff)
	}
}

// looking is the owner while she looks at the portal as a contact.
type looking struct {
	*backendtest.Actor
	as id.Contact
}

func (l *looking) actor() *backendtest.Actor {
	a := *l.Actor
	a.Client = &api.Client{Transport: l, As: api.AsCustomer, Locale: "en"}
	return &a
}

func (l *looking) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	r := l.Request(ctx, c)
	r.Header.Set("X-Countersign-View-As", string(l.as))
	rec := httptest.NewRecorder()
	l.W.Server.ServeHTTP(rec, r)
	return api.Answer{Status: rec.Code, Body: rec.Body.Bytes()}, nil
}
