package replica

// sendPush sends the oldest edits that have no outcome. While base is replaced nothing is: an outcome of the new history
// would be judged by the old one's cursor.
func (e *Engine) sendPush() {
	if e.m.queued == 0 || !e.push.free() || e.pullFirst || e.m.meta.Cursor == "" || e.m.meta.Stage != nil {
		return
	}
	e.launchPush()
}

func (e *Engine) launchPush() {
	req := &Push{Client: e.m.meta.Client, Schema: Schema, PrevMid: e.m.meta.Floor, Epoch: e.m.base.Epoch, Cursor: e.m.meta.Cursor}
	first := 0
	for e.m.log[first].Outcome != nil {
		req.PrevMid = e.m.log[first].Mid
		first++
	}
	// Settled entries between queued ones go along: the server holds the run against what it knows of this device.
	bytes, last := pushEnvelope, 0
	for _, en := range e.m.log[first:] {
		bytes += en.size + 1
		if len(req.Mutations) == MaxPush || len(req.Mutations) > 0 && bytes > MaxPushBytes {
			break
		}
		req.Mutations = append(req.Mutations, en.Mutation)
		if en.Outcome == nil {
			last = len(req.Mutations)
		}
	}
	req.Mutations = req.Mutations[:last]
	e.push.want = false
	e.push.flight = e.send(&flight{req: Request{Push: req}})
	e.refreshPush(req)
}

// refreshPush tells that the edits of a push are on their way now, or no more.
func (e *Engine) refreshPush(p *Push) {
	for i := range p.Mutations {
		for _, row := range p.Mutations[i].Rows {
			e.refresh.add(row.ID)
		}
	}
}

// isSending reports whether the entry is in a push on its way.
func (e *Engine) isSending(mid Mid) bool {
	f := e.flights[e.push.flight]
	if f == nil {
		return false
	}
	list := f.req.Push.Mutations
	return list[0].Mid <= mid && mid <= list[len(list)-1].Mid
}

// pushed takes in what became of a push.
func (e *Engine) pushed(f *flight, a *PushAnswer) {
	if f.req.Push.Client != e.m.meta.Client {
		return // the log was renumbered meanwhile
	}
	// Of another history than base: whether outcomes of before still stand is for a pull to tell.
	other := a.Epoch != "" && a.Epoch != e.m.base.Epoch || e.m.meta.Stage != nil
	if other && !Without("push_epoch") { // outcomes of one history are judged by the cursor of another
		e.pullFirst, e.pull.want = true, true
		return
	}
	switch a.Kind {
	case KindOK:
		e.keepOutcomes(a)
	case KindGap:
		e.closeGap(a.ExpectMid)
	case KindForked:
		e.fork()
	default:
		e.retry(&e.push, 0)
	}
}

func (e *Engine) keepOutcomes(a *PushAnswer) {
	var put []Entry
	for i := range a.Outcomes {
		o := &a.Outcomes[i]
		at, ok := e.m.find(o.Mid)
		if !ok || e.m.log[at].Uid != o.Uid || e.m.log[at].Outcome != nil {
			continue
		}
		en := e.m.log[at].Entry
		en.Outcome, en.Epoch, en.Settled = o, a.Epoch, a.Now
		put = append(put, en)
		if o.Attention != "" {
			e.attention.want = true
		}
	}
	if len(put) == 0 {
		e.pull.want = true
		e.retry(&e.push, 0)
		return
	}
	e.commit(&pending{kind: txPush, tx: Tx{If: e.guard(), Strict: true, PutLog: put}})
}

// closeGap sends again what the server lost. When the device doesn't hold all of that any more, it starts anew as
// another client.
func (e *Engine) closeGap(expect Mid) {
	var put []Entry
	for _, en := range e.m.log {
		if en.Mid >= expect && en.Outcome != nil {
			put = append(put, requeued(en))
		}
	}
	e.pull.want = true
	if expect <= e.m.meta.Floor || len(put) == 0 {
		e.fork()
		return
	}
	// With its own Rev, so that no transaction that was thought out before drops what has to be sent again.
	meta := e.nextMeta()
	e.commit(&pending{kind: txPush, tx: Tx{If: e.guard(), Strict: true, Meta: &meta, PutLog: put}})
}

func requeued(en *entry) Entry {
	x := en.Entry
	x.Outcome, x.Epoch, x.Settled = nil, "", 0
	return x
}

// fork makes this device another client, because its log is not what the server knows under the old one: a profile was
// copied, or an image of it restored. The uids stay, so that nothing is done twice.
func (e *Engine) fork() {
	meta := e.nextMeta()
	meta.Client, meta.Floor = e.opt.NewID(), 0
	tx := Tx{If: e.guard(), Strict: true, Meta: &meta, Renumber: true}
	if Without("renumber") { // what was settled under the old client is not offered again under the new one
		tx.Renumber = false
		for _, en := range e.m.log {
			if en.Outcome == nil {
				tx.DelLog = append(tx.DelLog, en.Mid)
				tx.Append = append(tx.Append, requeued(en))
			}
		}
	}
	e.unproved = 0
	e.commit(&pending{kind: txFork, tx: tx})
}
