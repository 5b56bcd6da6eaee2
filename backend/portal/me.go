package portal

import (
	"context"

	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
)

// The caller about themselves: who they are, their sign-ins, language and password.

// GetMe is who the caller is in the kind they named, and what they may see.
func (s *Service) GetMe(tx *Tx, _ *api.None) (api.Me, error) {
	in := tx.SignIn
	me := api.Me{As: tx.As, Login: in.Login, Name: in.Name, Email: in.Email, Locale: in.Locale, Organizations: []api.Membership{}, Factor: in.Factor,
		SignedInUntil: in.EndsAt, SteppedUp: in.SteppedAt, Now: tx.Now(), Demo: s.Settings.Demo, Brand: s.Settings.Brand, Session: in.Session}
	var err error
	switch tx.As {
	case api.AsCustomer:
		me.Organizations, err = tx.memberships()
	case api.AsStaff:
		me.Staff, me.Name = tx.Member, tx.Member.Name
		me.NeedsFactor = !in.Factor && !s.Settings.Demo
	case api.AsSupport:
		me.Staff, me.Name = tx.Member, tx.Member.Name
		view, verr := tx.supportView()
		if verr != nil {
			return me, verr
		}
		me.Support = &view
		me.Organizations, err = tx.entered()
	}
	return me, err
}

// memberships are the person's organizations with what they may do in each.
func (tx *Tx) memberships() ([]api.Membership, error) {
	list := []api.Membership{}
	contacts, err := tx.ContactsOfLogin(tx, tx.SignIn.Login)
	if err != nil {
		return nil, err
	}
	rows, err := tx.OrganizationsOfLogin(tx, tx.SignIn.Login)
	if err != nil {
		return nil, err
	}
	for _, o := range rows {
		for _, c := range contacts {
			if c.Org != o.ID {
				continue
			}
			m := membership(&o, c.Rights())
			m.Contact, m.Owner, m.Authority = c.ID, c.Owner, c.PhoneChatAuthority
			// Who works for the provider decides nothing for a customer.
			if c.Rights().Has(perm.RemoteSupportApprove) && !tx.SignIn.StaffActive {
				if m.Waiting, err = tx.waiting(o.ID); err != nil {
					return nil, err
				}
			}
			if err := tx.mine(&m, &c); err != nil {
				return nil, err
			}
			list = append(list, m)
		}
	}
	return list, nil
}

// mine adds what else waits for the person in one of their organizations.
func (tx *Tx) mine(m *api.Membership, c *contact.Contact) error {
	if tx.SignIn.StaffActive {
		return nil // who works for the provider decides nothing for a customer
	}
	if c.Rights().Has(perm.SignificantChangesApprove) {
		changes, err := tx.PendingChanges(tx, m.Org)
		if err != nil {
			return err
		}
		m.Changes = len(changes)
	}
	if c.Granted().Has(perm.TicketsView) {
		var err error
		if m.Tickets, _, err = tx.CountWaiting(tx, m.Org, sightOf(c)); err != nil {
			return err
		}
	}
	t, err := tx.PendingTransfer(tx, m.Org)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	m.Offer = err == nil && t.To == c.ID && tx.Now().Before(t.LapsesAt)
	return err
}

// entered is the one organization that a support session is in.
func (tx *Tx) entered() ([]api.Membership, error) {
	rows, err := tx.FindOrganizations(tx, string(tx.Inside.Session.Org), 1)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return []api.Membership{membership(&rows[0], tx.Rights)}, nil
}

func membership(o *store.OrganizationRow, rights perm.Set) api.Membership {
	return api.Membership{Org: o.ID, Name: o.Name, Reference: o.Reference, ManagedBy: o.ManagedBy, State: o.State, Region: o.Region, Rights: rights.List(), OwnerName: o.OwnerName}
}

// waiting counts the decisions that wait in an organization.
func (tx *Tx) waiting(oid id.Organization) (int, error) {
	pending, active, err := tx.open(oid)
	n := len(pending)
	for _, g := range active {
		if g.Extension != nil {
			n++
		}
	}
	return n, err
}

// UpdateSettings changes the person's language, also for mails from their organizations.
func (s *Service) UpdateSettings(tx *Tx, in *api.SettingsIn) (api.None, error) {
	from, to := tx.SignIn.Locale, string(locale(in.Body.Locale))
	if from == to {
		return api.None{}, nil
	}
	p, err := tx.me()
	if err != nil {
		return api.None{}, err
	}
	if err := tx.SetLocale(tx, p.ID, to); err != nil {
		return api.None{}, err
	}
	tx.pokeLogin(p.ID)
	return api.None{}, tx.recordSides(p.allSides(), change{kind: audit.SettingsChanged, object: string(p.ID), detail: map[string]string{"from": from, "to": to}})
}

// StepUp takes the password again, with the second factor where one is set, and opens what needs it for
// api.StepUpMinutes. Its tries are counted apart from those of signing in, so nobody outside can use them up.
func (s *Service) StepUp(ctx context.Context, cred Credential, in *api.StepUpIn) (api.None, error) {
	known, err := s.begin(ctx, api.StepUp.Spec, cred)
	if err != nil {
		return api.None{}, err
	}
	verdict, err := s.Hasher.Verify(ctx, in.Body.Password, known.PasswordHash)
	if err != nil {
		return api.None{}, err
	}
	var wrong error
	err = s.update(ctx, api.StepUp.Spec, cred, "", func(tx *Tx) error {
		wrong = nil
		p, err := tx.me()
		if err != nil {
			return err
		}
		if !verdict.Match || p.PasswordHash != known.PasswordHash {
			wrong = errs.BadField("password", "account.error.password")
			return tx.steppedUp(p, audit.Refused, "password")
		}
		if p.FactorSealed != "" {
			if _, wrong, err = tx.useFactor(p.Login, in.Body.Code); err != nil {
				return err
			}
			if wrong != nil {
				return tx.steppedUp(p, audit.Refused, "factor")
			}
		}
		if err := login.Succeed(attempts{tx}, login.StepUpBucket(p.ID), login.FactorBucket(p.ID)); err != nil {
			return err
		}
		if err := tx.StepUpSignIn(tx, tx.Session); err != nil {
			return err
		}
		tx.pokeLogin(p.ID)
		return tx.steppedUp(p, audit.Done, "")
	})
	if err == nil {
		err = wrong
	}
	return api.None{}, err
}

// begin counts a try to prove oneself again and gives the login as it is now.
func (s *Service) begin(ctx context.Context, spec api.Spec, cred Credential) (store.Login, error) {
	var known store.Login
	err := s.update(ctx, spec, cred, "", func(tx *Tx) error {
		l, err := tx.Login(tx, tx.SignIn.Login)
		if err != nil {
			return err
		}
		known = *l
		buckets := []login.Bucket{login.StepUpBucket(l.ID)}
		if l.FactorSealed != "" && spec.Name == api.StepUp.Name {
			buckets = append(buckets, login.FactorBucket(l.ID))
		}
		return login.Begin(attempts{tx}, tx.Now(), buckets...)
	})
	return known, err
}

func (tx *Tx) steppedUp(p *person, o audit.Outcome, what string) error {
	c := change{kind: audit.SteppedUp, object: string(tx.Session), outcome: o}
	if what != "" {
		c.detail = map[string]string{"what": what}
	}
	return tx.recordSides(p.sides(tx.As), c)
}

// ListSignIns lists the person's open sign-ins, of both kinds.
func (s *Service) ListSignIns(tx *Tx, _ *api.None) (api.SignIns, error) {
	p, err := tx.me()
	if err != nil {
		return api.SignIns{}, err
	}
	list, err := tx.SignInsOfLogin(tx, p.ID)
	if err != nil {
		return api.SignIns{}, err
	}
	out := api.SignIns{SignIns: []api.SignIn{}}
	for i := len(list) - 1; i >= 0; i-- {
		if x := &list[i]; p.counts(x, tx.Now()) {
			out.SignIns = append(out.SignIns, api.SignIn{ID: x.ID, Kind: x.Kind, Browser: x.Browser, Address: x.Address,
				CreatedAt: x.CreatedAt, LastSeen: x.SeenAt, Current: x.ID == tx.Session})
		}
	}
	return out, nil
}

// EndSignIn ends one of the person's own sign-ins; any other is not there for them.
func (s *Service) EndSignIn(tx *Tx, in *api.SessionIn) (api.None, error) {
	p, err := tx.me()
	if err != nil {
		return api.None{}, err
	}
	var which *store.SignIn
	n, err := tx.endSignIns(p.ID, "", whySignInRevoked, func(x *store.SignIn) bool {
		if x.ID == in.Session {
			which = x
		}
		return x.ID == in.Session
	})
	if err != nil {
		return api.None{}, err
	}
	if n == 0 {
		return api.None{}, notFound()
	}
	tx.pokeLogin(p.ID)
	return api.None{}, tx.recordSides(p.sides(which.Kind), change{kind: audit.SessionRevoked, object: string(in.Session),
		detail: map[string]string{"browser": which.Browser}})
}

// SignOut ends this sign-in.
func (s *Service) SignOut(tx *Tx, _ *api.None) (api.None, error) {
	p, err := tx.me()
	if err != nil {
		return api.None{}, err
	}
	if err := tx.endSignIn(&store.SignIn{ID: tx.Session}, whySignedOut); err != nil {
		return api.None{}, err
	}
	tx.pokeLogin(p.ID)
	return api.None{}, tx.recordSides(p.sides(tx.As), change{kind: audit.SignedOut, object: string(tx.Session)})
}

// ChangePassword replaces the person's password and ends all their other sign-ins.
func (s *Service) ChangePassword(ctx context.Context, cred Credential, in *api.PasswordIn) (api.None, error) {
	known, err := s.begin(ctx, api.ChangePassword.Spec, cred)
	if err != nil {
		return api.None{}, err
	}
	alone, err := s.checkPassword(&known, in.Body.New)
	if err != nil {
		return api.None{}, asField(err, "new")
	}
	verdict, err := s.Hasher.Verify(ctx, in.Body.Current, known.PasswordHash)
	if err != nil {
		return api.None{}, err
	}
	hash := ""
	if verdict.Match {
		if hash, err = s.Hasher.Hash(ctx, in.Body.New); err != nil {
			return api.None{}, err
		}
	}
	var wrong error
	err = s.update(ctx, api.ChangePassword.Spec, cred, "", func(tx *Tx) error {
		wrong = nil
		p, err := tx.me()
		if err != nil {
			return err
		}
		if !verdict.Match || p.PasswordHash != known.PasswordHash {
			wrong = errs.BadField("current", "account.error.password")
			return tx.recordSides(p.sides(tx.As), change{kind: audit.PasswordChanged, object: string(p.ID), outcome: audit.Refused})
		}
		if (p.FactorSealed == "") != (known.FactorSealed == "") {
			return errs.InState("factor_changed", "account.error.factor_changed") // the policy asks more of a password alone
		}
		if err := login.Succeed(attempts{tx}, login.StepUpBucket(p.ID)); err != nil {
			return err
		}
		return tx.setPassword(p, hash, alone, "", nil)
	})
	if err == nil {
		err = wrong
	}
	return api.None{}, err
}

// setPassword replaces the password, ends all sign-ins but the caller's own, makes open links useless, and tells the
// person by mail. How is "" or why it happened otherwise than by entering the old one.
func (tx *Tx) setPassword(p *person, hash string, alone bool, how string, mails []store.Mail) error {
	if err := tx.SetPassword(tx, p.ID, hash, alone, how == "reset"); err != nil {
		return err
	}
	if _, err := tx.endSignIns(p.ID, tx.Session, whyPasswordChanged, every); err != nil {
		return err
	}
	if err := tx.VoidTokens(tx, p.ID, store.ResetToken, store.FactorToken); err != nil {
		return err
	}
	own, err := tx.send(letter{mail.PasswordChanged, string(p.ID), stamp(tx.Now()), mail.Args{"at": mail.At(tx.Now()),
		"address": shownAddress(tx.Address)}}, p.Email, p.Locale, accountLink)
	if err != nil {
		return err
	}
	c := change{kind: audit.PasswordChanged, object: string(p.ID), mails: append(mails, own)}
	if how != "" {
		c.detail = map[string]string{"how": how}
	}
	tx.pokeLogin(p.ID)
	return tx.recordSides(p.allSides(), c)
}

// asField moves a refusal of the password policy to the field of a form.
func asField(err error, path string) error {
	e, ok := err.(*errs.Error)
	if !ok {
		return err
	}
	c := *e
	c.Fields = append([]errs.Field(nil), e.Fields...)
	for i := range c.Fields {
		if c.Fields[i].Path == "password" {
			c.Fields[i].Path = path
		}
	}
	return &c
}
