package portal

import (
	"context"
	"strings"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
)

// The provider's staff: who they are, inviting, changing and deactivating them.

// ListStaff lists all members.
func (s *Service) ListStaff(tx *Tx, _ *api.None) (api.Staff, error) {
	rows, err := tx.AllStaff(tx)
	if err != nil {
		return api.Staff{}, err
	}
	out := api.Staff{Members: make([]api.StaffMember, 0, len(rows))}
	for i := range rows {
		out.Members = append(out.Members, tx.shown(&rows[i]))
	}
	return out, nil
}

func (tx *Tx) shown(s *store.StaffRow) api.StaffMember {
	return api.StaffMember{Member: s.Member, Email: s.Email, LastSignIn: s.LastSignIn, Factor: s.Factor, Invited: s.AcceptedAt.IsZero(),
		Self: tx.Member != nil && tx.Member.ID == s.ID}
}

// InviteStaff adds a member who counts once they accepted the mailed invitation.
func (s *Service) InviteStaff(tx *Tx, in *api.InviteStaffIn) (api.StaffMember, error) {
	b := in.Body
	row, _, err := tx.inviteStaff(b.Name, b.Email, b.Role, b.Locale)
	if err != nil {
		return api.StaffMember{}, err
	}
	return tx.shown(row), nil
}

func (tx *Tx) inviteStaff(name, email string, rank org.Rank, lang string) (*store.StaffRow, vault.Secret, error) {
	name, err := cleanName("name", name)
	if err != nil {
		return nil, vault.Secret{}, err
	}
	if email, err = cleanEmail("email", email); err != nil {
		return nil, vault.Secret{}, err
	}
	if !rank.AtLeast(org.Agent) {
		return nil, vault.Secret{}, errs.BadField("role", "staff.error.role")
	}
	l, err := tx.loginFor(email, name, string(locale(lang)))
	if err != nil {
		return nil, vault.Secret{}, err
	}
	m := &org.Member{ID: newID[id.Staff](tx), Login: l.ID, Name: name, Rank: rank, Active: true}
	if err := tx.AddStaff(tx, m, noTime); err != nil {
		return nil, vault.Secret{}, err
	}
	token, err := tx.sendStaffInvitation(m, l)
	if err != nil {
		return nil, vault.Secret{}, err
	}
	row, err := tx.Staff(tx, m.ID)
	return row, token, err
}

func (tx *Tx) sendStaffInvitation(m *org.Member, l *store.Login) (vault.Secret, error) {
	token, letter, err := tx.invite(l, tx.inviter(), nil, "")
	if err != nil {
		return vault.Secret{}, err
	}
	return token, tx.record(change{stream: live.Provider, kind: audit.StaffInvited, object: string(m.ID),
		detail: map[string]string{"name": m.Name, "email": l.Email, "role": string(m.Rank)},
		pokes:  staffPoke(m.ID), mails: []store.Mail{letter}})
}

// inviter is the caller as an invitation names them.
func (tx *Tx) inviter() audit.Actor {
	if tx.Actor.Kind == audit.BySystem || tx.Actor.Kind == audit.ByToken { // people know the provider, not its systems
		return audit.Actor{Kind: audit.BySystem, Name: tx.svc.Settings.Brand}
	}
	return tx.Actor
}

func staffPoke(s id.Staff) []store.Poke {
	return []store.Poke{{Stream: live.Provider, Kind: live.Staff, Ref: string(s)}}
}

// ResendStaffInvitation mails a new invitation; the old link stops working.
func (s *Service) ResendStaffInvitation(tx *Tx, in *api.StaffIn) (api.None, error) {
	row, err := tx.Staff(tx, in.Staff)
	if err != nil {
		return api.None{}, err
	}
	if !row.AcceptedAt.IsZero() {
		return api.None{}, errs.InState("accepted", "staff.error.accepted")
	}
	if !row.Active {
		return api.None{}, errs.InState("inactive", "staff.error.inactive")
	}
	l, err := tx.Login(tx, row.Login)
	if err != nil {
		return api.None{}, err
	}
	_, err = tx.sendStaffInvitation(&row.Member, l)
	return api.None{}, err
}

// UpdateStaff changes a member's role, deactivates or reactivates them. Nobody changes themselves, and one active
// administrator always stays. Deactivating ends at once whatever they have open.
func (s *Service) UpdateStaff(tx *Tx, in *api.UpdateStaffIn) (api.StaffMember, error) {
	row, err := tx.Staff(tx, in.Staff)
	if err != nil {
		return api.StaffMember{}, err
	}
	from, to := row.Member, row.Member
	to.Rank, to.Active = in.Body.Role, in.Body.Active
	switch {
	case row.ID == tx.Member.ID:
		return api.StaffMember{}, errs.New(errs.Forbidden, "staff.error.self")
	case !to.Rank.AtLeast(org.Agent):
		return api.StaffMember{}, errs.BadField("role", "staff.error.role")
	case to == from:
		return tx.shown(row), nil
	}
	if from.Rank == org.Administrator && from.Active && (to.Rank != org.Administrator || !to.Active) {
		others, err := tx.OtherAdministrators(tx, row.ID)
		if err != nil {
			return api.StaffMember{}, err
		}
		if others == 0 {
			return api.StaffMember{}, errs.InState("last", "staff.error.last_administrator")
		}
	}
	if err := tx.SaveStaff(tx, &to); err != nil {
		return api.StaffMember{}, err
	}
	if err := tx.recordStaff(&from, &to); err != nil {
		return api.StaffMember{}, err
	}
	if from.Active && !to.Active {
		if err := tx.shutOut(&to); err != nil {
			return api.StaffMember{}, err
		}
	}
	tx.pokeLogin(row.Login)
	row.Member = to
	return tx.shown(row), nil
}

// recordStaff writes one entry for what changed: activity and role can change together.
func (tx *Tx) recordStaff(from, to *org.Member) error {
	if from.Rank != to.Rank {
		err := tx.record(change{stream: live.Provider, kind: audit.StaffChanged, object: string(to.ID), pokes: staffPoke(to.ID),
			detail: map[string]string{"name": to.Name, "from": string(from.Rank), "to": string(to.Rank)}})
		if err != nil {
			return err
		}
	}
	if from.Active == to.Active {
		return nil
	}
	kind := audit.StaffDeactivated
	if to.Active {
		kind = audit.StaffReactivated
	}
	return tx.record(change{stream: live.Provider, kind: kind, object: string(to.ID), pokes: staffPoke(to.ID),
		detail: map[string]string{"name": to.Name}})
}

// shutOut ends what a deactivated member has open: support sessions, sign-ins, links, and their part in requests and
// grants. What they are as a customer stays.
func (tx *Tx) shutOut(m *org.Member) error {
	inside, err := tx.OpenSessionsOfAgent(tx, m.ID)
	if err != nil {
		return err
	}
	for i := range inside {
		if err := tx.endSession(&inside[i], access.WhyDeactivated); err != nil {
			return err
		}
	}
	if _, err := tx.endSignIns(m.Login, "", whyDeactivated, func(s *store.SignIn) bool { return s.Kind == api.AsStaff }); err != nil {
		return err
	}
	if err := tx.VoidInvitations(tx, m.Login, "", ""); err != nil {
		return err
	}
	if err := tx.VoidTokens(tx, m.Login, store.ResetToken, store.FactorToken); err != nil {
		return err
	}
	list, err := tx.OpenAccessOfAgent(tx, m.ID)
	if err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		loaded := r.State
		if !r.DropAgent(m.ID, "agent_deactivated", tx.Now()) {
			continue
		}
		c, err := tx.dropped(r, loaded, m)
		if err != nil {
			return err
		}
		if err := tx.save(r, loaded, c); err != nil {
			return err
		}
	}
	return nil
}

// dropped is what is recorded and told of a request or grant that lost an agent: over, or going on with the others.
func (tx *Tx) dropped(r *access.Request, loaded access.State, m *org.Member) (change, error) {
	c := change{kind: audit.AccessWithdrawn, detail: map[string]string{"agents": names(r), "agent": m.Name, "reason": "agent_deactivated"}}
	if !r.State.Final() {
		return c, nil
	}
	c.kind = kindOf(r.State)
	o, err := tx.Organization(tx, r.Org)
	if err != nil {
		return c, err
	}
	l := letter{mail.AccessWithdrawn, string(r.ID), "", mail.Args{"organization": o.Name, "agent": m.Name}}
	if loaded == access.Active {
		l = letter{mail.AccessEnded, string(r.ID), "", mail.Args{"why": "system", "organization": o.Name, "at": mail.At(r.EndedAt)}}
	}
	c.mails, err = tx.toApprovers(o, l)
	return c, err
}

// CreateAdministrator invites a first administrator without a caller, from the command line of the server's machine.
// The link is the one in the mail.
func (s *Service) CreateAdministrator(ctx context.Context, name, email, locale string) (link string, err error) {
	err = s.system(ctx, func(tx *Tx) error {
		_, token, err := tx.inviteStaff(name, email, org.Administrator, locale)
		link = s.invitationLink(token)
		return err
	})
	if err != nil {
		return "", err
	}
	return link, nil
}

func (s *Service) invitationLink(token vault.Secret) string {
	return strings.TrimSuffix(s.Settings.PublicURL, "/") + "/invitation?token=" + token.Reveal()
}
