package portal_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"sync"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/backend/spoken"
	"countersign/shared/api"
	rules "countersign/shared/code"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/verification"

	"github.com/gorilla/websocket"
)

func encode(b []byte) string          { return base64.StdEncoding.EncodeToString(b) }
func decode(s string) ([]byte, error) { return base64.StdEncoding.DecodeString(s) }

// forms are the ways in which a text could lie about.
func forms(s string) []string {
	canonical, err := rules.Canonical(s, spoken.NFKC)
	if err != nil {
		panic(err)
	}
	all := []string{}
	for _, x := range []string{s, strings.ToUpper(s), canonical, strings.ReplaceAll(s, " ", "-")} {
		raw := base64.RawStdEncoding.EncodeToString([]byte(x))
		all = append(all, x, hex.EncodeToString([]byte(x)), raw[:len(raw)-2], base64.RawURLEncoding.EncodeToString([]byte(x)), url.QueryEscape(x), url.PathEscape(x))
	}
	return all
}

// heap collects what was said, from several goroutines.
type heap struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (h *heap) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.Write(p)
}

func (h *heap) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.String()
}

// TH1, C09, C10: after codes were set, shown, said rightly and wrongly, no answer of any endpoint to anybody who may not
// see them holds one, nor does a live frame, a log at its most talkative, the record, a mail, or a file.
func TestNoCodeLeaves(t *testing.T) {
	log := &heap{}
	w := New(t, WithLimits(unlimited), WithLog(log))
	marie, jonas := w.As(w.Marie), w.As(w.Jonas)
	base := w.Listen()
	frames := &heap{}
	for _, s := range []struct {
		a *Actor
		o id.Organization
	}{{marie, w.Acme}, {w.As(w.Paul), w.Acme}, {w.As(w.Sofia), w.Acme}, {w.As(w.Anna), w.Acme}} {
		c, err := s.a.Socket(base, s.o)
		if err != nil {
			t.Fatal(err)
		}
		collect(t, c, frames)
	}
	const guess = "wrongqzx guessqzx 4711"
	codes := []string{"canaryqza zebraqxa quince 20", "canaryqzb zebraqxb quince 21", "canaryqzc zebraqxc quince 22", guess}
	setShared(t, marie, codes[0])
	Must(setOwn(marie, codes[1]))
	Must(setOwn(jonas, codes[2]))
	_, err := setOwn(jonas, codes[2]) // refused: it was there before
	Refused(t, err, errs.Invalid)
	phrase := Must(Call(w.As(w.Paul), api.MakePhrase, api.Org{Org: w.Acme})).Phrase
	codes = append(codes, phrase)
	Must(Call(marie, api.RevealContactCode, api.ContactIn{Org: api.Org{Org: w.Acme}, Contact: w.Jonas.Contact}))
	sofia := w.As(w.Sofia)
	call := Must(start(sofia, w.Jonas))
	w.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, w.Jonas.Contact)
	for _, heard := range []string{guess, guess, codes[2]} {
		call = Must(say(sofia, call, heard))
	}
	if call.Outcome != verification.Match {
		t.Fatal(call.Outcome)
	}
	change := Must(ask(sofia, call, "Cancel the trunk"))
	request := Must(sofia.RequestAccess(w.Acme, 3600e9, ""))
	inside := Must(sofia.Enter(Must(marie.Approve(request, 3600e9))))

	path := strings.NewReplacer("{org}", string(w.Acme), "{contact}", string(w.Jonas.Contact), "{verification}", string(call.ID), "{change}", string(change.ID),
		"{request}", string(request.ID), "{field}", "0198c0de-0000-7000-8000-000000000001", "{transfer}", "0198c0de-0000-7000-8000-000000000002",
		"{session}", "0198c0de-0000-7000-8000-000000000003", "{staff}", string(w.Tom.Staff))
	calls, answers := 0, 0
	for _, spec := range api.Specs() {
		shows := strings.HasPrefix(spec.Name, "reveal-") || spec.Name == api.MakePhrase.Name
		for name, a := range map[string]*Actor{"nobody": w.As(w.Nobody), "agent": w.As(w.Sofia), "lead": w.As(w.Anna), "administrator": w.As(w.Ada), "support": inside,
			"read-only": w.As(w.Paul), "approver": w.As(w.Nadia), "another organization": w.As(w.Luc), "owner": w.As(w.Marie)} {
			if spec.Method == "GET" && spec.Name == api.Live.Name || name == "owner" && shows || spec.Mutates() && name == "support" && spec.Name == api.LeaveSupport.Name {
				continue
			}
			for _, body := range []string{"{}", `{"heard":"` + guess + `","locale":"en"}`} {
				c := api.Call{Method: spec.Method, Path: path.Replace(spec.Path), Header: map[string]string{}}
				if spec.Method != "GET" {
					c.Body, c.Header["Content-Type"] = []byte(body), "application/json"
				}
				got, err := a.Do(context.Background(), c)
				if err != nil {
					t.Fatal(err)
				}
				if calls++; got.Status == 200 {
					answers++
				}
				search(t, spec.Name+" to "+name, string(got.Body), codes)
			}
		}
	}
	if answers < 60 {
		t.Errorf("only %d of %d calls were answered", answers, calls)
	}
	search(t, "the live frames", frames.String(), codes)
	search(t, "the log", log.String(), codes)
	search(t, "the files", readAll(t, w.Dir), codes)
	if !strings.Contains(frames.String(), `"verify"`) || !strings.Contains(frames.String(), `"codes"`) {
		t.Error("nobody was told of calls or codes")
	}
	t.Logf("%d calls of %d endpoints, %d of them answered; %d bytes of frames, %d of log", calls, len(api.Specs()), answers, len(frames.String()), len(log.String()))
}

// search looks for every code in every form.
func search(t *testing.T, where, text string, codes []string) {
	t.Helper()
	lower := strings.ToLower(text)
	for _, c := range codes {
		for _, form := range forms(c) {
			if strings.Contains(lower, strings.ToLower(form)) {
				t.Errorf("%s: %q is told", where, form)
			}
		}
	}
}

// collect gathers the frames of a socket until the test ends.
func collect(t *testing.T, c *websocket.Conn, into *heap) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			_, text, err := c.ReadMessage()
			if err != nil {
				return
			}
			into.Write(text)
		}
	}()
	t.Cleanup(func() {
		c.Close()
		<-done
	})
}
