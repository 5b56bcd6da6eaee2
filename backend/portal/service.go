// Package portal holds the use cases, a file for each noun. Every one of them runs inside the gate in this file: it
// opens the transaction, loads the caller from the rows of that moment, checks the declared policy, runs the use case
// and publishes after the commit. There is no other road to a transaction.
package portal

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"countersign/backend/inventory"
	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
)

// Live is what the portal tells the websocket hub.
type Live interface {
	Publish(stream live.Stream, events []live.Event)
	Signal(stream live.Stream, e live.Event) // holds only at this moment
	Poke(logins ...id.Login)                 // their own sign-ins, rights or settings changed
	CutSession(why string, ids ...id.Session) int
	CutSupport(why string, ids ...id.SupportSession) int
	CutAt(why string, stream live.Stream, logins ...id.Login) int // their sockets on one stream
	Reschedule(s id.SupportSession, end time.Time)
}

// Settings are the provider's.
type Settings struct {
	Brand     string // name of the portal
	PublicURL string // "https://portal.example", for mailed links
	Demo      bool   // staff may do without a second factor
}

// Deps are what a Service works with.
type Deps struct {
	DB       *store.DB
	Keys     *vault.Keys
	Hasher   *login.Hasher
	Live     Live
	Mailed   func()        // wakes the outbox
	Told     func()        // wakes the deliveries to webhooks
	Replies  *mail.Replies // addresses for answers to mails of tickets; nil where no mail comes in
	Settings Settings
	Log      *slog.Logger
	Rand     io.Reader // crypto/rand when nil

	// CheckTime is how long a check of what a caller says takes at least, so that the time tells nothing; 0: the standard.
	CheckTime time.Duration

	JobBatch int // rows of bulk work in one transaction; 0: the standard
}

// Service runs the use cases.
type Service struct {
	Deps
	auditKey []byte
	ticker   *ticker
	refusals refusals
	counts   counts
	exports  exports
	core     *inventory.Core
	jobs     *jobs
	sync     syncing
	writing  writing
}

// New makes a Service. Call Run to let time act on open access.
func New(d Deps) *Service {
	if d.Rand == nil {
		d.Rand = rand.Reader
	}
	if d.Mailed == nil {
		d.Mailed = func() {}
	}
	if d.Told == nil {
		d.Told = func() {}
	}
	return &Service{Deps: d, auditKey: d.Keys.Derive(vault.Audit), ticker: newTicker(), core: newCore(&d), jobs: newJobs()}
}

// Tx is a transaction with who acts in it and for which organization.
type Tx struct {
	*store.Tx
	context.Context
	*Caller
	Org id.Organization // of the path; "" where the call is about none

	svc *Service
}

// UseCase is what runs inside the gate.
type UseCase[In, Out any] func(*Tx, *In) (Out, error)

// Run is the gate for one declared endpoint. A GET runs in a read transaction, anything else in the writer's.
func Run[In, Out any](ctx context.Context, s *Service, ep api.Endpoint[In, Out], cred Credential, in *In, fn UseCase[In, Out]) (Out, error) {
	var out Out
	var oid id.Organization
	if o, ok := any(in).(interface{ OrgID() id.Organization }); ok {
		oid = o.OrgID()
	}
	if v, ok := any(in).(interface{ VerificationID() id.Verification }); ok {
		cred.verification = v.VerificationID()
	}
	body := func(tx *Tx) (err error) {
		out, err = fn(tx, in)
		return err
	}
	var err error
	if ep.Mutates() {
		err = s.update(ctx, ep.Spec, cred, oid, body)
	} else {
		err = s.view(ctx, ep.Spec, cred, oid, body)
	}
	if err != nil {
		var none Out
		return none, err
	}
	return out, nil
}

func (s *Service) view(ctx context.Context, spec api.Spec, cred Credential, oid id.Organization, fn func(*Tx) error) error {
	return s.viewBy(ctx, s.DB.View, spec, cred, oid, fn)
}

// viewBy is view by a read that may take another time.
func (s *Service) viewBy(ctx context.Context, read func(context.Context, func(*store.Tx) error) error, spec api.Spec, cred Credential,
	oid id.Organization, fn func(*Tx) error) error {
	var stale *Caller
	var refused *Tx
	err := read(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: ctx, Org: oid, svc: s}
		refused = tx
		if err := tx.enter(spec, cred); err != nil {
			return err
		}
		if tx.Caller.stale(st.Now()) && !cred.Background {
			stale = tx.Caller
		}
		return fn(tx)
	})
	s.recordRefusal(ctx, spec, refused, err)
	if stale != nil {
		s.touch(ctx, stale)
	}
	return s.endDisplaced(ctx, cred, err)
}

// touch notes that a sign-in is in use, so that it doesn't end as idle, or a token; at most once a minute for each.
func (s *Service) touch(ctx context.Context, c *Caller) {
	err := s.DB.Update(ctx, func(st *store.Tx) error { return c.touch(ctx, st) })
	if err != nil {
		s.Log.Warn("the use of a sign-in or token not noted", "session", c.Session, "error", err)
	}
}

func (s *Service) update(ctx context.Context, spec api.Spec, cred Credential, oid id.Organization, fn func(*Tx) error) error {
	var refused *Tx
	run := s.DB.Update
	if spec.Stops {
		run = s.DB.UpdateCritical
	}
	err := run(ctx, func(st *store.Tx) error {
		refused = nil
		tx := &Tx{Tx: st, Context: context.WithoutCancel(ctx), Org: oid, svc: s}
		if err := tx.enter(spec, cred); err != nil {
			refused = tx
			return err
		}
		if tx.Caller.stale(st.Now()) {
			if err := tx.Caller.touch(tx, st); err != nil {
				return err
			}
		}
		if err := fn(tx); err != nil {
			refused = tx
			return err
		}
		s.publish(st)
		return nil
	})
	s.recordRefusal(ctx, spec, refused, err)
	return s.endDisplaced(ctx, cred, err)
}

// system runs an act of the server itself: time passing, start and stop. The function says for whom by the entries it
// records.
func (s *Service) system(ctx context.Context, fn func(*Tx) error) error {
	return s.DB.UpdateCritical(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: context.WithoutCancel(ctx), Caller: &Caller{Actor: audit.Actor{Kind: audit.BySystem}}, svc: s}
		if err := fn(tx); err != nil {
			return err
		}
		s.publish(st)
		return nil
	})
}

// publish tells the hub and the outbox after the commit.
func (s *Service) publish(st *store.Tx) {
	events := st.Published()
	st.AfterCommit(func() {
		for i := 0; i < len(events); {
			j := i
			var run []live.Event
			for ; j < len(events) && events[j].Stream == events[i].Stream; j++ {
				run = append(run, events[j].Event)
			}
			s.Live.Publish(events[i].Stream, run)
			i = j
		}
		s.Mailed()
	})
}

// change is what a use case records of itself; record adds who, when and from where.
type change struct {
	stream  live.Stream
	kind    audit.Kind
	object  string
	grant   id.AccessRequest
	session id.SupportSession
	detail  map[string]string
	more    []inventory.Act // that were done with it
	outcome audit.Outcome
	pokes   []store.Poke
	mails   []store.Mail
}

// record writes the audit entry, the events and the mails of what the transaction did, and tells webhooks of it. What is
// about an organization and recorded there pokes its activity feed too.
func (tx *Tx) record(c change) error {
	e := tx.entry(&c)
	more := make([]audit.Entry, len(c.more))
	for i, a := range c.more {
		more[i] = e
		more[i].Kind, more[i].Object, more[i].Detail = a.Kind, a.Object, a.Detail
	}
	pokes := append([]store.Poke{}, c.pokes...)
	if c.stream == live.Provider {
		pokes = append(pokes, store.Poke{Stream: live.Provider, Kind: live.Activity})
	} else {
		pokes = append(pokes, store.Poke{Stream: c.stream, Kind: live.Activity, Org: id.Organization(c.stream)})
	}
	if err := tx.Tx.Record(tx, tx.svc.auditKey, store.Change{Entry: e, More: more, Pokes: pokes, Mails: c.mails}); err != nil {
		return err
	}
	return tx.tellWebhooks(&e, more)
}

// entry is the audit entry of a change by the caller.
func (tx *Tx) entry(c *change) audit.Entry {
	e := audit.Entry{Stream: c.stream, Kind: c.kind, Actor: tx.Actor, Grant: c.grant, Session: c.session, Request: tx.Ref, Address: tx.Address,
		Object: c.object, Detail: c.detail, Outcome: c.outcome}
	if tx.Inside != nil {
		if e.Grant == "" {
			e.Grant = tx.Inside.Grant.ID
		}
		e.Session = tx.Inside.Session.ID
	}
	return e
}

// both pokes an organization's people and the provider's staff about the same thing.
func both(kind live.Kind, oid id.Organization, ref string) []store.Poke {
	return []store.Poke{
		{Stream: live.Of(oid), Kind: kind, Org: oid, Ref: ref},
		{Stream: live.Provider, Kind: kind, Org: oid, Ref: ref},
	}
}

// newID makes an identifier at the transaction's time.
func newID[T ~string](tx *Tx) T { return id.New[T](tx.Now(), tx.svc.Rand) }

// locale is the language of a row, English when it holds none that the product speaks.
func locale(s string) i18n.Locale { return i18n.Parse(s) }
