package portal

import (
	"context"
	"time"

	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/verification"
)

// Credential is what a request brings to be known by. Tokens come as hashes.
type Credential struct {
	As         api.As
	Session    string   // hash of the sign-in's token: the customer's, or the agent's
	Login      id.Login // whose sign-in the program takes it for; "" says nothing
	Support    string   // hash of the support session's token, as api.AsSupport
	Token      string   // hash of the token of another system of the provider's, as api.AsToken
	Bound      string   // address prefix and browser family
	Address    string
	Browser    string
	Locale     string // Accept-Language: what the caller reads now
	Ref        string // reference of the request in logs
	Background bool   // made by the page itself, not by the person: does not keep the sign-in alive

	ViewAs       id.Contact      // the owner looks at the portal as this contact sees it
	verification id.Verification // of the path, whose receipt an endpoint may ask for
}

// How long a sign-in lasts unused, and at most.
const (
	CustomerIdle = 60 * time.Minute
	CustomerMost = 24 * time.Hour
	StaffIdle    = 15 * time.Minute
	StaffMost    = 12 * time.Hour
)

// Caller is who acts, as the rows of this transaction say.
type Caller struct {
	As      api.As
	Actor   audit.Actor
	Ref     string
	Address string
	Locale  string // what the caller reads now, whatever the account says: mails are in the account's

	Session id.Session
	SignIn  *store.SignedIn // nil for a public call without a sign-in
	Contact *contact.Contact
	Member  *org.Member     // as staff, and inside a support session
	Inside  *store.Inside   // inside a support session
	Machine *store.APIToken // as another system of the provider's
	Rights  perm.Set        // in the organization of the path

	// Viewing is the contact whose portal the owner looks at: Contact and Rights are that contact's, Actor and SignIn stay
	// the owner's. Nothing can be changed or revealed meanwhile.
	Viewing id.Contact

	member bool // the organization of the path is theirs to know of
}

// enter loads the caller and holds the declared policy against them.
func (tx *Tx) enter(spec api.Spec, cred Credential) error {
	tx.Caller = &Caller{As: cred.As, Ref: cred.Ref, Address: cred.Address, Locale: cred.Locale}
	p := spec.Policy
	if p.Public {
		return nil
	}
	var err error
	switch cred.As {
	case api.AsCustomer, api.AsStaff:
		err = tx.loadSignIn(cred)
	case api.AsSupport:
		err = tx.loadInside(cred)
	case api.AsToken:
		err = tx.loadMachine(cred)
	default:
		err = unauthenticated()
	}
	if err != nil {
		return tx.wipeEnded(spec, cred, err)
	}
	if err := tx.allow(spec, cred.ViewAs); err != nil {
		return err
	}
	if spec.StepUp {
		if err := tx.steppedUpLately(); err != nil {
			return err
		}
	}
	if spec.Receipt > verification.Information {
		return tx.checkReceipt(spec.Receipt, cred.verification)
	}
	return nil
}

// steppedUpLately refuses unless the password was entered in the last minutes.
func (tx *Tx) steppedUpLately() error {
	if tx.Now().Sub(tx.SignIn.SteppedAt) > api.StepUpMinutes*time.Minute {
		return errs.New(errs.StepUp, "error.step_up")
	}
	return nil
}

func unauthenticated() error { return errs.New(errs.Unauthenticated, "error.unauthenticated") }
func forbidden() error       { return errs.New(errs.Forbidden, "error.forbidden") }
func notFound() error        { return errs.New(errs.NotFound, "error.not_found") }

func (tx *Tx) loadSignIn(cred Credential) error {
	if cred.Session == "" {
		return unauthenticated()
	}
	s, err := tx.SignedInByToken(tx, cred.Session)
	if errs.Is(err, errs.NotFound) {
		return unauthenticated()
	}
	if err != nil {
		return err
	}
	if s.Kind != cred.As || !cred.of(s) || !openSignIn(s, tx.Now()) {
		return unauthenticated()
	}
	if cred.As == api.AsStaff && s.Bound != cred.Bound {
		return displaced(s.Session)
	}
	tx.Session, tx.SignIn = s.Session, s
	if cred.As == api.AsStaff {
		tx.Member = &org.Member{ID: s.Staff, Login: s.Login, Name: s.StaffName, Rank: s.Rank, Active: s.StaffActive}
		tx.Actor = audit.Actor{Kind: audit.ByStaff, ID: string(s.Staff), Name: s.StaffName}
		return nil
	}
	tx.Actor = audit.Actor{Kind: audit.ByLogin, ID: string(s.Login), Name: s.Name}
	return nil
}

// of reports whether a sign-in is that of whom the program takes the caller for.
func (c *Credential) of(s *store.SignedIn) bool { return c.Login == "" || c.Login == s.Login }

// openSignIn reports whether a sign-in still counts: not ended, not over, not idle too long, and for staff the member
// still active.
func openSignIn(s *store.SignedIn, now time.Time) bool {
	idle := CustomerIdle
	if s.Kind == api.AsStaff {
		idle = StaffIdle
		if s.Staff == "" || !s.StaffActive {
			return false
		}
	}
	return s.EndedAt.IsZero() && now.Before(s.EndsAt) && now.Sub(s.SeenAt) < idle
}

// loadInside loads a support session: its own token and the agent's open sign-in are both needed, and the grant must
// run at this moment.
func (tx *Tx) loadInside(cred Credential) error {
	if cred.Support == "" || cred.Session == "" {
		return unauthenticated()
	}
	in, err := tx.InsideByToken(tx, cred.Support)
	if errs.Is(err, errs.NotFound) {
		return unauthenticated()
	}
	if err != nil {
		return err
	}
	signIn, err := tx.SignedInByToken(tx, cred.Session)
	if err != nil || signIn.Session != in.Session.StaffSession || !cred.of(signIn) {
		return unauthenticated()
	}
	if in.SignIn.Bound != cred.Bound {
		return displaced(signIn.Session)
	}
	if why := whyClosed(in, tx.Now()); why != "" {
		return errs.New(errs.Unauthenticated, "support.ended."+why)
	}
	tx.asInside(in)
	return nil
}

// whyClosed says why a support session lets nobody act any more, "" when it does.
func whyClosed(in *store.Inside, now time.Time) string {
	s := &in.Session
	switch {
	case !s.EndedAt.IsZero():
		return s.EndedWhy
	case in.Grant.State.Final():
		return access.WhyOf(in.Grant.State)
	case !in.SignIn.StaffActive:
		return access.WhyDeactivated
	case !openSignIn(&in.SignIn, now):
		return access.WhySignedOut
	case !s.Open(&in.Grant, now):
		return access.WhyExpired
	}
	return ""
}

func (tx *Tx) asInside(in *store.Inside) {
	s := &in.SignIn
	tx.Inside, tx.SignIn, tx.Session = in, s, s.Session
	tx.Member = &org.Member{ID: s.Staff, Login: s.Login, Name: s.StaffName, Rank: s.Rank, Active: s.StaffActive}
	tx.Actor = audit.Actor{Kind: audit.BySupport, ID: string(s.Staff), Name: s.StaffName}
	tx.Rights = perm.Support()
}

// allow holds the policy against the caller that was loaded. With viewAs, an owner is held against it as that contact.
func (tx *Tx) allow(spec api.Spec, viewAs id.Contact) error {
	p := spec.Policy
	if tx.As == api.AsToken {
		return tx.allowMachine(p.Scope)
	}
	if viewAs != "" {
		if err := viewable(spec, tx.As); err != nil {
			return err
		}
	}
	if tx.As == api.AsSupport {
		if tx.Org != "" && tx.Org != tx.Inside.Session.Org {
			return notFound()
		}
		tx.member = tx.Org != ""
		switch {
		case !bool(spec.Support):
			return errs.New(errs.Forbidden, "support.error.barred")
		case p.Self, p.Inside, p.Member:
			return nil
		case p.Right != "" && tx.Rights.Has(p.Right):
			return nil
		}
		return errs.New(errs.Forbidden, "support.error.barred")
	}
	switch {
	case p.Self:
		return nil
	case p.Staff != "":
		return tx.allowStaff(p.Staff)
	case p.Right != "" || p.Member:
		return tx.allowContact(spec, viewAs)
	}
	return forbidden()
}

func (tx *Tx) allowStaff(min org.Rank) error {
	if tx.Member == nil || !tx.Member.Active || !tx.Member.Rank.AtLeast(min) {
		return forbidden()
	}
	if !tx.SignIn.Factor && !tx.svc.Settings.Demo {
		return errs.New(errs.Forbidden, "factor.error.needed")
	}
	return nil
}

// allowContact finds the caller's contact in the organization of the path. Without one, the organization does not
// exist for them.
func (tx *Tx) allowContact(spec api.Spec, viewAs id.Contact) error {
	if tx.As != api.AsCustomer || tx.Org == "" {
		return notFound()
	}
	c, err := tx.contactInside()
	if err != nil {
		return err
	}
	if c == nil {
		return tx.wipeOr(spec, notFound())
	}
	tx.Contact, tx.Rights, tx.member = c, c.Rights(), true
	tx.Actor = audit.Actor{Kind: audit.ByContact, ID: string(c.ID), Name: c.Name}
	if viewAs != "" {
		if err := tx.viewAs(viewAs); err != nil {
			return err
		}
	}
	if spec.Policy.Right != "" && !tx.Rights.Has(spec.Policy.Right) {
		return tx.wipeOr(spec, forbidden())
	}
	if !spec.Mutates() {
		return nil
	}
	o, err := tx.Organization(tx, tx.Org)
	if err != nil {
		return err
	}
	if o.State != org.Active {
		return errs.InState(string(o.State), "organization.error.not_active")
	}
	return nil
}

// contactInside is the contact through whom the caller's login may enter the organization of the path, nil without one.
func (tx *Tx) contactInside() (*contact.Contact, error) {
	c, err := tx.ContactOfLogin(tx, tx.Org, tx.SignIn.Login)
	if errs.Is(err, errs.NotFound) || err == nil && !(c.Active && c.Access) {
		return nil, nil
	}
	return c, err
}

// editor is the caller as the guards of contacts know whoever changes one.
func (c *Caller) editor() contact.Actor {
	a := contact.Actor{Support: c.Inside != nil, Rights: c.Rights}
	if c.Contact != nil {
		a.Contact, a.Owner, a.Authority = c.Contact.ID, c.Contact.Owner, c.Contact.PhoneChatAuthority
		a.Narrow = !c.Contact.SeesAllTickets()
	}
	return a
}

// stale reports whether the last use of the sign-in or token should be noted again.
func (c *Caller) stale(now time.Time) bool {
	switch {
	case c == nil:
		return false
	case c.Machine != nil:
		return now.Sub(c.Machine.UsedAt) >= time.Minute
	}
	return c.SignIn != nil && now.Sub(c.SignIn.SeenAt) >= time.Minute
}

// touch notes that the sign-in or token is in use.
func (c *Caller) touch(ctx context.Context, st *store.Tx) error {
	if c.Machine != nil {
		return st.TouchAPIToken(ctx, c.Machine.ID)
	}
	return st.TouchSession(ctx, c.Session)
}

// agent is the caller as the state machine knows staff.
func (c *Caller) agent() access.Agent {
	return access.Agent{Staff: c.Member.ID, Login: c.SignIn.Login, Name: c.Member.Name, Rank: c.Member.Rank}
}

// approver is the caller as the state machine knows whoever decides.
func (c *Caller) approver() access.Approver {
	a := access.Approver{Login: c.SignIn.Login, MayApprove: c.Rights.Has(perm.RemoteSupportApprove),
		IsStaff: c.SignIn.Staff != "" && c.SignIn.StaffActive, InSupport: c.Inside != nil}
	if c.Contact != nil {
		a.Contact, a.Name = c.Contact.ID, c.Contact.Name
	}
	return a
}
