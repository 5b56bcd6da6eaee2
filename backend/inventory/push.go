package inventory

import (
	"strconv"

	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// Push applies what a device brings, in one transaction. An error undoes all of it: errs.Invalid for what is no push of
// this protocol, another one for what may go well the next time.
func (c *Core) Push(s Store, a Actor, in *replica.Push) (*replica.PushAnswer, []Act, error) {
	if err := checkPush(in); err != nil {
		return nil, nil, err
	}
	w, err := c.begin(s, a)
	if err != nil {
		return nil, nil, err
	}
	if err := w.notice(in.Cursor); err != nil {
		return nil, nil, err
	}
	old, err := s.Device(in.Client)
	if err != nil {
		return nil, nil, err
	}
	d := Device{Client: in.Client, Login: a.Login, FirstMid: 1, Schema: in.Schema, Browser: a.Browser, SeenAt: w.now}
	if old != nil {
		d = *old
	}
	answer := &replica.PushAnswer{Kind: replica.KindOK, Epoch: w.head.Epoch, Lmid: d.Lmid, Head: w.head.Seq, Now: w.now.UnixMilli()}
	if d.Login != a.Login {
		answer.Kind = replica.KindForked
		return answer, w.acts, nil
	}
	if in.PrevMid > d.Lmid {
		answer.Kind, answer.ExpectMid = replica.KindGap, d.Lmid+1
		return answer, w.acts, nil
	}
	known, forked, err := c.known(s, &d, in)
	if err != nil {
		return nil, nil, err
	}
	if forked {
		answer.Kind = replica.KindForked
		return answer, w.acts, nil
	}

	answer.Outcomes = known
	judged, err := w.all(in, &d, answer)
	if err != nil {
		return nil, nil, err
	}
	if judged > 0 || old == nil {
		if err := s.PutDevice(&d); err != nil {
			return nil, nil, err
		}
	}
	if judged == 0 {
		return answer, w.acts, nil
	}
	if err := w.end(); err != nil {
		return nil, nil, err
	}
	if a.Lost {
		w.acts = append(w.acts, Act{Kind: audit.NumbersRefused, Object: string(a.Login), Detail: map[string]string{
			"name": a.Name, "edits": strconv.Itoa(judged),
		}})
	}
	answer.Lmid, answer.Head = d.Lmid, w.head.Seq
	return answer, w.acts, nil
}

// notice gives the history a new epoch when the cursor of the base that the edits were made on proves that it went back.
// Versions count anew then, and a removal of what the person saw could else take what has the same version now.
func (w *work) notice(cursor string) error {
	// Safeguard "push_cursor": without it that is noticed only by the next pull, after the edits were judged.
	if cursor == "" || replica.Without("push_cursor") {
		return nil
	}
	at, st, err := w.c.stand(w.s, &w.head, cursor)
	if err != nil || st != rolled {
		return err
	}
	w.head.Epoch = w.c.epochAfter(w.now, w.head.Epoch, at.Epoch)
	w.acts = append(w.acts, Act{Kind: audit.NumbersReplaced, Object: string(w.s.Org())})
	return w.end()
}

// checkPush judges the form of the message. What single mutations hold is judged with them, so that none blocks the queue.
func checkPush(in *replica.Push) error {
	if !aDevice(in.Client) || len(in.Mutations) > replica.MaxPush || in.PrevMid < 0 {
		return errs.New(errs.Invalid, "error.invalid")
	}
	last := in.PrevMid
	for i := range in.Mutations {
		m := &in.Mutations[i]
		if m.Mid <= last || !validUid(m.Uid) {
			return errs.BadField("mutations["+strconv.Itoa(i)+"]", "error.invalid")
		}
		last = m.Mid
	}
	return nil
}

// aDevice reports whether a client may call itself so: a short name, as a UUID is one, that is not the server's own. It
// is kept for ever, and with each receipt.
func aDevice(c id.Device) bool {
	if c == "" || c == Online || len(c) > 36 {
		return false
	}
	for i := range len(c) {
		if b := c[i]; (b < '0' || b > '9') && (b < 'a' || b > 'z') && b != '-' {
			return false
		}
	}
	return true
}

// validUid reports whether u is written as 32 lower-case hexadecimal digits.
func validUid(u replica.Uid) bool {
	if len(u) != 32 {
		return false
	}
	for i := range len(u) {
		if c := u[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// known gives the outcomes of what was judged already. It is forked when what the push brings, or leaves out, is not what
// the server knows under the device's name: a copy of the device has pushed, or an older image of it came back.
func (c *Core) known(s Store, d *Device, in *replica.Push) (out []replica.Outcome, forked bool, err error) {
	if len(in.Mutations) == 0 || in.PrevMid >= d.Lmid {
		return nil, false, nil
	}
	from, to := in.PrevMid+1, min(d.Lmid, in.Mutations[len(in.Mutations)-1].Mid)
	list, err := s.Receipts(d.Client, from, to)
	if err != nil {
		return nil, false, err
	}
	i := 0
	for k := range in.Mutations {
		m := &in.Mutations[k]
		if m.Mid > d.Lmid {
			break
		}
		// Safeguard "uid": without it the new edits of a cloned or restored device are acknowledged and ignored.
		if replica.Without("uid") {
			for i < len(list) && list[i].Outcome.Mid < m.Mid {
				i++
			}
			if i < len(list) && list[i].Outcome.Mid == m.Mid {
				o := list[i].Outcome
				o.Uid = m.Uid
				out = append(out, o)
			}
			continue
		}
		if i == len(list) || list[i].Outcome.Mid != m.Mid || list[i].Outcome.Uid != m.Uid {
			return nil, true, nil
		}
		out = append(out, list[i].Outcome)
		i++
	}
	return out, i < len(list) && !replica.Without("uid"), nil
}

// all judges what is new in a push, in order, and tells how many that were.
func (w *work) all(in *replica.Push, d *Device, answer *replica.PushAnswer) (judged int, err error) {
	first := 0
	for first < len(in.Mutations) && in.Mutations[first].Mid <= d.Lmid {
		first++
	}
	if first == len(in.Mutations) {
		return 0, nil
	}
	sum, err := w.s.SumBelow(d.Client, d.Lmid+1)
	if err != nil {
		return 0, err
	}
	if answer.Outcomes == nil {
		answer.Outcomes = make([]replica.Outcome, 0, len(in.Mutations))
	}
	for i := first; i < len(in.Mutations); i++ {
		m := &in.Mutations[i]
		o, err := w.one(m, d, sum)
		if err != nil {
			return 0, err
		}
		judged++
		// Safeguard "rejection_advances": without it a rejected mutation stays first in the queue for ever.
		if o.St == replica.Rejected && replica.Without("rejection_advances") {
			break
		}
		answer.Outcomes = append(answer.Outcomes, o)
		if losable(m.Uid) {
			continue
		}
		sum += replica.ReceiptHash(&o)
		d.Lmid = m.Mid
	}
	return judged, nil
}

// losable is the safeguard "atomic_receipt": without it the receipt is written in a transaction of its own after that of
// the effect, and does not always arrive.
func losable(u replica.Uid) bool {
	return replica.Without("atomic_receipt") && u[len(u)-1]&3 == 0
}

// one gives a mutation its outcome, with its effects and its receipt in one part of the transaction.
func (w *work) one(m *replica.Mutation, d *Device, sum uint64) (o replica.Outcome, err error) {
	// Safeguard "global_uid": without it what a device pushes again under another client id is done again.
	if !replica.Without("global_uid") {
		r, err := w.s.ReceiptOf(m.Uid)
		if err != nil {
			return o, err
		}
		if r != nil {
			o = r.Outcome
			o.Mid = m.Mid
			if r.Client != Online && r.Client != d.Client {
				of, err := w.s.Device(r.Client)
				if err != nil {
					return o, err
				}
				if of != nil && of.Login != d.Login { // what another person wanted, and what waits for them, is theirs
					o.Faults, o.Attention = nil, ""
				}
			}
			return o, w.receipt(d.Client, &o, false, sum)
		}
	}

	head, acts := w.head, len(w.acts)
	var bug *panicked
	err = w.s.Part(func() error {
		return guarded(&bug, func() (err error) {
			if o, err = w.judge(m); err != nil {
				return err
			}
			return w.settle(m, d, &o, sum)
		})
	})
	if err == nil || bug == nil {
		return o, err
	}

	w.head, w.acts = head, w.acts[:acts]
	if w.c.Bug != nil {
		w.c.Bug(m.Uid, bug.what, bug.stack)
	}
	if !w.c.hopeless(m.Uid) {
		return o, err
	}
	o = replica.Outcome{Mid: m.Mid, Uid: m.Uid, St: replica.Rejected, Seq: head.Seq, Rejected: len(m.Rows), Technical: ServerBug}
	return o, w.s.Part(func() error { return w.settle(m, d, &o, sum) })
}

// settle keeps an outcome, and what was not applied as an attention item.
func (w *work) settle(m *replica.Mutation, d *Device, o *replica.Outcome, sum uint64) error {
	if len(o.Faults) > 0 || o.Technical != "" {
		item, err := w.remind(m, o, d.Browser)
		if err != nil {
			return err
		}
		o.Attention = item
	}
	if o.St == replica.Rejected && replica.Without("rejection_advances") || losable(m.Uid) {
		return nil
	}
	return w.receipt(d.Client, o, true, sum)
}

func (w *work) receipt(client id.Device, o *replica.Outcome, primary bool, sum uint64) error {
	return w.s.AddReceipt(&Receipt{Client: client, Outcome: *o, Primary: primary, Sum: sum + replica.ReceiptHash(o), At: w.now})
}
