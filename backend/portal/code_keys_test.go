package portal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/verification"
)

// The root key is replaced while people set, look at and say codes, and the rotation is stopped again and again: every
// code verifies and opens throughout, and then the old key opens no row.
func TestRootKeyIsReplacedWhileServing(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	holders := []*Persona{w.Marie, w.Jonas, w.Luc, w.Gina}
	for i := range 12 {
		p := w.AddContact([]id.Organization{w.Acme, w.Beta, w.Gamma}[i%3], fmt.Sprintf("Holder Q%cx", 'a'+i))
		w.Exec(`UPDATE contact SET overrides = '{"my_code.view":"allow","my_code.update":"allow"}' WHERE id = ?`, p.Contact)
		holders = append(holders, p)
	}
	codes := make([]string, len(holders)) // each of its own goroutine
	for i, p := range holders {
		codes[i] = fmt.Sprintf("copper lamp river %d", 40+i)
		Must(setOwn(w.As(p), codes[i]))
	}
	w.Exec(`UPDATE login SET totp_sealed = ? WHERE id = ?`, seal(w.Keys, w.Ada.Login), w.Ada.Login)
	phrase := Must(Call(w.As(w.Marie), api.MakePhrase, api.Org{Org: w.Acme}))

	next, err := vault.CreateNext(filepath.Join(w.Dir, "next"), w.Keys)
	if err != nil {
		t.Fatal(err)
	}
	old := w.Keys
	w.Restart(next)
	staff := agents(w, len(holders))
	var wrong atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for i, p := range holders {
		wg.Go(func() {
			agent, holder := staff[i], w.As(p)
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				got, err := verify(agent, p, codes[i])
				shown, err2 := Call(holder, api.RevealMyCode, api.Org{Org: p.Org})
				if err != nil || err2 != nil || got.Matched != verification.OwnCode || shown.Code != codes[i] {
					t.Logf("%s: %v %v %s", p.Name, err, err2, got.Outcome)
					wrong.Add(1)
				}
				if n%3 == 2 { // a new one meanwhile
					code := fmt.Sprintf("timber saddle falcon %d", 10+(n*16+i)%90)
					if _, err := setOwn(holder, code); err == nil {
						codes[i] = code
					} else if !errsIs(err, errs.Invalid) && !errsIs(err, errs.Unavailable) {
						wrong.Add(1)
					}
				}
			}
		})
	}
	stopped, moved := 0, 0
	for n := range 60 { // each is stopped a little later
		got, err := w.Service.RotateKeys(&stopping{Context: t.Context(), after: int64(n)})
		if moved += got; err != nil {
			stopped++
		}
	}
	if stopped < 3 || moved < 3 {
		t.Errorf("%d rotations were stopped, %d rows moved", stopped, moved)
	}
	close(stop)
	wg.Wait()
	if n := wrong.Load(); n > 0 {
		t.Errorf("%d times a code did not verify or open", n)
	}
	if got := Must(verify(staff[0], w.Marie, phrase.Phrase)); got.Matched != verification.Phrase {
		t.Errorf("a phrase of before gives %s", got.Outcome)
	}

	uses, err := w.Service.KeyUses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := uses[old.ID()].Total(); n != 0 {
		t.Errorf("the old key is needed for %d rows: %+v", n, uses[old.ID()])
	}
	if u := uses[next.ID()]; u.Orgs != 3 || u.Codes != len(holders) || u.Logins != 1 {
		t.Errorf("the new key holds %+v", u)
	}
	if n := opened(t, w, old); n != 0 {
		t.Errorf("the old key opens %d rows", n)
	}
	if n := opened(t, w, next); n < len(holders) {
		t.Errorf("the new key opens %d rows", n)
	}

	// The old file is gone: everything works with the new one alone, passwords and the record too.
	w.Keys = next
	w.Restart(nil)
	for i, p := range holders {
		if got := Must(verify(staff[i], p, codes[i])); got.Matched != verification.OwnCode {
			t.Errorf("with the new key alone the code of %s gives %s", p.Name, got.Outcome)
		}
	}
	in := api.StepUpIn{}
	in.Body.Password = Password
	Must(Call(w.As(w.Marie), api.StepUp, in))
	w.Verify()
}

// stopping is a context that ends after it was asked some times.
type stopping struct {
	context.Context
	asked atomic.Int64
	after int64
}

func (s *stopping) Err() error {
	if s.asked.Add(1) > s.after {
		return context.Canceled
	}
	return s.Context.Err()
}

func verify(a *Actor, p *Persona, said string) (api.AgentCall, error) {
	call, err := start(a, p)
	if err != nil {
		return call, err
	}
	for {
		got, err := say(a, call, said)
		if !errsIs(err, errs.Unavailable) {
			return got, err
		}
	}
}

func errsIs(err error, code errs.Code) bool {
	r, ok := err.(*api.Refusal)
	return ok && r.Code == string(code)
}

func seal(keys *vault.Keys, l id.Login) string {
	return encode(keys.Seal(vault.Factor, []byte("JBSWY3DPEHPK3PXP"), "login", "totp", string(l)))
}

// opened counts the rows that a root key by itself opens, as a thief of the database with that key would try.
func opened(t *testing.T, w *World, keys *vault.Keys) (n int) {
	t.Helper()
	err := w.DB.View(context.Background(), func(tx *store.Tx) error {
		ctx := context.Background()
		for _, o := range []id.Organization{w.Acme, w.Beta, w.Gamma} {
			stored, err := tx.OrgKey(ctx, o)
			if err != nil {
				return err
			}
			key, err := keys.OpenOrgKey(string(o), stored.Wrapped)
			if err != nil {
				continue
			}
			n++
			list, err := tx.Codes(ctx, o)
			if err != nil {
				return err
			}
			for _, c := range list {
				p := vault.CodePlace{Org: string(c.Org), Holder: string(c.Contact), Code: string(c.ID), Version: c.Version}
				if _, err := vault.OpenCode(vault.NewViewer(string(o), "thief"), key, p, c.Sealed); err == nil {
					n++
				}
			}
		}
		logins, err := tx.SealedLogins(ctx, "", 100)
		for _, l := range logins {
			if raw, err := decode(l.Factor); err == nil {
				if _, err := keys.Unseal(vault.Factor, raw, "login", "totp", string(l.Login)); err == nil {
					n++
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TH7: nothing of codes, phrases or guesses is in the files of the database in any form that they were said in.
func TestNothingIsInTheFiles(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	marie := w.As(w.Marie)
	var canaries []string
	for i := range 8 {
		c := fmt.Sprintf("canary%cqz zebra%cqx quince %d", 'a'+i, 'a'+i, 20+i)
		Must(setOwn(marie, c))
		canaries = append(canaries, c)
	}
	setShared(t, marie, sharedCode)
	phrase := Must(Call(marie, api.MakePhrase, api.Org{Org: w.Acme})).Phrase
	guess := "wrongqzx guessqzx 4711"
	got := Must(verify(w.As(w.Sofia), w.Marie, guess))
	if got.Outcome != verification.NoMatch {
		t.Fatal(got.Outcome)
	}
	canaries = append(canaries, sharedCode, phrase, guess)
	files := readAll(t, w.Dir)
	for _, c := range canaries {
		for _, form := range forms(c) {
			if strings.Contains(files, form) {
				t.Errorf("%q is in the files", form)
			}
		}
	}
	if !strings.Contains(files, w.Marie.Email) {
		t.Error("the files are not those of the database")
	}
}

func readAll(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		b.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TH8: a code that somebody copies to another holder's row, changes or puts back from before is neither shown nor
// matched, and the refusal is in the record.
func TestForeignRowsAreRefused(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	marie, jonas := w.As(w.Marie), w.As(w.Jonas)
	setShared(t, marie, sharedCode)
	Must(setOwn(marie, ownCode))
	Must(setOwn(jonas, "harbor cobalt meadow 31"))
	columns := `id, version, root_key, sealed, tag`
	w.Exec(`CREATE TABLE kept AS SELECT * FROM code WHERE TRUE`)
	copyTo := func(to, from id.Contact) {
		w.Exec(`UPDATE code SET (sealed, tag) = (SELECT sealed, tag FROM kept WHERE contact = ?) WHERE contact = ?`, from, to)
	}
	restore := func() {
		w.Exec(`DELETE FROM code WHERE TRUE OR 1 = 1`)
		w.Exec(`INSERT INTO code SELECT * FROM kept WHERE TRUE`)
	}
	refusals := func() int {
		return count(t, w, `SELECT COUNT(*) FROM audit_entry WHERE outcome = 'refused' AND detail LIKE '%code.error.tampered%'`)
	}
	reveal := map[id.Contact]func() error{
		"":              func() error { _, err := Call(marie, api.RevealAccountCode, api.Org{Org: w.Acme}); return err },
		w.Marie.Contact: func() error { _, err := Call(marie, api.RevealMyCode, api.Org{Org: w.Acme}); return err },
		w.Jonas.Contact: func() error { _, err := Call(jonas, api.RevealMyCode, api.Org{Org: w.Acme}); return err },
	}
	for to, show := range reveal {
		for from := range reveal {
			if from == to {
				continue
			}
			copyTo(to, from)
			Refused(t, show(), errs.Forbidden)
			restore()
		}
		if err := show(); err != nil {
			t.Fatalf("as it was: %v", err)
		}
	}
	if n := refusals(); n < 3 {
		t.Errorf("%d refusals are recorded", n)
	}
	if got := Must(verify(w.As(w.Sofia), w.Jonas, sharedCode)); got.Matched != verification.AccountCode {
		t.Fatalf("the account-wide code gives %s", got.Outcome)
	}
	copyTo(w.Jonas.Contact, w.Marie.Contact)
	if got := Must(verify(w.As(w.Sofia), w.Jonas, ownCode)); got.Outcome != verification.NoMatch {
		t.Errorf("another's code in one's row gives %s", got.Outcome)
	}
	restore()

	// The whole row of before comes back, after the code was changed, and after it was removed.
	Must(setOwn(marie, "velvet harbor window 58"))
	w.Exec(`UPDATE code SET (`+columns+`) = (SELECT `+columns+` FROM kept WHERE contact = ?) WHERE contact = ?`, w.Marie.Contact, w.Marie.Contact)
	Refused(t, reveal[w.Marie.Contact](), errs.Forbidden)
	if got := Must(verify(w.As(w.Tom), w.Marie, ownCode)); got.Outcome == verification.Match {
		t.Error("a code of before matches")
	}
	in := api.SetMyCodeIn{Org: api.Org{Org: w.Acme}}
	in.Body.Remove = true
	Must(Call(jonas, api.SetMyCode, in))
	w.Exec(`INSERT INTO code SELECT * FROM kept WHERE contact = ?`, w.Jonas.Contact)
	Refused(t, reveal[w.Jonas.Contact](), errs.Forbidden)
	if got := Must(verify(w.As(w.Tom), w.Jonas, "harbor cobalt meadow 31")); got.Outcome == verification.Match {
		t.Error("a removed code matches")
	}
	w.Verify()
}
