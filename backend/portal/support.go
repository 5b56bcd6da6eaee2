package portal

import (
	"slices"
	"strings"
	"time"

	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
)

// The agent's side of remote access: asking, entering, being inside, and giving it back.

// RequestAccess asks for access. Where a colleague's request waits, it joins that one.
func (s *Service) RequestAccess(tx *Tx, in *api.AskIn) (access.Request, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return access.Request{}, err
	}
	pending, _, err := tx.open(o.ID)
	if err != nil {
		return access.Request{}, err
	}
	for i := range pending {
		return tx.join(&pending[i], o)
	}
	phrase := access.NewPhrase(tx.ownerLocale(o.ID), s.Rand)
	d := time.Duration(in.Body.Minutes) * time.Minute
	r, err := access.New(newID[id.AccessRequest](tx), o, tx.agent(), d, strings.TrimSpace(in.Body.Note), phrase, tx.Now())
	if err != nil {
		return access.Request{}, err
	}
	if err := tx.sweep(o.ID); err != nil {
		return access.Request{}, err
	}
	if err := tx.AddAccessRequest(tx, r); err != nil {
		return access.Request{}, err
	}
	s.ticker.at(tx, r.LapsesAt)
	mails, err := tx.requested(r, o)
	if err != nil {
		return access.Request{}, err
	}
	return *r, tx.record(change{stream: live.Of(o.ID), kind: audit.AccessRequested, object: string(r.ID), grant: r.ID,
		detail: map[string]string{"minutes": itoa(r.Requested), "note": r.Note}, pokes: both(live.Access, o.ID, string(r.ID)), mails: mails})
}

// join adds the caller to a colleague's request; asking again for one's own is told so.
func (tx *Tx) join(r *access.Request, o *org.Organization) (access.Request, error) {
	before := len(r.Requesters)
	if err := r.Join(tx.agent(), tx.Now()); err != nil {
		return access.Request{}, err
	}
	if len(r.Requesters) == before {
		return access.Request{}, errs.InState(string(access.Pending), "access.error.state.pending")
	}
	mails, err := tx.joined(r, o)
	if err != nil {
		return access.Request{}, err
	}
	return *r, tx.save(r, access.Pending, change{kind: audit.AccessJoined, detail: map[string]string{"agents": names(r)}, mails: mails})
}

func (tx *Tx) ownerLocale(oid id.Organization) i18n.Locale {
	contacts, err := tx.OrganizationContacts(tx, oid)
	if err != nil {
		return locale("")
	}
	for _, c := range contacts {
		if c.Owner {
			return locale(c.Locale)
		}
	}
	return locale("")
}

// WithdrawAccess takes a request back.
func (s *Service) WithdrawAccess(tx *Tx, in *api.RequestIn) (access.Request, error) {
	return tx.decide(*in, func(r *access.Request, o *org.Organization) (change, error) {
		if err := r.Withdraw(tx.agent(), tx.Now()); err != nil {
			return change{}, err
		}
		c := change{kind: audit.AccessWithdrawn, detail: map[string]string{"agents": names(r)}}
		if r.State != access.Withdrawn {
			return c, nil // colleagues still ask
		}
		var err error
		c.mails, err = tx.toApprovers(o, letter{mail.AccessWithdrawn, string(r.ID), "", mail.Args{"organization": o.Name, "agent": tx.Member.Name}})
		return c, err
	})
}

// FinishAccess gives a running grant back.
func (s *Service) FinishAccess(tx *Tx, in *api.RequestIn) (access.Request, error) {
	return tx.decide(*in, func(r *access.Request, o *org.Organization) (change, error) {
		inside, err := tx.insideNow(r)
		if err != nil {
			return change{}, err
		}
		only := len(inside) > 0
		for _, x := range inside {
			only = only && x.Staff == tx.Member.ID
		}
		if err := r.Finish(tx.agent(), only, tx.Now()); err != nil {
			return change{}, err
		}
		mails, err := tx.ended(r, o, "ended")
		return change{kind: audit.AccessEnded, detail: map[string]string{"agents": names(r)}, mails: mails}, err
	})
}

// LeadRevokeAccess ends a grant by the word of a lead.
func (s *Service) LeadRevokeAccess(tx *Tx, in *api.RequestIn) (access.Request, error) {
	return tx.decide(*in, func(r *access.Request, o *org.Organization) (change, error) {
		if err := r.RevokeByLead(tx.agent(), tx.Now()); err != nil {
			return change{}, err
		}
		mails, err := tx.ended(r, o, "revoked")
		return change{kind: audit.AccessRevoked, detail: map[string]string{"agents": names(r)}, mails: mails}, err
	})
}

// EnterSupport opens a personal session under a running grant.
func (s *Service) EnterSupport(tx *Tx, in *api.RequestIn) (api.Entered, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.Entered{}, err
	}
	r, err := tx.AccessRequest(tx, o.ID, in.Request)
	if err != nil {
		return api.Entered{}, err
	}
	if r.Source == access.Managed {
		return api.Entered{}, errs.InState(string(r.State), "access.error.named_only")
	}
	return tx.enterGrant(r, o)
}

// EnterManaged opens a session in an organization that the provider manages; the customer sees it with its reason.
func (s *Service) EnterManaged(tx *Tx, in *api.EnterManagedIn) (api.Entered, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.Entered{}, err
	}
	r, err := access.EnterManaged(newID[id.AccessRequest](tx), o, tx.agent(), strings.TrimSpace(in.Body.Reason), tx.Now())
	if err != nil {
		return api.Entered{}, err
	}
	if err := tx.AddAccessRequest(tx, r); err != nil {
		return api.Entered{}, err
	}
	s.ticker.at(tx, r.EndsAt)
	return tx.enterGrant(r, o)
}

// enterGrant makes the session and its token. An agent's earlier session in the organization ends: one person, one
// place.
func (tx *Tx) enterGrant(r *access.Request, o *org.Organization) (api.Entered, error) {
	x, err := r.Enter(newID[id.SupportSession](tx), tx.agent(), tx.Session, tx.SignIn.EndsAt, tx.Now())
	if err != nil {
		return api.Entered{}, err
	}
	earlier, err := tx.OpenSessionsOfAgent(tx, tx.Member.ID)
	if err != nil {
		return api.Entered{}, err
	}
	for i := range earlier {
		if earlier[i].Org == o.ID {
			if err := tx.endSession(&earlier[i], access.WhyLeft); err != nil {
				return api.Entered{}, err
			}
		}
	}
	token, hash := login.NewToken(tx.svc.Rand)
	if err := tx.AddSupportSession(tx, x, hash); err != nil {
		return api.Entered{}, err
	}
	tx.svc.ticker.at(tx, x.EndsAt)
	mails, err := tx.toApprovers(o, letter{mail.AccessEntered, string(r.ID), string(x.ID), mail.Args{"role": string(x.Role), "organization": o.Name,
		"agent": x.Name, "at": mail.At(x.StartedAt), "ends": mail.At(x.EndsAt), "note": entryNote(r)}})
	if err != nil {
		return api.Entered{}, err
	}
	err = tx.record(change{stream: live.Of(o.ID), kind: audit.SupportEntered, object: string(x.ID), grant: r.ID, session: x.ID,
		detail: map[string]string{"role": string(x.Role), "to": stamp(x.EndsAt), "reason": r.Note}, pokes: both(live.Access, o.ID, string(r.ID)), mails: mails})
	return api.Entered{Session: x.ID, Org: o.ID, Path: "/support/" + string(o.ID) + "/home", Token: token.Reveal()}, err
}

// entryNote is the reason of an unasked entry; a request's note was told when it was made.
func entryNote(r *access.Request) string {
	if r.Source == access.Managed {
		return r.Note
	}
	return ""
}

// GetSupportView is what the banner says.
func (s *Service) GetSupportView(tx *Tx, in *api.Org) (api.SupportView, error) {
	return tx.supportView()
}

func (tx *Tx) supportView() (api.SupportView, error) {
	x, g := &tx.Inside.Session, &tx.Inside.Grant
	o, err := tx.Organization(tx, x.Org)
	if err != nil {
		return api.SupportView{}, err
	}
	r, err := tx.AccessRequest(tx, x.Org, x.Request)
	if err != nil {
		return api.SupportView{}, err
	}
	return api.SupportView{Session: x.ID, Org: x.Org, Name: o.Name, Role: x.Role, Source: g.Source, ApprovedBy: g.DecidedBy.Name,
		StartedAt: x.StartedAt, EndsAt: x.EndsAt, GrantEnds: g.EndsAt, Request: g.ID, MoreAsked: r.Extension != nil,
		MoreAtMost: max(0, int(r.StartsAt.Add(o.MaximumGrant).Sub(r.EndsAt)/time.Minute))}, nil
}

// TellViewing tells the customer which page the agent has open.
func (s *Service) TellViewing(tx *Tx, in *api.ViewingIn) (api.None, error) {
	x := tx.Inside.Session
	if x.Viewing == in.Body.Page {
		return api.None{}, nil
	}
	x.Viewing = in.Body.Page
	if err := tx.SaveSupportSession(tx, &x); err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.record(change{stream: live.Of(x.Org), kind: audit.SupportViewed, object: string(x.ID),
		detail: map[string]string{"page": x.Viewing}, pokes: both(live.Access, x.Org, string(x.Request))})
}

// LeaveSupport ends the session the agent is in.
func (s *Service) LeaveSupport(tx *Tx, in *api.Org) (api.None, error) {
	x := tx.Inside.Session
	return api.None{}, tx.endSession(&x, access.WhyLeft)
}

// AskMoreTime puts a wish for more time before the approvers.
func (s *Service) AskMoreTime(tx *Tx, in *api.MoreTimeIn) (access.Request, error) {
	rin := api.RequestIn{Org: in.Org, Request: tx.Inside.Grant.ID}
	return tx.decide(rin, func(r *access.Request, o *org.Organization) (change, error) {
		d := time.Duration(in.Body.Minutes) * time.Minute
		if err := r.AskMore(newID[id.Extension](tx), tx.agent(), d, o.MaximumGrant, tx.Now()); err != nil {
			return change{}, err
		}
		mails, err := tx.toApprovers(o, letter{mail.AccessExtensionRequested, string(r.ID), string(r.Extension.ID), mail.Args{"agent": tx.Member.Name,
			"organization": o.Name, "duration": mail.For(d), "ends": mail.At(r.EndsAt)}})
		return change{kind: audit.AccessMoreAsked, detail: map[string]string{"minutes": itoa(in.Body.Minutes)}, mails: mails}, err
	})
}

// SearchOrganizations finds organizations for the Support Hub; an empty query lists where something is open.
func (s *Service) SearchOrganizations(tx *Tx, in *api.SearchIn) (api.FoundList, error) {
	const most = 50
	q := strings.TrimSpace(in.Query)
	var rows []store.OrganizationRow
	var err error
	if q == "" {
		rows, err = tx.OrganizationsWithOpenAccess(tx, tx.Member.ID, most+1)
	} else {
		rows, err = tx.organizationsLike(q, most+1)
	}
	if err != nil {
		return api.FoundList{}, err
	}
	out := api.FoundList{Organizations: []api.Found{}, Now: tx.Now(), More: len(rows) > most}
	for _, row := range rows[:min(len(rows), most)] {
		f, err := tx.found(row, q)
		if err != nil {
			return api.FoundList{}, err
		}
		out.Organizations = append(out.Organizations, f)
	}
	return out, nil
}

// GetFound is one organization as a row of the Support Hub.
func (s *Service) GetFound(tx *Tx, in *api.Org) (api.Found, error) {
	rows, err := tx.FindOrganizations(tx, string(in.Org), 1)
	if err != nil {
		return api.Found{}, err
	}
	if len(rows) == 0 || rows[0].ID != in.Org {
		return api.Found{}, notFound()
	}
	f, err := tx.found(rows[0], "")
	if err != nil || f.Request != nil && !f.Request.State.Final() {
		return f, err
	}
	// What time has ended is known before it is written down: whoever was inside asks at that very moment.
	open, err := tx.OpenAccess(tx, in.Org)
	if err != nil {
		return f, err
	}
	for i := range open {
		if r := &open[i]; r.Tick(tx.Now()) && (f.Request == nil || r.EndedAt.After(f.Request.EndedAt)) {
			f.Request, f.Mine = r, slices.ContainsFunc(r.Requesters, func(q access.Requester) bool { return q.Staff == tx.agent().Staff })
		}
	}
	return f, nil
}

// found adds what the agent can do with the organization (R08).
func (tx *Tx) found(row store.OrganizationRow, q string) (api.Found, error) {
	f := api.Found{Organization: row.Organization, OwnerName: row.OwnerName, Inside: []string{}, Proposed: row.ProposedBy != "", Matched: matched(row, q),
		MaximumMinutes: int(row.MaximumGrant / time.Minute)}
	pending, active, err := tx.open(row.ID)
	if err != nil {
		return f, err
	}
	me := tx.agent()
	var usable, waiting *access.Request
	for i := range active {
		g := &active[i]
		for _, x := range g.Sessions {
			f.Inside = append(f.Inside, x.Name)
			if x.Staff == me.Staff {
				f.Sitting = x.ID
			}
		}
		if g.Source != access.Managed && g.MayUse(me) && (usable == nil || g.EndsAt.After(usable.EndsAt)) {
			usable = &g.Request
		}
	}
	for i := range pending {
		waiting = &pending[i]
	}
	switch {
	case row.State != org.Active:
		f.Button = api.ButtonNone
	case row.ManagedBy == org.ServiceProvider:
		f.Button, f.Cooling = api.ButtonEnter, !row.MayEnterUnasked(me.Staff, tx.Now())
	case usable != nil:
		f.Button, f.Request, f.Usable = api.ButtonEnter, usable, true
	case waiting != nil:
		f.Button, f.Request = api.ButtonJoin, waiting
	default:
		f.Button = api.ButtonRequest
	}
	if f.Request == nil {
		last, err := tx.PastAccess(tx, row.ID, "", 1)
		if err != nil {
			return f, err
		}
		if len(last) > 0 {
			f.Request = &last[0]
		}
	}
	if f.Request != nil {
		for _, r := range f.Request.Requesters {
			f.Mine = f.Mine || r.Staff == me.Staff
		}
		if f.Button == api.ButtonJoin && f.Mine {
			f.Button = api.ButtonWithdraw
		}
	}
	return f, nil
}

func matched(row store.OrganizationRow, q string) string {
	switch {
	case q == "":
		return ""
	case strings.EqualFold(q, string(row.ID)):
		return "uuid"
	case strings.EqualFold(q, row.Reference):
		return "reference"
	case strings.Contains(strings.ToLower(row.Name), strings.ToLower(q)):
		return "name"
	}
	return "phone"
}
