package pages

import (
	"context"
	"slices"
	"sync"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// syncQuestion is asked before edits are thrown away, or numbers removed.
type syncQuestion struct {
	act   syncAct
	cases []*syncCase
}

// choose does what the person decided about cases, after a question where it can't be taken back by another edit.
func (p *SyncChanges) choose(cases []*syncCase, a syncAct) {
	switch {
	case a == actDiscard, a == actRemove && len(cases) > 1:
		p.ask = &syncQuestion{a, cases}
	case a == actEdit:
		p.edit(cases[0])
	default:
		p.decide(cases, a, nil)
	}
}

func (p *SyncChanges) renderQuestion() app.UI {
	c := &ui.Confirm{ID: "sync-question", Open: p.ask != nil, OnClose: func(app.Context) { p.ask = nil }}
	if q := p.ask; q != nil {
		c.Title, c.Action = ui.T("sync.ask."+string(q.act)+"_title", "n", len(q.cases)), ui.T("sync.act_many."+string(q.act), "n", len(q.cases))
		c.Text = ui.T("sync.ask." + string(q.act))
		if len(q.cases) == 1 {
			c.Action = ui.T("sync.act." + string(q.act))
			c.Text = p.words.caseTitle(q.cases[0]) + ". " + c.Text
		}
		c.OnConfirm = func(app.Context) {
			p.ask = nil
			p.decide(q.cases, q.act, nil)
		}
	}
	return c
}

// decide makes the edits that an act calls for. What it is about is closed once the server has taken them.
func (p *SyncChanges) decide(cases []*syncCase, a syncAct, wanted *number.Fields) {
	var edits []replica.NewEdit
	scene := p.scene()
	touched := map[string][]id.Number{} // by each case
	for _, c := range cases {
		if p.state(c).busy != "" {
			return
		}
		for _, e := range c.plan(a, wanted, scene, offline.NewNumber) {
			touched[c.key] = append(touched[c.key], e.Rows[0].ID)
			edits = append(edits, e)
		}
	}
	for _, c := range cases {
		st := p.state(c)
		st.busy, st.problem = a, ""
	}
	holdFocus(p.ctx, "attention")
	if len(edits) == 0 {
		p.leave(cases, a)
		return
	}
	p.save(joinEdits(edits), nil, func(made []replica.Uid, why string) {
		if why != "" {
			for _, c := range cases {
				st := p.state(c)
				st.busy, st.problem = "", notSaved(why)
			}
			return
		}
		offerUndo(p.watch.copy, made, ui.T("sync.acted."+string(a), "n", len(cases))+" "+ui.T("numbers.saved_here"))
		for _, c := range cases {
			p.state(c).busy, p.state(c).editing = "", false
		}
		p.closeOnce(made, cases, touched, p.whole(cases), a)
	})
}

// closeOnce closes items once the server has judged the edits that were made for them, also when another page is shown by
// then. Where such an edit was not taken either, what it is about stays open.
func (p *SyncChanges) closeOnce(made []replica.Uid, cases []*syncCase, touched map[string][]id.Number, items []syncItem, a syncAct) {
	copy, ctx := p.watch.copy, p.ctx
	for _, x := range items {
		p.hidden[x] = true
	}
	var mu sync.Mutex
	var stop func()
	look := func() {
		mu.Lock()
		defer mu.Unlock()
		failed, left := failedOf(copy, made)
		if stop == nil || left {
			return
		}
		stop()
		stop = nil
		var again []syncItem
		for _, c := range cases {
			if slices.ContainsFunc(touched[c.key], func(k id.Number) bool { return failed[k] }) {
				again = append(again, c.items...)
			}
		}
		p.close(copy, slices.DeleteFunc(slices.Clone(items), func(x syncItem) bool { return slices.Contains(again, x) }), a)
		ctx.Dispatch(func(app.Context) { p.reopen(again) })
	}
	mu.Lock()
	stop = copy.Observe(func(offline.Change) { look() })
	mu.Unlock()
	look()
}

// failedOf are the numbers of which edits were not taken, in whole or in part; left says that some are not judged yet.
func failedOf(c *offline.Copy, made []replica.Uid) (failed map[id.Number]bool, left bool) {
	failed = map[id.Number]bool{}
	for _, en := range c.Log() {
		if !slices.Contains(made, en.Uid) {
			continue
		}
		switch o := en.Outcome; {
		case o == nil:
			left = true
		case o.Technical != "":
			for i := range en.Rows {
				failed[en.Rows[i].ID] = true
			}
		default:
			for i := range o.Faults {
				failed[o.Faults[i].ID] = true
			}
		}
	}
	return failed, left
}

// save makes edits one after the other, in their order; done hears of the first that was not taken.
func (p *SyncChanges) save(list []replica.NewEdit, made []replica.Uid, done func([]replica.Uid, string)) {
	if len(list) == 0 {
		done(made, "")
		return
	}
	c, ctx := p.watch.copy, p.ctx
	if c == nil {
		done(made, replica.WhyWiped)
		return
	}
	c.Edit(list[0], func(u replica.Uid, why string) {
		ctx.Dispatch(func(app.Context) {
			defer ui.Recover()
			if why != "" {
				done(made, why)
				return
			}
			p.save(list[1:], append(made, u), done)
		})
	})
}

// leave gives edits up. They are closed once the toast that takes it back is gone; until then they are only out of sight.
func (p *SyncChanges) leave(cases []*syncCase, a syncAct) {
	copy, items := p.watch.copy, p.whole(cases)
	for _, x := range items {
		p.hidden[x] = true
	}
	for _, c := range cases {
		p.state(c).busy = ""
	}
	if a == actDone {
		p.close(copy, items, a)
		return
	}
	ui.ShowToast(ui.Toast{Text: ui.T("sync.acted."+string(a), "n", len(cases)), Action: ui.T("ui.undo"),
		OnAction: func(app.Context) {
			p.ctx.Dispatch(func(app.Context) {
				for _, c := range cases {
					p.state(c).decided = ""
				}
				p.reopen(items)
			})
		},
		OnGone: func() { p.close(copy, items, a) }})
}

// whole marks cases as decided, and gives the items of which nothing is left to decide: of an edit of many numbers some may
// still wait for the person.
func (p *SyncChanges) whole(cases []*syncCase) (items []syncItem) {
	for _, c := range cases {
		p.state(c).decided = c.seen()
	}
	for _, c := range cases {
		for _, x := range c.items {
			if slices.Contains(items, x) || slices.ContainsFunc(p.cases, func(o *syncCase) bool {
				return slices.Contains(o.items, x) && p.state(o).decided != o.seen()
			}) {
				continue
			}
			items = append(items, x)
		}
	}
	return items
}

// close tells the server of items, one after the other and whatever page is shown meanwhile. One that it does not know any
// more was closed on another device; one of which more failed since stays, unless what was wanted stands by now.
func (p *SyncChanges) close(copy *offline.Copy, items []syncItem, a syncAct) {
	session, ctx := p.At.Session, p.ctx
	if len(items) == 0 || copy == nil {
		return
	}
	in := api.ResolveAttentionIn{Org: p.At.OrgIn()}
	in.Body.How = a.how()
	now, scene := casesOf(copy.Attention(), false), syncScene{row: copy.Row}
	ui.Go(func() {
		var failed error
		for _, x := range items {
			if slices.ContainsFunc(now, func(c *syncCase) bool {
				return slices.ContainsFunc(c.items, func(y syncItem) bool { return y.id == x.id && y.at != x.at }) && !c.stood(scene)
			}) {
				continue
			}
			in.Attention = x.id
			err := session.Background(context.Background(), api.ResolveAttention.Spec, in, &api.None{})
			if err != nil && client.CodeOf(err) != errs.NotFound {
				failed = err
				break
			}
		}
		copy.Resolved()
		ctx.Dispatch(func(ctx app.Context) {
			if failed != nil {
				p.reopen(items)
				toastFailure(failed)
			}
			p.load(ctx, true)
		})
	})
}

// reopen shows again what could not be closed. What was edited for it stands.
func (p *SyncChanges) reopen(items []syncItem) {
	for _, x := range items {
		delete(p.hidden, x)
	}
	closing := func(c *syncCase) bool {
		return slices.ContainsFunc(c.items, func(x syncItem) bool { return slices.Contains(items, x) })
	}
	for _, c := range p.cases {
		if closing(c) {
			p.state(c).decided = ""
		}
	}
	for _, c := range casesOf(p.left.value.Others, true) {
		if closing(c) {
			delete(p.gone, c.key)
		}
	}
}
