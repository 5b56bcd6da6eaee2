//go:build !js

package offline_test

import (
	"context"
	"encoding/json"
	"runtime"
	"sync"
	"testing"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/offline/offlinetest"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// whoever answers each call that it is this person, and knows no other call.
type whoever api.Me

func (w whoever) Do(_ context.Context, c api.Call) (api.Answer, error) {
	if c.Path != api.GetMe.Path {
		return api.Answer{Status: 503, Body: []byte("{}")}, nil
	}
	b, err := json.Marshal(api.Me(w))
	return api.Answer{Status: 200, Body: b}, err
}

// Who looks through the databases while a copy is being opened finds none that was not started.
func TestLookingThroughWhileOpening(t *testing.T) {
	e, screen := app.NewTestEngine(), &screen{}
	if err := e.Load(screen); err != nil {
		t.Fatal(err)
	}
	e.ConsumeAll()
	org := id.Organization(newID())
	me := whoever{As: api.AsCustomer, Login: id.Login(newID()), Email: "marie@acme.example", Now: time.Now(),
		Organizations: []api.Membership{{Org: org, Rights: []perm.Right{perm.NumbersView}}}}
	ground := offlinetest.New().Tab().Ground()
	note := ground.Note
	for range 20 {
		var once sync.Once
		starts := make(chan struct{})
		ground.Note = func(name string) string { // the first thing that a copy asks for
			once.Do(func() { close(starts) })
			for range 1000 {
				runtime.Gosched() // so that the other one gets as far as it can
			}
			return note(name)
		}
		ground.Databases = func(told func([]string)) {
			go func() {
				<-starts
				told(nil)
			}()
		}
		s := client.NewSession(api.AsCustomer, "", me)
		s.Refresh(screen.ctx, true)
		for s.Me() == nil {
			e.ConsumeAll()
		}
		undo := offline.Use(&ground)
		c := offline.Open(s, org)
		undo()
		if c == nil {
			t.Fatal("no copy")
		}
		c.Close()
	}
}
