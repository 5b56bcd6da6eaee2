package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// commands are all there is, with their flags. main is the only reader of flags and environment.
type commands struct {
	Serve   serveCmd   `cmd:"" help:"Serve the portal. Without flags: on http://localhost:8080, with the data in ./countersign-data."`
	Admin   adminCmd   `cmd:"" help:"Create the first administrator, or an organization, without the browser."`
	Migrate migrateCmd `cmd:"" help:"Bring the database up to date, as serve does at its start."`
	Backup  backupCmd  `cmd:"" help:"Write a checked copy of the database, also while the portal runs."`
	Restore restoreCmd `cmd:"" help:"Put a backup in place of the database. The portal must not run."`
	Numbers numbersCmd `cmd:"" help:"Bring phone numbers in bulk."`
	Audit   auditCmd   `cmd:"" help:"Check the audit record."`
	Keys    keysCmd    `cmd:"" help:"Replace the root key, in steps that can be interrupted."`
	MailIn  mailInCmd  `cmd:"" help:"Hand a mail, read from the standard input, to the running portal. For mail servers that run a program for each message."`
	Version versionCmd `cmd:"" help:"Show the version."`
}

// place is where an installation keeps its things.
type place struct {
	Data    string `help:"Directory of the database." default:"countersign-data" env:"COUNTERSIGN_DATA" placeholder:"DIR"`
	KeyFile string `help:"File of the root key. Without it the database is worthless: keep a copy elsewhere. Default: DIR.key, beside the data directory." env:"COUNTERSIGN_KEY_FILE" placeholder:"FILE"`
	Anchors string `help:"File that the heads of the audit record are appended to, best on another disk. Default: DIR.anchors." env:"COUNTERSIGN_ANCHORS" placeholder:"FILE"`
}

func (p *place) keyFile() string     { return p.or(p.KeyFile, ".key") }
func (p *place) anchorsFile() string { return p.or(p.Anchors, ".anchors") }

func (p *place) or(given, suffix string) string {
	if given != "" {
		return given
	}
	return filepath.Clean(p.Data) + suffix
}

func (p *place) hasDatabase() (bool, error) {
	_, err := os.Stat(filepath.Join(p.Data, store.FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the database: %w", err)
	}
	return true, nil
}

// must refuses where there is no database.
func (p *place) must() error {
	there, err := p.hasDatabase()
	if err == nil && !there {
		err = fmt.Errorf("there is no database in %s", p.Data)
	}
	return err
}

// keys opens the root key; the first start makes it. It is asked for before anything of the database is touched.
func (p *place) keys() (*vault.Keys, error) {
	if inside(p.keyFile(), p.Data) {
		return nil, fmt.Errorf("the key file %s would lie inside the data directory, and every copy of that would carry it along: put it elsewhere", p.keyFile())
	}
	there, err := p.hasDatabase()
	if err != nil {
		return nil, err
	}
	if !there {
		if err := writable(p.Data); err != nil {
			return nil, err
		}
	}
	keys, err := vault.OpenOrCreate(p.keyFile(), !there)
	if err != nil {
		return nil, err
	}
	return p.withNext(keys)
}

// standing gives the keys of an installation that is there already, with the one beside the root key while that is being
// replaced.
func (p *place) standing() (*vault.Keys, error) {
	if err := p.must(); err != nil {
		return nil, err
	}
	keys, err := vault.Open(p.keyFile())
	if err != nil {
		return nil, err
	}
	return p.withNext(keys)
}

// nextKeyFile lies beside the key file while the root key is being replaced.
func (p *place) nextKeyFile() string { return p.keyFile() + ".next" }

// withNext gives the keys as they are used while the root key is being replaced, and as they are when it isn't.
func (p *place) withNext(keys *vault.Keys) (*vault.Keys, error) {
	next, err := vault.Open(p.nextKeyFile())
	if errors.Is(err, vault.ErrNoKey) {
		return keys, nil
	}
	if err != nil {
		return nil, err
	}
	return next.Beside(keys)
}

func inside(file, dir string) bool {
	f, err1 := filepath.Abs(file)
	d, err2 := filepath.Abs(dir)
	if err1 != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(d, f)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// writable makes the data directory and tries it out, so that no key is made for a database that can't be.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	f, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return fmt.Errorf("the data directory %s can't be written to: %w", dir, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// smtpFlags are the mail server.
type smtpFlags struct {
	Host         string   `help:"Mail server. Without one, mails are written as .eml files to the folder mail in the data directory." env:"COUNTERSIGN_SMTP_HOST" placeholder:"HOST"`
	Port         int      `help:"Its port." default:"587" env:"COUNTERSIGN_SMTP_PORT"`
	TLS          mail.TLS `help:"How the connection is protected: starttls, tls or none." enum:"starttls,tls,none" default:"starttls" env:"COUNTERSIGN_SMTP_TLS"`
	User         string   `help:"Name to sign in with." env:"COUNTERSIGN_SMTP_USER"`
	PasswordFile string   `help:"File with the password, on its first line." env:"COUNTERSIGN_SMTP_PASSWORD_FILE" placeholder:"FILE"`
	From         string   `help:"Sender of all mails." default:"Countersign <no-reply@localhost.localdomain>" env:"COUNTERSIGN_SMTP_FROM"`
}

func (f *smtpFlags) sender(data string) (mail.Sender, string, error) {
	if f.Host == "" {
		dir := filepath.Join(data, "mail")
		s, err := mail.NewFolder(dir)
		return s, "written to " + dir, err
	}
	c := mail.SMTPConfig{Host: f.Host, Port: f.Port, TLS: f.TLS, User: f.User}
	if f.PasswordFile != "" {
		text, err := os.ReadFile(f.PasswordFile)
		if err != nil {
			return nil, "", fmt.Errorf("read the mail server's password: %w", err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		c.Password = vault.NewSecret(strings.TrimSuffix(first, "\r"))
	}
	s, err := mail.NewSMTP(c)
	return s, "sent by " + f.Host, err
}

// logFlags are what is logged, and how.
type logFlags struct {
	Level  string `help:"Least important messages to log: debug, info, warn or error." enum:"debug,info,warn,error" default:"info" env:"COUNTERSIGN_LOG_LEVEL"`
	Format string `help:"One line of text or of JSON a message." enum:"text,json" default:"text" env:"COUNTERSIGN_LOG_FORMAT"`
}

func (f *logFlags) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.Level)); err != nil {
		panic(err) // kong allows only levels
	}
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Value.Kind() == slog.KindTime {
			a.Value = slog.TimeValue(a.Value.Time().UTC())
		}
		return a
	}}
	if f.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// checkPublicURL takes only what browsers can keep a sign-in safe on: https, or this very machine.
func checkPublicURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("the public URL %q is not one like https://portal.example.com", s)
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return fmt.Errorf("the public URL %q must begin with https: over http a sign-in could be read on its way. "+
			"Put a proxy with a certificate in front, and name its address here", s)
	}
	return nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost")
}

// publicURL is the given one, or the address listened on as a browser on this machine names it.
func publicURL(given string, at net.Addr) (string, error) {
	if given == "" {
		host, port, err := net.SplitHostPort(at.String())
		if err != nil {
			return "", fmt.Errorf("read the own address: %w", err)
		}
		if addr, err := netip.ParseAddr(host); err == nil && (addr.IsLoopback() || addr.IsUnspecified()) {
			host = "localhost"
		}
		given = "http://" + net.JoinHostPort(host, port)
	}
	return strings.TrimSuffix(given, "/"), checkPublicURL(given)
}
