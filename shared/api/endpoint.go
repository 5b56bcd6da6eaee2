// Package api is the HTTP contract as Go values: every endpoint is declared once, here, with who may call it, and the
// same declaration registers it on the server and calls it from the browser, the desktop app and the tests. What is
// not declared cannot be served.
package api

import (
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/verification"
)

// As names the kind of caller. The client says which it is, since all its cookies travel together; the server never
// falls back from one to another.
type As string

const (
	AsCustomer As = "customer" // a contact of an organization
	AsStaff    As = "staff"    // an employee of the provider
	AsSupport  As = "support"  // staff inside an organization, through a support session
	AsToken    As = "token"    // another system of the provider's, by its token; never named by the caller, see Policy.Scope
)

// Methods, spelled here because net/http is too heavy for the browser.
const (
	get   = "GET"
	post  = "POST"
	put   = "PUT"
	patch = "PATCH"
	del   = "DELETE"
)

// HeaderAs carries As; on the websocket it is the query parameter "as".
const HeaderAs = "X-Countersign-As"

// HeaderLogin carries the login that the program takes the caller for. A call that comes with the sign-in of another one is
// refused as one without: in a browser somebody else may have signed in beside an open page.
const HeaderLogin = "X-Countersign-Login"

// LoginCookie names the cookie that tells the program itself, by the id of the login, who last signed in with this browser as
// a kind of caller. It proves nothing, and outlives the sign-in: it is there so that nobody is shown what the browser keeps
// of somebody else.
func LoginCookie(as As) string { return "cs_" + string(as) + "_login" }

// Policy says who may call. Exactly one of its forms is set; the zero value serves nobody and is refused at start.
type Policy struct {
	Public bool       // anybody, signed in or not
	Self   bool       // any signed-in person, about themselves; never from a support session
	Right  perm.Right // a contact of the organization in the path with this right, or a support session whose role has it
	Member bool       // any contact with portal access of the organization in the path, or a support session in it
	Staff  org.Rank   // staff of at least this role
	Inside bool       // only a support session, in its own organization
	Scope  Scope      // a token of the provider's other systems that covers it; only below ProviderPath, where nobody else is known

	// Device goes with Right: the caller keeps a copy on a device. Who had one and has lost the right, or all access, is told
	// to wipe it, also after their sign-in was ended for that. Refused while looking as somebody else.
	Device bool
}

// Inside a support session an endpoint is refused unless it says otherwise.
type SupportRule bool

const (
	SupportRefused SupportRule = false
	SupportAllowed SupportRule = true
)

// ProviderPath is where the provider's other systems call: a token is known there and nowhere else.
const ProviderPath = "/api/provider"

// Rate is the class of the limit that a call counts against.
type Rate string

const (
	Usual  Rate = ""       // reading and writing at a person's pace
	Costly Rate = "costly" // hashing, mail, exports
	Sync   Rate = "sync"   // a device that brings its copy up to date by itself; counts apart from what its person does
	Steady Rate = "steady" // another system of the provider's, at its own pace
)

// Spec is what is said of an endpoint beside its types.
type Spec struct {
	Name    string // operation id, in the OpenAPI document and in logs
	Method  string
	Path    string // pattern of net/http.ServeMux; {org} is the organization
	Summary string
	Policy  Policy
	Support SupportRule
	StepUp  bool // needs a password entered in the last StepUpMinutes
	Rate    Rate
	Stops   bool // ends access or a sign-in: runs even when the disk is too full for anything else
	Reads   bool // changes nothing though its method is POST, because it asks with a body
	Schema  bool // the body names the protocol that the caller speaks; one that is too old is refused
	Body    int  // bytes of the body at most; MaxBody when 0

	// Receipt is the tier that the agent's verification in the path must have opened: the server enforces that the caller
	// was verified, not the agent. Information needs none.
	Receipt verification.Tier
}

// StepUpMinutes is how long an entered password opens what needs it again.
const StepUpMinutes = 5

// MaxBody is how large a JSON body may be where the endpoint says nothing else.
const MaxBody = 1 << 20

// Mutates reports whether a call changes anything but session and audit rows.
func (s Spec) Mutates() bool { return s.Method != get && !s.Reads }

// Endpoint is one declared operation. In holds path and query parameters in tagged fields and the JSON body, if any,
// in the field Body; Out is the JSON of a 200 answer, or Blob.
type Endpoint[In, Out any] struct{ Spec }

// None is the input or output of endpoints without one.
type None struct{}

// Blob is the output of an endpoint that answers bytes instead of JSON. A server may give Zipped, the same compressed with
// gzip, to who takes it that way; a client only ever sees Data. With a Name it is a file of somebody's, which no browser may
// show as a page: it is to be saved.
type Blob struct {
	Data   []byte
	Name   string
	Zipped func() []byte
}
