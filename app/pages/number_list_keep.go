package pages

import (
	"encoding/json"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
)

// keptList is what a person has typed into a page of lists. It stays in this browser until the work is done, the list is
// cleared or the person signs out.
type keptList struct {
	Numbers []string    `json:"numbers,omitempty"`
	Typed   string      `json:"typed,omitempty"`
	Options listOptions `json:"options"`
	Upload  *keptUpload `json:"upload,omitempty"`
}

// keptUpload is a file on its way up: with the same file chosen again, it goes on where it stopped.
type keptUpload struct {
	Job      string `json:"job"`
	Name     string `json:"name"`
	Bytes    int64  `json:"bytes"`
	Modified int64  `json:"modified"`
}

// listsKey begins the keys of all lists in this browser. Those of somebody else outlive a sign-out.
const listsKey = "countersign.list."

// listKey is where this browser keeps the list of a person in an organization, "" where nothing is kept: in a support
// session and with somebody else's eyes. Signing out asks, and forgets the person's own.
func listKey(at client.Seat, kind api.JobKind) string {
	me := at.Session.Me()
	if me == nil || at.As != api.AsCustomer || at.Eyes != "" {
		return ""
	}
	return listsKey + string(kind) + "." + string(at.Org) + "." + strings.ToLower(me.Email)
}

// listPlace reads a key.
func listPlace(key string) (kind api.JobKind, org id.Organization, email string) {
	a, rest, _ := strings.Cut(strings.TrimPrefix(key, listsKey), ".")
	b, email, _ := strings.Cut(rest, ".")
	return api.JobKind(a), id.Organization(b), email
}

// typedOut is a list that the person has typed and not sent.
type typedOut struct {
	kind  api.JobKind
	org   id.Organization
	texts []string
}

// typedLists are the lists of the person that were typed and not sent, in all their organizations.
func typedLists(s *client.Session) (list []typedOut) {
	eachList(s, func(key string, own bool) {
		var k keptList
		if !own || json.Unmarshal([]byte(ui.Stored(key)), &k) != nil {
			return
		}
		kind, org, _ := listPlace(key)
		if texts := append(k.Numbers, cutNumbers(k.Typed)...); len(texts) > 0 {
			list = append(list, typedOut{kind, org, texts})
		}
	})
	return list
}

// forgetLists removes the person's lists from this browser, and reports whether it keeps some of others.
func forgetLists(s *client.Session) (others bool) {
	eachList(s, func(key string, own bool) {
		if own {
			ui.Store(key, "")
		} else {
			others = true
		}
	})
	return others
}

// eachList gives the keys of all lists in this browser, and whether they are the caller's.
func eachList(s *client.Session, f func(key string, own bool)) {
	me := s.Me()
	for _, key := range client.StoredKeys(listsKey) {
		_, _, email := listPlace(key)
		f(key, me != nil && !s.Borrowed() && email == strings.ToLower(me.Email))
	}
}

func recallList(at client.Seat, kind api.JobKind) (k keptList) {
	if key := listKey(at, kind); key != "" {
		if json.Unmarshal([]byte(ui.Stored(key)), &k) != nil {
			return keptList{}
		}
	}
	return k
}

func keepList(at client.Seat, kind api.JobKind, k keptList) {
	key := listKey(at, kind)
	if key == "" {
		return
	}
	if len(k.Numbers) == 0 && k.Typed == "" && k.Upload == nil {
		ui.Store(key, "")
		return
	}
	if text, err := json.Marshal(k); err == nil {
		ui.Store(key, string(text))
	}
}
