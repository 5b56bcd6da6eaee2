package access

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
)

// New is an agent's request. The organization must be active and managed by the customer; the duration at most its
// maximum. Whether another request waits already is the store's to know (Join).
func New(rid id.AccessRequest, o *org.Organization, by Agent, d time.Duration, note, phrase string, now time.Time) (*Request, error) {
	if o.State != org.Active {
		return nil, errs.InState(string(o.State), "access.error.organization_not_active")
	}
	if o.ManagedBy != org.Customer {
		return nil, errs.InState(string(o.ManagedBy), "access.error.no_request_needed")
	}
	if err := CheckDuration("minutes", d, o.MaximumGrant); err != nil {
		return nil, err
	}
	if err := CheckText("note", note); err != nil {
		return nil, err
	}
	return &Request{
		ID: rid, Org: o.ID, State: Pending, Source: Requested, Role: SuperAdmin,
		Requesters: []Requester{by.requester(now)}, Note: note, Phrase: phrase,
		Requested: minutes(d), CreatedAt: now, LapsesAt: now.Add(PendingFor),
	}, nil
}

// Invite is a grant that the customer gives unasked (R12).
func Invite(rid id.AccessRequest, o *org.Organization, by Approver, d time.Duration, note string, now time.Time) (*Request, error) {
	r := &Request{ID: rid, Org: o.ID, State: Active, Source: Invited, Role: SuperAdmin, Note: note, Granted: minutes(d),
		CreatedAt: now, LapsesAt: now, DecidedAt: now, DecidedBy: by.person(), StartsAt: now, EndsAt: now.Add(d)}
	if err := by.may(r); err != nil {
		return nil, err
	}
	if o.State != org.Active {
		return nil, errs.InState(string(o.State), "access.error.organization_not_active")
	}
	if o.ManagedBy != org.Customer {
		return nil, errs.InState(string(o.ManagedBy), "access.error.no_request_needed")
	}
	if err := CheckDuration("minutes", d, o.MaximumGrant); err != nil {
		return nil, err
	}
	return r, CheckText("note", note)
}

// EnterManaged is the grant behind an unasked entry into an organization that the provider manages (R03): one agent,
// a reason, and the length of one support session.
func EnterManaged(rid id.AccessRequest, o *org.Organization, by Agent, reason string, now time.Time) (*Request, error) {
	if o.ManagedBy != org.ServiceProvider {
		return nil, errs.InState(string(o.ManagedBy), "access.error.must_ask")
	}
	if o.State != org.Active {
		return nil, errs.InState(string(o.State), "access.error.organization_not_active")
	}
	if !o.MayEnterUnasked(by.Staff, now) {
		return nil, errs.New(errs.Forbidden, "access.error.cooling_off", "days", int(org.CoolingOff/(24*time.Hour)))
	}
	if reason == "" {
		return nil, errs.BadField("reason", "access.error.reason_needed")
	}
	if err := CheckText("reason", reason); err != nil {
		return nil, err
	}
	return &Request{
		ID: rid, Org: o.ID, State: Active, Source: Managed, Role: Owner, Requesters: []Requester{by.requester(now)},
		Note: reason, Granted: minutes(SessionAtMost), NamedOnly: true, CreatedAt: now, LapsesAt: now,
		StartsAt: now, EndsAt: now.Add(SessionAtMost),
	}, nil
}

// Join adds an agent to a request that waits: one card, several requesters, one decision. Joining twice changes nothing.
func (r *Request) Join(by Agent, now time.Time) error {
	if err := r.in(Pending); err != nil {
		return err
	}
	if !r.named(by.Staff) {
		r.Requesters = append(r.Requesters, by.requester(now))
	}
	return nil
}

func (r *Request) named(s id.Staff) bool {
	return slices.ContainsFunc(r.Requesters, func(q Requester) bool { return q.Staff == s })
}

// Fingerprint is what an approval binds: who asks for what. A decision on a card that has changed is a conflict. It
// guards against what changed meanwhile, not against forgery (all it covers was written by the server), so it is a
// plain 64-bit FNV-1a: a cryptographic hash weighs more in the browser than all of this package.
func (r *Request) Fingerprint() string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\n%s\n%d\n%q\n", r.ID, r.Role, r.Requested, r.Note)
	for _, q := range r.Requesters {
		fmt.Fprintf(h, "%s\n", q.Staff)
	}
	if r.Extension != nil {
		fmt.Fprintf(h, "%s %d\n", r.Extension.ID, r.Extension.Asked)
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// Approve starts the clock, for the time the approver chose: shorter or longer than asked, at most the maximum (R05, R07).
func (r *Request) Approve(by Approver, d, maximum time.Duration, namedOnly bool, now time.Time) error {
	if err := by.may(r); err != nil {
		return err
	}
	if err := r.in(Pending); err != nil {
		return err
	}
	if !now.Before(r.LapsesAt) {
		return errs.InState(string(Lapsed), "access.error.state.lapsed")
	}
	if err := CheckDuration("minutes", d, maximum); err != nil {
		return err
	}
	r.State, r.Granted, r.NamedOnly = Active, minutes(d), namedOnly
	r.DecidedAt, r.DecidedBy = now, by.person()
	r.StartsAt, r.EndsAt = now, now.Add(d)
	return nil
}

// Reject refuses it; the reason, which may be empty, is shown to the agents.
func (r *Request) Reject(by Approver, reason string, now time.Time) error {
	if err := by.may(r); err != nil {
		return err
	}
	if err := r.in(Pending); err != nil {
		return err
	}
	if err := CheckText("reason", reason); err != nil {
		return err
	}
	r.DecidedAt, r.DecidedBy = now, by.person()
	r.finish(Rejected, by.person(), reason, now)
	return nil
}

// Withdraw takes an agent's wish back. When colleagues asked too, theirs stays; the last one's withdrawal, or a lead's,
// ends the request.
func (r *Request) Withdraw(by Agent, now time.Time) error {
	if err := r.in(Pending); err != nil {
		return err
	}
	switch {
	case r.named(by.Staff) && len(r.Requesters) > 1:
		r.Requesters = slices.DeleteFunc(slices.Clone(r.Requesters), func(q Requester) bool { return q.Staff == by.Staff })
	case r.named(by.Staff) || by.Rank.AtLeast(org.Lead):
		r.finish(Withdrawn, by.person(), "", now)
	default:
		return errs.New(errs.Forbidden, "access.error.not_requester")
	}
	return nil
}

// Tick lets time act: a request that waited too long lapses, a grant past its end expires. It reports whether the
// state changed.
func (r *Request) Tick(now time.Time) bool {
	switch {
	case r.State == Pending && !now.Before(r.LapsesAt):
		r.finish(Lapsed, Person{}, "", now)
	case r.State == Active && !now.Before(r.EndsAt):
		r.finish(Expired, Person{}, "", r.EndsAt)
	default:
		return false
	}
	return true
}

// Runs reports whether the grant lets somebody in at this moment.
func (r *Request) Runs(now time.Time) bool { return r.State == Active && now.Before(r.EndsAt) }

// ChangeEnd moves the end of a running grant; the whole grant stays within the maximum, counted from its start. A
// wish for more time that waits goes on waiting.
func (r *Request) ChangeEnd(by Approver, end time.Time, maximum time.Duration, now time.Time) error {
	if err := by.may(r); err != nil {
		return err
	}
	if err := r.running(now); err != nil {
		return err
	}
	if !end.After(now) {
		return errs.BadField("ends_at", "access.error.end_in_past")
	}
	if end.Sub(r.StartsAt) > maximum {
		return errs.BadField("ends_at", "access.error.too_long", "hours", int(maximum/time.Hour))
	}
	r.EndsAt, r.Granted = end, minutes(end.Sub(r.StartsAt))
	return nil
}

func (r *Request) running(now time.Time) error {
	if err := r.in(Active); err != nil {
		return err
	}
	if !now.Before(r.EndsAt) {
		return errs.InState(string(Expired), "access.error.state.expired")
	}
	return nil
}

// AskMore puts an agent's wish for more time before the approvers; one at a time.
func (r *Request) AskMore(xid id.Extension, by Agent, d, maximum time.Duration, now time.Time) error {
	if err := r.running(now); err != nil {
		return err
	}
	if r.Source == Managed {
		return errs.New(errs.Forbidden, "access.error.no_more_time")
	}
	if !r.MayUse(by) {
		return errs.New(errs.Forbidden, "access.error.named_only")
	}
	if r.Extension != nil {
		return errs.InState(string(ExtensionPending), "access.error.extension_waits")
	}
	if err := CheckDuration("minutes", d, maximum); err != nil {
		return err
	}
	if r.EndsAt.Add(d).Sub(r.StartsAt) > maximum {
		return errs.BadField("minutes", "access.error.too_long", "hours", int(maximum/time.Hour))
	}
	r.Extension = &Extension{ID: xid, By: by.requester(now), Asked: minutes(d), State: ExtensionPending}
	return nil
}

// ApproveMore grants the extension that waits, for the time the approver chose; it is returned decided.
func (r *Request) ApproveMore(by Approver, d, maximum time.Duration, now time.Time) (Extension, error) {
	x, err := r.waiting(by, now)
	if err != nil {
		return Extension{}, err
	}
	if err := CheckDuration("minutes", d, maximum); err != nil {
		return Extension{}, err
	}
	if err := r.ChangeEnd(by, r.EndsAt.Add(d), maximum, now); err != nil {
		return Extension{}, err
	}
	x.State, r.Extension = ExtensionApproved, nil
	return *x, nil
}

// RejectMore refuses the extension that waits; the grant runs on to its end.
func (r *Request) RejectMore(by Approver, now time.Time) (Extension, error) {
	x, err := r.waiting(by, now)
	if err != nil {
		return Extension{}, err
	}
	x.State, r.Extension = ExtensionRejected, nil
	return *x, nil
}

func (r *Request) waiting(by Approver, now time.Time) (*Extension, error) {
	if err := by.may(r); err != nil {
		return nil, err
	}
	if err := r.running(now); err != nil {
		return nil, err
	}
	if r.Extension == nil {
		return nil, errs.InState("none", "access.error.no_extension")
	}
	if r.Extension.By.Login != "" && r.Extension.By.Login == by.Login {
		return nil, errs.New(errs.Forbidden, "access.error.own_request")
	}
	x := *r.Extension
	return &x, nil
}

// Revoke ends a running grant by the customer's word.
func (r *Request) Revoke(by Approver, now time.Time) error {
	if err := by.mayEnd(); err != nil {
		return err
	}
	if err := r.running(now); err != nil {
		return err
	}
	r.finish(Revoked, by.person(), "", now)
	return nil
}

// RevokeByLead ends a running grant by the word of a lead of the provider.
func (r *Request) RevokeByLead(by Agent, now time.Time) error {
	if !by.Rank.AtLeast(org.Lead) {
		return errs.New(errs.Forbidden, "access.error.not_lead")
	}
	if err := r.running(now); err != nil {
		return err
	}
	r.finish(Revoked, by.person(), "", now)
	return nil
}

// Finish gives a running grant back when the work is done: by a requester, or by the only agent inside.
func (r *Request) Finish(by Agent, onlyOneInside bool, now time.Time) error {
	if err := r.running(now); err != nil {
		return err
	}
	if !r.named(by.Staff) && !onlyOneInside {
		return errs.New(errs.Forbidden, "access.error.not_requester")
	}
	r.finish(Ended, by.person(), "", now)
	return nil
}

// Stop ends whatever is open because something around it changed: the organization was closed, managed by changed,
// the only agent it names was deactivated. It reports whether the state changed.
func (r *Request) Stop(reason string, now time.Time) bool {
	switch r.State {
	case Pending:
		r.finish(Withdrawn, Person{}, reason, now)
	case Active:
		r.finish(Ended, Person{}, reason, now)
	default:
		return false
	}
	return true
}

// DropAgent removes a deactivated agent from it and reports whether r changed: a request or a named-only grant that
// names nobody else ends.
func (r *Request) DropAgent(s id.Staff, reason string, now time.Time) bool {
	if r.State.Final() {
		return false
	}
	changed := false
	if r.Extension != nil && r.Extension.By.Staff == s {
		r.Extension, changed = nil, true
	}
	if !r.named(s) {
		return changed
	}
	if len(r.Requesters) == 1 && (r.State == Pending || r.NamedOnly) {
		return r.Stop(reason, now)
	}
	if r.State == Pending {
		r.Requesters = slices.DeleteFunc(slices.Clone(r.Requesters), func(q Requester) bool { return q.Staff == s })
		changed = true
	}
	return changed
}

func (r *Request) finish(to State, by Person, reason string, now time.Time) {
	r.State, r.EndedAt, r.EndedBy, r.Extension = to, now, by, nil
	if reason != "" {
		r.Reason = reason
	}
}
