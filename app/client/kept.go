package client

import (
	"encoding/json"
	"strings"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// What this browser keeps of a kind of caller lies in the local storage under its prefix: who they were, so that the
// portal opens without network, and the organization they were in. Nothing is kept of a support session.
func storageKey(as api.As, what string) string { return "countersign." + string(as) + "." + what }

const storageLast = "countersign.kind"

func recall(as api.As) *api.Me {
	if as == api.AsSupport || as == "" {
		return nil
	}
	var me api.Me
	if json.Unmarshal([]byte(ui.Stored(storageKey(as, "me"))), &me) != nil || me.As != as || somebodyElse(as, me.Login) {
		return nil
	}
	return &me
}

// somebodyElse reports whether another person than this one has signed in with this browser, and not out again: nothing that
// it keeps of the first is to be shown then, and nothing sent in their name.
func somebodyElse(as api.As, than id.Login) bool {
	now := lastLogin(as)
	return now != "" && now != than
}

// lastLogin is who signed in last as a kind of caller; "" when that is not known, as in the desktop window, which has no
// cookies.
func lastLogin(as api.As) id.Login {
	document := app.Window().Get("document")
	if !document.Truthy() {
		return ""
	}
	return loginIn(document.Get("cookie").String(), app.Window().Get("location").Get("protocol").String() == "https:", as)
}

// loginIn reads the api.LoginCookie. Over https one without the prefix could come from another host.
func loginIn(cookies string, secure bool, as api.As) id.Login {
	name := api.LoginCookie(as) + "="
	if secure {
		name = "__Host-" + name
	}
	for cookie := range strings.SplitSeq(cookies, "; ") {
		if login, found := strings.CutPrefix(cookie, name); found {
			return id.Login(login)
		}
	}
	return ""
}

// replaced reports whether another person has signed in since with this browser.
func (s *Session) replaced() bool {
	me := s.Me()
	return me != nil && s.As != api.AsSupport && somebodyElse(s.As, me.Login)
}

// caller is for whom the session calls: who is signed in as far as is known, or who has signed out before the server heard
// of it.
func (s *Session) caller() id.Login {
	if me := s.Me(); me != nil {
		return me.Login
	}
	return id.Login(ui.Stored(storageKey(s.As, "sign_out_of")))
}

func remember(as api.As, me *api.Me) {
	if as == api.AsSupport {
		return
	}
	if raw, err := json.Marshal(me); err == nil {
		ui.Store(storageKey(as, "me"), string(raw))
	}
	ui.Store(storageLast, string(as))
}

// LastKind is the kind of caller that this browser was last: staff or, without a trace, customer.
func LastKind() api.As {
	if ui.Stored(storageLast) == string(api.AsStaff) {
		return api.AsStaff
	}
	return api.AsCustomer
}

// LastOrganization is the organization in which a customer was last; it is one of theirs, or "" when they have none.
func (s *Session) LastOrganization() id.Organization {
	me := s.Me()
	if me == nil || len(me.Organizations) == 0 {
		return ""
	}
	last := id.Organization(ui.Stored(storageKey(s.As, "org")))
	for _, m := range me.Organizations {
		if m.Org == last {
			return last
		}
	}
	return me.Organizations[0].Org
}

// Visit keeps the organization for the next start.
func (s *Session) Visit(org id.Organization) {
	if s.As == api.AsCustomer && org != "" {
		ui.Store(storageKey(s.As, "org"), string(org))
	}
}
