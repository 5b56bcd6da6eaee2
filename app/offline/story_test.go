//go:build !js

package offline_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/offline/offlinetest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// scene is a real server, and a browser in which one person is signed in.
type scene struct {
	t *testing.T
	*backendtest.World
	net     *network
	browser *offlinetest.Browser
	engine  app.TestEngine
	ctx     app.Context
	copies  []*offline.Copy // to be closed
}

// play runs a story in a bubble of time.
func play(t *testing.T, story func(*testing.T, *scene)) {
	synctest.Test(t, func(t *testing.T) {
		s := &scene{t: t, World: backendtest.New(t), browser: offlinetest.New()}
		s.net = &network{actor: s.As(s.Marie)}
		e, screen := app.NewTestEngine(), &screen{}
		if err := e.Load(screen); err != nil {
			t.Fatal(err)
		}
		e.ConsumeAll()
		s.engine, s.ctx = e, screen.ctx
		story(t, s)
		for _, c := range s.copies {
			c.Close()
		}
		s.pass(time.Minute) // what was on its way comes to its end
	})
}

type screen struct {
	app.Compo
	ctx app.Context
}

func (s *screen) OnPreRender(ctx app.Context) { s.ctx = ctx }
func (s *screen) Render() app.UI              { return app.Div() }

// network is the way to the server.
type network struct {
	mu     sync.Mutex
	actor  *backendtest.Actor
	down   bool
	answer func(api.Call) *api.Answer // in place of the server's, unless nil
	calls  []string
}

func (n *network) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	time.Sleep(10 * time.Millisecond)
	n.mu.Lock()
	actor, down, answer := n.actor, n.down, n.answer
	what := c.Path
	if _, last, found := strings.Cut(c.Path, "/sync/v1/"); found {
		_, what, _ = strings.Cut(last, "/")
		what, _, _ = strings.Cut(what, "/")
		if c.Header["X-Countersign-Background"] != "1" {
			what += " by hand"
		}
	}
	n.calls = append(n.calls, what)
	n.mu.Unlock()
	if down {
		return api.Answer{}, errors.New("no route")
	}
	if answer != nil {
		if a := answer(c); a != nil {
			return *a, nil
		}
	}
	return actor.Do(ctx, c)
}

func (n *network) set(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f()
}

// cut takes the network away, or gives it back.
func (s *scene) cut(down bool) { s.net.set(func() { s.net.down = down }) }

// asked counts the calls of a kind since it was last asked.
func (s *scene) asked(kind string) (n int) {
	s.net.set(func() {
		for _, c := range s.net.calls {
			if c == kind {
				n++
			}
		}
		s.net.calls = nil
	})
	return n
}

// desk is a tab with the numbers of Acme.
type desk struct {
	*scene
	*offline.Copy
	tab     *offlinetest.Tab
	session *client.Session

	mu   sync.Mutex
	told map[replica.Uid]string
}

// open opens a tab on Acme.
func (s *scene) open() *desk {
	s.t.Helper()
	d := s.openIn(s.Acme)
	s.pass(time.Second)
	return d
}

func (s *scene) openIn(org id.Organization) *desk {
	s.t.Helper()
	d := s.sit()
	d.look(org)
	return d
}

// sit opens a tab in which it is known who is there.
func (s *scene) sit() *desk {
	s.t.Helper()
	d := &desk{scene: s, tab: s.browser.Tab(), told: map[replica.Uid]string{}}
	d.session = client.NewSession(api.AsCustomer, "", d.tab.Over(s.net))
	d.refresh()
	return d
}

// look opens an organization's numbers.
func (d *desk) look(org id.Organization) {
	d.t.Helper()
	d.Copy = d.tab.Open(d.session, org)
	if d.Copy == nil {
		d.t.Fatal("no copy")
	}
	d.copies = append(d.copies, d.Copy)
}

// refresh asks who is there.
func (d *desk) refresh() {
	d.tab.In(func() {
		d.session.Refresh(d.ctx, true)
		d.pass(100 * time.Millisecond)
	})
}

// pass lets time pass.
func (s *scene) pass(d time.Duration) {
	s.t.Helper()
	for end := time.Now().Add(d); ; {
		synctest.Wait()
		s.engine.ConsumeAll()
		left := time.Until(end)
		if left <= 0 {
			return
		}
		time.Sleep(min(left, 50*time.Millisecond))
	}
}

// edit makes an edit and gives what it was told of it at once.
func (d *desk) edit(op replica.Op, set *number.Fields, k id.Number) replica.Uid {
	return d.Edit(replica.NewEdit{Op: op, Set: set, Rows: []replica.Edit{{ID: k}}}, d.hear)
}

func (d *desk) hear(u replica.Uid, why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if why == "" {
		why = "saved"
	}
	d.told[u] = why
}

// why is what the desk was told of an edit: "" nothing yet, "saved", or why not.
func (d *desk) why(u replica.Uid) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.told[u]
}

// add makes a number, and fails unless it is saved on this device.
func (d *desk) add(e number.E164) id.Number {
	d.t.Helper()
	k, purpose := offline.NewNumber(), "survey"
	d.saved(d.edit(replica.Create, &number.Fields{E164: e, CallPurpose: &purpose}, k))
	return k
}

func (d *desk) rename(k id.Number, name string) replica.Uid {
	d.t.Helper()
	u := d.edit(replica.Set, &number.Fields{DisplayName: &name}, k)
	d.saved(u)
	return u
}

func (d *desk) saved(u replica.Uid) {
	d.t.Helper()
	d.pass(20 * time.Millisecond)
	if why := d.why(u); why != "saved" {
		d.t.Fatalf("the edit is %q, want saved", why)
	}
}

// shows fails unless a number has that name and badge here.
func (d *desk) shows(k id.Number, name string, badge replica.Badge) {
	d.t.Helper()
	v, ok := d.Row(k)
	if !ok || v.DisplayName != name || v.Badge != badge {
		d.t.Errorf("it shows %v %q %q, want %q %q", ok, v.DisplayName, v.Badge, name, badge)
	}
	if list := d.List(); list != nil && d.Status().Listed {
		if l, there := list.View(k); there != ok || l != v {
			d.t.Errorf("the list has %v %+v, the copy %v %+v", there, l, ok, v)
		}
		d.Status() // for the race detector: what is read of the list comes before what is written later
	}
}

// waits fails unless a number has that name here by an edit that the server does not have yet.
func (d *desk) waits(k id.Number, name string) {
	d.t.Helper()
	v, ok := d.Row(k)
	if !ok || v.DisplayName != name || v.Badge != replica.SavedHere && v.Badge != replica.Sending {
		d.t.Errorf("it shows %v %q %q, want %q on its way", ok, v.DisplayName, v.Badge, name)
	}
}

// is fails unless the status is so.
func (d *desk) is(what string, holds func(offline.Status) bool) {
	d.t.Helper()
	if s := d.Status(); !holds(s) {
		d.t.Errorf("not %s: %+v", what, s)
	}
}

func online(s offline.Status) bool  { return s.Online && s.Ready }
func settled(s offline.Status) bool { return s.Online && s.Pending == 0 && s.Attention == 0 }

// server is what a number is called at the server; "-" when there is none.
func (s *scene) server(k id.Number) string {
	s.t.Helper()
	list, err := backendtest.Call(s.As(s.Marie), api.ListNumbers, api.NumbersIn{Org: api.Org{Org: s.Acme}})
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range list.Numbers {
		if list.Numbers[i].ID == k {
			return list.Numbers[i].DisplayName
		}
	}
	return "-"
}

// expel takes a contact's access to the organization away.
func (s *scene) expel(p *backendtest.Persona) {
	s.t.Helper()
	at := api.ContactIn{Org: api.Org{Org: p.Org}, Contact: p.Contact}
	owner := s.As(s.Marie)
	card := backendtest.Must(backendtest.Call(owner, api.GetContact, at))
	var in api.UpdateContactIn
	in.ContactIn, in.Body.Version = at, card.Version
	in.Body.ContactBody = api.ContactBody{Kind: card.Kind, Type: card.Type, Name: card.Name, Email: card.Email, Locale: card.Locale, Active: true}
	backendtest.Must(backendtest.Call(owner, api.UpdateContact, in))
}
