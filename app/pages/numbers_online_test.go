package pages

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// logged is a way to the server that counts what is asked for, loses one kind of it, and finds that too much is asked.
type logged struct {
	api.Transport
	asked   []string // last parts of paths
	lost    string
	tooMany int // calls from now on
}

func (l *logged) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	what, _, _ := strings.Cut(c.Path[strings.LastIndexByte(c.Path, '/')+1:], "?")
	l.asked = append(l.asked, what)
	if what == l.lost {
		return api.Answer{}, errors.New("no route")
	}
	if l.tooMany > 0 {
		l.tooMany--
		return api.Answer{Status: http.StatusTooManyRequests, Body: []byte(`{"status": 429, "code": "too_many", "retry_after": 1}`)}, nil
	}
	return l.Transport.Do(ctx, c)
}

func (l *logged) count(what string) (n int) {
	for _, a := range l.asked {
		if a == what {
			n++
		}
	}
	return n
}

// N01, R07: a list without a copy is brought up to date by what changed. What was lost on the way is made up for, and where
// no changes lead on from the list, it is read again.
func TestNumbers_online_follow_what_changed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := backendtest.New(t)
		france := madeUnit(t, w, "France")
		at := number.Place{BusinessUnit: france.ID}
		one := madeNumber(t, w, "+33184882010", "One", at)
		two := madeNumber(t, w, "+33184882011", "Two", number.Place{})
		way := &logged{Transport: w.As(w.Marie)}
		v := visitBy(t, w, w.Marie, way)
		o := readNumbers(v.ctx, v.seat(pageNumbers))
		defer o.close()
		pass := func() {
			for range 20 {
				v.engine.ConsumeAll()
				time.Sleep(100 * time.Millisecond)
				synctest.Wait()
			}
			v.engine.ConsumeAll()
		}
		pass()
		name := func(n id.Number) string {
			row, _ := o.list.View(n)
			return row.DisplayName
		}
		edit := func(op replica.Op, n id.Number, to string) {
			t.Helper()
			row, _ := o.list.View(n)
			e := replica.Edit{ID: n, WasVer: row.Ver}
			if op == replica.Set {
				e.Set, e.Was = &number.Fields{DisplayName: &to}, &number.Fields{DisplayName: &row.DisplayName}
			}
			in := api.EditNumbersIn{Org: api.Org{Org: w.Acme}}
			in.Body.Mutations = []api.NumberEdit{{Uid: newUid(), Op: op, Rows: []replica.Edit{e}, WasEpoch: row.Epoch}}
			if out := backendtest.Must(backendtest.Call(v.actor, api.EditNumbers, in)); out.Outcomes[0].St != replica.Applied {
				t.Fatalf("%+v", out.Outcomes)
			}
		}
		if o.list.Find(dashboard.Query{}).Len() != 2 || way.count("all-numbers") != 1 {
			t.Fatalf("%d numbers in %d pages", o.list.Find(dashboard.Query{}).Len(), way.count("all-numbers"))
		}

		edit(replica.Set, one, "Uno")
		edit(replica.Remove, two, "")
		o.read(true)
		pass()
		if name(one) != "Uno" || o.list.Find(dashboard.Query{}).Len() != 1 || way.count("all-numbers") != 1 || way.count("number-changes") != 1 {
			t.Errorf("%q of %d numbers; asked for %v", name(one), o.list.Find(dashboard.Query{}).Len(), way.asked)
		}

		// The names of the places are lost once, and come with the next reading.
		way.lost = "business-units"
		rename := api.RenameUnitIn{UnitIn: api.UnitIn{Org: api.Org{Org: w.Acme}, Unit: france.ID}}
		rename.Body.Name, rename.Body.Ver = "France and Corsica", france.Ver
		backendtest.Must(backendtest.Call(v.actor, api.RenameUnit, rename))
		o.read(true)
		pass()
		if o.failing == nil {
			t.Error("nothing was lost")
		}
		way.lost = ""
		o.read(true)
		pass()
		if o.failing != nil || len(o.units) != 1 || o.units[0].Name != "France and Corsica" || way.count("all-numbers") != 1 {
			t.Errorf("%v: units %+v", o.failing, o.units)
		}

		// The history got another name, as after a restore; then what was before was forgotten.
		w.Exec(`UPDATE number_head SET epoch = '99999999999999.x' WHERE org = ?`, w.Acme)
		o.read(true)
		pass()
		if row, _ := o.list.View(one); row.Epoch != "99999999999999.x" || way.count("all-numbers") != 2 {
			t.Errorf("row %+v; asked for %v", row, way.asked)
		}
		edit(replica.Set, one, "Ein")
		w.Exec(`UPDATE number_head SET min_seq = seq WHERE org = ?`, w.Acme)
		way.tooMany = 2 // which takes it two seconds
		o.read(true)
		pass()
		pass()
		if name(one) != "Ein" || o.failing != nil || way.count("all-numbers") != 3 || way.count("number-changes") < 6 {
			t.Errorf("%q; asked for %v", name(one), way.asked)
		}
	})
}
