package portal_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/backend/webhook/webhooktest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/event"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/org"
	"countersign/shared/verification"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// kept are the kinds that webhooks are not told of on purpose.
var kept = map[string][]audit.Kind{
	"the provider's own": {audit.FieldDefined, audit.FieldChanged, audit.FieldRetired, audit.PurposeCreated, audit.PurposeChanged, audit.PurposeRetired,
		audit.StaffInvited, audit.StaffChanged, audit.StaffDeactivated, audit.StaffReactivated, audit.DatabaseRestored, audit.KeysRotated, audit.WebhookCreated,
		audit.WebhookChanged, audit.WebhookSecretRolled, audit.WebhookDeleted, audit.WebhookDeactivated, audit.WebhookTested, audit.WebhookResent,
		audit.TokenCreated, audit.TokenRevoked},
	"how people sign in": {audit.SignedIn, audit.SignInFailed, audit.SignedOut, audit.SessionRevoked, audit.PasswordChanged, audit.PasswordResetAsked,
		audit.FactorAdded, audit.FactorRemoved, audit.RecoveryCodesMade, audit.RecoveryCodeUsed, audit.SteppedUp, audit.SettingsChanged},
	"about codes": {audit.CodeSet, audit.CodeChanged, audit.CodeRemoved, audit.CodeRevealed, audit.CodeLocked, audit.CodeUnlocked, audit.CodeVoided,
		audit.CodeRotationProposed, audit.CodeKept, audit.PhraseMade},
	"calls, which stay between caller and agent": {audit.VerificationStarted, audit.VerificationMatched, audit.VerificationFailed, audit.VerificationLocked,
		audit.VerificationNoCode, audit.VerificationClosed, audit.VerificationDenied, audit.AgentPaused, audit.MinorChangeAsked},
	"what an approved access is used for": {audit.AccessJoined, audit.AccessExpired, audit.AccessRevoked, audit.AccessEnded, audit.AccessInvited,
		audit.AccessEndChanged, audit.SupportEntered, audit.SupportLeft, audit.SupportViewed},
	"nothing has changed yet": {audit.AccessRefused, audit.ManagedByProposed, audit.ManagedByDeclined, audit.OwnershipOffered, audit.OwnershipWithdrawn,
		audit.OwnershipLapsed, audit.OwnershipDeclined, audit.ContactInvited, audit.InvitationCancelled, audit.NumbersJobStarted, audit.NumbersRefused,
		audit.AttentionResolved},
	"staff's own, and what leads to nothing yet": {audit.TicketNoted, audit.FileUploaded, audit.CannedCreated, audit.CannedChanged, audit.CannedDeleted,
		audit.InvoicePaying},
	"copies that leave or come back": {audit.AuditExported, audit.NumbersExported, audit.NumbersReplaced},
}

// Every kind of the record is told to webhooks or kept from them on purpose, and what is told of each is a declared type.
func TestEveryKindIsToldOrKept(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../../shared/audit/audit.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []audit.Kind
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			if name, ok := v.Type.(*ast.Ident); ok && name.Name == "Kind" {
				text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				kinds = append(kinds, audit.Kind(text))
			}
		}
		return true
	})
	if len(kinds) < 100 {
		t.Fatalf("%d kinds were found", len(kinds))
	}
	var silent []audit.Kind
	for _, list := range kept {
		silent = append(silent, list...)
	}
	for _, k := range kinds {
		as := portal.EventOf(k)
		if (as != "") == slices.Contains(silent, k) {
			t.Errorf("%s is told as %q, and kept: %v", k, as, slices.Contains(silent, k))
		}
		if as != "" && !as.Known() {
			t.Errorf("%s is told as %s, which can't be subscribed to", k, as)
		}
		for _, secret := range []string{"note", "reason", "subject", "text", "code", "file", "address"} {
			if slices.Contains(portal.SafeDetails(k), secret) {
				t.Errorf("%s lets %q out", k, secret)
			}
		}
	}
}

// What an administrator's other system is told of an ordinary day: each thing once, whose it is, by whose hand, and as much
// of it as is nobody's secret.
func TestWhatWebhooksAreTold(t *testing.T) {
	e := newEar(t, webhooktest.Options{TLS: true})
	made := Must(e.create(e.marie, func(b *api.ContactBody) { b.Name, b.Email = "Iris Lind", "iris@example.test" }))
	Must(e.save(e.As(e.Jonas), made.ID, func(b *api.ContactBody) { b.Phone = "+33 9 70 01 44 02" }))
	Must(e.save(e.marie, made.ID, func(b *api.ContactBody) { b.Active = false }))
	Must(e.save(e.marie, made.ID, func(b *api.ContactBody) { b.Active = true }))
	del := api.DeleteContactIn{ContactIn: at(e.Acme, made.ID)}
	del.Body.Reason = "asked for by letter"
	Must(Call(e.As(e.Anna), api.DeleteContact, del))
	r := Must(e.As(e.Sofia).RequestAccess(e.Acme, time.Hour, "Calls fail."))
	Must(e.marie.Approve(r, 30*time.Minute))
	unit := e.unit("France")
	n := e.add("+33184880001", "survey", "Reception", number.Place{BusinessUnit: unit.ID})
	state := api.OrganizationStateIn{Org: api.Org{Org: e.Acme}}
	state.Body.State, state.Body.Reason = org.Suspended, "unpaid"
	Must(Call(e.ada, api.SetOrganizationState, state))

	acme := &event.Organization{ID: e.Acme, Reference: "20418", Name: "Acme Telecom"}
	marie, once := event.By{Kind: audit.ByContact, Name: "Marie Dubois"}, &event.Counts{Applied: 1}
	named := map[string]string{"name": "Iris Lind"}
	want := []event.Event{
		{Type: event.ContactCreated, Data: event.Data{Organization: acme, ID: string(made.ID), Kind: audit.ContactCreated, By: marie,
			Detail: map[string]string{"name": "Iris Lind", "email": "iris@example.test"}}},
		{Type: event.ContactUpdated, Data: event.Data{Organization: acme, ID: string(made.ID), Kind: audit.ContactChanged, By: event.By{Kind: audit.ByContact, Name: "Jonas Meier"},
			Detail: map[string]string{"name": "Iris Lind", "what": "phone", "phone": " → +33 9 70 01 44 02"}}},
		{Type: event.ContactDeactivated, Data: event.Data{Organization: acme, ID: string(made.ID), Kind: audit.ContactDeactivated, By: marie, Detail: named}},
		{Type: event.ContactReactivated, Data: event.Data{Organization: acme, ID: string(made.ID), Kind: audit.ContactReactivated, By: marie, Detail: named}},
		{Type: event.ContactDeleted, Data: event.Data{Organization: acme, ID: string(made.ID), Kind: audit.ContactDeleted, By: event.By{Kind: audit.ByStaff, Name: "Anna Roth"}, Detail: named}},
		{Type: event.ApprovalRequested, Data: event.Data{Organization: acme, ID: string(r.ID), Kind: audit.AccessRequested, About: event.Access,
			By: event.By{Kind: audit.ByStaff, Name: "Sofia Keller"}, Detail: map[string]string{"minutes": "60"}}},
		{Type: event.ApprovalDecided, Data: event.Data{Organization: acme, ID: string(r.ID), Kind: audit.AccessApproved, About: event.Access, By: marie,
			Detail: map[string]string{"agents": "Sofia Keller", "asked": "60", "minutes": "30"}}},
		{Type: event.NumbersChanged, Data: event.Data{Organization: acme, ID: string(unit.ID), Kind: audit.UnitCreated, By: marie, Counts: once, Detail: map[string]string{"name": "France"}}},
		{Type: event.NumbersChanged, Data: event.Data{Organization: acme, ID: string(n), Kind: audit.NumberAdded, By: marie, Counts: once, Detail: map[string]string{"number": "+33184880001"}}},
		{Type: event.OrganizationUpdated, Data: event.Data{Organization: acme, ID: string(e.Acme), Kind: audit.OrganizationState, By: event.By{Kind: audit.ByStaff, Name: "Ada Stone"},
			Detail: map[string]string{"name": "Acme Telecom", "from": "active", "to": "suspended"}}},
	}
	got := e.heard()
	for i := range got {
		if got[i].Timestamp != got[i].Data.At || time.Since(got[i].Timestamp).Abs() > time.Minute {
			t.Errorf("%s happened at %v and %v", got[i].Type, got[i].Timestamp, got[i].Data.At)
		}
		got[i].Timestamp, got[i].Data.At = time.Time{}, time.Time{}
	}
	// Suspending an organization ends the running access, which is no event.
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
}

// A webhook is told the types that it subscribes to and no others; several hear the same event under the same id.
func TestSubscriptions(t *testing.T) {
	e := newEar(t, webhooktest.Options{})
	some := e.listen(e.Receiver.URL+"/some", event.NumbersChanged, event.ApprovalRequested, event.NumbersChanged)
	if !slices.Equal(some.Types, []event.Type{event.ApprovalRequested, event.NumbersChanged}) {
		t.Errorf("subscribed to %v", some.Types)
	}
	e.Knows()
	unit := e.unit("France")
	Must(e.create(e.marie, func(b *api.ContactBody) { b.Name = "Iris Lind" }))
	e.program(unit.ID, "Winter")
	Must(e.As(e.Sofia).RequestAccess(e.Acme, time.Hour, ""))
	var all, wanted []id.WebhookEvent
	for _, d := range e.deliveries(e.hook.ID) {
		all = append(all, d.Event)
	}
	for _, d := range e.deliveries(some.ID) {
		wanted = append(wanted, d.Event)
	}
	if len(all) != 4 || !slices.Equal(wanted, []id.WebhookEvent{all[0], all[1], all[3]}) {
		t.Errorf("of %v it is told %v", all, wanted)
	}
	Must(e.update(some.Webhook, func(in *api.UpdateWebhookIn) { in.Body.Types = []event.Type{event.ContactCreated} }))
	e.unit("Spain")
	if n := len(e.deliveries(some.ID)); n != 3 {
		t.Errorf("it is told %d", n)
	}
}

// What is refused or undone is told nobody, and neither is what was only tried.
func TestWhatIsUndoneIsNotTold(t *testing.T) {
	e := newEar(t, webhooktest.Options{})
	_, err := e.create(e.As(e.Paul), func(b *api.ContactBody) { b.Name = "Not Allowed" })
	Refused(t, err, errs.Forbidden)
	in := api.CreateUnitIn{Org: api.Org{Org: e.Acme}}
	in.Body.Name = " "
	_, err = Call(e.marie, api.CreateUnit, in)
	Refused(t, err, errs.Invalid)
	ep := api.Endpoint[api.CreateUnitIn, api.Unit]{Spec: api.CreateUnit.Spec}
	in.Body.Name = "Undone"
	cred := portal.Credential{As: api.AsCustomer, Session: hashed(e.marie.Token)}
	_, err = portal.Run(t.Context(), e.Service, ep, cred, &in, func(tx *portal.Tx, in *api.CreateUnitIn) (api.Unit, error) {
		if _, err := e.Service.CreateUnit(tx, in); err != nil {
			return api.Unit{}, err
		}
		return api.Unit{}, errs.New(errs.Unavailable, "error.unavailable") // after everything was recorded
	})
	if errs.CodeOf(err) != errs.Unavailable {
		t.Fatal(err)
	}
	if got := e.heard(); len(got) != 0 {
		t.Errorf("told of %+v", got)
	}
	if n := len(entries(t, e.World, live.Of(e.Acme), audit.UnitCreated)); n != 0 {
		t.Errorf("%d units are recorded", n)
	}
}

// Bulk work is one event a batch, with counts so far; several edits of one call are one event.
func TestBulkWorkIsToldInCounts(t *testing.T) {
	e := newEar(t, webhooktest.Options{})
	e.Service.JobBatch = 100
	job := Must(sendFile(e.marie, survey, api.FileOptions{}, strings.Join(append(manyFrench(250), "nonsense"), "\n")))
	Must(Call(e.marie, api.RunJob, jobIn(e.marie, job)))
	work(e.World)
	a, b := newNumber(), newNumber()
	one, two := creation(a, "+33184990001", "survey", "A", number.Place{}), creation(b, "+33184990002", "survey", "B", number.Place{})
	one.Uid, two.Uid = newUid(), newUid()
	Must(e.edits(e.marie, e.Acme, one, two))
	var got []event.Counts
	for _, x := range e.heard() {
		if x.Type != event.NumbersChanged || x.Data.Organization.ID != e.Acme {
			t.Errorf("%+v", x)
		}
		got = append(got, *x.Data.Counts)
	}
	if want := []event.Counts{{Applied: 99, Rejected: 1}, {Applied: 199, Rejected: 1}, {Applied: 250, Rejected: 1}, {Applied: 2}}; !slices.Equal(got, want) {
		t.Errorf("counts %+v, want %+v", got, want)
	}
}

// No code, secret, note, reason or other text of people's is in anything that is sent or kept of it, nor in the log.
func TestNothingSecretIsTold(t *testing.T) {
	e := newEar(t, webhooktest.Options{})
	e.World.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, e.Jonas.Contact)
	const text = "canarytext qzx"
	codes := []string{"canaryqza zebraqxa quince 20", "canaryqzb zebraqxb quince 21"}
	setShared(t, e.marie, codes[0])
	Must(setOwn(e.As(e.Jonas), codes[1]))
	codes = append(codes, Must(Call(e.As(e.Paul), api.MakePhrase, api.Org{Org: e.Acme})).Phrase)
	sofia := e.As(e.Sofia)
	call := Must(start(sofia, e.Jonas))
	if call = Must(say(sofia, call, codes[1])); call.Outcome != verification.Match {
		t.Fatal(call.Outcome)
	}
	change := Must(ask(sofia, call, "Cancel "+text))
	in := api.DecideChangeIn{ChangeIn: api.ChangeIn{Org: api.Org{Org: e.Acme}, Change: change.ID}}
	in.Body.Reason, in.Body.Seen = "no, "+text, change.Fingerprint()
	Must(Call(e.marie, api.RejectChange, in))
	r := Must(sofia.RequestAccess(e.Acme, time.Hour, "because of "+text))
	Must(e.marie.Reject(r, "not now, "+text))
	made := Must(e.create(e.marie, func(b *api.ContactBody) { b.Name, b.Email = "Iris Lind", "iris@example.test" }))
	del := api.DeleteContactIn{ContactIn: at(e.Acme, made.ID)}
	del.Body.Reason = text
	Must(Call(e.As(e.Anna), api.DeleteContact, del))
	state := api.OrganizationStateIn{Org: api.Org{Org: e.Beta}}
	state.Body.State, state.Body.Reason = org.Suspended, text
	Must(Call(e.ada, api.SetOrganizationState, state))

	var said strings.Builder
	events := e.heard()
	for _, d := range e.Taken() {
		said.Write(d.Body)
		head, err := json.Marshal(d.Header)
		if err != nil {
			t.Fatal(err)
		}
		said.Write(head)
	}
	if len(events) < 7 {
		t.Errorf("only %d events", len(events))
	}
	search(t, "what is sent", said.String(), append(codes, text, e.hook.Secret[len("whsec_"):]))
	search(t, "the log", e.log.String(), append(codes, text, e.hook.Secret[len("whsec_"):]))
	files := readAll(t, e.Dir)
	if strings.Contains(files, e.hook.Secret[len("whsec_"):]) {
		t.Error("the secret is in the files")
	}
}

// Whatever people do, in whatever order: the events that arrive are the entries of the organizations' records whose kinds are
// told, in their order, each once.
func TestEventsAreTheRecord(t *testing.T) {
	e := newEar(t, webhooktest.Options{KeepAlive: true})
	contacts, units := []id.Contact{}, []api.Unit{e.unit("Unit 0")}
	rapid.Check(t, func(rt *rapid.T) { // on and on in one world, so that the record grows long
		for range rapid.IntRange(1, 12).Draw(rt, "acts") {
			switch rapid.IntRange(0, 7).Draw(rt, "act") {
			case 0:
				c := Must(e.create(e.marie, func(b *api.ContactBody) { b.Name = "Iris Lind" }))
				contacts = append(contacts, c.ID)
			case 1:
				if len(contacts) > 0 {
					c := rapid.SampledFrom(contacts).Draw(rt, "contact")
					Must(e.save(e.marie, c, func(b *api.ContactBody) { b.Active = !b.Active }))
				}
			case 2:
				if len(contacts) > 0 {
					c := rapid.SampledFrom(contacts).Draw(rt, "contact")
					Must(e.save(e.marie, c, func(b *api.ContactBody) { b.Company += "x" }))
				}
			case 3:
				units = append(units, e.unit("Unit "+strconv.Itoa(len(units))))
			case 4: // a name that is taken: refused
				in := api.CreateUnitIn{Org: api.Org{Org: e.Acme}}
				in.Body.Name = "Unit 0"
				_, err := Call(e.marie, api.CreateUnit, in)
				Refused(t, err, errs.Invalid)
			case 5:
				_, _ = e.As(e.Sofia).RequestAccess(e.Acme, time.Hour, "") // refused while one waits
			case 6:
				for _, r := range e.marie.Remote(e.Acme).Pending {
					Must(e.marie.Reject(r, ""))
				}
			case 7:
				_, err := e.create(e.As(e.Paul), func(b *api.ContactBody) { b.Name = "Not Allowed" })
				Refused(t, err, errs.Forbidden)
			}
		}
		type line struct {
			Kind   audit.Kind
			Object string
			At     int64
		}
		var want, got []line
		err := e.World.DB.View(t.Context(), func(tx *store.Tx) error {
			all, err := tx.AuditAfter(t.Context(), live.Of(e.Acme), 0, 10_000)
			for _, x := range all {
				if portal.EventOf(x.Kind) != "" && x.Outcome == audit.Done {
					want = append(want, line{x.Kind, x.Object, x.At})
				}
			}
			return err
		})
		if err != nil {
			rt.Fatal(err)
		}
		for _, x := range e.heard() {
			got = append(got, line{x.Data.Kind, x.Data.ID, x.Data.At.UnixMilli()})
		}
		if diff := cmp.Diff(got, want); diff != "" {
			rt.Fatal(diff)
		}
	})
}
