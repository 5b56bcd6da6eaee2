package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"countersign/backend/clock"
	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
)

// making is a demo being filled, in days gone by.
type making struct {
	ctx   context.Context
	db    *store.DB
	svc   *portal.Service
	key   []byte
	hash  string
	today time.Time
	now   time.Time // what the machine's clock is said to be

	orgs     map[string]id.Organization // by reference
	services map[string]id.Service      // of Acme Telecom, by name
	stocked  []stocked                  // as inventories has them
}

func fill(ctx context.Context, dir string, keys *vault.Keys, url string, log *slog.Logger) (err error) {
	m := &making{ctx: ctx, key: keys.Derive(vault.Audit), today: clock.New(time.Time{}).Now().Truncate(time.Minute), orgs: map[string]id.Organization{}}
	m.at(21, 0)
	quiet := slog.New(slog.DiscardHandler)
	m.db, err = store.Open(ctx, store.Options{Dir: dir, Clock: clock.On(func() time.Time { return m.now }, time.Time{}), Ballast: -1, Log: quiet})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.db.Close()) }()
	hasher := login.NewHasher(keys.Derive(vault.Pepper), login.StandardCost)
	m.svc = portal.New(portal.Deps{DB: m.db, Keys: keys, Hasher: hasher, Live: portal.Nobody{}, Log: log,
		Settings: portal.Settings{Brand: "Countersign", PublicURL: url, Demo: true}})
	if m.hash, err = hasher.Hash(ctx, Password); err != nil {
		return err
	}
	for _, step := range []func() error{m.staff, m.companies, m.codes, m.numbers, m.rejected, m.others, m.owned, m.assigned, m.canned,
		m.numbersChange, m.expired, m.called, m.managed, m.tickets} {
		if err := step(); err != nil {
			return err
		}
		if err := m.mailed(); err != nil {
			return err
		}
	}
	return nil
}

// mailed takes the mails of those days as sent then: nobody is to be told of them now.
func (m *making) mailed() error {
	var done []store.MailOutcome
	for {
		mails, err := m.db.TurnMails(m.ctx, done, 100, time.Minute)
		if err != nil || len(mails) == 0 {
			return err
		}
		done = done[:0]
		for _, mail := range mails {
			done = append(done, store.MailOutcome{ID: mail.ID, Outcome: store.MailSent})
		}
	}
}

// at sets the clock: so many days ago, and some minutes later.
func (m *making) at(daysAgo int, minutes time.Duration) {
	m.now = m.today.AddDate(0, 0, -daysAgo).Add(-2*time.Hour + minutes*time.Minute)
}

// accept accepts an invitation as its person would.
func (m *making) accept(link, name string) error {
	u, err := url.Parse(link)
	if err != nil {
		return err
	}
	_, err = m.svc.AcceptInvitation(m.ctx, visitor(), u.Query().Get("token"), name, Password)
	return err
}

func visitor() portal.Visitor {
	return portal.Visitor{Address: netip.MustParseAddr("192.0.2.10"), Browser: "Firefox, Linux", Bound: "192.0.2.0/24 Firefox"}
}

// staff begins with the administrator, who invites the others.
func (m *making) staff() error {
	link, err := m.svc.CreateAdministrator(m.ctx, administrator.name, administrator.email, "en")
	if err != nil {
		return err
	}
	if err := m.accept(link, administrator.name); err != nil {
		return err
	}
	m.at(20, 0)
	return m.db.Update(m.ctx, func(tx *store.Tx) error {
		ada, err := tx.LoginByEmail(m.ctx, administrator.email)
		if err != nil {
			return err
		}
		inviter, err := tx.StaffOfLogin(m.ctx, ada.ID)
		if err != nil {
			return err
		}
		by := audit.Actor{Kind: audit.ByStaff, ID: string(inviter.ID), Name: inviter.Name}
		for _, a := range agents {
			l, err := m.login(tx, a.name, a.email, "en")
			if err != nil {
				return err
			}
			s := &org.Member{ID: newID[id.Staff](tx), Login: l, Name: a.name, Rank: a.rank, Active: true}
			if err := tx.AddStaff(m.ctx, s, tx.Now()); err != nil {
				return err
			}
			self := audit.Actor{Kind: audit.ByStaff, ID: string(s.ID), Name: s.Name}
			if err := m.joined(tx, live.Provider, by, self, audit.StaffInvited, map[string]string{"name": a.name, "email": a.email, "role": string(a.rank)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// companies are created with their owners, who accept; their other contacts are written with the same record.
func (m *making) companies() error {
	for _, c := range companies {
		var in api.CreateOrganizationIn
		b := &in.Body
		b.Name, b.Reference, b.ManagedBy, b.Region, b.Phone = c.name, c.reference, c.managedBy, c.region, c.phone
		b.OwnerName, b.OwnerEmail, b.Locale = c.owner, c.email, c.locale
		o, link, err := m.svc.CreateOrganizationAsSystem(m.ctx, &in)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		m.orgs[c.reference] = o.ID
		m.now = m.now.Add(7 * time.Minute)
		if err := m.accept(link, c.owner); err != nil {
			return fmt.Errorf("%s: %w", c.owner, err)
		}
		m.now = m.now.Add(19 * time.Minute)
		if err := m.contacts(o.ID, c); err != nil {
			return fmt.Errorf("contacts of %s: %w", c.name, err)
		}
	}
	return nil
}

func (m *making) contacts(oid id.Organization, c company) error {
	if len(c.contacts) == 0 {
		return nil
	}
	return m.db.Update(m.ctx, func(tx *store.Tx) error {
		all, err := tx.OrganizationContacts(m.ctx, oid)
		if err != nil {
			return err
		}
		owner := audit.Actor{Kind: audit.ByContact, ID: string(all[0].ID), Name: all[0].Name}
		for _, p := range c.contacts {
			l, err := m.login(tx, p.name, p.email, p.locale)
			if err != nil {
				return err
			}
			k := &contact.Contact{ID: newID[id.Contact](tx), Org: oid, Login: l, Name: p.name, Email: p.email, Phone: p.phone, Locale: p.locale,
				Active: true, Access: true, Roles: p.roles, Type: p.kind, PhoneChatAuthority: p.name == jonas}
			if err := tx.AddContact(m.ctx, k); err != nil {
				return err
			}
			self := audit.Actor{Kind: audit.ByContact, ID: string(k.ID), Name: k.Name}
			if err := m.joined(tx, live.Of(oid), owner, self, audit.ContactInvited, map[string]string{"name": p.name, "email": p.email}); err != nil {
				return err
			}
		}
		return nil
	})
}

// login finds or makes the login of an e-mail.
func (m *making) login(tx *store.Tx, name, email, locale string) (id.Login, error) {
	if l, err := tx.LoginByEmail(m.ctx, email); err == nil {
		return l.ID, nil
	}
	l := &store.Login{ID: newID[id.Login](tx), Email: email, Name: name, Locale: locale, PasswordHash: m.hash, PasswordAlone: true}
	return l.ID, tx.AddLogin(m.ctx, l)
}

// joined records that somebody was invited and has accepted.
func (m *making) joined(tx *store.Tx, stream live.Stream, by, self audit.Actor, kind audit.Kind, detail map[string]string) error {
	for _, e := range []audit.Entry{
		{Stream: stream, Kind: kind, Actor: by, Object: self.ID, Detail: detail},
		{Stream: stream, Kind: audit.InvitationAccepted, Actor: self, Object: self.ID, Detail: map[string]string{"by": by.Name}},
	} {
		if err := tx.Record(m.ctx, m.key, store.Change{Entry: e}); err != nil {
			return err
		}
	}
	return nil
}

func newID[T ~string](tx *store.Tx) T { return id.New[T](tx.Now(), rand.Reader) }

// signIn signs somebody in, for what they are about to do.
func (m *making) signIn(door api.As, email string) (portal.Credential, error) {
	v := visitor()
	e, err := m.svc.SignIn(m.ctx, v, door, email, Password)
	if err != nil {
		return portal.Credential{}, fmt.Errorf("sign in %s: %w", email, err)
	}
	return portal.Credential{As: door, Session: login.HashToken(e.Token.Reveal()), Bound: v.Bound, Address: v.Address.String(), Browser: v.Browser}, nil
}

// act is a use case as somebody does it.
func act[In, Out any](m *making, ep api.Endpoint[In, Out], cred portal.Credential, in In, fn portal.UseCase[In, Out]) (Out, error) {
	out, err := portal.Run(m.ctx, m.svc, ep, cred, &in, fn)
	if err != nil {
		return out, fmt.Errorf("%s: %w", ep.Name, err)
	}
	return out, nil
}

func (m *making) ask(cred portal.Credential, reference string, minutes int, note string) (access.Request, error) {
	in := api.AskIn{Org: api.Org{Org: m.orgs[reference]}}
	in.Body.Minutes, in.Body.Note = minutes, note
	return act(m, api.RequestAccess, cred, in, m.svc.RequestAccess)
}

func of(r access.Request) api.RequestIn {
	return api.RequestIn{Org: api.Org{Org: r.Org}, Request: r.ID}
}

// rejected: an agent asked, and the owner said no.
func (m *making) rejected() error {
	m.at(6, 2)
	sofia, err := m.signIn(api.AsStaff, agents[0].email)
	if err != nil {
		return err
	}
	r, err := m.ask(sofia, "20533", 240, "Facture 2291 : le montant ne correspond pas au contrat.")
	if err != nil {
		return err
	}
	m.at(6, 40)
	luc, err := m.signIn(api.AsCustomer, "luc"+domain)
	if err != nil {
		return err
	}
	in := api.RejectIn{RequestIn: of(r)}
	in.Body.Reason, in.Body.Seen = "Appelez-moi d’abord, s’il vous plaît.", r.Fingerprint()
	_, err = act(m, api.RejectAccess, luc, in, m.svc.RejectAccess)
	return err
}

// expired: an agent asked for four hours, got one, was inside, left, and the hour went by.
func (m *making) expired() error {
	m.at(3, 0)
	tom, err := m.signIn(api.AsStaff, agents[1].email)
	if err != nil {
		return err
	}
	r, err := m.ask(tom, "20418", 240, "Ticket 4790: two numbers are missing after the move.")
	if err != nil {
		return err
	}
	m.at(3, 6)
	marie, err := m.signIn(api.AsCustomer, "marie"+domain)
	if err != nil {
		return err
	}
	in := api.ApproveIn{RequestIn: of(r)}
	in.Body.Minutes, in.Body.Seen = 60, r.Fingerprint()
	if r, err = act(m, api.ApproveAccess, marie, in, m.svc.ApproveAccess); err != nil {
		return err
	}
	m.at(3, 8)
	if tom, err = m.signIn(api.AsStaff, agents[1].email); err != nil {
		return err
	}
	inside, err := act(m, api.EnterSupport, tom, of(r), m.svc.EnterSupport)
	if err != nil {
		return err
	}
	if err := m.leave(tom, inside, 3, 21); err != nil {
		return err
	}
	m.at(3, 70)
	return m.svc.Sweep(m.ctx)
}

// managed: where the provider manages the organization, an agent went in without asking, and gave a reason.
func (m *making) managed() error {
	m.at(1, 0)
	sofia, err := m.signIn(api.AsStaff, agents[0].email)
	if err != nil {
		return err
	}
	in := api.EnterManagedIn{Org: api.Org{Org: m.orgs["20611"]}}
	in.Body.Reason = "Ticket 4815: calls to the front desk are not forwarded."
	inside, err := act(m, api.EnterManaged, sofia, in, m.svc.EnterManaged)
	if err != nil {
		return err
	}
	return m.leave(sofia, inside, 1, 12)
}

func (m *making) leave(agent portal.Credential, inside api.Entered, daysAgo int, minutes time.Duration) error {
	m.at(daysAgo, minutes)
	agent.As, agent.Support = api.AsSupport, login.HashToken(inside.Token)
	_, err := act(m, api.LeaveSupport, agent, api.Org{Org: inside.Org}, m.svc.LeaveSupport)
	return err
}
