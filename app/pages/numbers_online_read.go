package pages

import (
	"errors"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// onlinePage is how many numbers come at a time.
const onlinePage = 500

// readPart reads something of a reading. Who asks too often waits as long as the server says, and goes on.
func readPart[In, Out any](o *onlineNumbers, run int, ep api.Endpoint[In, Out], in In, background bool, got func(Out)) {
	client.Load(o.ctx, o.at.Session, ep, in, background, func(_ app.Context, out Out, err error) {
		if run != o.run { // the page was left, or another reading began
			return
		}
		if refusal, is := errors.AsType[*api.Refusal](err); is && refusal.Code == string(errs.TooMany) {
			o.rest = ui.After(o.ctx, time.Duration(max(1, refusal.RetryAfter))*time.Second, func(app.Context) {
				o.rest = nil
				readPart(o, run, ep, in, background, got)
			})
			return
		}
		if err != nil {
			o.ended(err)
			return
		}
		got(out)
	})
}

// read begins to read what changed or, where that is not known, everything. What changes while it reads is read
// afterwards: work on many numbers pokes without end, and no reading would ever come to its own.
func (o *onlineNumbers) read(background bool) {
	if o.busy {
		o.stale = true
		return
	}
	o.run++
	o.busy, o.stale, o.began = true, false, time.Now()
	if o.cursor == "" {
		o.readAll(o.run, background)
		return
	}
	o.readChanges(o.run, background)
}

func (o *onlineNumbers) readAll(run int, background bool) {
	o.cursor, o.got, o.total = "", 0, 0
	o.list.Refill()
	o.readNames(run, background, func() { o.readPage(run, "", "", background) })
}

// readChanges brings the list up to date. A history with another name has every version anew.
func (o *onlineNumbers) readChanges(run int, background bool) {
	in := api.NumberChangesIn{Org: o.at.OrgIn(), After: o.cursor}
	readPart(o, run, api.ListNumberChanges, in, background, func(out api.NumberChanges) {
		if out.Whole || out.Epoch != o.epoch {
			o.readAll(run, background)
			return
		}
		for _, n := range out.Numbers {
			o.list.Put(replica.View{Number: n, Epoch: out.Epoch})
		}
		for _, n := range out.Removed {
			o.list.Drop(n)
		}
		o.cursor, o.moved = out.Cursor, o.moved || out.Places
		switch {
		case out.More:
			o.readChanges(run, background)
		case o.moved:
			o.readNames(run, background, o.whole)
		default:
			o.whole()
		}
	})
}

// whole ends a reading after which the list is as the server's.
func (o *onlineNumbers) whole() {
	o.seen = ui.ServerNow()
	o.ended(nil)
}

// readNames reads what the numbers stand in and are for, as far as the person may see it.
func (o *onlineNumbers) readNames(run int, background bool, then func()) {
	org := o.at.OrgIn()
	numbers := func() {
		o.list.SetNames(o.units, o.programs, o.purposes)
		o.moved = false
		then()
	}
	programs := func() {
		if !o.at.Can(perm.ProgramsView) {
			numbers()
			return
		}
		readPart(o, run, api.ListPrograms, api.ProgramsIn{Org: org}, background, func(out api.Programs) {
			o.programs = nil
			for i := range out.Programs {
				o.programs = append(o.programs, out.Programs[i].Program)
			}
			numbers()
		})
	}
	units := func() {
		if !o.at.Can(perm.BusinessUnitsView) {
			programs()
			return
		}
		readPart(o, run, api.ListUnits, org, background, func(out api.Units) {
			o.units = nil
			for i := range out.Units {
				o.units = append(o.units, out.Units[i].Unit)
			}
			programs()
		})
	}
	readPart(o, run, api.ListPurposes, org, background, func(out api.Purposes) {
		o.purposes = out.Purposes
		units()
	})
}

// readPage reads a page and all after it. What changes from the first one on is read from its cursor.
func (o *onlineNumbers) readPage(run int, after id.Number, cursor string, background bool) {
	readPart(o, run, api.ListAllNumbers, api.AllNumbersIn{Org: o.at.OrgIn(), After: after}, background, func(out api.AllNumbers) {
		for _, n := range out.Numbers {
			o.list.Put(replica.View{Number: n, Epoch: out.Epoch})
		}
		o.got, o.total = o.got+len(out.Numbers), out.Total
		if after == "" {
			cursor, o.epoch = out.Cursor, out.Epoch
		}
		if out.Next != "" {
			if o.seen.IsZero() && o.tell != nil {
				o.tell(offline.Change{Status: true})
			}
			o.readPage(run, out.Next, cursor, background)
			return
		}
		o.list.Sweep()
		o.cursor, o.began = cursor, time.Now() // what comes now costs little, however long this took
		o.whole()
	})
}

// How long the rest after a reading is, so that many numbers that change all the time don't take the window's and the
// server's for themselves: so many times as long as the reading, and at least so long.
const (
	restful = 3
	resting = 400 * time.Millisecond
)

// ended rests, and then reads what has changed meanwhile.
func (o *onlineNumbers) ended(err error) {
	o.failing = err
	o.rest = ui.After(o.ctx, max(restful*time.Since(o.began), resting), func(app.Context) {
		o.rest, o.busy = nil, false
		if o.stale {
			o.read(true)
		}
	})
	o.changed()
}

// instead stands where the numbers will be: how far the reading is, or why it failed.
func (o *onlineNumbers) instead() app.UI {
	switch {
	case o.failing != nil:
		return failed(o.failing, false, func(app.Context) { o.again() })
	case o.total > onlinePage:
		return app.Div().Class("stack").Body(&ui.Progress{Label: ui.T("numbers.reading", "n", o.got, "total", o.total), Done: o.got, Total: o.total}, ui.Skeleton(10))
	}
	return ui.Skeleton(10)
}

// again reads at once, whatever rest there was to be.
func (o *onlineNumbers) again() {
	if o.rest != nil {
		o.rest()
		o.rest, o.busy = nil, false
	}
	o.read(false)
}

// old says that the numbers are of an earlier time; nil when they are not.
func (o *onlineNumbers) old() app.UI {
	return staleNotice(o.seen, o.failing, o.rest == nil && o.busy, func(app.Context) { o.again() })
}
