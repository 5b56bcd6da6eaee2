package portal

import (
	"context"
	"time"

	"countersign/backend/hub"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// Live pushes: who may listen where, and who may be told of what. Both are answered from the rows of the moment, the
// second again at each delivery.

// Subscribe checks a wish to listen: a contact or a support session to its organization, staff to the provider.
func (s *Service) Subscribe(ctx context.Context, cred Credential, in api.LiveIn) (hub.Subscription, error) {
	var sub hub.Subscription
	err := s.DB.View(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: ctx, Org: in.Org, svc: s}
		spec := api.Live.Spec
		if err := tx.enter(spec, cred); err != nil {
			return err
		}
		sub = hub.Subscription{Login: tx.SignIn.Login, Session: tx.Session, Address: cred.Address, After: in.After, ExpiresAt: tx.SignIn.EndsAt}
		switch cred.As {
		case api.AsStaff:
			sub.Stream = live.Provider
			return nil
		case api.AsSupport:
			x := tx.Inside.Session
			sub.Stream, sub.Support, sub.ExpiresAt = live.Of(x.Org), x.ID, x.EndsAt
			if in.Org != x.Org {
				return notFound()
			}
			return nil
		}
		sub.Stream = live.Of(in.Org)
		spec.Policy = api.Policy{Member: true}
		return tx.allowContact(spec, "")
	})
	return sub, s.endDisplaced(ctx, cred, err)
}

// Authorize is the hub's question before each delivery.
func (s *Service) Authorize(ctx context.Context, stream live.Stream, kinds []live.Kind, subs []*hub.Subscription) ([]hub.Verdict, error) {
	verdicts := make([]hub.Verdict, len(subs))
	err := s.DB.View(ctx, func(st *store.Tx) error {
		for i, sub := range subs {
			v, err := s.judge(ctx, st, stream, kinds, sub)
			if err != nil {
				return err
			}
			verdicts[i] = v
		}
		return nil
	})
	return verdicts, err
}

func (s *Service) judge(ctx context.Context, st *store.Tx, stream live.Stream, kinds []live.Kind, sub *hub.Subscription) (hub.Verdict, error) {
	var may func(live.Kind) bool
	switch {
	case sub.Support != "":
		in, err := st.InsideByID(ctx, sub.Support)
		if errs.Is(err, errs.NotFound) {
			return hub.Verdict{End: "support.ended.ended"}, nil
		}
		if err != nil {
			return hub.Verdict{}, err
		}
		if why := whyClosed(in, st.Now()); why != "" {
			return hub.Verdict{End: "support.ended." + why}, nil
		}
		may = contactMay(perm.Support(), live.Of(in.Session.Org) == stream)
	default:
		signIn, err := st.SignedIn(ctx, sub.Session)
		if errs.Is(err, errs.NotFound) || err == nil && !openSignIn(signIn, st.Now()) {
			return hub.Verdict{End: "session.ended.expired"}, nil
		}
		if err != nil {
			return hub.Verdict{}, err
		}
		if stream == live.Provider {
			may = s.staffMay(signIn)
			break
		}
		c, err := st.ContactOfLogin(ctx, id.Organization(stream), signIn.Login)
		if errs.Is(err, errs.NotFound) || err == nil && !(c.Active && c.Access) {
			return hub.Verdict{End: "session.ended.removed"}, nil
		}
		if err != nil {
			return hub.Verdict{}, err
		}
		may = contactMay(c.Rights(), true)
	}
	var v hub.Verdict
	for i, k := range kinds {
		if may(k) {
			v.Kinds.Allow(i)
		}
	}
	return v, nil
}

func contactMay(rights perm.Set, member bool) func(live.Kind) bool {
	return func(k live.Kind) bool {
		switch k {
		case live.Access:
			return member && rights.Has(perm.RemoteSupportView)
		case live.Activity:
			return member && (rights.Has(perm.AuditView) || rights.Has(perm.RemoteSupportView))
		case live.Contacts:
			return member && rights.Has(perm.ContactsView)
		case live.Numbers, live.Jobs:
			return member && rights.Has(perm.NumbersView)
		case live.Changes:
			return member && rights.Has(perm.SignificantChangesView)
		case live.Services:
			return member && (rights.Has(perm.ServicesView) || rights.Has(perm.DomainsView))
		case live.Tickets, live.Writing:
			return member && rights.Has(perm.TicketsView)
		case live.Invoices:
			return member && rights.Has(perm.InvoicesView)
		case live.Organization, live.Codes, live.Verify, live.Ownership, live.Fields, live.Me:
			return member
		}
		return false
	}
}

// staffMay is Caller.allowStaff for what is pushed: who still has to set a second factor hears of themselves only.
func (s *Service) staffMay(in *store.SignedIn) func(live.Kind) bool {
	works := in.Kind == api.AsStaff && in.StaffActive
	proven := works && (in.Factor || s.Settings.Demo)
	return func(k live.Kind) bool {
		switch k {
		case live.Me:
			return works
		case live.Access, live.Organization, live.Staff, live.Contacts, live.Verify, live.Changes, live.Fields,
			live.Services, live.Tickets, live.Writing, live.Canned, live.Invoices:
			return proven
		case live.Activity:
			return proven && in.Rank.AtLeast(org.Lead)
		case live.Webhooks, live.Tokens:
			return proven && in.Rank.AtLeast(org.Administrator)
		}
		return false
	}
}

// Replay gives the committed events of a stream after a number, for a client that was away.
func (s *Service) Replay(ctx context.Context, stream live.Stream, after int64, limit int) (events []live.Event, head int64, ok bool, err error) {
	err = s.DB.View(ctx, func(st *store.Tx) error {
		if limit == 0 {
			head, err = st.EventHead(ctx, stream)
			ok = true
			return err
		}
		events, head, ok, err = st.Events(ctx, stream, after, limit)
		return err
	})
	return events, head, ok, err
}

// keepEvents is how long a client may be away and still be told just what it missed.
const keepEvents = 7 * 24 * time.Hour
