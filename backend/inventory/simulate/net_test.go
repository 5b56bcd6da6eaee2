package simulate

import (
	"encoding/json"
	"slices"
	"strings"

	"countersign/shared/replica"
)

// timeout is when a tab gives up a request.
const timeout = 30 * second

// ask sends a request through a network that loses, doubles, delays and cuts.
func (t *tab) ask(r replica.Request) {
	d, w := t.d, t.d.w
	w.count.requests++
	t.asked = append(t.asked, r.ID)
	w.after(timeout, func() { t.answer(replica.Answer{ID: r.ID, Failed: true}, false) })

	switch {
	case !d.online:
		w.after(w.between(0, second), func() { t.answer(replica.Answer{ID: r.ID, Failed: true}, false) })
		return
	case w.chance(w.f.portal): // somebody's sign-in page, with 200
		w.count.portals++
		w.after(w.between(0, second), func() { t.answer(replica.Answer{ID: r.ID, Failed: true}, false) })
		return
	case w.chance(w.f.lostRequest):
		w.count.lost++
		return
	}
	if w.chance(w.f.wire) {
		r = wire(w, r)
	}
	w.after(w.delay(), func() { t.send(r) })
	if w.chance(w.f.doubled) {
		w.count.doubled++
		w.after(w.delay(), func() { t.send(r) })
	}
}

// delay is how long a message is under way; some overtake others.
func (w *world) delay() int64 {
	if w.chance(w.f.late) {
		w.count.late++
		return w.between(0, 2*minute)
	}
	return w.between(5, 200)
}

// send is the arrival of a request at one of the servers.
func (t *tab) send(r replica.Request) {
	d, w := t.d, t.d.w
	if w.chance(w.f.refused) {
		w.count.refused++
		why := pick(w, []string{"too_many", "unavailable", "unavailable", "internal", "not_found", "unauthenticated", "upgrade_required"})
		w.after(w.delay(), func() { t.answer(replica.Answer{ID: r.ID, Refused: why, RetryAfter: int(w.between(0, 5000))}, true) })
		return
	}
	e := w.server.edge(d)
	e.serve(d, r, func(a replica.Answer) {
		a.ID = r.ID
		if w.chance(w.f.wire) {
			a = wire(w, a)
		}
		switch {
		case w.chance(w.f.lostAnswer):
			w.count.lost++
			return
		case w.chance(w.f.truncated):
			w.count.truncated++
			a = replica.Answer{ID: r.ID, Failed: true}
		}
		w.after(w.delay(), func() { t.answer(a, true) })
		if w.chance(w.f.doubledAnswer) {
			w.count.doubledAnswers++
			w.after(w.delay(), func() { t.heard(a) })
		}
	})
}

// answer tells the engine what came of its request, once.
func (t *tab) answer(a replica.Answer, arrived bool) {
	i := slices.Index(t.asked, a.ID)
	if i < 0 || t.dead {
		return
	}
	if arrived && !t.d.online {
		return // it finds nobody; the timeout will tell
	}
	t.asked = slices.Delete(t.asked, i, i+1)
	t.heard(a)
}

func (t *tab) heard(a replica.Answer) {
	if t.dead {
		return
	}
	switch a.Refused {
	case replica.RefusedReauth:
		t.reauth = true
		t.d.w.after(t.d.w.between(second, minute), t.d.signIn)
	case replica.RefusedUpgrade:
		t.upgrade = true
		t.d.w.after(t.d.w.between(second, minute), t.reload)
	case replica.RefusedWipe:
		t.d.wipeTold = true
	}
	t.tell(replica.Event{Answer: &a})
}

// poke tells tabs that the organization's history moved.
func (w *world) poke(o *org, epoch replica.Epoch, head int64) {
	for _, d := range w.devices {
		if d.login.org != o || !d.online || d.login.lost {
			continue
		}
		for _, t := range d.tabs {
			if t.dead || w.chance(w.f.lostPoke) {
				continue
			}
			p := replica.Poke{Epoch: epoch, Head: head}
			if w.chance(w.f.strangePoke) {
				w.count.strangePokes++
				p.Head = w.rng.Int64N(100)
				if w.chance(0.5) {
					p.Epoch = "another"
				}
			}
			w.after(w.delay(), func() { t.tell(replica.Event{Poke: &p}) })
			if w.chance(w.f.doubledPoke) {
				w.after(w.delay(), func() { t.tell(replica.Event{Poke: &p}) })
			}
		}
	}
}

// wire gives the message as it comes out of JSON.
func wire[T any](w *world, msg T) T {
	w.count.wired++
	b, err := json.Marshal(msg)
	if err != nil {
		fail("wire", "%T cannot be written: %v", msg, err)
	}
	var out T
	if err := json.Unmarshal(b, &out); err != nil {
		fail("wire", "%T cannot be read: %v", msg, err)
	}
	return out
}

// text shows something of the protocol in the trace.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return absent.Replace(string(b))
}

// absent takes out what an event or an effect is not.
var absent = strings.NewReplacer(`"Loaded":null,`, "", `"Committed":null,`, "", `"Failed":null,`, "", `"Edit":null,`, "", `"Undo":null,`, "",
	`"Answer":null,`, "", `"Poke":null,`, "", `"Timer":"",`, "", `"Lead":null,`, "", `"Nudge":false,`, "", `,"SignedIn":false`, "",
	`,"Wipe":false`, "", `"Load":false,`, "", `"Store":null,`, "", `"Request":null,`, "", `"Timer":null,`, "", `"View":null,`, "",
	`"Saved":null,`, "", `,"Wiped":false`, "", `"Push":null,`, "", `"Pull":null,`, "", `"Chunk":null,`, "", `"Attention":null,`, "",
	`,"Attention":false`, "", `"Failed":false,`, "", `,"Refused":"","RetryAfter":0`, "", "0000-7000-8000-0000000000", "~", "00070008000000000000", "~")
