//go:build !js

package uitest

import (
	"context"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Profile is a browser of its own with a profile that outlives it: it can be killed and started again.
type Profile struct {
	t    testing.TB
	dir  string
	base string

	ctx   context.Context
	close context.CancelFunc
	first bool // its first tab was handed out
}

// NewProfile is an empty profile; its browser starts with the first tab.
func NewProfile(t testing.TB, base string) *Profile {
	t.Helper()
	p := &Profile{t: t, dir: t.TempDir(), base: base}
	t.Cleanup(p.Kill)
	return p
}

// start starts the browser on the profile.
func (p *Profile) start() {
	p.t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		p.t.Fatalf("chromium is needed, make test installs it: %v", err)
	}
	options := append(commonOptions(path), chromedp.UserDataDir(p.dir), chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL} // its processes are killed together
	}))
	alloc, closeAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	timed, closeTimed := context.WithTimeout(alloc, 5*time.Minute)
	ctx, closeTab := chromedp.NewContext(timed)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		p.t.Fatal(err)
	}
	p.ctx, p.first = ctx, false
	p.close = func() { closeTab(); closeTimed(); closeAlloc() }
}

// Tab opens a tab; all of a profile share storage and cookies.
func (p *Profile) Tab() *Tab {
	p.t.Helper()
	if p.ctx == nil {
		p.start()
	}
	ctx := p.ctx
	if p.first {
		ctx, _ = chromedp.NewContext(p.ctx) // ends with the browser
	}
	p.first = true
	tab := &Tab{t: p.t, ctx: ctx, base: p.base}
	tab.Size(1280, 860)
	tab.follow()
	return tab
}

// Kill ends the browser as a power cut would: every process at once, by SIGKILL. The profile stays as it is then.
func (p *Profile) Kill() {
	if p.ctx == nil {
		return
	}
	if c := chromedp.FromContext(p.ctx); c != nil && c.Browser != nil && c.Browser.Process() != nil {
		_ = syscall.Kill(-c.Browser.Process().Pid, syscall.SIGKILL) // gone already is as good
	}
	p.close()
	p.ctx = nil
}
