package server

import (
	"net/http"
	"net/url"

	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/errs"
)

// The pages behind mailed links: a new password, and an invitation.

// showForgot asks for the e-mail of a forgotten password.
func (h *SignIn) showForgot(w http.ResponseWriter, r *http.Request) {
	p := h.forgotPage(r, "")
	p.focus()
	p.write(w, r)
}

func (h *SignIn) forgotPage(r *http.Request, email string) *formPage {
	p := h.newPage(r, "signin.forgot_title")
	p.Lead = []string{p.T("signin.forgot_lead")}
	p.Fields = []formField{{ID: "email", Type: "email", Label: p.T("signin.email"), Autocomplete: "username", Value: atMost(email, mostEmail), Most: mostEmail}}
	p.Submit = p.T("signin.forgot_submit")
	p.Links = []pageLink{{pathCustomer, p.T("signin.back")}}
	return p
}

// askReset answers every e-mail alike, and only then looks whether it is known.
func (h *SignIn) askReset(w http.ResponseWriter, r *http.Request) {
	email := r.PostForm.Get("email")
	if atMost(email, mostEmail) == "" {
		h.forgotPage(r, "").fail(w, r, errs.BadField("email", "signin.error.email_missing"))
		return
	}
	after, err := h.svc.AskReset(r.Context(), h.visitor(r), email)
	if err != nil {
		h.forgotPage(r, email).fail(w, r, err)
		return
	}
	p := h.newPage(r, "signin.forgot_title")
	p.Notice = p.T("signin.forgot_done")
	p.Lead = []string{p.T("signin.forgot_done_lead")}
	p.Links = []pageLink{{pathCustomer, p.T("signin.back")}}
	p.write(w, r)
	h.later(r, after)
}

// showReset asks for a new password, as long as the link works.
func (h *SignIn) showReset(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	email, err := h.svc.Reset(r.Context(), token)
	if err != nil {
		h.resetGone(w, r, err)
		return
	}
	p := h.resetPage(r, token, email)
	p.focus()
	p.write(w, r)
}

func (h *SignIn) resetPage(r *http.Request, token, email string) *formPage {
	p := h.newPage(r, "signin.reset_title")
	p.Lead = []string{p.T("signin.reset_lead", "email", email)}
	p.Hidden, p.Account = []hiddenField{{"token", token}}, email
	p.Fields = h.newPassword(p)
	p.Submit = p.T("signin.reset_submit")
	return p
}

// newPassword are the fields for a password that nobody knows yet. It is typed twice, because it can't be seen.
func (h *SignIn) newPassword(p *formPage) []formField {
	return []formField{
		{ID: "password", Type: "password", Label: p.T("signin.new_password"), Autocomplete: "new-password", Hint: p.T("signin.new_password_hint"), Most: mostPassword},
		{ID: "again", Type: "password", Label: p.T("signin.again"), Autocomplete: "new-password", Most: mostPassword},
	}
}

func (h *SignIn) resetGone(w http.ResponseWriter, r *http.Request, err error) {
	p := h.newPage(r, "signin.reset_title")
	p.Links = []pageLink{{pathForgot, p.T("signin.reset_new_link")}, {pathCustomer, p.T("signin.back")}}
	p.fail(w, r, err)
}

// typedTwice checks the two entries of a new password.
func typedTwice(r *http.Request) (string, error) {
	password := r.PostForm.Get("password")
	switch {
	case password == "":
		return "", errs.BadField("password", "signin.error.password_missing")
	case password != r.PostForm.Get("again"):
		return "", errs.BadField("again", "signin.error.not_same")
	}
	return password, nil
}

// reset sets the new password. It ends at the sign-in page.
func (h *SignIn) reset(w http.ResponseWriter, r *http.Request) {
	token := r.PostForm.Get("token")
	email, err := h.svc.Reset(r.Context(), token)
	if err != nil {
		h.resetGone(w, r, err)
		return
	}
	password, err := typedTwice(r)
	if err == nil {
		err = h.svc.ResetPassword(r.Context(), h.visitor(r), token, password)
	}
	switch {
	case errs.Is(err, errs.NotFound):
		h.resetGone(w, r, err)
	case err != nil:
		h.resetPage(r, token, email).fail(w, r, err)
	default:
		for _, as := range doors {
			h.cookies.clear(w, as, "")
		}
		h.redirect(w, r, pathCustomer+"?"+url.Values{"done": {"reset"}, "email": {email}}.Encode())
	}
}

// showInvitation shows who invites to what, and what accepting takes.
func (h *SignIn) showInvitation(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	inv, err := h.svc.Invitation(r.Context(), token)
	if err != nil {
		h.invitationGone(w, r, err)
		return
	}
	p := h.invitationPage(r, token, inv, inv.Name)
	p.focus()
	p.write(w, r)
}

func (h *SignIn) invitationPage(r *http.Request, token string, inv portal.Invited, name string) *formPage {
	p := h.newPage(r, "invitation.title")
	p.Hidden = []hiddenField{{"token", token}}
	if inv.Organization != "" {
		p.Lead = []string{p.T("invitation.lead", "by", inv.By, "organization", inv.Organization)}
	} else {
		p.Lead = []string{p.T("invitation.lead_staff", "by", inv.By, "brand", p.Brand())}
	}
	if inv.Known {
		h.askToSignIn(r, p, token, inv)
		return p
	}
	p.Account = inv.Email
	p.Lead = append(p.Lead, p.T("invitation.choose", "email", inv.Email))
	p.Fields = append([]formField{{ID: "name", Type: "text", Label: p.T("invitation.name"), Autocomplete: "name", Value: name, Most: 120,
		ReadOnly: inv.Kind == api.AsStaff}}, h.newPassword(p)...)
	p.Submit = p.T("invitation.submit")
	return p
}

// askToSignIn is for who has a password: one click when signed in as the invited person, else the way to the door.
func (h *SignIn) askToSignIn(r *http.Request, p *formPage, token string, inv portal.Invited) {
	who, _ := h.signedInAs(r, inv.Email)
	if who == inv.Email {
		p.Lead = append(p.Lead, p.T("invitation.as", "email", inv.Email))
		p.Submit = p.T("invitation.submit")
		return
	}
	if who != "" {
		p.Note = p.T("invitation.other", "other", who, "email", inv.Email)
	}
	p.Lead = append(p.Lead, p.T("invitation.known", "email", inv.Email))
	to := url.Values{"email": {inv.Email}, "next": {withQuery(pathInvitation, "token", token)}}
	p.Links = []pageLink{{pathCustomer + "?" + to.Encode(), p.T("invitation.sign_in")}}
}

// signedInAs is the sign-in of this browser that belongs to a person, or else any.
func (h *SignIn) signedInAs(r *http.Request, email string) (who string, cred portal.Credential) {
	for _, as := range []api.As{api.AsCustomer, api.AsStaff} {
		c := h.credential(r, as)
		found, err := h.svc.Recognize(r.Context(), c)
		if err == nil && (who == "" || found == email) {
			who, cred = found, c
		}
	}
	return who, cred
}

func (h *SignIn) invitationGone(w http.ResponseWriter, r *http.Request, err error) {
	p := h.newPage(r, "invitation.title")
	p.Links = []pageLink{{pathCustomer, p.T("signin.back")}}
	p.fail(w, r, err)
}

// accept accepts the invitation.
func (h *SignIn) accept(w http.ResponseWriter, r *http.Request) {
	token := r.PostForm.Get("token")
	inv, err := h.svc.Invitation(r.Context(), token)
	if err != nil {
		h.invitationGone(w, r, err)
		return
	}
	if inv.Known {
		_, cred := h.signedInAs(r, inv.Email)
		inv, err = h.svc.AcceptSignedIn(r.Context(), h.visitor(r), token, cred)
	} else {
		var password string
		if password, err = typedTwice(r); err == nil {
			_, err = h.svc.AcceptInvitation(r.Context(), h.visitor(r), token, r.PostForm.Get("name"), password)
		}
	}
	switch {
	case errs.Is(err, errs.NotFound):
		h.invitationGone(w, r, err)
	case err != nil:
		again, gone := h.svc.Invitation(r.Context(), token)
		if gone != nil {
			h.invitationGone(w, r, gone)
			return
		}
		h.invitationPage(r, token, again, r.PostForm.Get("name")).fail(w, r, err)
	default:
		h.accepted(w, r, inv)
	}
}

// accepted sends the person to where the new access is used: signed in already as a customer, right into it.
func (h *SignIn) accepted(w http.ResponseWriter, r *http.Request, inv portal.Invited) {
	if _, err := h.svc.Recognize(r.Context(), h.credential(r, inv.Kind)); inv.Known && err == nil {
		h.redirect(w, r, h.destination(inv.Kind, ""))
		return
	}
	h.redirect(w, r, doorPath(inv.Kind)+"?"+url.Values{"done": {"accepted"}, "email": {inv.Email}}.Encode())
}
