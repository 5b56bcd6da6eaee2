package server

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/org"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// routes registers every declared endpoint. What stands in no line here is refused at start.
func routes(r *router, svc *portal.Service) {
	route(r, api.GetMe, svc.GetMe)
	route(r, api.UpdateSettings, svc.UpdateSettings)
	direct(r, api.StepUp, svc.StepUp)
	route(r, api.ListSignIns, svc.ListSignIns)
	route(r, api.EndSignIn, svc.EndSignIn)
	route(r, api.SignOut, svc.SignOut, r.signedOut)
	direct(r, api.ChangePassword, svc.ChangePassword)
	route(r, api.StartFactor, svc.StartFactor)
	direct(r, api.ConfirmFactor, svc.ConfirmFactor)
	route(r, api.RemoveFactor, svc.RemoveFactor)
	route(r, api.NewRecoveryCodes, svc.NewRecoveryCodes)

	route(r, api.GetRemoteSupport, svc.GetRemoteSupport)
	route(r, api.ListAccessHistory, svc.ListAccessHistory)
	route(r, api.ListSupportActivity, svc.ListSupportActivity)
	route(r, api.ApproveAccess, svc.ApproveAccess)
	route(r, api.RejectAccess, svc.RejectAccess)
	route(r, api.RevokeAccess, svc.RevokeAccess)
	route(r, api.ChangeAccessEnd, svc.ChangeAccessEnd)
	route(r, api.ApproveMoreTime, svc.ApproveMoreTime)
	route(r, api.RejectMoreTime, svc.RejectMoreTime)
	route(r, api.InviteSupport, svc.InviteSupport)
	route(r, api.SetManagedBy, svc.SetManagedBy)
	route(r, api.DeclineProposal, svc.DeclineProposal)
	route(r, api.SetMaximum, svc.SetMaximum)

	route(r, api.GetSupportView, svc.GetSupportView)
	route(r, api.TellViewing, svc.TellViewing)
	route(r, api.LeaveSupport, svc.LeaveSupport, r.left)
	route(r, api.AskMoreTime, svc.AskMoreTime)

	route(r, api.SearchOrganizations, svc.SearchOrganizations)
	route(r, api.GetFound, svc.GetFound)
	route(r, api.RequestAccess, svc.RequestAccess)
	route(r, api.WithdrawAccess, svc.WithdrawAccess)
	route(r, api.EnterSupport, svc.EnterSupport, entered[api.RequestIn])
	route(r, api.EnterManaged, svc.EnterManaged, entered[api.EnterManagedIn])
	route(r, api.FinishAccess, svc.FinishAccess)
	route(r, api.LeadRevokeAccess, svc.LeadRevokeAccess)
	route(r, api.ProposeManagedBy, svc.ProposeManagedBy)
	route(r, api.CreateOrganization, svc.CreateOrganization)
	route(r, api.SetOrganizationState, svc.SetOrganizationState)

	route(r, api.ListStaff, svc.ListStaff)
	route(r, api.InviteStaff, svc.InviteStaff)
	route(r, api.UpdateStaff, svc.UpdateStaff)
	route(r, api.ResendStaffInvitation, svc.ResendStaffInvitation)
	route(r, api.ListStaffAudit, svc.ListStaffAudit)

	route(r, api.ListAPITokens, svc.ListAPITokens)
	route(r, api.CreateAPIToken, svc.CreateAPIToken)
	route(r, api.RevokeAPIToken, svc.RevokeAPIToken)

	route(r, api.GetHome, svc.GetHome)
	route(r, api.ListAudit, svc.ListAudit)
	route(r, api.VerifyAudit, svc.VerifyAudit)
	direct(r, api.ExportAudit, svc.ExportAudit)

	route(r, api.ListContacts, svc.ListContacts)
	route(r, api.GetContact, svc.GetContact)
	direct(r, api.CreateContact, svc.CreateContact)
	direct(r, api.UpdateContact, svc.UpdateContact)
	route(r, api.ResendInvitation, svc.ResendInvitation)
	route(r, api.CancelInvitation, svc.CancelInvitation)
	route(r, api.GetViewAs, svc.GetViewAs)
	route(r, api.ListStaffContacts, svc.ListStaffContacts)
	route(r, api.DeleteContact, svc.DeleteContact)

	route(r, api.GetProfile, svc.GetProfile)
	direct(r, api.UpdateProfile, svc.UpdateProfile)
	route(r, api.ListFields, svc.ListFields)
	route(r, api.ListStaffFields, svc.ListStaffFields)
	route(r, api.DefineField, svc.DefineField)
	route(r, api.UpdateField, svc.UpdateField)
	route(r, api.MoveField, svc.MoveField)

	route(r, api.RevealAccountCode, svc.RevealAccountCode)
	route(r, api.RevealContactCode, svc.RevealContactCode)
	route(r, api.KeepAccountCode, svc.KeepAccountCode)
	route(r, api.ReleaseCode, svc.ReleaseCode)
	direct(r, api.GenerateCode, svc.GenerateCode)
	route(r, api.ListCodeActivity, svc.ListCodeActivity)
	route(r, api.GetMyCode, svc.GetMyCode)
	route(r, api.RevealMyCode, svc.RevealMyCode)
	direct(r, api.SetMyCode, svc.SetMyCode)
	direct(r, api.MakePhrase, svc.MakePhrase)
	route(r, api.DenyVerification, svc.DenyVerification)

	route(r, api.StartVerification, svc.StartVerification)
	route(r, api.ListCalls, svc.ListCalls)
	route(r, api.GetCall, svc.GetCall)
	direct(r, api.CheckCaller, svc.CheckCaller)
	route(r, api.CloseVerification, svc.CloseVerification)
	route(r, api.RecordMinorChange, svc.RecordMinorChange)
	route(r, api.AskChange, svc.AskChange)
	route(r, api.WithdrawChange, svc.WithdrawChange)
	route(r, api.ListChanges, svc.ListChanges)
	route(r, api.ApproveChange, svc.ApproveChange)
	route(r, api.RejectChange, svc.RejectChange)

	direct(r, api.SyncPush, svc.SyncPush)
	direct(r, api.SyncPull, svc.SyncPull)
	direct(r, api.SyncChunk, svc.SyncChunk)
	route(r, api.ListAttention, svc.ListAttention)
	route(r, api.ResolveAttention, svc.ResolveAttention)
	route(r, api.ListSyncDevices, svc.ListSyncDevices)

	route(r, api.AddNumberList, svc.AddNumberList)
	route(r, api.DeleteNumberList, svc.DeleteNumberList)
	route(r, api.AddNumberFile, svc.AddNumberFile)
	route(r, api.DeleteNumberFile, svc.DeleteNumberFile)
	route(r, api.PutJobPart, svc.PutJobPart)
	route(r, api.GetJobUpload, svc.GetJobUpload)
	route(r, api.RunJob, svc.RunJob)
	route(r, api.CancelJob, svc.CancelJob)
	route(r, api.GetJob, svc.GetJob)
	route(r, api.ListJobs, svc.ListJobs)
	route(r, api.GetJobResults, svc.GetJobResults)
	route(r, api.GetRejectedFile, svc.GetRejectedFile)
	route(r, api.PreviewNumberFile, svc.PreviewNumberFile)

	route(r, api.ListNumbers, svc.ListNumbers)
	route(r, api.ListAllNumbers, svc.ListAllNumbers)
	route(r, api.ListNumberChanges, svc.ListNumberChanges)
	route(r, api.ListRemovedNumbers, svc.ListRemovedNumbers)
	route(r, api.GetNumber, svc.GetNumber)
	route(r, api.EditNumbers, svc.EditNumbers)
	direct(r, api.ExportNumbers, svc.ExportNumbers)
	route(r, api.ListUnits, svc.ListUnits)
	route(r, api.CreateUnit, svc.CreateUnit)
	route(r, api.RenameUnit, svc.RenameUnit)
	route(r, api.DeleteUnit, svc.DeleteUnit)
	route(r, api.ListPrograms, svc.ListPrograms)
	route(r, api.CreateProgram, svc.CreateProgram)
	route(r, api.UpdateProgram, svc.UpdateProgram)
	route(r, api.DeleteProgram, svc.DeleteProgram)
	route(r, api.ListPurposes, svc.ListPurposes)

	route(r, api.ListStaffNumbers, svc.ListStaffNumbers)
	route(r, api.ListStaffUnits, svc.ListUnits)
	route(r, api.CreateStaffUnit, svc.CreateUnit)
	route(r, api.RenameStaffUnit, svc.RenameUnit)
	route(r, api.DeleteStaffUnit, svc.DeleteUnit)
	route(r, api.ListStaffPrograms, svc.ListPrograms)
	route(r, api.CreateStaffProgram, svc.CreateProgram)
	route(r, api.UpdateStaffProgram, svc.UpdateProgram)
	route(r, api.DeleteStaffProgram, svc.DeleteProgram)
	route(r, api.ListStaffPurposes, svc.ListStaffPurposes)
	route(r, api.CreatePurpose, svc.CreatePurpose)
	route(r, api.UpdatePurpose, svc.UpdatePurpose)
	route(r, api.MovePurpose, svc.MovePurpose)

	route(r, api.ListServices, svc.ListServices)
	route(r, api.ListDomains, svc.ListDomains)
	route(r, api.AssignServiceContact, svc.AssignServiceContact)
	route(r, api.AssignDomainContact, svc.AssignDomainContact)
	route(r, api.CancelService, svc.CancelService)
	route(r, api.CancelDomain, svc.CancelDomain)
	route(r, api.TakeBackChange, svc.TakeBackChange)
	route(r, api.ListCandidates, svc.ListCandidates)
	route(r, api.GetRecipients, svc.GetRecipients)
	route(r, api.ListStaffServices, svc.ListStaffServices)
	route(r, api.GetStaffRecipients, svc.GetRecipients)

	route(r, api.ListTickets, svc.ListTickets)
	route(r, api.GetTicketChoices, svc.GetTicketChoices)
	route(r, api.GetTicket, svc.GetTicket)
	route(r, api.OpenTicket, svc.OpenTicket)
	route(r, api.ReplyTicket, svc.ReplyTicket)
	route(r, api.CloseTicket, svc.CloseTicket)
	route(r, api.ReopenTicket, svc.ReopenTicket)
	route(r, api.SetTicketCopies, svc.SetTicketCopies)
	route(r, api.TellWriting, svc.TellWriting)
	route(r, api.UploadFile, svc.UploadFile)
	route(r, api.DropFile, svc.DropFile)
	route(r, api.GetFile, svc.GetFile)
	route(r, api.ListStaffTickets, svc.ListStaffTickets)
	route(r, api.GetStaffTicket, svc.GetStaffTicket)
	route(r, api.ReplyStaffTicket, svc.ReplyStaffTicket)
	route(r, api.NoteTicket, svc.NoteTicket)
	route(r, api.SetTicket, svc.SetTicket)
	route(r, api.TellStaffWriting, svc.TellStaffWriting)
	route(r, api.UploadStaffFile, svc.UploadStaffFile)
	route(r, api.DropStaffFile, svc.DropStaffFile)
	route(r, api.GetStaffFile, svc.GetStaffFile)
	route(r, api.ListCanned, svc.ListCanned)
	route(r, api.CreateCanned, svc.CreateCanned)
	route(r, api.UpdateCanned, svc.UpdateCanned)
	route(r, api.DeleteCanned, svc.DeleteCanned)

	route(r, api.ListInvoices, svc.ListInvoices)
	route(r, api.GetInvoice, svc.GetInvoice)
	route(r, api.PayInvoice, svc.PayInvoice)
	route(r, api.ListStaffInvoices, svc.ListStaffInvoices)

	route(r, api.PutProviderOrganization, svc.PutProviderOrganization)
	route(r, api.GetProviderOrganization, svc.GetProviderOrganization)
	route(r, api.ListProviderOrganizations, svc.ListProviderOrganizations)
	route(r, api.PutProviderService, svc.PutProviderService)
	route(r, api.GetProviderService, svc.GetProviderService)
	route(r, api.EndProviderService, svc.EndProviderService)
	route(r, api.ListProviderServices, svc.ListProviderServices)
	route(r, api.PutProviderDomain, svc.PutProviderDomain)
	route(r, api.GetProviderDomain, svc.GetProviderDomain)
	route(r, api.EndProviderDomain, svc.EndProviderDomain)
	route(r, api.ListProviderDomains, svc.ListProviderDomains)
	route(r, api.PutProviderInvoice, svc.PutProviderInvoice)
	route(r, api.GetProviderInvoice, svc.GetProviderInvoice)
	route(r, api.ListProviderInvoices, svc.ListProviderInvoices)
	route(r, api.ListProviderUnits, svc.ListProviderUnits)
	route(r, api.PutProviderUnit, svc.PutProviderUnit)
	route(r, api.DeleteProviderUnit, svc.DeleteProviderUnit)
	route(r, api.ListProviderPrograms, svc.ListProviderPrograms)
	route(r, api.PutProviderProgram, svc.PutProviderProgram)
	route(r, api.DeleteProviderProgram, svc.DeleteProviderProgram)
	route(r, api.ApplyProviderNumbers, svc.ApplyProviderNumbers)

	route(r, api.GetOwnership, svc.GetOwnership)
	route(r, api.OfferOwnership, svc.OfferOwnership)
	route(r, api.WithdrawOwnership, svc.WithdrawOwnership)
	route(r, api.AcceptOwnership, svc.AcceptOwnership)
	route(r, api.DeclineOwnership, svc.DeclineOwnership)

	route(r, api.ListWebhooks, svc.ListWebhooks)
	route(r, api.CreateWebhook, svc.CreateWebhook)
	route(r, api.UpdateWebhook, svc.UpdateWebhook)
	route(r, api.DeleteWebhook, svc.DeleteWebhook)
	route(r, api.RollWebhookSecret, svc.RollWebhookSecret)
	route(r, api.TestWebhook, svc.TestWebhook)
	route(r, api.ListDeliveries, svc.ListDeliveries)
	route(r, api.Redeliver, svc.Redeliver)
}

// router binds declarations to use cases and remembers which have been.
type router struct {
	server *Server
	api    huma.API
	bound  map[string]bool
	faults []string
}

// call is one API call on its way, for what happens beside the use case.
type call struct {
	server *Server
	w      http.ResponseWriter
	r      *http.Request
	cred   portal.Credential
}

// answer wraps what an endpoint gives in the form that huma writes.
type answer[Out any] struct{ Body Out }

// route serves an endpoint by a use case that runs in the gate. After it has succeeded, the then functions do what
// belongs to HTTP alone, such as cookies.
func route[In, Out any](r *router, ep api.Endpoint[In, Out], fn portal.UseCase[In, Out], then ...func(*call, *In, *Out)) {
	direct(r, ep, func(ctx context.Context, cred portal.Credential, in *In) (Out, error) {
		return portal.Run(ctx, r.server.svc, ep, cred, in, fn)
	}, then...)
}

// direct serves an endpoint by a function that passes the gate itself, because it takes its time between two transactions.
func direct[In, Out any](r *router, ep api.Endpoint[In, Out], fn func(context.Context, portal.Credential, *In) (Out, error), then ...func(*call, *In, *Out)) {
	if err := r.declared(ep.Spec, any(new(In))); err != nil {
		r.faults = append(r.faults, err.Error())
		return
	}
	run := func(ctx context.Context, in *In) (Out, error) {
		c := requestOf(ctx).call
		out, err := fn(ctx, c.cred, in)
		if err != nil {
			var none Out
			return none, requestOf(ctx).problem(err)
		}
		for _, t := range then {
			t(c, in, &out)
		}
		return out, nil
	}
	op := operation(ep.Spec)
	if _, bytes := any(*new(Out)).(api.Blob); bytes {
		op.Responses["200"] = rawResponse()
	}
	op.Middlewares = huma.Middlewares{r.admit(ep.Spec, hasBody[In]())}
	if _, nothing := any(*new(Out)).(api.None); nothing {
		huma.Register(r.api, op, func(ctx context.Context, in *In) (*struct{}, error) {
			_, err := run(ctx, in)
			return nil, err
		})
		return
	}
	if _, bytes := any(*new(Out)).(api.Blob); bytes {
		huma.Register(r.api, op, func(ctx context.Context, in *In) (*rawAnswer, error) {
			out, err := run(ctx, in)
			if err != nil {
				return nil, err
			}
			return raw(requestOf(ctx).call, any(out).(api.Blob)), nil
		})
		return
	}
	huma.Register(r.api, op, func(ctx context.Context, in *In) (*answer[Out], error) {
		out, err := run(ctx, in)
		if err != nil {
			return nil, err
		}
		return &answer[Out]{out}, nil
	})
}

// declared checks a binding against its declaration and notes it.
func (r *router) declared(spec api.Spec, in any) error {
	if r.bound[spec.Name] {
		return fmt.Errorf("%s is bound twice", spec.Name)
	}
	r.bound[spec.Name] = true
	if err := checkSpec(spec); err != nil {
		return err
	}
	_, hasOrg := in.(interface{ OrgID() id.Organization })
	if !hasOrg && strings.Contains(spec.Path, "{org}") {
		return fmt.Errorf("%s has an organization in its path that its input lacks", spec.Name)
	}
	return nil
}

// checkSpec holds a declaration against the rules: exactly one form of policy, known rights and ranks, and the
// organization in the path where the policy is about one.
func checkSpec(spec api.Spec) error {
	p := spec.Policy
	forms := 0
	for _, set := range []bool{p.Public, p.Self, p.Right != "", p.Member, p.Staff != "", p.Inside, p.Scope != ""} {
		if set {
			forms++
		}
	}
	inOrg := strings.Contains(spec.Path, "{org}")
	switch {
	case forms == 0:
		return fmt.Errorf("%s says nobody who may call it", spec.Name)
	case forms > 1:
		return fmt.Errorf("%s has more than one policy", spec.Name)
	case p.Right != "" && !p.Right.Known():
		return fmt.Errorf("%s needs the unknown right %s", spec.Name, p.Right)
	case p.Staff != "" && !p.Staff.AtLeast(org.Agent):
		return fmt.Errorf("%s needs the unknown role %s", spec.Name, p.Staff)
	case (p.Right != "" || p.Member || p.Inside) && !inOrg:
		return fmt.Errorf("%s is about an organization that its path does not name", spec.Name)
	case p.Device && (p.Right == "" || bool(spec.Support)):
		return fmt.Errorf("%s is for devices and names no right, or is open to support sessions", spec.Name)
	case p.Inside && !bool(spec.Support):
		return fmt.Errorf("%s is for support sessions and refuses them", spec.Name)
	case p.Staff != "" && bool(spec.Support):
		return fmt.Errorf("%s would let a support session act as staff", spec.Name)
	case p.Scope != "" && !p.Scope.Known():
		return fmt.Errorf("%s needs the unknown scope %s", spec.Name, p.Scope)
	case (p.Scope != "") != strings.HasPrefix(spec.Path, api.ProviderPath+"/"):
		return fmt.Errorf("%s is for tokens outside %s, or for others below it", spec.Name, api.ProviderPath)
	case p.Scope != "" && (bool(spec.Support) || spec.StepUp || spec.Receipt > 0 || inOrg):
		return fmt.Errorf("%s asks of a token what only people have", spec.Name)
	case p.Scope != "" && p.Scope.Writes() != spec.Mutates():
		return fmt.Errorf("%s reads with a scope for writing, or writes with one for reading", spec.Name)
	case !strings.HasPrefix(spec.Path, "/api/"):
		return fmt.Errorf("%s is outside /api", spec.Name)
	}
	return nil
}

// checkBound refuses declarations that nothing serves.
func (r *router) checkBound(specs []api.Spec) error {
	faults := r.faults
	for _, spec := range specs {
		if !r.bound[spec.Name] {
			faults = append(faults, spec.Name+" is declared and not served")
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("the endpoints are not as declared: %s", strings.Join(faults, "; "))
	}
	return nil
}

// admit is what every call passes before its input is read: who, how often, and is the body strict JSON.
func (r *router) admit(spec api.Spec, body bool) func(huma.Context, func(huma.Context)) {
	s := r.server
	return func(ctx huma.Context, next func(huma.Context)) {
		req, w := humago.Unwrap(ctx)
		rq := requestOf(req.Context())
		rq.action = spec.Name
		rq.as = asOf(req.Header.Get(api.HeaderAs))
		if spec.Policy.Scope != "" { // where nobody but a token is known, and a token nowhere else
			rq.as = api.AsToken
		}
		rq.org = id.Organization(req.PathValue("org"))
		w.Header()["Cache-Control"] = valueNoStore

		rq.call = &call{server: s, w: w, r: req, cred: s.credential(req, rq.as, rq.org)}
		if spec.Policy.Device {
			rq.call.cred.Browser = browserName(req.UserAgent())
		}
		if err := s.buckets.take(spec.Rate, callerKey(rq.call.cred), login.Prefix(rq.address)); err != nil {
			s.refuse(w, req, err)
			return
		}
		leave, err := s.buckets.enter(spec.Rate, callerKey(rq.call.cred), login.Prefix(rq.address))
		if err != nil {
			s.refuse(w, req, err)
			return
		}
		defer leave()
		if err := checkQuery(req.URL.RawQuery); err != nil {
			s.refuse(w, req, err)
			return
		}
		if err := readStrict(w, req, body, bodyLimit(spec)); err != nil {
			s.refuse(w, req, err)
			return
		}
		next(ctx)
	}
}

var valueNoStore = []string{"no-store"}

// asOf takes only the declared kinds of caller; anything else is nobody.
func asOf(s string) api.As {
	switch as := api.As(s); as {
	case api.AsCustomer, api.AsStaff, api.AsSupport:
		return as
	}
	return ""
}

// entered gives a browser the support session's token as a cookie, gone with the browser at the latest. Only those who
// hold their tokens themselves get to see it.
func entered[In any](c *call, _ *In, out *api.Entered) {
	if _, holds := bearer(c.r); holds {
		return
	}
	c.server.cookies.set(c.w, api.AsSupport, out.Org, out.Token, time.Time{}, time.Time{})
	out.Token = ""
}

// left takes the support session's cookie away.
func (r *router) left(c *call, in *api.Org, _ *api.None) {
	c.server.cookies.clear(c.w, api.AsSupport, in.Org)
}

// signedOut takes the cookies of the sign-in away, for staff with those of the support sessions that hung on it. When
// nobody else is signed in with this browser, nor has left anything in it, it is asked to forget what it keeps of the portal,
// too.
func (r *router) signedOut(c *call, _ *api.None, _ *api.None) {
	ck, as := c.server.cookies, c.cred.As
	ck.clear(c.w, as, "")
	ck.setLogin(c.w, as, "")
	other := api.AsStaff
	if as == api.AsStaff {
		other = api.AsCustomer
		for _, org := range ck.insides(c.r) {
			ck.clear(c.w, api.AsSupport, org)
		}
	}
	if ck.token(c.r, other, "") == "" && c.r.Header.Get(headerOthers) == "" {
		c.w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	}
}

// hasBody reports whether an input takes a JSON body.
func hasBody[In any]() bool {
	_, ok := reflect.TypeFor[In]().FieldByName("Body")
	return ok
}
