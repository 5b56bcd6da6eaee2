package pages

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/i18n"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func found(ids ...id.Organization) (list []api.Found) {
	for _, o := range ids {
		f := api.Found{}
		f.ID = o
		list = append(list, f)
	}
	return list
}

// Rows of the hub stay where they are when the list is loaded again, so that no button slips under the pointer.
func TestHub_rows_keep_their_places(t *testing.T) {
	got := inPlace(found("b", "d", "a"), found("a", "b", "c", "d"))
	var order []string
	for _, f := range got {
		order = append(order, string(f.ID))
	}
	if want := []string{"b", "d", "a", "c"}; !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
}

func past(ids ...id.AccessRequest) (list []access.Request) {
	for _, r := range ids {
		list = append(list, access.Request{ID: r, State: access.Ended})
	}
	return list
}

// R11: pages of the history that were loaded stay when the first one is loaded again, and nothing is there twice.
func TestHistory_keeps_what_was_loaded(t *testing.T) {
	h := &pastAccess{list: past("5", "4", "3", "2", "1"), next: ""}
	h.take(api.History{Requests: past("7", "6", "5"), Next: "5"})
	if got := len(h.list); got != 7 || h.next != "" {
		t.Errorf("%d entries, next %q", got, h.next)
	}
	h.take(api.History{Requests: past("99", "98", "97"), Next: "97"}) // more came than a page holds
	if got := len(h.list); got != 3 || h.next != "97" {
		t.Errorf("%d entries, next %q: there would be a gap", got, h.next)
	}
}

// R05: nothing over the organization's maximum is offered, and what is chosen is always among what is offered.
func TestLength_offers_what_is_allowed(t *testing.T) {
	for _, c := range []struct {
		chosen, maximum, also int
		want                  string
	}{
		{60, 24 * 60, 240, "1 hour, 4 hours, 8 hours, 24 hours"},
		{60, 24 * 60, 90, "1 hour, 1 hour 30 minutes, 4 hours, 8 hours, 24 hours"},
		{30, 30, 60, "30 minutes"},
		{60, 240, 24 * 60, "1 hour, 4 hours"},
	} {
		var l length
		l.set(c.chosen)
		var got []string
		for _, o := range l.options(lengthField{Maximum: c.maximum, Also: c.also}) {
			got = append(got, o.Label)
		}
		if want := c.want + ", " + ui.T("remote.custom"); strings.Join(got, ", ") != want {
			t.Errorf("chosen %d of at most %d: got %q, want %q", c.chosen, c.maximum, strings.Join(got, ", "), want)
		}
	}
}

func TestLength_says_what_is_wrong(t *testing.T) {
	for typed, want := range map[[2]string]string{
		{"0", "14"}: "At least 15 minutes.", {"25", "0"}: "At most 24 hours", {"", ""}: "At least", {"x", "30"}: "At least", {"1", "30"}: "",
	} {
		var l length
		l.choose(customLength)
		l.hours, l.rest = typed[0], typed[1]
		l.read()
		if l.valid(24 * 60); !strings.HasPrefix(l.problem, want) || (want == "") != (l.problem == "") {
			t.Errorf("%v: %q, want %q", typed, l.problem, want)
		}
	}
}

// R07: what an agent had typed can be copied after the access was cut, although the page that held it is gone.
func TestSupportOver_keeps_what_was_typed(t *testing.T) {
	s := client.NewSession(api.AsSupport, "01a201e5-a542-77a7-bac3-7565f33956aa", nil)
	drop := s.Keep("ticket", func() []client.Unsent { return []client.Unsent{{Label: "Reply", Text: "The numbers are back."}} })
	place := client.Place{As: api.AsSupport, Org: s.Org, Page: client.PageHome}
	over := &supportOver{At: s.At(place)}
	e := app.NewTestEngine()
	if err := e.Load(over); err != nil {
		t.Fatal(err)
	}
	e.ConsumeAll()
	drop() // the page goes away once the end is shown in its place

	place.Page = "manage/audit" // drawn again for any reason
	if err := e.Load(&supportOver{At: s.At(place)}); err != nil {
		t.Fatal(err)
	}
	e.ConsumeAll()
	if got := app.HTMLString(over); !strings.Contains(got, "The numbers are back.") || !strings.Contains(got, "Reply") {
		t.Errorf("the text is lost:\n%s", got)
	}
}

// R10: what is recorded of remote access reads as a sentence in both languages, without codes.
func TestSentences_are_in_words(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	for _, l := range i18n.Locales() {
		ui.SetLocale(l)
		for _, s := range api.Specs() {
			e := audit.Entry{Kind: audit.AccessRefused, Actor: audit.Actor{Kind: audit.BySupport, Name: "Sofia Keller"}, Detail: map[string]string{"act": s.Name}}
			if got := text(sentence(e)); strings.Contains(got, s.Name) && strings.Contains(s.Name, "-") || strings.Contains(got, "audit.") {
				t.Errorf("%s: %q", l, got)
			}
			if s.Mutates() && s.Name != api.Live.Name && !l.Has("audit.act."+strings.ReplaceAll(s.Name, "-", "_")) {
				t.Errorf("%s: no words for %s", l, s.Name)
			}
		}
	}
	ui.SetLocale(i18n.EN)
	for want, e := range map[string]audit.Entry{
		"Marie Dubois ended the access of any agent": {Kind: audit.AccessEnded, Detail: map[string]string{"agents": ""}},
		"Tom Becker left": {Kind: audit.SupportLeft, Detail: map[string]string{"agent": "Tom Becker", "why": "left"}},
		"Marie Dubois changed the longest access from 24 hours to 4 hours": {Kind: audit.AccessMaximumChanged, Detail: map[string]string{"from": "1440", "to": "240"}},
		"Marie Dubois opened Remote Support":                               {Kind: audit.SupportViewed, Detail: map[string]string{"page": "manage/remote-support"}},
	} {
		e.Actor = audit.Actor{Kind: audit.ByContact, Name: "Marie Dubois"}
		if got := text(sentence(e)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func text(parts []app.UI) string {
	var b strings.Builder
	for _, p := range parts {
		html := app.HTMLString(p)
		for html != "" {
			open := strings.IndexByte(html, '<')
			if open < 0 {
				b.WriteString(html)
				break
			}
			b.WriteString(html[:open])
			html = html[strings.IndexByte(html, '>')+1:]
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// A request that came to an end for a reason of the portal's own says which, in both languages.
func TestBecame_has_words_for_every_end(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	at := time.Date(2026, 11, 22, 14, 1, 0, 0, time.UTC)
	for _, l := range i18n.Locales() {
		ui.SetLocale(l)
		for _, r := range []access.Request{
			{State: access.Withdrawn, EndedBy: access.Person{Name: "Sofia Keller"}}, {State: access.Lapsed},
			{State: access.Rejected, EndedBy: access.Person{Name: "Nadia Benali"}}, {State: access.Active, DecidedBy: access.Person{Name: "Nadia Benali"}},
			{State: access.Withdrawn, Reason: "managed_by_changed"}, {State: access.Withdrawn, Reason: "organization_suspended"},
			{State: access.Withdrawn, Reason: "organization_closed"}, {State: access.Withdrawn, Reason: "agent_deactivated"},
			{State: access.Withdrawn, Reason: "database_restored"},
		} {
			r.EndedAt, r.DecidedAt = at, at
			for _, got := range []string{became(&r), ending(&r)} {
				if strings.Contains(got, "remote.") || strings.ContainsAny(got, "{}") {
					t.Errorf("%s, %s %s: %q", l, r.State, r.Reason, got)
				}
			}
		}
	}
}
