package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"countersign/app/web"
	"countersign/backend/anchor"
	"countersign/backend/demo"
	"countersign/backend/hub"
	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/mailin"
	"countersign/backend/outbox"
	"countersign/backend/portal"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/webhook"
	"countersign/shared/id"
)

type serveCmd struct {
	place
	Addr         string         `help:"Address to listen on." default:"localhost:8080" env:"COUNTERSIGN_ADDR" placeholder:"HOST:PORT"`
	PublicURL    string         `help:"Address under which browsers reach the portal, such as https://portal.example.com. Default: the one listened on." env:"COUNTERSIGN_PUBLIC_URL" placeholder:"URL"`
	Brand        string         `help:"Name of the portal, in its pages and mails." default:"Countersign" env:"COUNTERSIGN_BRAND"`
	Demo         bool           `help:"Serve sample organizations and people, in ./countersign-demo. Not for real data: their password is public." env:"COUNTERSIGN_DEMO"`
	TrustedProxy []netip.Prefix `help:"Network of a proxy that may say for whom it asks (X-Forwarded-For). Can be given several times." env:"COUNTERSIGN_TRUSTED_PROXY" placeholder:"CIDR"`
	MetricsAddr  string         `help:"Address of the numbers for Prometheus; empty for none." default:"localhost:9464" env:"COUNTERSIGN_METRICS_ADDR" placeholder:"HOST:PORT"`
	SMTP         smtpFlags      `embed:"" prefix:"smtp-"`
	MailIn       string         `help:"Where answers to mails of tickets are taken, for the mail server or the command mail-in to hand over. Needs --mail-reply-to." env:"COUNTERSIGN_MAIL_IN" placeholder:"lmtp:HOST:PORT|smtp:HOST:PORT|lmtp:unix:PATH"`
	MailReplyTo  string         `help:"Address that answers go to, such as reply@portal.example.com: everything for reply+…@portal.example.com has to be handed over. Needs --mail-in." env:"COUNTERSIGN_MAIL_REPLY_TO" placeholder:"ADDRESS"`
	Log          logFlags       `embed:"" prefix:"log-"`
}

// Run serves until the process is told to end.
func (c *serveCmd) Run(o *output) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if c.Demo && c.Data == defaultData {
		c.Data = "countersign-demo"
	}
	return c.serve(ctx, o)
}

const (
	defaultData = "countersign-data"

	// collectAt lets the heap grow to five times what lives before it is collected. What lives is some ten megabytes,
	// and at Go's own 100 percent a tenth of the processor's time goes into collecting it over and over.
	collectAt = 400
)

// serve starts everything, in an order in which each refusal comes before what it would spoil.
func (c *serveCmd) serve(ctx context.Context, o *output) (err error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	log := c.Log.logger(o.err)
	site, err := server.Static(web.FS())
	if err != nil {
		return err
	}
	ln, metrics, err := c.listen()
	if err != nil {
		return err
	}
	defer ln.Close()
	if metrics != nil {
		defer metrics.Close()
	}
	answers, at, err := c.listenMail(ctx)
	if err != nil {
		return err
	}
	if answers != nil {
		defer answers.Close()
	}
	url, err := publicURL(c.PublicURL, ln.Addr())
	if err != nil {
		return err
	}

	keys, err := c.keys()
	if err != nil {
		return err
	}
	if c.Demo {
		if err := demo.Seed(ctx, c.Data, keys, url, log); err != nil {
			return err
		}
	}
	db, err := store.Open(ctx, store.Options{Dir: c.Data, Log: log})
	if err != nil {
		return err
	}
	p := &process{c: c, log: log, db: db, keys: keys, answers: answers, answersAt: at}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := p.assemble(ctx, url, site); err != nil {
		return err
	}
	p.greet(o.out, url)
	return p.run(ctx, ln, metrics)
}

// listen takes the ports first: whoever starts the portal twice is told so at once.
func (c *serveCmd) listen() (ln, metrics net.Listener, err error) {
	if ln, err = net.Listen("tcp", c.Addr); err != nil {
		return nil, nil, listenFailed("--addr", c.Addr, err)
	}
	if c.MetricsAddr == "" {
		return ln, nil, nil
	}
	if metrics, err = net.Listen("tcp", c.MetricsAddr); err != nil {
		return nil, nil, errors.Join(listenFailed("--metrics-addr", c.MetricsAddr, err), ln.Close())
	}
	return ln, metrics, nil
}

func listenFailed(flag, addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("another program listens on %s already: stop it, or choose another address with %s", addr, flag)
	}
	return fmt.Errorf("listen on %s (%s): %w", addr, flag, err)
}

// process is the running portal.
type process struct {
	c       *serveCmd
	log     *slog.Logger
	db      *store.DB
	keys    *vault.Keys
	anchors *anchor.File
	hub     *hub.Hub
	svc     *portal.Service
	worker  *outbox.Worker
	teller  *webhook.Worker
	server  *server.Server
	mails   string // where mails go, for people

	answers   net.Listener // where answers by mail come in, nil for nowhere
	answersAt mailin.Listen
}

// assemble puts the parts together; nothing runs yet but the hub.
func (p *process) assemble(ctx context.Context, url string, site http.Handler) error {
	if err := p.checkData(ctx); err != nil {
		return err
	}
	names, err := web.Assets()
	if err != nil {
		return err
	}
	replies, err := p.c.replies(p.keys)
	if err != nil {
		return err
	}
	renderer, err := mail.NewRenderer(mail.Options{PublicURL: url, Product: p.c.Brand, From: p.c.SMTP.From, Replies: replies,
		Mark: mail.Mark(p.keys.Derive(vault.Reply))})
	if err != nil {
		return err
	}
	sender, where, err := p.c.SMTP.sender(p.c.Data)
	if err != nil {
		return err
	}
	p.mails = where
	now := p.db.Clock().Now
	p.worker = outbox.New(outbox.Config{Queue: p.db, Keys: p.keys, Renderer: renderer, Sender: sender, Now: now, Log: p.log,
		Files: func(ctx context.Context, t *mail.Thread) ([]mail.File, error) { return p.svc.FilesOf(ctx, t) }})

	p.teller = webhook.New(webhook.Config{Queue: p.db, Keys: p.keys, Client: webhook.NewClient(version(), nil), Now: now, Log: p.log,
		Deactivate: func(ctx context.Context, w id.Webhook, v int64, why string) error {
			return p.svc.DeactivateWebhook(ctx, w, v, why)
		}})

	p.svc = portal.New(portal.Deps{
		DB: p.db, Keys: p.keys, Hasher: login.NewHasher(p.keys.Derive(vault.Pepper), login.StandardCost), Mailed: p.worker.Wake, Told: p.teller.Wake, Replies: replies,
		Settings: portal.Settings{Brand: p.c.Brand, PublicURL: url, Demo: p.c.Demo}, Log: p.log,
	})
	p.hub = hub.New(hub.Options{Authorize: p.svc.Authorize, Replay: p.svc.Replay, Origin: hub.SameOrigin(url), Now: now, Log: p.log})
	p.svc.Live = p.hub
	pages := server.NewSignIn(server.SignInOptions{Service: p.svc, PublicURL: url, Assets: names, Demo: demoLogins(), Log: p.log})
	p.server, err = server.New(server.Options{Service: p.svc, Hub: p.hub, Static: site, Pages: pages, PublicURL: url,
		Trusted: p.c.TrustedProxy, Version: version(), Log: p.log})
	if err != nil {
		return err
	}
	// What ended while nobody served must not be open for a moment.
	return p.svc.Sweep(ctx)
}

// checkData refuses a database that is not this key's, was cut, or is the demo's while real data is to be served.
func (p *process) checkData(ctx context.Context) error {
	file, anchors, err := anchor.Open(p.c.anchorsFile())
	if err != nil {
		return err
	}
	p.anchors = file
	return p.db.View(ctx, func(tx *store.Tx) error {
		if err := anchor.Start(ctx, tx, p.keys.Derive(vault.Audit), anchors); err != nil {
			return err
		}
		is, err := demo.Is(ctx, tx)
		if err == nil && is && !p.c.Demo {
			return fmt.Errorf("the database in %s is the demo's, with passwords that everybody knows: start it with --demo, or choose another directory with --data", p.c.Data)
		}
		return err
	})
}

func (p *process) greet(w io.Writer, url string) {
	fmt.Fprintf(w, "Countersign %s serves %s\n  data in %s, key in %s\n  mails are %s\n", version(), url, p.c.Data, p.c.keyFile(), p.mails)
	if p.answers != nil {
		fmt.Fprintf(w, "  answers by mail are taken at %s\n", p.c.MailIn)
	}
	if p.c.MetricsAddr != "" {
		fmt.Fprintf(w, "  metrics on http://%s/metrics\n", p.c.MetricsAddr)
	}
	if p.c.Demo {
		demo.Print(w, url)
	}
}

// run serves until ctx ends and then stops in order: requests, sockets, outbox, webhooks and clock work, the last requests.
func (p *process) run(ctx context.Context, ln, metrics net.Listener) error {
	background, halt := context.WithCancel(context.WithoutCancel(ctx))
	defer halt()
	var wg sync.WaitGroup
	p.start(&wg, func() { p.worker.Run(background) })
	if p.answers != nil {
		p.start(&wg, func() { p.takeMail(background) })
	}
	p.start(&wg, func() { p.teller.Run(background) })
	p.start(&wg, func() { p.svc.Run(background) })
	p.start(&wg, func() { p.svc.RunJobs(background) })
	p.start(&wg, func() { p.keepAnchors(background) })
	p.start(&wg, func() { p.rotateKeys(background) })
	if metrics != nil {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", p.server.Metrics())
		srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
		defer srv.Close()
		p.start(&wg, func() {
			if err := srv.Serve(metrics); err != nil && !errors.Is(err, http.ErrServerClosed) {
				p.log.Error("the metrics can't be served", "error", err)
			}
		})
		context.AfterFunc(background, func() { srv.Close() })
	}
	err := p.server.Run(ctx, ln, halt)
	halt()
	wg.Wait()
	p.log.Info("stopped")
	return err
}

// start runs a part beside the requests. A panic in one is logged, and the others go on.
func (p *process) start(wg *sync.WaitGroup, run func()) {
	wg.Go(func() {
		defer func() {
			if v := recover(); v != nil {
				p.log.Error("a part of the server stopped", "panic", v)
			}
		}()
		run()
	})
}

// rotateKeys moves everything to the new root key when there is one; it goes on where it was stopped.
func (p *process) rotateKeys(ctx context.Context) {
	if p.keys.Previous() == "" {
		return
	}
	p.log.Info("the root key is being replaced", "from", p.keys.Previous(), "to", p.keys.ID())
	moved, err := p.svc.RotateKeys(ctx)
	if err != nil && ctx.Err() == nil {
		p.log.Error("not everything was moved to the new root key; the next start goes on with it", "moved", moved, "error", err)
		return
	}
	p.log.Info("everything is sealed with the new root key: \"countersign keys retire\" puts the old one away", "moved", moved)
}

const anchorEvery = 5 * time.Minute

// keepAnchors writes the heads of the audit record down from time to time.
func (p *process) keepAnchors(ctx context.Context) {
	t := time.NewTicker(anchorEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := p.anchor(ctx); err != nil {
				p.log.Error("the audit record could not be anchored", "error", err)
			}
		}
	}
}

func (p *process) anchor(ctx context.Context) error {
	return p.db.View(ctx, func(tx *store.Tx) error {
		heads, err := tx.AuditHeads(ctx)
		if err != nil {
			return err
		}
		return p.anchors.Add(heads, tx.Now())
	})
}

// close is the end of all: by now nothing changes the database any more, so the last anchors are those of what stays.
func (p *process) close() error {
	var failed []error
	if p.hub != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		failed = append(failed, p.hub.Shutdown(ctx))
	}
	if p.server != nil {
		failed = append(failed, p.anchor(context.Background()))
	}
	return errors.Join(append(failed, p.db.Close())...)
}

// demoLogins are the demo's people as the sign-in pages show them, there only in demo mode.
func demoLogins() []server.DemoLogin {
	var list []server.DemoLogin
	for _, l := range demo.Logins() {
		list = append(list, server.DemoLogin{Email: l.Email, Name: l.Name, About: l.About, Password: demo.Password, Staff: l.Staff})
	}
	return list
}
