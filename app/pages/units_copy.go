package pages

import (
	"time"

	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// gatherCopy is how long changes of the copy are gathered before all is counted again.
const gatherCopy = 150 * time.Millisecond

// watchCopy follows the copy in this browser, if there is one. It answers with or without a network, with the person's own
// edits counted in.
func (p *placeBook) watchCopy(ctx app.Context) {
	if p.copy = offline.Open(p.at.Session, p.at.Org); p.copy == nil {
		return
	}
	due := false
	p.stop = append(p.stop, p.copy.Observe(func(c offline.Change) {
		ctx.Dispatch(func(app.Context) {
			if due || p.copies && !c.All && len(c.IDs) == 0 {
				return
			}
			due = true
			ui.After(p.ctx, gatherCopy, func(ctx app.Context) {
				due = false
				if before := p.copies || p.awaited; !p.copied(ctx) && before {
					p.load(ctx, true)
				}
			})
		})
	}))
}

// copied takes the list from the copy. It reports false when the server is to be asked.
func (p *placeBook) copied(ctx app.Context) bool {
	p.copies, p.awaited = false, false
	if p.copy == nil {
		return false
	}
	s := p.copy.Status()
	if !s.Ready || s.Locked || s.Wiped || s.Trouble != "" {
		return false
	}
	list := p.copy.List()
	if list == nil || !s.Listed { // told in a moment
		p.awaited, p.shown.busy = true, true
		return true
	}
	p.copies = true
	p.shown.turn++ // what the server was asked before is older
	p.shown.busy, p.shown.err = false, nil
	all := placesIn(list, p.copy.Units(), p.copy.Programs(), p.copy.Purposes())
	if !p.at.Can(perm.ProgramsView) {
		all.Programs = nil
	}
	p.take(ctx, all)
	return true
}

// unread reports whether the copy is still read from this browser, so that a network that fails is no answer yet.
func (p *placeBook) unread() bool {
	if p.copy == nil {
		return false
	}
	s := p.copy.Status()
	return !s.Loaded && s.Trouble == ""
}

// placesIn counts what stands where.
func placesIn(list *dashboard.List, units []number.Unit, programs []number.Program, purposes []number.Purpose) placeList {
	counts := list.Find(dashboard.Query{}).Counts()
	out := placeList{Purposes: purposes, Numbers: counts.Total(), Nowhere: counts.Unit("")}
	within := map[id.BusinessUnit]int{}
	for _, x := range programs {
		within[x.BusinessUnit]++
		out.Programs = append(out.Programs, api.Program{Program: x, Numbers: counts.Program(x.ID)})
	}
	for _, x := range units {
		out.Units = append(out.Units, api.Unit{Unit: x, Programs: within[x.ID], Numbers: counts.Unit(x.ID)})
	}
	out.sort()
	return out
}
