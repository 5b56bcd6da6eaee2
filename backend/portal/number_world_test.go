package portal_test

import (
	"crypto/rand"
	"encoding/hex"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Short ways to numbers, units and programs of Acme, as somebody with the right uses them.

func newUid() replica.Uid {
	var b [16]byte
	rand.Read(b[:])
	return replica.Uid(hex.EncodeToString(b[:]))
}

func newNumber() id.Number { return id.New[id.Number](time.Now(), rand.Reader) }

func (d *desk) unit(name string) api.Unit {
	d.t.Helper()
	in := api.CreateUnitIn{Org: api.Org{Org: d.Acme}}
	in.Body.Name = name
	return backendtest.Must(backendtest.Call(d.marie, api.CreateUnit, in))
}

func (d *desk) program(u id.BusinessUnit, name string) api.Program {
	d.t.Helper()
	in := api.CreateProgramIn{Org: api.Org{Org: d.Acme}}
	in.Body.BusinessUnit, in.Body.DisplayName, in.Body.CallPurpose = u, name, "survey"
	return backendtest.Must(backendtest.Call(d.marie, api.CreateProgram, in))
}

func (d *desk) edits(a *backendtest.Actor, o id.Organization, list ...api.NumberEdit) (api.Edited, error) {
	in := api.EditNumbersIn{Org: api.Org{Org: o}}
	in.Body.Mutations = list
	return backendtest.Call(a, api.EditNumbers, in)
}

// one is what became of a single mutation.
func (d *desk) one(a *backendtest.Actor, o id.Organization, e api.NumberEdit) replica.Outcome {
	d.t.Helper()
	if e.Uid == "" {
		e.Uid = newUid()
	}
	out, err := d.edits(a, o, e)
	if err != nil || len(out.Outcomes) != 1 || out.Outcomes[0].Uid != e.Uid {
		d.t.Fatalf("%+v, %v", out, err)
	}
	return out.Outcomes[0]
}

func creation(n id.Number, e number.E164, purpose, name string, at number.Place) api.NumberEdit {
	return api.NumberEdit{Op: replica.Create, Rows: []replica.Edit{{ID: n, Set: &number.Fields{E164: e, CallPurpose: &purpose, DisplayName: &name, Place: &at}}}}
}

// add makes a number of Acme.
func (d *desk) add(e number.E164, purpose, name string, at number.Place) id.Number {
	d.t.Helper()
	n := newNumber()
	if o := d.one(d.marie, d.Acme, creation(n, e, purpose, name, at)); o.St != replica.Applied {
		d.t.Fatalf("%s: %+v", e, o)
	}
	return n
}

func (d *desk) number(n id.Number) api.NumberCard {
	d.t.Helper()
	return backendtest.Must(backendtest.Call(d.marie, api.GetNumber, api.NumberIn{Org: api.Org{Org: d.Acme}, Number: n}))
}

// set changes fields of a number from what is shown.
func (d *desk) set(a *backendtest.Actor, n id.Number, set number.Fields) replica.Outcome {
	d.t.Helper()
	shown := d.number(n)
	return d.one(a, d.Acme, api.NumberEdit{Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: set.Of(&shown.Number), Set: &set}}})
}

// remove removes a number as it is shown.
func (d *desk) remove(a *backendtest.Actor, n id.Number) replica.Outcome {
	d.t.Helper()
	return d.one(a, d.Acme, api.NumberEdit{Op: replica.Remove, WasEpoch: d.epoch(), Rows: []replica.Edit{{ID: n, WasVer: d.number(n).Ver}}})
}

// epoch is the name of Acme's history.
func (d *desk) epoch() replica.Epoch {
	d.t.Helper()
	out := backendtest.Must(d.edits(d.marie, d.Acme, api.NumberEdit{Uid: newUid(), Op: replica.Restore, Rows: []replica.Edit{{ID: newNumber()}}}))
	return out.Epoch
}

func (d *desk) numbers(p api.NumberPage) api.Numbers {
	d.t.Helper()
	return backendtest.Must(backendtest.Call(d.marie, api.ListNumbers, api.NumbersIn{Org: api.Org{Org: d.Acme}, NumberPage: p}))
}

func (d *desk) removed() []api.RemovedNumber {
	d.t.Helper()
	return backendtest.Must(backendtest.Call(d.marie, api.ListRemovedNumbers, api.RemovedIn{Org: api.Org{Org: d.Acme}})).Numbers
}

// The tally of numbers as a count of all of them gives it.
const recount = `INSERT INTO number_tally (org, call_purpose, business_unit, program, status, n)
SELECT org, call_purpose, business_unit, program, status, COUNT(*) FROM number WHERE removed_at = 0 GROUP BY org, call_purpose, business_unit, program, status`

// tally counts anew, after a test wrote rows of its own.
func (d *desk) tally() {
	d.t.Helper()
	err := d.DB.Update(d.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Touch(d.t.Context(), `DELETE FROM number_tally`)
		if err == nil {
			_, err = tx.Touch(d.t.Context(), recount)
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func reasonOf(t *testing.T, o replica.Outcome) number.Reason {
	t.Helper()
	if o.St != replica.Rejected || len(o.Faults) != 1 {
		t.Fatalf("%+v, want one rejection", o)
	}
	return o.Faults[0].Reason
}
