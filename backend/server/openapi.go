package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"countersign/backend/webhook"
	"countersign/shared/api"
	"countersign/shared/event"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// newAPI makes huma with everything off that the portal does itself: documentation pages, schema links, formats other
// than JSON.
func newAPI(mux *http.ServeMux, version string) huma.API {
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Countersign", Version: version,
				Description: "Every refusal is a problem (RFC 9457) with a stable code. A caller names its kind in " + api.HeaderAs + ", but below " +
					api.ProviderPath + ", where tokens of the provider's other systems are known and nobody else."},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"customer": {Type: "apiKey", In: "cookie", Name: "__Host-cs_customer", Description: "Sign-in of a contact"},
					"staff":    {Type: "apiKey", In: "cookie", Name: "__Host-cs_staff", Description: "Sign-in of the provider's staff"},
					"support": {Type: "apiKey", In: "cookie", Name: "__Host-cs_support_{org}",
						Description: "Support session; needs the staff cookie too"},
					"bearer": {Type: "http", Scheme: "bearer", Description: "The token of a sign-in, for clients that keep it themselves. " +
						"A support session's goes beside it in " + headerSupport},
					"token": {Type: "http", Scheme: "bearer", BearerFormat: api.TokenPrefix + "…", Description: "The token of another system of the " +
						"provider's, made by an administrator, with the scopes that the call needs; works below " + api.ProviderPath + " and nowhere else"},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{translate},
	}
	return huma.NewAPI(config, humago.NewAdapter(mux, ""))
}

// jsonFormat writes an answer in one piece. When the caller has gone, nothing is left to do.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		buf := buffers.Get().(*bytes.Buffer)
		defer func() {
			if buf.Cap() <= 64<<10 {
				buf.Reset()
				buffers.Put(buf)
			}
		}()
		enc := json.NewEncoder(buf)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return err
		}
		_, _ = w.Write(buf.Bytes())
		return nil
	},
	Unmarshal: json.Unmarshal,
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// operation documents a declaration.
func operation(spec api.Spec) huma.Operation {
	op := huma.Operation{
		OperationID: spec.Name, Method: spec.Method, Path: spec.Path, Summary: spec.Summary, Description: describe(spec),
		Tags: []string{tag(spec)}, Responses: map[string]*huma.Response{}, Extensions: map[string]any{"x-policy": policyText(spec.Policy)},
		// One byte more than readStrict lets through: huma takes a body of exactly its limit for too large.
		MaxBodyBytes: int64(bodyLimit(spec)) + 1,
		// The body is in memory by then. A deadline of huma's own would end the request's context when it passes.
		BodyReadTimeout: -1,
	}
	if spec.Support {
		op.Extensions["x-support-session"] = true
	}
	if spec.StepUp {
		op.Extensions["x-step-up-minutes"] = api.StepUpMinutes
	}
	if spec.Rate != api.Usual {
		op.Extensions["x-rate"] = string(spec.Rate)
	}
	op.Security = security(spec)
	if !spec.Policy.Public && spec.Policy.Scope == "" {
		op.Parameters = append(op.Parameters, asParameter(spec))
	}
	for _, status := range refusals(spec) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
		}
	}
	return op
}

// bodyLimit is how many bytes of a body an endpoint takes.
func bodyLimit(spec api.Spec) int {
	if spec.Body > 0 {
		return spec.Body
	}
	return api.MaxBody
}

// policyText says who may call, in one word or two.
func policyText(p api.Policy) string {
	switch {
	case p.Public:
		return "public"
	case p.Self:
		return "self"
	case p.Right != "":
		return "right " + string(p.Right)
	case p.Member:
		return "member"
	case p.Staff != "":
		return "staff " + string(p.Staff)
	case p.Inside:
		return "inside"
	case p.Scope != "":
		return "scope " + string(p.Scope)
	}
	return "nobody"
}

func describe(spec api.Spec) string {
	var b strings.Builder
	switch p := spec.Policy; {
	case p.Public:
		b.WriteString("For everybody.")
	case p.Self:
		b.WriteString("For everybody signed in, about themselves.")
	case p.Right != "":
		fmt.Fprintf(&b, "For contacts of the organization with the right %s.", p.Right)
		if p.Device {
			b.WriteString(" Who has lost it and kept a copy is told to wipe it (code wipe).")
		}
	case p.Member:
		b.WriteString("For every contact of the organization.")
	case p.Staff != "":
		fmt.Fprintf(&b, "For the provider's staff, from the role %s on.", p.Staff)
	case p.Inside:
		b.WriteString("For support sessions in the organization.")
	case p.Scope != "":
		fmt.Fprintf(&b, "For the provider's other systems, by a token with the scope %s.", p.Scope)
	}
	if spec.Policy.Scope == "" && !spec.Policy.Inside && !spec.Policy.Public && spec.Policy.Staff == "" {
		if spec.Support {
			b.WriteString(" Open to support sessions.")
		} else {
			b.WriteString(" Refused in support sessions.")
		}
	}
	if spec.StepUp {
		fmt.Fprintf(&b, " Needs a password entered in the last %d minutes.", api.StepUpMinutes)
	}
	return b.String()
}

func tag(spec api.Spec) string {
	switch p := spec.Policy; {
	case p.Staff != "":
		return "staff"
	case p.Inside:
		return "support"
	case p.Scope != "":
		return "provider"
	case p.Self, p.Public:
		return "account"
	}
	return "organization"
}

func security(spec api.Spec) []map[string][]string {
	need := func(schemes ...string) map[string][]string {
		m := map[string][]string{}
		for _, s := range schemes {
			m[s] = []string{}
		}
		return m
	}
	var out []map[string][]string
	p := spec.Policy
	if p.Public {
		return []map[string][]string{}
	}
	if p.Scope != "" {
		return []map[string][]string{{"token": {string(p.Scope)}}}
	}
	if p.Self || p.Right != "" || p.Member {
		out = append(out, need("customer"))
	}
	if p.Self || p.Staff != "" {
		out = append(out, need("staff"))
	}
	if spec.Support {
		out = append(out, need("staff", "support"))
	}
	return append(out, need("bearer"))
}

func asParameter(spec api.Spec) *huma.Param {
	var kinds []any
	p := spec.Policy
	if p.Self || p.Right != "" || p.Member {
		kinds = append(kinds, string(api.AsCustomer))
	}
	if p.Self || p.Staff != "" {
		kinds = append(kinds, string(api.AsStaff))
	}
	if spec.Support {
		kinds = append(kinds, string(api.AsSupport))
	}
	return &huma.Param{Name: api.HeaderAs, In: "header", Required: true, Description: "The kind of caller that is meant",
		Schema: &huma.Schema{Type: huma.TypeString, Enum: kinds}}
}

// refusals are the statuses that a call can be refused with.
func refusals(spec api.Spec) []int {
	set := map[int]bool{http.StatusUnprocessableEntity: true, http.StatusTooManyRequests: true,
		http.StatusInternalServerError: true, http.StatusServiceUnavailable: true}
	if !spec.Policy.Public {
		set[http.StatusUnauthorized], set[http.StatusForbidden] = true, true
	}
	if strings.Contains(spec.Path, "{") {
		set[http.StatusNotFound] = true
	}
	if spec.Schema {
		set[http.StatusUpgradeRequired] = true
	}
	if spec.Method != http.MethodGet {
		for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusRequestTimeout,
			http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusInsufficientStorage} {
			set[status] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// document completes the OpenAPI document and writes it out, once.
func document(a huma.API) ([]byte, error) {
	doc := a.OpenAPI()
	schemas := doc.Components.Schemas
	schemas.Schema(reflect.TypeFor[api.Problem](), true, "")
	delete(schemas.Map(), "HumaErrorModel")
	delete(schemas.Map(), "HumaErrorDetail")

	spec := api.Live.Spec
	live := operation(spec)
	live.Parameters = nil // the query names the kind of caller
	for _, p := range []struct{ name, text string }{
		{"as", "The kind of caller that is meant"},
		{"org", "The organization to listen to; not for staff"},
		{"after", "Sequence number to resume after; -1 starts at the newest"},
	} {
		live.Parameters = append(live.Parameters, &huma.Param{Name: p.name, In: "query", Description: p.text,
			Required: p.name == "as", Schema: &huma.Schema{Type: huma.TypeString}})
	}
	live.Responses["101"] = &huma.Response{Description: "A websocket; the server sends frames as text messages",
		Content: map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(frameType, true, "")}}}
	doc.AddOperation(&live)
	doc.Webhooks = map[string]*huma.PathItem{"event": told(schemas)}
	if err := showExamples(doc, api.Examples()); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}

// told documents what webhooks are sent.
func told(schemas huma.Registry) *huma.PathItem {
	text := &huma.Schema{Type: huma.TypeString}
	return &huma.PathItem{Post: &huma.Operation{
		OperationID: "webhook-event", Summary: "What happened, told to a webhook", Security: []map[string][]string{},
		Description: "By the Standard Webhooks specification. Sent at least once, under the same " + webhook.HeaderID + " at every attempt.",
		Parameters: []*huma.Param{
			{Name: webhook.HeaderID, In: "header", Required: true, Description: "The event", Schema: text},
			{Name: webhook.HeaderTimestamp, In: "header", Required: true, Description: "Of this attempt, in Unix seconds", Schema: text},
			{Name: webhook.HeaderSignature, In: "header", Required: true, Description: "One v1 signature, two while a former secret counts", Schema: text},
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: schemas.Schema(reflect.TypeFor[event.Event](), true, "")}}},
		Responses: map[string]*huma.Response{
			"2XX":     {Description: "The receiver has the event"},
			"410":     {Description: "The receiver is gone: the webhook is deactivated"},
			"default": {Description: "The event is sent again later, after Retry-After at the earliest"},
		},
	}}
}

// schemaName names a type: those of shared/api by their name, others by their package too.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	pkg := path.Base(t.PkgPath())
	if t.Name() == "" || pkg == "api" || pkg == "." || t.PkgPath() == "time" {
		return name
	}
	if pkg == "v2" {
		pkg = "huma"
	}
	first := []rune(pkg)
	first[0] = unicode.ToUpper(first[0])
	return string(first) + name
}
