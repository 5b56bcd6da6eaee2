package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/shared/id"
	"countersign/shared/live"
)

// deliver tells subs of the events that follow the head. It gives back what still waits: all of it on an error, and
// what is more than a batch.
func (h *Hub) deliver(t *topic, subs []*socket, events []live.Event, lost bool) ([]live.Event, error) {
	if len(events) == 0 && !lost {
		return nil, nil
	}
	if len(subs) == 0 || t.head == unknown {
		t.head = unknown // whoever joins next reads it, and these events with it
		return nil, nil
	}

	own, next := follow(events, t.head)
	if lost || !gapless(next, t.head) {
		limit := h.lim.Replay
		if lost {
			limit = 0 // events without a number may be among the lost, and those can't be read again
		}
		missing, head, ok, err := h.replay(t.stream, t.head, limit)
		if err != nil {
			return events, err
		}
		if !ok || !gapless(missing, t.head) || t.head+int64(len(missing)) < head {
			for _, s := range subs {
				s.resync(head)
			}
			t.head = head
			return nil, nil
		}
		next = missing
	}
	if len(own)+len(next) == 0 {
		return nil, nil
	}

	var rest []live.Event
	if len(next) > batch {
		next, rest = next[:batch], next[batch:]
	}
	pokes := append(own, next...)
	kinds := kindsOf(pokes)
	verdicts, err := h.judge(t.stream, kinds, subs)
	if err != nil {
		return events, err
	}
	head := t.head + int64(len(next))
	looks := newForms(pokes, kinds, head)
	for i, s := range subs {
		if why := verdicts[i].End; why != "" {
			h.cut([]*socket{s}, endFrames(why), &h.count.cut)
			continue
		}
		s.push(h.see(looks, s, verdicts[i].Kinds, max(t.head, s.seen)), head)
	}
	t.head = head
	return rest, nil
}

// admit lets sockets join: they get what came after their number, or a resync, and then a hello. It gives back those
// for whom that could not be read yet.
func (h *Hub) admit(t *topic, joins []join) ([]join, error) {
	joins = slices.DeleteFunc(joins, func(j join) bool { return j.s.dead() })
	slices.SortStableFunc(joins, func(a, b join) int { return cmp.Compare(a.after, b.after) })
	for len(joins) > 0 {
		n := 1
		for n < len(joins) && joins[n].after == joins[0].after {
			n++
		}
		if err := h.admitFrom(t, joins[0].after, joins[:n]); err != nil {
			return joins, err
		}
		joins = joins[n:]
	}
	return nil, nil
}

// admitFrom admits the sockets that resume after the same number, with one read and one verdict for all.
func (h *Hub) admitFrom(t *topic, after int64, joins []join) error {
	head, known := t.head, t.head != unknown
	var missed []live.Event
	resync := false
	switch {
	case after < 0 && !known:
		_, now, _, err := h.replay(t.stream, Latest, 0)
		if err != nil {
			return err
		}
		head = now
	case after >= 0 && after != head:
		events, now, ok, err := h.replay(t.stream, after, h.lim.Replay)
		if err != nil {
			return err
		}
		missed, head = events, now
		resync = !ok || !gapless(events, after) || after+int64(len(events)) < now
	}

	subs := make([]*socket, len(joins))
	for i, j := range joins {
		subs[i] = j.s
	}
	kinds := kindsOf(missed)
	verdicts, err := h.judge(t.stream, kinds, subs)
	if err != nil {
		return err
	}
	if !known {
		t.head = head
	}

	var parts []*forms
	for part := range slices.Chunk(missed, batch) {
		parts = append(parts, newForms(part, kinds, part[len(part)-1].Seq))
	}
	for i, s := range subs {
		switch why := verdicts[i].End; {
		case why != "":
			h.cut([]*socket{s}, endFrames(why), &h.count.cut)
			continue
		case resync:
			s.resync(head)
		default:
			for _, f := range parts {
				s.push(h.see(f, s, verdicts[i].Kinds, after), f.head)
			}
			s.push(nil, head)
		}
		t.enter(s)
		s.hello(true)
	}
	return nil
}

// follow sorts events into those without a number and those after the head, in order and each once.
func follow(events []live.Event, head int64) (own, next []live.Event) {
	for _, e := range events {
		switch {
		case e.Seq == 0:
			own = append(own, e)
		case e.Seq > head:
			next = append(next, e)
		}
	}
	slices.SortStableFunc(next, func(a, b live.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return own, slices.CompactFunc(next, func(a, b live.Event) bool { return a.Seq == b.Seq })
}

func gapless(events []live.Event, head int64) bool {
	for i, e := range events {
		if e.Seq != head+1+int64(i) {
			return false
		}
	}
	return true
}

func kindsOf(events []live.Event) []live.Kind {
	var kinds []live.Kind
	for _, e := range events {
		if !slices.Contains(kinds, e.Kind) {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

// forms are what one batch of events looks like to those who may see different parts of it. Most sockets see
// the same, so each form is encoded once.
type forms struct {
	events []live.Event
	kinds  []live.Kind
	head   int64
	own    bool // there are events that belong to one login
	made   map[view]form
}

type view struct {
	kinds Kinds
	from  int64
	login id.Login
}

type form struct {
	frame []byte // nil when there is nothing to see
	whole bool   // permission left nothing out
}

func newForms(events []live.Event, kinds []live.Kind, head int64) *forms {
	return &forms{events: events, kinds: kinds, head: head, own: slices.Contains(kinds, live.Me), made: make(map[view]form, 1)}
}

// see is the frame for a socket that has seen all up to from, or nil when nothing is for it.
func (h *Hub) see(f *forms, s *socket, allowed Kinds, from int64) []byte {
	v := view{kinds: allowed & (1<<len(f.kinds) - 1), from: from}
	if f.own {
		v.login = s.sub.Login
	}
	made, ok := f.made[v]
	if !ok {
		made = f.make(v)
		f.made[v] = made
	}
	if !made.whole {
		h.count.denied.Add(1)
	}
	return made.frame
}

func (f *forms) make(v view) form {
	var visible []live.Event
	whole := true
	for _, e := range f.events {
		switch {
		case e.Seq != 0 && e.Seq <= v.from:
		case e.Kind == live.Me && e.Ref != string(v.login): // somebody else's
		case !v.kinds.Has(slices.Index(f.kinds, e.Kind)):
			whole = false
		default:
			visible = append(visible, e)
		}
	}
	if len(visible) == 0 {
		return form{whole: whole}
	}
	return form{encode(live.Frame{T: live.FramePoke, Events: visible, Head: f.head}), whole}
}

// judge asks what each socket may be told now. It is the only way to a verdict, so it also notices when none is to be
// had.
func (h *Hub) judge(stream live.Stream, kinds []live.Kind, sockets []*socket) ([]Verdict, error) {
	subs := make([]*Subscription, len(sockets))
	for i, s := range sockets {
		subs[i] = &s.sub
	}
	began := h.opt.Now()
	var verdicts []Verdict
	err := h.ask(func(ctx context.Context) (err error) {
		verdicts, err = h.opt.Authorize(ctx, stream, kinds, subs)
		if err == nil && len(verdicts) != len(subs) {
			err = errors.New("not one verdict for each subscription")
		}
		return err
	})
	if err != nil {
		h.pulse.missed(h.opt.Now().Sub(began))
		return nil, fmt.Errorf("evaluate permission: %w", err)
	}
	h.pulse.felt()
	return verdicts, nil
}

// replay reads past events.
func (h *Hub) replay(stream live.Stream, after int64, limit int) (events []live.Event, head int64, ok bool, err error) {
	h.count.replays.Add(1)
	err = h.ask(func(ctx context.Context) (err error) {
		events, head, ok, err = h.opt.Replay(ctx, stream, after, limit)
		return err
	})
	if err != nil {
		return nil, 0, false, fmt.Errorf("read past events: %w", err)
	}
	return events, head, ok, nil
}

// ask calls the rest of the server, in bounded time; a panic there is an error here.
func (h *Hub) ask(call func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(h.ctx, h.lim.Evaluate)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		if err != nil {
			h.count.failed.Add(1)
		}
	}()
	return call(ctx)
}
