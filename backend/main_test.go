package main_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/backend/demo"
	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/id"
)

// binary is the program under test, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "countersign-test-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "countersign")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Stderr = os.Stderr
	status := 1
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the program under test:", err)
	} else {
		status = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(status)
}

// home is a directory in which the program runs, with its data in "data".
type home struct {
	t       testing.TB
	dir     string
	program string   // another one than binary
	env     []string // beside the usual
}

func newHome(t testing.TB) *home {
	t.Helper()
	return &home{t: t, dir: t.TempDir(), program: binary}
}

func (h *home) path(name string) string { return filepath.Join(h.dir, name) }

// run runs a command to its end.
func (h *home) run(args ...string) (status int, out string) {
	h.t.Helper()
	var b bytes.Buffer
	c := h.command(args...)
	c.Stdout, c.Stderr = &b, &b
	err := c.Run()
	if ee, ok := errors.AsType[*exec.ExitError](err); ok {
		return ee.ExitCode(), b.String()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return 0, b.String()
}

// must is run for what has to succeed.
func (h *home) must(args ...string) string {
	h.t.Helper()
	status, out := h.run(args...)
	if status != 0 {
		h.t.Fatalf("countersign %s: exit status %d\n%s", strings.Join(args, " "), status, out)
	}
	return out
}

func (h *home) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(h.t.Context(), h.program, args...)
	c.Dir = h.dir
	c.Env = append(os.Environ(), "COUNTERSIGN_DATA=data", "COUNTERSIGN_METRICS_ADDR=", "COUNTERSIGN_ADDR=127.0.0.1:0")
	c.Env = append(c.Env, h.env...)
	return c
}

// portal is a running server.
type portal struct {
	t    testing.TB
	cmd  *exec.Cmd
	url  string
	log  *bytes.Buffer
	rest chan struct{} // closed when all output is read
}

var serves = regexp.MustCompile(`serves (http://\S+)`)

// serve starts the portal and waits until it serves.
func (h *home) serve(args ...string) *portal {
	h.t.Helper()
	p := h.start(args...)
	if p.url == "" {
		h.t.Fatalf("the portal does not serve: %s", p.log)
	}
	return p
}

// start starts the portal and waits until it serves, or has ended before: then it has no URL.
func (h *home) start(args ...string) *portal {
	h.t.Helper()
	p := &portal{t: h.t, cmd: h.command(append([]string{"serve"}, args...)...), log: &bytes.Buffer{}, rest: make(chan struct{})}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	p.cmd.Stderr = p.log
	if err := p.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	r := bufio.NewReader(out)
	line, _ := r.ReadString('\n')
	if m := serves.FindStringSubmatch(line); m != nil {
		p.url = m[1]
	} else {
		p.cmd.Wait()
		close(p.rest)
		return p
	}
	go func() {
		io.Copy(io.Discard, r)
		close(p.rest)
	}()
	h.t.Cleanup(func() { p.end(syscall.SIGKILL) })
	return p
}

// end sends a signal and gives the exit status, -1 when it was killed.
func (p *portal) end(s os.Signal) int {
	if p.cmd.ProcessState == nil {
		p.cmd.Process.Signal(s)
		<-p.rest
		p.cmd.Wait()
	}
	return p.cmd.ProcessState.ExitCode()
}

// person is somebody signed in with a browser of their own.
type person struct {
	t    testing.TB
	url  string
	http *http.Client
	as   api.As
}

// signIn goes through the form.
func (p *portal) signIn(door api.As, email string) *person {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	who := &person{t: p.t, url: p.url, as: door, http: &http.Client{Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	at := p.url + "/sign-in"
	if door == api.AsStaff {
		at = p.url + "/staff/sign-in"
	}
	req, _ := http.NewRequest("POST", at, strings.NewReader(url.Values{"email": {email}, "password": {demo.Password}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", p.url)
	resp, err := who.http.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		body, _ := io.ReadAll(resp.Body)
		p.t.Fatalf("sign in %s: %d\n%s", email, resp.StatusCode, body)
	}
	return who
}

// at is the same person with the same cookies at a portal that was started anew, perhaps on another port.
func (who *person) at(p *portal) *person {
	again := *who
	again.url = p.url
	return &again
}

// Do is api.Transport.
func (who *person) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, c.Method, who.url+c.Path, bytes.NewReader(c.Body))
	if err != nil {
		return api.Answer{}, err
	}
	for k, v := range c.Header {
		req.Header.Set(k, v)
	}
	req.Header.Set("Origin", who.url)
	resp, err := who.http.Do(req)
	if err != nil {
		return api.Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return api.Answer{Status: resp.StatusCode, Body: body}, err
}

func call[In, Out any](ctx context.Context, who *person, ep api.Endpoint[In, Out], in In) (Out, error) {
	return ep.Do(ctx, &api.Client{Transport: who, As: who.as, Locale: "en"}, in)
}

func try[In, Out any](who *person, ep api.Endpoint[In, Out], in In) Out {
	who.t.Helper()
	out, err := call(context.Background(), who, ep, in)
	if err != nil {
		who.t.Fatalf("%s: %v", ep.Name, err)
	}
	return out
}

// organization finds one by its reference, as staff do.
func (who *person) organization(reference string) id.Organization {
	who.t.Helper()
	list := try(who, api.SearchOrganizations, api.SearchIn{Query: reference})
	if len(list.Organizations) != 1 {
		who.t.Fatalf("%d organizations have the reference %s", len(list.Organizations), reference)
	}
	return list.Organizations[0].ID
}

// enters goes into an organization that the provider manages.
func (who *person) enters(org id.Organization) *person {
	who.t.Helper()
	in := api.EnterManagedIn{Org: api.Org{Org: org}}
	in.Body.Reason = "Ticket 1"
	try(who, api.EnterManaged, in)
	inside := *who
	inside.as = api.AsSupport
	return &inside
}

// story is a request that an agent made and the owner approved.
func story(agent, owner *person, org id.Organization) access.Request {
	ask := api.AskIn{Org: api.Org{Org: org}}
	ask.Body.Minutes = 60
	r := try(agent, api.RequestAccess, ask)
	in := api.ApproveIn{RequestIn: api.RequestIn{Org: api.Org{Org: org}, Request: r.ID}}
	in.Body.Minutes, in.Body.Seen = 15, r.Fingerprint()
	return try(owner, api.ApproveAccess, in)
}

// change writes to the database behind the program's back.
func (h *home) change(statements ...string) {
	h.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+h.path("data/"+store.FileName)+"?_foreign_keys=off")
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		res, err := db.Exec(s)
		if err != nil {
			h.t.Fatalf("%s: %v", s, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			h.t.Fatalf("nothing changed by %s", s)
		}
	}
}

// copyOf is another home with the same files.
func (h *home) copyOf() *home {
	h.t.Helper()
	again := newHome(h.t)
	again.program = h.program
	if err := os.CopyFS(again.dir, os.DirFS(h.dir)); err != nil {
		h.t.Fatal(err)
	}
	if err := os.Chmod(again.path("data.key"), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return again
}
