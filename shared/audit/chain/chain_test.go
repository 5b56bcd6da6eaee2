package chain

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"countersign/shared/audit"
)

var key = []byte("a key of thirty-two bytes, or so")

func chain(n int) []audit.Entry {
	entries := make([]audit.Entry, n)
	prev := ""
	for i := range entries {
		entries[i] = audit.Entry{Stream: "org", At: int64(1000 + i), Kind: audit.AccessApproved, Actor: audit.Actor{Kind: audit.ByContact, ID: "c1", Name: "Marie Dubois"},
			Object: "r1", Detail: map[string]string{"minutes": "60", "asked": "240"}, Outcome: audit.Done}
		Seal(&entries[i], key, int64(i+1), prev)
		prev = entries[i].MAC
	}
	return entries
}

// walk gives the complaint about a chain that is said to end at head.
func walk(entries []audit.Entry, head audit.Head) string {
	v := NewVerifier(key, "org")
	for i := range entries {
		if err := v.Next(&entries[i]); err != nil {
			return err.Error()
		}
	}
	if err := v.EndsAt(head); err != nil {
		return err.Error()
	}
	return ""
}

// X04, TH24: an edit, deletion, insertion, swap or truncation is found and the first bad entry named.
func TestVerifierFindsTampering(t *testing.T) {
	whole := chain(9)
	head := audit.Head{Stream: "org", Seq: 9, MAC: whole[8].MAC}
	if got := walk(whole, head); got != "" {
		t.Fatalf("an intact chain: %s", got)
	}
	cases := map[string]struct {
		spoil func([]audit.Entry) []audit.Entry
		names string
	}{
		"edit":          {func(e []audit.Entry) []audit.Entry { e[4].Detail["minutes"] = "600"; return e }, "entry 5"},
		"edit_actor":    {func(e []audit.Entry) []audit.Entry { e[2].Actor.Name = "Paul Noir"; return e }, "entry 3"},
		"delete":        {func(e []audit.Entry) []audit.Entry { return append(e[:3], e[4:]...) }, "entry 5"},
		"delete_first":  {func(e []audit.Entry) []audit.Entry { return e[1:] }, "entry 2"},
		"swap":          {func(e []audit.Entry) []audit.Entry { e[5], e[6] = e[6], e[5]; return e }, "entry 7"},
		"renumber_swap": {func(e []audit.Entry) []audit.Entry { e[5], e[6] = e[6], e[5]; e[5].Seq, e[6].Seq = 6, 7; return e }, "entry 6"},
		"insert":        {func(e []audit.Entry) []audit.Entry { return append(e[:4:4], append([]audit.Entry{e[3]}, e[4:]...)...) }, "entry 4"},
		"truncate":      {func(e []audit.Entry) []audit.Entry { return e[:7] }, "entry 8 is missing"},
		"other_stream":  {func(e []audit.Entry) []audit.Entry { e[1].Stream = "elsewhere"; return e }, "entry 2"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := walk(c.spoil(chain(9)), head); !strings.Contains(got, c.names) {
				t.Fatalf("got %q, want it to name %q", got, c.names)
			}
		})
	}
}

// Whoever lacks the key can't make an entry that fits, whichever field they move bytes between.
func TestMACCoversEveryField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 6, -1)
		entry := func() audit.Entry {
			return audit.Entry{Stream: "org", Seq: 1, At: rapid.Int64Range(0, 3).Draw(t, "at"), Kind: audit.Kind(text.Draw(t, "kind")),
				Actor: audit.Actor{Kind: audit.ActorKind(text.Draw(t, "actor kind")), ID: text.Draw(t, "id"), Name: text.Draw(t, "name")}, Object: text.Draw(t, "object"),
				Detail: rapid.MapOfN(text, text, 0, 2).Draw(t, "detail"), Outcome: audit.Outcome(text.Draw(t, "outcome")), Address: text.Draw(t, "address")}
		}
		a, b := entry(), entry()
		same := a.At == b.At && a.Kind == b.Kind && a.Actor == b.Actor && a.Object == b.Object && a.Outcome == b.Outcome && a.Address == b.Address && len(a.Detail) == len(b.Detail)
		for k, v := range a.Detail {
			w, ok := b.Detail[k]
			same = same && ok && v == w
		}
		if (mac(&a, key) == mac(&b, key)) != same {
			t.Fatalf("entries %+v and %+v: same code for different content, or the other way round", a, b)
		}
	})
}
