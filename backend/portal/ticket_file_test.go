package portal_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/routing"
	"countersign/shared/ticket"
)

func upload(a *Actor, o id.Organization, name string, data []byte) (ticket.File, error) {
	in := api.UploadIn{Org: api.Org{Org: o}}
	in.Body.Name, in.Body.Data = name, data
	if a.Staff != "" {
		return Call(a, api.UploadStaffFile, in)
	}
	return Call(a, api.UploadFile, in)
}

// S05: a file goes with a message and comes back as it was, to be saved and never shown as a page (TH20).
func TestTicketFiles(t *testing.T) {
	w := New(t)
	marie, jonas, sofia := w.As(w.Marie), w.As(w.Jonas), w.As(w.Sofia)
	k := Must(marie.Open(w.Acme, routing.Technical, "", "Calls fail", "Since noon.")).Ticket.ID
	page := []byte("<!doctype html><script>alert(1)</script>" + strings.Repeat("x", 600_000))
	f := Must(upload(marie, w.Acme, `..\..\é tc/<pass>"wd".html`, page))
	if f.Name != "_pass__wd_.html" || f.Size != int64(len(page)) || f.Type != "text/html" {
		t.Errorf("kept as %+v", f)
	}
	reply := func(a *Actor, files ...id.Attachment) (api.Conversation, error) {
		in := api.ReplyIn{TicketIn: ticketIn(w.Acme, k)}
		in.Body.ID, in.Body.Files = Fresh[id.Message](w), files
		return Call(a, api.ReplyTicket, in)
	}
	_, err := reply(jonas, f.ID) // somebody else's
	badTicketField(t, err, "files")
	out := Must(reply(marie, f.ID))
	if last := out.Messages[len(out.Messages)-1]; len(last.Files) != 1 || last.Files[0] != f {
		t.Errorf("the message has %+v", last.Files)
	}
	_, err = reply(marie, f.ID) // a second time
	badTicketField(t, err, "files")
	get := func(a *Actor, path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		w.Server.ServeHTTP(rec, a.Request(t.Context(), api.Call{Method: http.MethodGet, Path: path}))
		return rec
	}
	for _, a := range []*Actor{jonas, sofia} {
		base := "/api/orgs/"
		if a.Staff != "" {
			base = "/api/staff/orgs/"
		}
		rec := get(a, base+string(w.Acme)+"/tickets/"+string(k)+"/files/"+string(f.ID))
		h := rec.Header()
		if rec.Code != 200 || !bytes.Equal(rec.Body.Bytes(), page) || h.Get("Content-Type") != "application/octet-stream" || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s gets %d %v", a.Name, rec.Code, h)
		}
	}
	if rec := get(w.As(w.Luc), "/api/orgs/"+string(w.Beta)+"/tickets/"+string(k)+"/files/"+string(f.ID)); rec.Code != 404 {
		t.Errorf("a foreign organization gets %d", rec.Code)
	}

	// A note's file is for staff alone.
	secret := Must(upload(sofia, w.Acme, "log.txt", []byte("internal")))
	note := api.NoteIn{TicketIn: ticketIn(w.Acme, k)}
	note.Body.ID, note.Body.Files = Fresh[id.Message](w), []id.Attachment{secret.ID}
	Must(Call(sofia, api.NoteTicket, note))
	if rec := get(marie, "/api/orgs/"+string(w.Acme)+"/tickets/"+string(k)+"/files/"+string(secret.ID)); rec.Code != 404 {
		t.Errorf("the customer gets a note's file: %d", rec.Code)
	}
	if rec := get(sofia, "/api/staff/orgs/"+string(w.Acme)+"/tickets/"+string(k)+"/files/"+string(secret.ID)); rec.Code != 200 {
		t.Errorf("staff get %d", rec.Code)
	}
	w.Verify()
}

func TestTicketFilesAreRefused(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	for name, data := range map[string][]byte{"empty": nil, "too large": make([]byte, ticket.MaxFile+1)} {
		_, err := upload(marie, w.Acme, "x", data)
		if p, ok := err.(*api.Refusal); !ok || p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	reader := w.As(w.Paul)
	_, err := upload(reader, w.Acme, "x", []byte("x"))
	Refused(t, err, errs.Forbidden)
	creator := w.AddContact(w.Acme, "Carl Create")
	w.Exec(`UPDATE contact SET overrides = '{"tickets.create":"allow"}' WHERE id = ?`, creator.Contact)
	if _, err := upload(w.As(creator), w.Acme, "x", []byte("x")); err != nil {
		t.Error(err)
	}
	large := make([]byte, 9<<20)
	var files []id.Attachment
	for range 3 {
		files = append(files, Must(upload(marie, w.Acme, "large.bin", large)).ID)
	}
	in := api.OpenTicketIn{Org: api.Org{Org: w.Acme}}
	in.Body.Ticket, in.Body.ID = Fresh[id.Ticket](w), Fresh[id.Message](w)
	in.Body.Category, in.Body.Subject, in.Body.Files = routing.Technical, "Large", files
	_, err = Call(marie, api.OpenTicket, in)
	badTicketField(t, err, "files")
	in.Body.Files = files[:2]
	Must(Call(marie, api.OpenTicket, in)) // nothing was left behind by the refused one
}

// What is uploaded and not sent is bounded, can be taken back, and is forgotten after a day.
func TestUploadedFilesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		marie := w.As(w.Marie)
		var first ticket.File
		for i := range ticket.WaitingFiles {
			f := Must(upload(marie, w.Acme, fmt.Sprint(i), []byte("x")))
			if i == 0 {
				first = f
			}
			time.Sleep(10 * time.Second)
		}
		_, err := upload(marie, w.Acme, "one more", []byte("x"))
		Refused(t, err, errs.Conflict)
		_, err = Call(w.As(w.Jonas), api.DropFile, api.DropFileIn{Org: api.Org{Org: w.Acme}, File: first.ID})
		Refused(t, err, errs.NotFound)
		Must(Call(marie, api.DropFile, api.DropFileIn{Org: api.Org{Org: w.Acme}, File: first.ID}))
		Must(upload(marie, w.Acme, "one more", []byte("x")))
		time.Sleep(25 * time.Hour)
		if err := w.Service.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		marie = w.As(w.Marie)
		for range ticket.WaitingFiles {
			Must(upload(marie, w.Acme, "again", []byte("x")))
			time.Sleep(10 * time.Second)
		}
	})
}

// TH16: a HAR file is kept without what its reader could sign in with, and its message says so.
func TestHarFilesAreStripped(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	data := []byte(`{"log":{"version":"1.2","entries":[{"request":{"url":"https://acme.example/x?token=CANARY1&page=2","headers":[{"name":"Cookie","value":"sid=CANARY2"},
{"name":"Accept","value":"*/*"}],"cookies":[{"name":"sid","value":"CANARY3"}],"postData":{"text":"password=CANARY4"}},"response":{"headers":[],"content":{"text":"CANARY5"}}}]}}`)
	f := Must(upload(marie, w.Acme, "page.har", data))
	if f.Stripped != 5 || f.Type != "application/json" {
		t.Errorf("kept as %+v", f)
	}
	in := api.OpenTicketIn{Org: api.Org{Org: w.Acme}}
	in.Body.Ticket, in.Body.ID = Fresh[id.Ticket](w), Fresh[id.Message](w)
	in.Body.Category, in.Body.Subject, in.Body.Files = routing.Technical, "Trace", []id.Attachment{f.ID}
	k := Must(Call(marie, api.OpenTicket, in)).Ticket.ID
	got := Must(Call(marie, api.GetFile, api.FileIn{TicketIn: ticketIn(w.Acme, k), File: f.ID}))
	if bytes.Contains(got.Data, []byte("CANARY")) || !bytes.Contains(got.Data, []byte("page=2")) || !bytes.Contains(got.Data, []byte("*/*")) {
		t.Errorf("kept: %s", got.Data)
	}
}
