package client

import (
	"encoding/json"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
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
	if json.Unmarshal([]byte(ui.Stored(storageKey(as, "me"))), &me) != nil || me.As != as {
		return nil
	}
	return &me
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
