package server

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// A declaration that says nobody, several, or nonsense about who may call it keeps the server from starting (X07, TH9).
func TestDeclarationsAreChecked(t *testing.T) {
	const inOrg, outside = "/api/orgs/{org}/thing", "/api/thing"
	for _, c := range []struct {
		name string
		spec api.Spec
		want string // part of the fault, "" for none
	}{
		{"public", api.Spec{Path: outside, Policy: api.Policy{Public: true}}, ""},
		{"right", api.Spec{Path: inOrg, Policy: api.Policy{Right: perm.AuditView}}, ""},
		{"staff", api.Spec{Path: inOrg, Policy: api.Policy{Staff: org.Lead}}, ""},
		{"inside", api.Spec{Path: inOrg, Policy: api.Policy{Inside: true}, Support: api.SupportAllowed}, ""},
		{"scope", api.Spec{Method: "GET", Path: "/api/provider/things", Policy: api.Policy{Scope: api.ServicesRead}}, ""},
		{"scope_for_writing", api.Spec{Method: "PUT", Path: "/api/provider/things", Policy: api.Policy{Scope: api.ServicesWrite}}, ""},
		{"unknown_scope", api.Spec{Method: "PUT", Path: "/api/provider/things", Policy: api.Policy{Scope: "things:write"}}, "unknown scope"},
		{"scope_elsewhere", api.Spec{Method: "GET", Path: outside, Policy: api.Policy{Scope: api.ServicesRead}}, "for tokens outside"},
		{"person_where_tokens_are", api.Spec{Method: "GET", Path: "/api/provider/things", Policy: api.Policy{Staff: org.Lead}}, "for others below"},
		{"writing_with_a_scope_for_reading", api.Spec{Method: "PUT", Path: "/api/provider/things", Policy: api.Policy{Scope: api.ServicesRead}}, "for reading"},
		{"step_up_of_a_token", api.Spec{Method: "PUT", Path: "/api/provider/things", Policy: api.Policy{Scope: api.ServicesWrite}, StepUp: true}, "only people"},
		{"scope_and_staff", api.Spec{Method: "GET", Path: "/api/provider/things", Policy: api.Policy{Scope: api.ServicesRead, Staff: org.Lead}}, "more than one"},
		{"without_policy", api.Spec{Path: outside}, "says nobody"},
		{"two_policies", api.Spec{Path: inOrg, Policy: api.Policy{Public: true, Member: true}}, "more than one"},
		{"unknown_right", api.Spec{Path: inOrg, Policy: api.Policy{Right: "audit.erase"}}, "unknown right"},
		{"unknown_rank", api.Spec{Path: inOrg, Policy: api.Policy{Staff: "boss"}}, "unknown role"},
		{"right_without_organization", api.Spec{Path: outside, Policy: api.Policy{Right: perm.AuditView}}, "does not name"},
		{"inside_but_refused", api.Spec{Path: inOrg, Policy: api.Policy{Inside: true}}, "refuses them"},
		{"support_as_staff", api.Spec{Path: inOrg, Policy: api.Policy{Staff: org.Agent}, Support: api.SupportAllowed}, "act as staff"},
		{"outside_the_api", api.Spec{Path: "/thing", Policy: api.Policy{Public: true}}, "outside /api"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Name = c.name
			err := checkSpec(c.spec)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %v, want none", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestEveryDeclarationIsServed(t *testing.T) {
	bind := func(r *router, e api.Endpoint[api.None, api.None]) {
		direct(r, e, func(context.Context, portal.Credential, *api.None) (api.None, error) { return api.None{}, nil })
	}
	one := api.Endpoint[api.None, api.None]{Spec: api.Spec{Name: "one", Method: http.MethodGet, Path: "/api/one", Policy: api.Policy{Self: true}}}
	two := api.Endpoint[api.None, api.None]{Spec: api.Spec{Name: "two", Method: http.MethodGet, Path: "/api/two", Policy: api.Policy{Self: true}}}
	mute := api.Endpoint[api.None, api.None]{Spec: api.Spec{Name: "mute", Method: http.MethodGet, Path: "/api/mute"}}
	lost := api.Endpoint[api.None, api.None]{Spec: api.Spec{Name: "lost", Method: http.MethodGet, Path: "/api/orgs/{org}", Policy: api.Policy{Member: true}}}

	for _, c := range []struct {
		name     string
		declared []api.Spec
		bound    []api.Endpoint[api.None, api.None]
		want     string
	}{
		{"all", []api.Spec{one.Spec, two.Spec}, []api.Endpoint[api.None, api.None]{one, two}, ""},
		{"one_missing", []api.Spec{one.Spec, two.Spec}, []api.Endpoint[api.None, api.None]{one}, "two is declared and not served"},
		{"one_twice", []api.Spec{one.Spec}, []api.Endpoint[api.None, api.None]{one, one}, "one is bound twice"},
		{"without_policy", []api.Spec{mute.Spec}, []api.Endpoint[api.None, api.None]{mute}, "mute says nobody"},
		{"organization_not_read", []api.Spec{lost.Spec}, []api.Endpoint[api.None, api.None]{lost}, "its input lacks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &router{server: &Server{}, api: newAPI(http.NewServeMux(), "test"), bound: map[string]bool{}}
			for _, e := range c.bound {
				bind(r, e)
			}
			err := r.checkBound(c.declared)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
