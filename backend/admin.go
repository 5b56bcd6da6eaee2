package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/org"
)

type adminCmd struct {
	CreateAdministrator createAdministratorCmd `cmd:"" help:"Invite an administrator of the provider's staff, and print the link to accept."`
	CreateOrganization  createOrganizationCmd  `cmd:"" help:"Create an organization, and print the link with which its owner accepts."`
}

// portalFlags are what links need beside the data.
type portalFlags struct {
	place
	PublicURL string   `help:"Address under which browsers reach the portal." default:"http://localhost:8080" env:"COUNTERSIGN_PUBLIC_URL" placeholder:"URL"`
	Brand     string   `help:"Name of the portal." default:"Countersign" env:"COUNTERSIGN_BRAND"`
	Log       logFlags `embed:"" prefix:"log-"`
}

type createAdministratorCmd struct {
	portalFlags
	Name   string `help:"Name that colleagues and customers see." required:""`
	Email  string `help:"E-mail to sign in with." required:""`
	Locale string `help:"Language of their mails." enum:"en,fr" default:"en"`
}

// Run invites; the mail goes out when the portal runs, the link works either way.
func (c *createAdministratorCmd) Run(o *output) error {
	return c.act(o, func(ctx context.Context, s *portal.Service) (string, error) {
		return s.CreateAdministrator(ctx, c.Name, c.Email, c.Locale)
	})
}

type createOrganizationCmd struct {
	portalFlags
	Name       string `help:"Name of the organization." required:""`
	Reference  string `help:"The provider's customer reference." required:""`
	OwnerName  string `help:"Name of its owner." required:""`
	OwnerEmail string `help:"E-mail of its owner." required:""`
	ManagedBy  string `help:"Who manages it: customer (support asks before it enters) or service_provider." enum:"customer,service_provider" default:"customer"`
	Region     string `help:"Country for reading phone numbers, as ISO 3166-1 alpha-2." default:"US"`
	Phone      string `help:"Phone number with its country code."`
	Locale     string `help:"Language of the owner's mails." enum:"en,fr" default:"en"`
}

// Run creates the organization and invites its owner.
func (c *createOrganizationCmd) Run(o *output) error {
	var in api.CreateOrganizationIn
	b := &in.Body
	b.Name, b.Reference, b.ManagedBy, b.Region = c.Name, c.Reference, org.ManagedBy(c.ManagedBy), c.Region
	b.Phone, b.OwnerName, b.OwnerEmail, b.Locale = c.Phone, c.OwnerName, c.OwnerEmail, c.Locale
	return c.act(o, func(ctx context.Context, s *portal.Service) (string, error) {
		made, link, err := s.CreateOrganizationAsSystem(ctx, &in)
		if err == nil {
			fmt.Fprintf(o.out, "%s is %s\n", made.Name, made.ID)
		}
		return link, err
	})
}

// act runs one use case on the data directory, which no running portal may hold, and prints the link it gives.
func (c *portalFlags) act(o *output, do func(context.Context, *portal.Service) (link string, err error)) (err error) {
	if err := checkPublicURL(c.PublicURL); err != nil {
		return err
	}
	ctx := context.Background()
	keys, err := c.keys()
	if err != nil {
		return err
	}
	s, err := openService(ctx, &c.place, keys, c.Log.logger(o.err))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.DB.Close()) }()
	s.Settings = portal.Settings{Brand: c.Brand, PublicURL: c.PublicURL}
	link, err := do(ctx, s)
	if err != nil {
		return explain(err)
	}
	_, err = fmt.Fprintf(o.out, "This link works once, within seven days:\n%s\n", link)
	return err
}

// openService is the portal's use cases without anything around them.
func openService(ctx context.Context, p *place, keys *vault.Keys, log *slog.Logger) (*portal.Service, error) {
	db, err := store.Open(ctx, store.Options{Dir: p.Data, Log: log})
	if err != nil {
		return nil, err
	}
	return portal.New(portal.Deps{DB: db, Keys: keys, Hasher: login.NewHasher(keys.Derive(vault.Pepper), login.StandardCost),
		Live: portal.Nobody{}, Log: log}), nil
}

// explain writes a refusal out for whoever typed the command.
func explain(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return err
	}
	text := i18n.EN.T(e.Key, e.Args...)
	for _, f := range e.Fields {
		text += fmt.Sprintf("\n  --%s: %s", flagOf(f.Path), i18n.EN.T(f.Key, f.Args...))
	}
	return errors.New(text)
}

func flagOf(field string) string {
	out := []byte(field)
	for i, c := range out {
		if c == '_' {
			out[i] = '-'
		}
	}
	return string(out)
}
