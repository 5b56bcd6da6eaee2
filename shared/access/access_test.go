package access

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/org"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		f.Value.Set("10000") // sequences a property is held against
	}
	os.Exit(m.Run())
}

var (
	start = time.Date(2026, 3, 9, 13, 58, 0, 0, time.UTC)

	sofia = Agent{Staff: "sofia", Login: "l-sofia", Name: "Sofia Keller", Rank: org.Agent}
	tom   = Agent{Staff: "tom", Login: "l-tom", Name: "Tom Becker", Rank: org.Agent}
	anna  = Agent{Staff: "anna", Login: "l-anna", Name: "Anna Roth", Rank: org.Lead}

	marie = Approver{Contact: "marie", Login: "l-marie", Name: "Marie Dubois", MayApprove: true}
)

func acme() *org.Organization {
	return &org.Organization{ID: "acme", Name: "Acme Telecom", ManagedBy: org.Customer, State: org.Active, MaximumGrant: DefaultMaximum}
}

func asked(t *testing.T, d time.Duration) *Request {
	t.Helper()
	r, err := New("r1", acme(), sofia, d, "Calls fail.", "amber river", start)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func approved(t *testing.T, d time.Duration) *Request {
	t.Helper()
	r := asked(t, d)
	must(t, r.Approve(marie, d, DefaultMaximum, false, start))
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refuses(t *testing.T, err error, code errs.Code) {
	t.Helper()
	if got := errs.CodeOf(err); got != code {
		t.Fatalf("got %q (%v), want %q", got, err, code)
	}
}

func TestNewRequest(t *testing.T) {
	with := func(change func(*org.Organization)) *org.Organization { o := acme(); change(o); return o }
	cases := []struct {
		name  string
		org   *org.Organization
		d     time.Duration
		note  string
		code  errs.Code
		field string
	}{
		{"an_hour", acme(), time.Hour, "", "", ""},
		{"the_maximum", acme(), 24 * time.Hour, "", "", ""},
		{"over_the_maximum", acme(), 24*time.Hour + time.Minute, "", errs.Invalid, "minutes"},
		{"too_short", acme(), time.Minute, "", errs.Invalid, "minutes"},
		{"longest_note", acme(), time.Hour, strings.Repeat("é", NoteAtMost), "", ""},
		{"note_too_long", acme(), time.Hour, strings.Repeat("é", NoteAtMost+1), errs.Invalid, "note"},
		{"managed_by_the_provider", with(func(o *org.Organization) { o.ManagedBy = org.ServiceProvider }), time.Hour, "", errs.Conflict, ""},
		{"suspended", with(func(o *org.Organization) { o.State = org.Suspended }), time.Hour, "", errs.Conflict, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := New("r1", c.org, sofia, c.d, c.note, "amber river", start)
			refuses(t, err, c.code)
			if c.field != "" && err.(*errs.Error).Fields[0].Path != c.field {
				t.Fatalf("got field %s, want %s", err.(*errs.Error).Fields[0].Path, c.field)
			}
			if err == nil && (r.State != Pending || !r.LapsesAt.Equal(start.Add(PendingFor)) || r.Role != SuperAdmin) {
				t.Fatalf("got %+v", r)
			}
		})
	}
}

// R05, R07: the approver's duration counts, from the approval; both durations are kept (R11).
func TestApproveAccess(t *testing.T) {
	later := start.Add(2 * time.Hour)

	t.Run("shorter_than_asked", func(t *testing.T) {
		r := asked(t, 4*time.Hour)
		must(t, r.Approve(marie, time.Hour, DefaultMaximum, false, later))
		if r.State != Active || r.Requested != 240 || r.Granted != 60 || !r.StartsAt.Equal(later) || !r.EndsAt.Equal(later.Add(time.Hour)) {
			t.Fatalf("got %+v", r)
		}
	})
	t.Run("longer_than_asked_within_the_maximum", func(t *testing.T) {
		r := asked(t, time.Hour)
		must(t, r.Approve(marie, 24*time.Hour, DefaultMaximum, false, later))
		refuses(t, asked(t, time.Hour).Approve(marie, 25*time.Hour, DefaultMaximum, false, later), errs.Invalid)
	})
	t.Run("by_requester_is_forbidden", func(t *testing.T) {
		by := marie
		by.Login = sofia.Login
		refuses(t, asked(t, time.Hour).Approve(by, time.Hour, DefaultMaximum, false, later), errs.Forbidden)
	})
	t.Run("by_one_who_joined_is_forbidden", func(t *testing.T) {
		r := asked(t, time.Hour)
		must(t, r.Join(tom, start))
		by := marie
		by.Login = tom.Login
		refuses(t, r.Approve(by, time.Hour, DefaultMaximum, false, later), errs.Forbidden)
	})
	t.Run("by_staff_inside_or_without_right_is_forbidden", func(t *testing.T) {
		for _, spoil := range []func(*Approver){
			func(a *Approver) { a.IsStaff = true }, func(a *Approver) { a.InSupport = true },
			func(a *Approver) { a.MayApprove = false }, func(a *Approver) { a.Contact = "" },
		} {
			by := marie
			spoil(&by)
			r := asked(t, time.Hour)
			refuses(t, r.Approve(by, time.Hour, DefaultMaximum, false, later), errs.Forbidden)
			refuses(t, r.Reject(by, "", later), errs.Forbidden)
		}
	})
	t.Run("after_it_lapsed_is_a_conflict", func(t *testing.T) {
		r := asked(t, time.Hour)
		refuses(t, r.Approve(marie, time.Hour, DefaultMaximum, false, start.Add(PendingFor)), errs.Conflict)
	})
	t.Run("twice_is_a_conflict_that_tells_the_state", func(t *testing.T) {
		r := approved(t, time.Hour)
		err := r.Approve(marie, time.Hour, DefaultMaximum, false, later)
		refuses(t, err, errs.Conflict)
		if err.(*errs.Error).State != string(Active) {
			t.Fatalf("got state %s", err.(*errs.Error).State)
		}
	})
	t.Run("named_agents_only", func(t *testing.T) {
		r := asked(t, time.Hour)
		must(t, r.Approve(marie, time.Hour, DefaultMaximum, true, start))
		if _, err := r.Enter("s1", sofia, "ss", start.Add(12*time.Hour), start); err != nil {
			t.Fatal(err)
		}
		_, err := r.Enter("s2", tom, "ss", start.Add(12*time.Hour), start)
		refuses(t, err, errs.Forbidden)
	})
}

// The customer ends access whenever they want, also who could not have approved it.
func TestRevokeTakesLessThanApproving(t *testing.T) {
	for name, change := range map[string]func(*Approver){
		"also_staff": func(a *Approver) { a.IsStaff = true }, "asked_themselves": func(a *Approver) { a.Login = sofia.Login },
	} {
		by := marie
		change(&by)
		r := approved(t, time.Hour)
		if err := r.Revoke(by, start); err != nil || r.State != Revoked {
			t.Errorf("%s: %s, %v", name, r.State, err)
		}
	}
	inside := marie
	inside.InSupport = true
	refuses(t, approved(t, time.Hour).Revoke(inside, start), errs.Forbidden)
}

// What was decided is what was shown: a colleague who joins makes it another card.
func TestFingerprint(t *testing.T) {
	r := asked(t, time.Hour)
	before := r.Fingerprint()
	must(t, r.Join(tom, start))
	joined := r.Fingerprint()
	must(t, r.Join(tom, start.Add(time.Minute)))
	if before == joined || joined != r.Fingerprint() || len(r.Requesters) != 2 {
		t.Fatalf("fingerprints %s, %s, %s of %d requesters", before, joined, r.Fingerprint(), len(r.Requesters))
	}
}

// R08: withdrawing one's own wish leaves a colleague's.
func TestWithdraw(t *testing.T) {
	r := asked(t, time.Hour)
	must(t, r.Join(tom, start))
	must(t, r.Withdraw(sofia, start))
	if r.State != Pending || len(r.Requesters) != 1 || r.Requesters[0].Staff != tom.Staff {
		t.Fatalf("got %+v", r)
	}
	refuses(t, r.Withdraw(sofia, start), errs.Forbidden)
	must(t, r.Withdraw(anna, start)) // a lead
	if r.State != Withdrawn {
		t.Fatalf("got %s", r.State)
	}
	refuses(t, r.Join(tom, start), errs.Conflict)
}

func TestSessionEndsWithGrantSignInOrAfterEightHours(t *testing.T) {
	r := approved(t, 24*time.Hour)
	for _, c := range []struct {
		name   string
		signIn time.Duration
		want   time.Duration
	}{{"eight_hours", 12 * time.Hour, SessionAtMost}, {"sign_in", 3 * time.Hour, 3 * time.Hour}} {
		s, err := r.Enter("s1", sofia, "ss", start.Add(c.signIn), start)
		must(t, err)
		if got := s.EndsAt.Sub(start); got != c.want {
			t.Errorf("%s: ends after %v, want %v", c.name, got, c.want)
		}
	}
	s, err := r.Enter("s1", sofia, "ss", start.Add(40*time.Hour), start.Add(20*time.Hour))
	must(t, err)
	if !s.EndsAt.Equal(r.EndsAt) {
		t.Errorf("ends %v, want with the grant at %v", s.EndsAt, r.EndsAt)
	}
	must(t, r.ChangeEnd(marie, start.Add(21*time.Hour), DefaultMaximum, start.Add(20*time.Hour)))
	s.Follow(r, start.Add(40*time.Hour))
	if !s.EndsAt.Equal(start.Add(21 * time.Hour)) {
		t.Errorf("ends %v after the grant was shortened", s.EndsAt)
	}
}

func TestMoreTime(t *testing.T) {
	r := approved(t, 4*time.Hour)
	at := start.Add(time.Hour)
	must(t, r.AskMore("x1", sofia, time.Hour, DefaultMaximum, at))
	refuses(t, r.AskMore("x2", tom, time.Hour, DefaultMaximum, at), errs.Conflict)

	x, err := r.ApproveMore(marie, 30*time.Minute, DefaultMaximum, at)
	must(t, err)
	if x.State != ExtensionApproved || r.Extension != nil || !r.EndsAt.Equal(start.Add(4*time.Hour+30*time.Minute)) || r.Granted != 270 {
		t.Fatalf("got %+v, grant %+v", x, r)
	}
	_, err = r.ApproveMore(marie, time.Hour, DefaultMaximum, at)
	refuses(t, err, errs.Conflict)
	refuses(t, r.AskMore("x3", sofia, 24*time.Hour, DefaultMaximum, at), errs.Invalid)
	must(t, r.AskMore("x4", sofia, time.Hour, DefaultMaximum, at))
	x, err = r.RejectMore(marie, at)
	must(t, err)
	if x.State != ExtensionRejected || r.State != Active {
		t.Fatalf("got %+v", x)
	}
}

// R12: an invitation is a grant like any other, and needs the right.
func TestInvite(t *testing.T) {
	r, err := Invite("r1", acme(), marie, time.Hour, "Please look.", start)
	must(t, err)
	if r.State != Active || r.Source != Invited || !r.Runs(start) || r.Runs(start.Add(time.Hour)) {
		t.Fatalf("got %+v", r)
	}
	if _, err := r.Enter("s1", tom, "ss", start.Add(time.Hour), start); err != nil {
		t.Fatal(err)
	}
	by := marie
	by.InSupport = true
	_, err = Invite("r2", acme(), by, time.Hour, "", start)
	refuses(t, err, errs.Forbidden)
}

// R03: an unasked entry needs a reason, the provider as manager, and an agent who didn't bring that about lately.
func TestEnterManaged(t *testing.T) {
	gamma := acme()
	gamma.ManagedBy = org.ServiceProvider
	r, err := EnterManaged("r1", gamma, sofia, "Ticket 4821", start)
	must(t, err)
	if r.Role != Owner || r.Source != Managed || !r.MayUse(sofia) || r.MayUse(tom) {
		t.Fatalf("got %+v", r)
	}
	_, err = EnterManaged("r2", gamma, sofia, "", start)
	refuses(t, err, errs.Invalid)
	_, err = EnterManaged("r3", acme(), sofia, "Ticket", start)
	refuses(t, err, errs.Conflict)

	gamma.ManagedByStaff, gamma.ManagedByAt = sofia.Staff, start.Add(-29*24*time.Hour)
	_, err = EnterManaged("r4", gamma, sofia, "Ticket", start)
	refuses(t, err, errs.Forbidden)
	_, err = EnterManaged("r5", gamma, sofia, "Ticket", start.Add(24*time.Hour))
	must(t, err)
	_, err = EnterManaged("r6", gamma, tom, "Ticket", start)
	must(t, err)
}

func TestDeactivatedAgentLeavesEverythingOpen(t *testing.T) {
	alone := asked(t, time.Hour)
	if !alone.DropAgent(sofia.Staff, "deactivated", start) || alone.State != Withdrawn {
		t.Errorf("a request of nobody else: %s", alone.State)
	}
	joined := asked(t, time.Hour)
	must(t, joined.Join(tom, start))
	if !joined.DropAgent(sofia.Staff, "deactivated", start) || joined.State != Pending || len(joined.Requesters) != 1 {
		t.Errorf("a joined request: %+v", joined)
	}
	open := approved(t, time.Hour)
	if open.DropAgent(sofia.Staff, "deactivated", start) || open.State != Active {
		t.Errorf("a grant that all agents may use: %s", open.State)
	}
	named := asked(t, time.Hour)
	must(t, named.Approve(marie, time.Hour, DefaultMaximum, true, start))
	if !named.DropAgent(sofia.Staff, "deactivated", start) || named.State != Ended {
		t.Errorf("a grant for that agent only: %s", named.State)
	}
}

func TestPhrase(t *testing.T) {
	for _, l := range i18n.Locales() {
		seen := map[string]bool{}
		for _, half := range phraseWords[l] {
			for _, w := range half {
				if seen[w] || strings.ContainsAny(w, " -") {
					t.Errorf("%s: %q stands twice or isn't one word", l, w)
				}
				seen[w] = true
			}
		}
	}
	if got := NewPhrase(i18n.EN, bytes.NewReader([]byte{0, 0, 0, 39})); got != "amber river" {
		t.Errorf("got %q", got)
	}
}

func TestNewSessionOfAnotherGrantIsNotOpen(t *testing.T) {
	r := approved(t, time.Hour)
	s, err := r.Enter("s1", sofia, "ss", start.Add(12*time.Hour), start)
	must(t, err)
	other := approved(t, time.Hour)
	other.ID = id.AccessRequest("r2")
	if s.Open(other, start) || !s.Open(r, start) {
		t.Fatal("a session counts under a grant that isn't its own")
	}
}
