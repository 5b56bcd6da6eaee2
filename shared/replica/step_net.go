package replica

// Times of the network, in milliseconds.
const (
	PullEvery  = 60_000 // whatever pokes say
	PullGap    = 200    // however many pokes come
	retryFirst = 1_000
	retryMost  = 60_000
)

const (
	timerPull = "pull"
	timerGap  = "gap"
)

// setLead makes this tab do the network, or stop. What is on its way when it stops is not waited for: an answer of then is
// not taken in, the server gives its outcomes again to whoever asks next.
func (e *Engine) setLead(lead bool) {
	if e.lead == lead {
		return
	}
	e.lead, e.leader, e.online, e.refused = lead, nil, false, ""
	e.ground()
	if lead {
		e.hurry()
		e.pull.want = true
	}
}

// ground forgets every request on its way.
func (e *Engine) ground() {
	if f := e.flights[e.push.flight]; f != nil {
		e.refreshPush(f.req.Push)
	}
	e.flights, e.inbox, e.fetched = map[int]*flight{}, nil, nil
	e.pull.flight, e.push.flight, e.attention.flight = 0, 0, 0
}

// lines are all kinds of what is tried again.
func (e *Engine) lines() []*line {
	return []*line{&e.pull, &e.push, &e.attention, &e.empty, &e.reading}
}

// hurry ends every waiting after failures: somebody is there to see what comes of it.
func (e *Engine) hurry() {
	for _, l := range e.lines() {
		l.fails, l.waiting, l.firm = 0, false, false
	}
}

// hurryPolitely ends every waiting but those that the server asked for.
func (e *Engine) hurryPolitely() {
	for _, l := range e.lines() {
		if !l.firm {
			l.fails, l.waiting = 0, false
		}
	}
}

func (e *Engine) poke(p *Poke) {
	e.hurryPolitely()
	if p.Epoch != e.m.base.Epoch || p.Head == 0 || p.Head > e.m.base.Seq {
		e.pull.want = true
	}
}

func (e *Engine) timer(name string) {
	switch name {
	case timerPull:
		e.pull.want = true
	case timerGap:
		e.coalesce = false
	default:
		for _, l := range e.lines() {
			if name == "retry_"+l.name {
				l.waiting, l.firm = false, false
			}
		}
	}
}

// retry puts a kind of request off, longer each time, and spread so that devices don't come back all at once. What fails
// while that is waited for left before it, and is the same failure.
func (e *Engine) retry(l *line, atLeast int) {
	if l.waiting && (atLeast == 0 || l.firm) {
		return
	}
	if l.waiting {
		l.fails--
	}
	most := min(retryMost, retryFirst<<min(l.fails, 10))
	after := 1 + int64(e.opt.Rand()%uint64(most))
	l.want = true
	l.fails++
	l.waiting, l.firm = true, atLeast > 0
	e.emit(Effect{Timer: &Timer{Name: "retry_" + l.name, After: max(after, int64(atLeast))}})
}

// network sends whatever is wanted and possible.
func (e *Engine) network() {
	if !e.lead || e.reauth || e.upgrade || e.m.meta.Client == "" {
		return
	}
	staging := e.m.meta.Stage != nil && !e.again
	if staging {
		e.fetch()
	}
	if e.netTx != 0 {
		return // what is asked next depends on it
	}
	if !staging {
		e.sendPull()
	}
	e.sendPush()
	if e.attention.want && e.attention.free() {
		e.attention.want = false
		e.attention.flight = e.send(&flight{req: Request{Attention: true}})
	}
	if !staging {
		e.compact()
	}
}

func (l *line) free() bool { return l.flight == 0 && !l.waiting }

func (e *Engine) send(f *flight) int {
	f.req.ID = e.newID()
	f.cursor = e.m.meta.Cursor
	e.flights[f.req.ID] = f
	req := f.req
	e.emit(Effect{Request: &req})
	return req.ID
}

// answer puts an answer in line. Those that nobody waits for any more are left out.
func (e *Engine) answer(a *Answer) {
	f := e.flights[a.ID]
	if f == nil {
		return
	}
	delete(e.flights, a.ID)
	if a.Failed || a.Refused != "" {
		e.take(f, a) // needs no transaction, and must not come after what answers it, as a new sign-in does
		return
	}
	e.inbox = append(e.inbox, arrival{f, a})
}

func (f *flight) line(e *Engine) *line {
	switch {
	case f.req.Push != nil:
		return &e.push
	case f.req.Attention:
		return &e.attention
	}
	return &e.pull
}

// take does what an answer asks for. Unless it is a refusal, no other transaction than with edits is on its way then.
func (e *Engine) take(f *flight, a *Answer) {
	l := f.line(e)
	if l.flight == f.req.ID {
		l.flight = 0
	}
	e.online = !a.Failed
	if f.req.Push != nil {
		e.refreshPush(f.req.Push)
		if a.Push != nil || forGood(a.Refused) {
			e.refused = a.Refused
		}
	}
	if f.req.Push != nil && e.wiping == wipeOffer {
		e.wiping = wipeStore // whatever came of it
		return
	}
	switch {
	case a.Refused == RefusedReauth && f.req.ID > e.signedIn:
		e.reauth, l.want = true, true
	case a.Refused == RefusedUpgrade:
		e.upgrade = true
	case a.Refused == RefusedWipe && f.req.Push != nil:
		e.wiping = wipeStore
	case a.Refused == RefusedWipe:
		e.wiping = max(e.wiping, wipeOffer)
	case a.Refused == RefusedGone && f.req.Chunk != nil:
		e.gone(f)
	case a.Push != nil && f.req.Push != nil:
		l.fails = 0
		e.pushed(f, a.Push)
	case a.Pull != nil && f.req.Pull != nil:
		l.fails = 0
		e.pulled(f, a.Pull)
	case a.Attention != nil && f.req.Attention:
		l.fails = 0
		e.attend(a.Attention)
	case f.req.Chunk != nil && !a.Failed && a.Refused == "":
		e.staged(f, a.Chunk)
	default:
		e.retry(l, a.RetryAfter)
	}
}

// attend stores what waits for the login, in place of what was known.
func (e *Engine) attend(a *AttentionAnswer) {
	meta := e.nextMeta()
	meta.AttentionVer = a.Ver
	tx := Tx{If: e.guard(), Strict: true, Meta: &meta, PutAttention: a.Items}
	still := map[string]bool{}
	for i := range a.Items {
		still[string(a.Items[i].ID)] = true
	}
	for _, old := range e.Attention() {
		if !still[string(old.ID)] {
			tx.DelAttention = append(tx.DelAttention, old.ID)
		}
	}
	e.commit(&pending{kind: txAttention, tx: tx})
}

// wipe empties the store. When the server asked for it, what is queued is offered once more, up to one push of it: it is
// recorded there as come too late, whoever administers the organization sees it, and the store is emptied whatever came
// of that. Edits on their way to the store are waited for: they may be told as saved.
func (e *Engine) wipe() {
	if e.wiping == wipeOffer && e.push.flight == 0 && e.netTx == 0 && e.editTx == 0 {
		if !e.lead || e.m.queued == 0 || e.m.meta.Client == "" {
			e.wiping = wipeStore
		} else {
			e.launchPush()
		}
	}
	if e.wiping != wipeStore || e.netTx != 0 || e.editTx != 0 || e.empty.waiting {
		return
	}
	if e.m.wiped() { // by another tab while this one read it, and maybe it is not even there any more
		e.emptied()
		return
	}
	e.ground()
	e.commit(&pending{kind: txWipe, tx: Tx{If: Guard{Generation: e.m.meta.Generation}, Strict: true, Wipe: true}})
}
