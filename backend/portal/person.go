package portal

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"unicode"

	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
)

// person is a login with all that it is in the portal, as the rows of this transaction say.
type person struct {
	*store.Login
	contacts []contact.Contact // active ones, one an organization
	staff    *store.StaffRow   // nil for who doesn't work for the provider, or not any more
}

func (tx *Tx) person(l *store.Login) (*person, error) {
	p := &person{Login: l}
	var err error
	if p.contacts, err = tx.ContactsOfLogin(tx, l.ID); err != nil {
		return nil, err
	}
	s, err := tx.StaffOfLogin(tx, l.ID)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	if err == nil && s.Works() {
		p.staff = s
	}
	return p, nil
}

// me is the person who calls.
func (tx *Tx) me() (*person, error) {
	l, err := tx.Login(tx, tx.SignIn.Login)
	if err != nil {
		return nil, err
	}
	return tx.person(l)
}

// kind is as what the person comes in through a door: whoever is both is what the door says, everybody else what they
// are. False for somebody who is nothing any more.
func (p *person) kind(door api.As) (api.As, bool) {
	switch {
	case p.staff != nil && (door == api.AsStaff || len(p.contacts) == 0):
		return api.AsStaff, true
	case len(p.contacts) > 0:
		return api.AsCustomer, true
	}
	return door, false
}

// mustHaveFactor reports whether the second factor is mandatory.
func (p *person) mustHaveFactor(s *Service) bool { return p.staff != nil && !s.Settings.Demo }

// side is one record that a person is written down in, and who they are there.
type side struct {
	stream live.Stream
	actor  audit.Actor
}

// sides are the records in which people look for what a person does as a kind of caller: those of all their
// organizations, or the provider's. A person who is nowhere is written down with the provider.
func (p *person) sides(kind api.As) []side {
	var list []side
	if kind != api.AsStaff {
		for _, c := range p.contacts {
			list = append(list, side{live.Of(c.Org), audit.Actor{Kind: audit.ByContact, ID: string(c.ID), Name: c.Name}})
		}
		if len(list) > 0 {
			return list
		}
	}
	if p.staff != nil {
		return []side{{live.Provider, audit.Actor{Kind: audit.ByStaff, ID: string(p.staff.ID), Name: p.staff.Name}}}
	}
	return []side{{live.Provider, audit.Actor{Kind: audit.ByLogin, ID: string(p.ID), Name: p.Name}}}
}

// allSides are the records of everything that the person is: for what changes their way in.
func (p *person) allSides() []side {
	list := p.sides(api.AsCustomer)
	if p.staff != nil && list[0].stream != live.Provider {
		list = append(list, p.sides(api.AsStaff)...)
	}
	return list
}

// recordSides writes one act of a person into several records; its mails and pokes go out once.
func (tx *Tx) recordSides(sides []side, c change) error {
	caller := tx.Actor
	defer func() { tx.Actor = caller }()
	for _, s := range sides {
		tx.Actor, c.stream = s.actor, s.stream
		if err := tx.record(c); err != nil {
			return err
		}
		c.mails, c.pokes = nil, nil
	}
	return nil
}

// pokeLogin tells a person's open pages, after the commit, that their own sign-ins, rights or settings changed.
func (tx *Tx) pokeLogin(l id.Login) {
	tx.AfterCommit(func() { tx.svc.Live.Poke(l) })
}

// endSignIn ends one sign-in with the support sessions that hang on it and cuts the sockets of all. The caller records
// the end of the sign-in itself.
func (tx *Tx) endSignIn(s *store.SignIn, why string) error {
	ended, err := tx.EndSignIn(tx, s.ID, why)
	if err != nil || !ended {
		return err
	}
	inside, err := tx.OpenSessionsOfSignIn(tx, s.ID)
	if err != nil {
		return err
	}
	for i := range inside {
		if err := tx.endSession(&inside[i], access.WhySignedOut); err != nil {
			return err
		}
	}
	sid := s.ID
	tx.AfterCommit(func() { tx.svc.Live.CutSession("session.ended."+why, sid) })
	return nil
}

// endSignIns ends all sign-ins of a login but one ("" for none) that the choice picks; it tells how many.
func (tx *Tx) endSignIns(l id.Login, but id.Session, why string, pick func(*store.SignIn) bool) (int, error) {
	list, err := tx.SignInsOfLogin(tx, l)
	if err != nil {
		return 0, err
	}
	n := 0
	for i := range list {
		if list[i].ID == but || !pick(&list[i]) {
			continue
		}
		if err := tx.endSignIn(&list[i], why); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func every(*store.SignIn) bool { return true }

// elsewhere is the cause of a refusal: a staff sign-in's token came from another network or browser than it was given
// to, so it may have been stolen.
type elsewhere struct{ session id.Session }

func (e elsewhere) Error() string { return "sign-in " + string(e.session) + " was used from elsewhere" }

func displaced(s id.Session) error {
	return errs.New(errs.Unauthenticated, "session.ended.moved").Because(elsewhere{s})
}

// endDisplaced ends a sign-in that was refused because it was used from elsewhere; whoever holds its token has nothing
// any more.
func (s *Service) endDisplaced(ctx context.Context, cred Credential, refused error) error {
	e, ok := errors.AsType[elsewhere](refused)
	if !ok {
		return refused
	}
	err := s.system(ctx, func(tx *Tx) error {
		tx.Ref, tx.Address = cred.Ref, cred.Address
		in, err := tx.SignedIn(tx, e.session)
		if err != nil || !in.EndedAt.IsZero() {
			return err
		}
		if err := tx.endSignIn(&store.SignIn{ID: in.Session}, whyMoved); err != nil {
			return err
		}
		return tx.record(change{stream: live.Provider, kind: audit.SessionRevoked, object: string(in.Session),
			detail: map[string]string{"browser": cred.Browser, "name": in.StaffName, "why": whyMoved}})
	})
	if err != nil {
		s.Log.Error("sign-in used from elsewhere not ended", "session", e.session, "error", err)
	}
	return refused
}

// Why a sign-in ended; "session.ended." + it is the sentence.
const (
	whySignedOut       = "signed_out"
	whySignInRevoked   = "revoked"
	whyPasswordChanged = "password_changed"
	whyFactorChanged   = "factor_changed"
	whyDeactivated     = "deactivated"
	whyTooManySignIns  = "too_many"
	whyOver            = "expired"
	whyMoved           = "moved"
)

// normalEmail is how e-mails are stored and compared.
func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// cleanEmail checks an e-mail that somebody typed for somebody else.
func cleanEmail(field, s string) (string, error) {
	s = normalEmail(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") && !strings.HasSuffix(s, "@localhost") {
		return "", errs.BadField(field, "contact.error.email")
	}
	return s, nil
}

// cleanName checks a name: something to see, on one line.
func cleanName(field, s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || len([]rune(s)) > 120 || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		return "", errs.BadField(field, "contact.error.name")
	}
	return s, nil
}
