package main_test

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

const (
	e164s      = 80 // numbers that people fight for
	mostUnsent = 20 // edits that a device holds before its person takes a rest
)

const fought = "+331848820" // how the numbers begin that people fight for

func e164(n int) number.E164 { return number.E164(fmt.Sprintf("%s%02d", fought, n)) }

var (
	namesInUse    = []string{"Reception", "Front desk", "Sales", "Support", ""}
	purposesInUse = []string{"customer_service", "informational", "survey", "do_not_originate"}
)

// edits makes a person edit on the device until ctx ends, network or not.
func (d *app) edits(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			d.do(d.edit)
		}
	}
}

// edit is one edit of whatever the person sees.
func (d *app) edit() {
	if st := d.e.Status(); !st.Ready || st.Pending >= mostUnsent {
		return
	}
	n := replica.NewEdit{Uid: newUid(), Op: replica.Set, At: time.Now().UnixMilli()}
	seen, live := d.look()
	switch dice := d.rng.IntN(100); {
	case dice < 5 || !live && dice < 50:
		n.Op, n.Rows = replica.Create, []replica.Edit{{ID: id.New[id.Number](time.Now(), crand.Reader)}}
		purpose, name := purposesInUse[d.rng.IntN(len(purposesInUse))], namesInUse[d.rng.IntN(len(namesInUse))]
		n.Set = &number.Fields{E164: e164(d.rng.IntN(e164s)), CallPurpose: &purpose, DisplayName: &name}
	case dice < 18 && len(d.mine) > 0:
		last := len(d.mine) - 1
		n.Op, n.Rows = replica.Restore, []replica.Edit{{ID: d.mine[last]}}
		d.mine = d.mine[:last]
	case dice < 24:
		if log := d.e.Log(); len(log) > 0 {
			d.step(replica.Event{Undo: &replica.NewUndo{Of: log[d.rng.IntN(len(log))].Uid, Uid: n.Uid, At: n.At}})
		}
		return
	case !live:
		return
	case dice < 30:
		n.Op, n.Rows = replica.Remove, []replica.Edit{{ID: seen.ID}}
		d.mine = append(d.mine, seen.ID)
	case dice < 40:
		for range 2 + d.rng.IntN(4) {
			v, _ := d.look()
			if v.ID != "" && !slices.ContainsFunc(n.Rows, func(e replica.Edit) bool { return e.ID == v.ID }) {
				n.Rows = append(n.Rows, replica.Edit{ID: v.ID})
			}
		}
		n.Set = d.wish()
	default:
		n.Rows, n.Set = []replica.Edit{{ID: seen.ID}}, d.wish()
	}
	d.step(replica.Event{Edit: &n})
}

// look finds a number that the device shows, of those that people fight for.
func (d *app) look() (v replica.View, live bool) {
	n := 0
	d.e.Each(func(at replica.View) bool {
		if !strings.HasPrefix(string(at.E164), fought) {
			return true
		}
		if n++; d.rng.IntN(n) == 0 {
			v, live = at, true
		}
		return true
	})
	if live {
		d.stock.add(v.ID)
	}
	return v, live
}

// wish is what a person wants of a number.
func (d *app) wish() *number.Fields {
	f := &number.Fields{}
	if d.rng.IntN(3) > 0 {
		name := namesInUse[d.rng.IntN(len(namesInUse))]
		if d.rng.IntN(2) == 0 {
			name = fmt.Sprintf("Line %d", d.rng.IntN(1000))
		}
		f.DisplayName = &name
	}
	if d.rng.IntN(4) == 0 {
		purpose := purposesInUse[d.rng.IntN(len(purposesInUse))]
		f.CallPurpose = &purpose
	}
	if f.DisplayName == nil || d.rng.IntN(4) == 0 {
		at := number.Place{BusinessUnit: d.stock.units[d.rng.IntN(len(d.stock.units))]}
		for p, unit := range d.stock.programs {
			if unit == at.BusinessUnit && d.rng.IntN(2) == 0 {
				at.Program = p
			}
		}
		f.Place = &at
	}
	return f
}

// editsOnline makes a person edit in a browser that keeps no copy. An edit whose answer got lost is sent again.
func (d *app) editsOnline(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		d.editOnline(ctx)
	}
}

func (d *app) editOnline(ctx context.Context) {
	k := d.stock.pick(d.rng.IntN(1 << 20))
	if k == "" {
		return
	}
	card, err := insist(ctx, d, api.GetNumber, api.NumberIn{Org: api.Org{Org: d.org}, Number: k})
	if err != nil {
		if ctx.Err() == nil {
			d.stock.drop(k)
		}
		return
	}
	in := api.EditNumbersIn{Org: api.Org{Org: d.org}}
	m := api.NumberEdit{Uid: newUid(), Op: replica.Set, Set: d.wish(), Rows: []replica.Edit{{ID: k}}}
	m.Rows[0].Was = m.Set.Of(&card.Number)
	in.Body.Mutations = []api.NumberEdit{m}
	age := d.book.age()
	if out, err := insist(ctx, d, api.EditNumbers, in); err == nil {
		d.book.toldOnline(age, out.Outcomes)
	}
}

// insist calls until an answer comes that repeating would not change.
func insist[In, Out any](ctx context.Context, d *app, ep api.Endpoint[In, Out], in In) (Out, error) {
	for {
		at := d.who.through(d.net)
		out, err := ep.Do(ctx, &api.Client{Transport: at, As: at.as, Locale: "en"}, in)
		if err == nil || ctx.Err() != nil {
			return out, err
		}
		if refused, ok := errors.AsType[*api.Refusal](err); ok {
			d.book.refused(refused.Code)
			if refused.Code != string(errs.TooMany) && refused.Code != string(errs.Unavailable) {
				return out, err
			}
		}
		select {
		case <-ctx.Done():
			return out, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
