package inventory

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// work is what one transaction does: who, on which store, how far the history has come by it.
type work struct {
	c    *Core
	s    Store
	a    Actor
	now  time.Time
	head Head // written once, at the end
	acts []Act

	uid  replica.Uid // of the mutation in hand
	err  error       // of a look-up for the rules, which know no errors
	last seen        // what save wrote last
}

// seen is a row before and after a change.
type seen struct{ old, rec *Record }

func (c *Core) begin(s Store, a Actor) (*work, error) {
	h, err := s.Head()
	if err != nil {
		return nil, err
	}
	return &work{c: c, s: s, a: a, now: s.Now(), head: *h}, nil
}

// end writes where the history stands.
func (w *work) end() error {
	if w.err != nil {
		return w.err
	}
	h := w.head
	return w.s.SetHead(&h)
}

// The rules' Ground.

func (w *work) Now() time.Time { return w.now }

func (w *work) Purpose(key string) *number.Purpose {
	p, err := w.s.Purpose(key)
	w.note(err)
	return p
}

func (w *work) Unit(u id.BusinessUnit) *number.Unit {
	if u == "" {
		return nil
	}
	v, err := w.s.Unit(u)
	w.note(err)
	return v
}

func (w *work) Program(p id.Program) *number.Program {
	if p == "" {
		return nil
	}
	v, err := w.s.Program(p)
	w.note(err)
	return v
}

func (w *work) note(err error) {
	if err != nil && w.err == nil {
		w.err = err
	}
}

// history adds a change as the next one.
func (w *work) history(ch replica.Change) error {
	w.head.Seq++
	ch.Seq = w.head.Seq
	p := &Past{Change: ch, Uid: w.uid, By: w.a.Login, Name: w.a.Name, At: w.now}
	p.Chain = Link(w.head.Chain, p)
	w.head.Chain = p.Chain
	return w.s.AddChange(p)
}

// next is a copy of old to be changed by this actor as the history's next step.
func (w *work) next(old *Record) *Record {
	r := *old
	if r.By != w.a.Login {
		r.OtherVer = old.Ver
	}
	r.By, r.Ver = w.a.Login, w.head.Seq+1
	return &r
}

// save writes rec, which next made of old, with its step of the history.
func (w *work) save(old, rec *Record) error {
	if err := w.s.PutNumber(rec); err != nil {
		return err
	}
	return w.saved(old, rec)
}

// saved completes the writing of a row: history, digest and assignment. A nil old is a row that is new.
func (w *work) saved(old, rec *Record) error {
	w.last = seen{old, rec}
	ch := replica.Change{Kind: replica.KindNumber, ID: string(rec.ID)}
	if rec.Status == number.Removed {
		ch.Del = true
	} else {
		ch.Number = &rec.Number
	}
	if err := w.history(ch); err != nil {
		return err
	}

	was, is := place(old), place(rec)
	if old != nil && old.Status != number.Removed {
		w.head.Rows--
		w.head.Sum -= replica.RowHash(old.ID, old.Ver)
	}
	if !ch.Del {
		w.head.Rows++
		w.head.Sum += replica.RowHash(rec.ID, rec.Ver)
	}
	if was == is {
		return nil
	}
	at := rec
	if rec.Place != is {
		gone := *rec
		gone.Place = is
		at = &gone
	}
	return w.s.Placed(at, w.a.Name)
}

// place is where a live number stands; one that does not live, a tombstone too, stands nowhere.
func place(r *Record) number.Place {
	if r == nil || r.Status == number.Removed {
		return number.Place{}
	}
	return r.Place
}
