// Package backendtest is a small world to test the portal in: the real store on a real file, the real gate, hub and
// router, a provider with staff and three customers, and personas through whom a test acts as a story:
//
//	w := backendtest.New(t)
//	r := backendtest.Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, "Calls fail."))
//	backendtest.Must(w.As(w.Marie).Approve(r, time.Hour))
package backendtest

import (
	"context"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/backend/clock"
	"countersign/backend/hub"
	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/portal"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/access"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// Password is every persona's.
const Password = "harbor lantern 42 walnut"

// PublicURL is where the world's portal says it is.
const PublicURL = "http://localhost:8080"

// World is one installation with people in it.
type World struct {
	TB      testing.TB
	Dir     string
	DB      *store.DB
	Keys    *vault.Keys
	Service *portal.Service
	Hub     *hub.Hub
	Server  *server.Server
	Clock   *clock.Clock
	Hasher  *login.Hasher
	Replies *mail.Replies // addresses for answers to mails of tickets

	Acme, Beta, Gamma id.Organization // customer, customer (French), service provider

	Marie, Jonas, Nadia, Paul *Persona // Acme: owner, admin, support approver, read-only
	Luc                       *Persona // Beta: owner
	Gina                      *Persona // Gamma: owner
	Sofia, Tom, Anna, Ada     *Persona // staff: two agents, a lead, an administrator
	Nobody                    *Persona // not signed in

	hash    string
	options options
	room    Room
	log     *slog.Logger
}

// Persona is a person of the world.
type Persona struct {
	Name    string
	Email   string
	Login   id.Login
	Contact id.Contact
	Org     id.Organization // of a contact
	Staff   id.Staff
	Rank    org.Rank
}

// Option changes how a world is made.
type Option func(*options)

type options struct {
	settings portal.Settings
	store    store.Options
	server   server.Options
	log      io.Writer
}

// WithSettings sets the provider's settings; worlds are in demo mode otherwise, where staff need no second factor.
func WithSettings(s portal.Settings) Option { return func(o *options) { o.settings = s } }

// WithLimits sets the HTTP limits.
func WithLimits(l server.Limits) Option { return func(o *options) { o.server.Limits = l } }

// WithLog writes everything that is logged, at every level, to w.
func WithLog(w io.Writer) Option { return func(o *options) { o.log = w } }

// New makes a world in a directory of the test. It closes with the test.
func New(tb testing.TB, opts ...Option) *World {
	tb.Helper()
	o := options{settings: portal.Settings{Brand: "Countersign", PublicURL: PublicURL, Demo: true}}
	for _, f := range opts {
		f(&o)
	}
	w := &World{TB: tb, Dir: tb.TempDir(), Clock: clock.New(time.Time{})}
	if o.log == nil {
		o.log = io.Discard
	}
	log := slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))

	var err error
	w.Keys, err = vault.Create(filepath.Join(w.Dir, "key"))
	check(tb, err)
	w.options, w.log = o, log
	w.open()
	tb.Cleanup(w.close)
	w.people()
	return w
}

// Restart closes everything and opens it again on the same directory, as a server does that was stopped and started.
// With next not nil the root key is being replaced by it.
func (w *World) Restart(next *vault.Keys) {
	w.TB.Helper()
	w.close()
	if next != nil {
		var err error
		w.Keys, err = next.Beside(w.Keys)
		check(w.TB, err)
	}
	w.open()
}

// Room is what a world's disk has room for.
type Room int

// From a disk with room for everything, as worlds have, to one that is so full that ordinary changes are refused.
const (
	RoomForAll Room = iota
	RoomForChanges
	NoRoom
)

// RestartOn is Restart upon a disk with that room.
func (w *World) RestartOn(r Room) {
	w.TB.Helper()
	w.room = r
	w.Restart(nil)
}

// Rewind puts a backup in place of the data without telling anybody, as somebody does who copies files, and opens the
// installation again.
func (w *World) Rewind(backup string) {
	w.TB.Helper()
	w.close()
	file := filepath.Join(w.Dir, "data", store.FileName)
	data, err := os.ReadFile(backup)
	check(w.TB, err)
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(file + suffix); err != nil && !os.IsNotExist(err) {
			w.TB.Fatal(err)
		}
	}
	check(w.TB, os.WriteFile(file, data, 0o600))
	w.open()
}

// Backup writes a backup and gives its path.
func (w *World) Backup() string {
	w.TB.Helper()
	path := filepath.Join(w.TB.TempDir(), "backup.db")
	_, err := w.DB.Backup(context.Background(), path)
	check(w.TB, err)
	return path
}

// open puts the installation together from its directory.
func (w *World) open() {
	tb, o, log := w.TB, &w.options, w.log
	tb.Helper()
	var err error
	o.store.Dir, o.store.Clock, o.store.Log = filepath.Join(w.Dir, "data"), w.Clock, log
	o.store.Ballast, o.store.ReadOnlyBelow, o.store.LowBelow, o.store.Housekeeping = -1, -1, -1, time.Hour
	if w.room >= RoomForChanges {
		o.store.LowBelow = math.MaxInt64
	}
	if w.room >= NoRoom {
		o.store.ReadOnlyBelow = math.MaxInt64
	}
	check(tb, mkdir(o.store.Dir))
	w.DB, err = store.Open(context.Background(), o.store)
	check(tb, err)

	w.Hasher = login.NewHasher(w.Keys.Derive(vault.Pepper), login.Cost{MemoryKiB: 64, Iterations: 1})
	w.Replies, err = mail.NewReplies(w.Keys.Derive(vault.Reply), "reply@portal.example.test")
	check(tb, err)
	w.Service = portal.New(portal.Deps{DB: w.DB, Keys: w.Keys, Hasher: w.Hasher, Replies: w.Replies, Settings: o.settings, Log: log, CheckTime: time.Nanosecond})
	w.Hub = hub.New(hub.Options{Authorize: w.Service.Authorize, Replay: w.Service.Replay, Now: w.Clock.Now, Log: log,
		Origin: hub.SameOrigin(o.settings.PublicURL), Limits: hub.Limits{PerLogin: 20_000, PerAddress: 20_000, Total: 20_000}})
	w.Service.Live = w.Hub
	o.server.Service, o.server.Hub, o.server.PublicURL, o.server.Log = w.Service, w.Hub, o.settings.PublicURL, log
	o.server.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} // what Listen's clients come through
	if o.server.Static == nil {
		o.server.Static = http.NotFoundHandler()
	}
	w.Server, err = server.New(o.server)
	check(tb, err)
}

func (w *World) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	w.Hub.Shutdown(ctx)
	w.DB.Close()
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// people fills the world. It writes rows directly: how they come to be has its own tests.
func (w *World) people() {
	var err error
	w.hash, err = w.Hasher.Hash(context.Background(), Password)
	check(w.TB, err)
	w.seed(func(tx *store.Tx) error {
		add := func(name, ref string, by org.ManagedBy, phone string) id.Organization {
			o := org.Organization{ID: newID[id.Organization](tx), Name: name, Reference: ref, ManagedBy: by, State: org.Active, Region: "FR",
				MaximumGrant: access.DefaultMaximum}
			check(w.TB, tx.AddOrganization(context.Background(), &o, phone))
			return o.ID
		}
		w.Acme = add("Acme Telecom", "20418", org.Customer, "+33184882010")
		w.Beta = add("Bêta SA", "20533", org.Customer, "+33970014402")
		w.Gamma = add("Gamma Ltd", "20611", org.ServiceProvider, "+442071838750")

		w.Marie = w.contact(tx, w.Acme, "Marie Dubois", "en", true)
		w.Jonas = w.contact(tx, w.Acme, "Jonas Meier", "en", false, perm.Admin)
		w.Nadia = w.contact(tx, w.Acme, "Nadia Benali", "fr", false, perm.SupportApprover)
		w.Paul = w.contact(tx, w.Acme, "Paul Noir", "en", false, perm.ReadOnly)
		w.Luc = w.contact(tx, w.Beta, "Luc Moreau", "fr", true)
		w.Gina = w.contact(tx, w.Gamma, "Gina Hall", "en", true)

		w.Sofia = w.staff(tx, "Sofia Keller", org.Agent)
		w.Tom = w.staff(tx, "Tom Becker", org.Agent)
		w.Anna = w.staff(tx, "Anna Roth", org.Lead)
		w.Ada = w.staff(tx, "Ada Stone", org.Administrator)
		return nil
	})
	w.Nobody = &Persona{Name: "Nobody"}
}

// Seed writes rows of the world, many at a time, behind the portal's back.
func (w *World) Seed(fn func(*store.Tx) error) { w.TB.Helper(); w.seed(fn) }

// seed writes rows of the world with one entry of the provider's record that says so.
func (w *World) seed(fn func(*store.Tx) error) {
	w.TB.Helper()
	check(w.TB, w.DB.Update(context.Background(), func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Record(context.Background(), w.Keys.Derive(vault.Audit), store.Change{Entry: audit.Entry{Stream: live.Provider,
			Kind: audit.OrganizationCreated, Actor: audit.Actor{Kind: audit.BySystem}}})
	}))
}

func (w *World) login(tx *store.Tx, name, locale string) store.Login {
	l := store.Login{ID: newID[id.Login](tx), Email: email(name), Name: name, Locale: locale, PasswordHash: w.hash, PasswordAlone: true}
	check(w.TB, tx.AddLogin(context.Background(), &l))
	return l
}

func (w *World) contact(tx *store.Tx, o id.Organization, name, locale string, owner bool, roles ...perm.Role) *Persona {
	l := w.login(tx, name, locale)
	c := contact.Contact{ID: newID[id.Contact](tx), Org: o, Login: l.ID, Name: name, Email: l.Email, Locale: locale, Active: true, Access: true, Owner: owner, Roles: roles}
	check(w.TB, tx.AddContact(context.Background(), &c))
	return &Persona{Name: name, Email: l.Email, Login: l.ID, Contact: c.ID, Org: o}
}

func (w *World) staff(tx *store.Tx, name string, rank org.Rank) *Persona {
	l := w.login(tx, name, "en")
	m := org.Member{ID: newID[id.Staff](tx), Login: l.ID, Name: name, Rank: rank, Active: true}
	check(w.TB, tx.AddStaff(context.Background(), &m, tx.Now()))
	return &Persona{Name: name, Email: l.Email, Login: l.ID, Staff: m.ID, Rank: rank}
}

// AddContact brings another person into an organization.
func (w *World) AddContact(o id.Organization, name string, roles ...perm.Role) (p *Persona) {
	w.TB.Helper()
	w.seed(func(tx *store.Tx) error {
		p = w.contact(tx, o, name, "en", false, roles...)
		return nil
	})
	return p
}

// Exec changes rows behind the portal's back, for what no use case does.
func (w *World) Exec(query string, args ...any) {
	w.TB.Helper()
	w.seed(func(tx *store.Tx) error {
		n, err := tx.Exec(context.Background(), query, args...)
		if err == nil && n == 0 {
			w.TB.Fatalf("nothing changed by %s", query)
		}
		return err
	})
}

// After waits until the clock is in a later millisecond than t: what is stored from now on is after it, and sorts so.
func (w *World) After(t time.Time) {
	for w.Clock.Now().UnixMilli() <= t.UnixMilli() {
	}
}

// Verify walks every audit chain of the world.
func (w *World) Verify() {
	w.TB.Helper()
	check(w.TB, w.DB.View(context.Background(), func(tx *store.Tx) error {
		heads, err := tx.AuditHeads(context.Background())
		if err != nil {
			return err
		}
		for _, h := range heads {
			if _, fault, err := portal.Walk(context.Background(), tx, w.Keys.Derive(vault.Audit), h.Stream); err != nil || fault != nil {
				w.TB.Errorf("audit chain of %s: %v %v", h.Stream, fault, err)
			}
		}
		return nil
	}))
}

// Mails are the recipients of those in the outbox with this template, sorted.
func (w *World) Mails(template string) (to []string) {
	w.TB.Helper()
	check(w.TB, w.DB.View(context.Background(), func(tx *store.Tx) error {
		list, err := store.Collect(tx.Query(context.Background(), `SELECT recipient FROM outbox_mail WHERE template = ? ORDER BY recipient`, template),
			func(r *store.Rows) (s string, err error) { return s, r.Scan(&s) })
		to = list
		return err
	}))
	return to
}

// Listen serves the world on a loopback port until the test ends, and gives its address as "http://127.0.0.1:port".
func (w *World) Listen() string {
	w.TB.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(w.TB, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- w.Server.Run(ctx, ln, nil) }()
	w.TB.Cleanup(func() {
		stop()
		<-served
	})
	return "http://" + ln.Addr().String()
}
