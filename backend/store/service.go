package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/routing"
	"countersign/shared/service"
)

const serviceColumns = `service.id, service.org, service.kind, service.name, service.product, service.state, service.support_contact,
service.billing_contact, service.renews_on, service.ends_on, service.external_key, service.cancelled, service.version, service.changed_at`

func scanService(row Scanner, more ...any) (o service.Owned, err error) {
	return o, row.Scan(append([]any{&o.ID, &o.Org, &o.Kind, &o.Name, &o.Product, &o.State, &o.Support, &o.Billing, &o.RenewsOn, &o.EndsOn,
		&o.Key, &o.Cancelled, &o.Version, &o.ChangedAt}, more...)...)
}

// Service is one service or domain of the organization.
func (tx *Tx) Service(ctx context.Context, oid id.Organization, s id.Service) (*service.Owned, error) {
	o, err := scanService(tx.QueryRow(ctx, `SELECT `+serviceColumns+` FROM service WHERE org = ? AND id = ?`, oid, s))
	if err != nil {
		return nil, err
	}
	return &o, nil
}

// ServiceByKey is the service or domain that the provider's billing system calls key.
func (tx *Tx) ServiceByKey(ctx context.Context, oid id.Organization, k service.Kind, key string) (*service.Owned, error) {
	o, err := scanService(tx.QueryRow(ctx, `SELECT `+serviceColumns+` FROM service WHERE org = ? AND kind = ? AND external_key = ? AND external_key <> ''`, oid, k, key))
	if err != nil {
		return nil, err
	}
	return &o, nil
}

// AddService writes a new one. A key that is taken is a bad field.
func (tx *Tx) AddService(ctx context.Context, o *service.Owned) error {
	o.Version, o.ChangedAt = 1, tx.Now()
	_, err := tx.Exec(ctx, `INSERT INTO service (id, org, kind, name, name_key, product, state, support_contact, billing_contact, renews_on, ends_on,
external_key, cancelled, version, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		o.ID, o.Org, o.Kind, o.Name, NameKey(o.Name), o.Product, o.State, o.Support, o.Billing, o.RenewsOn, o.EndsOn, o.Key, o.Cancelled, o.Version, tx.Now(),
		tx.Now())
	if IsUnique(err) {
		return errs.BadField("key", "service.error.key_taken")
	}
	if err != nil {
		return fmt.Errorf("write service: %w", err)
	}
	return nil
}

// SaveService writes a changed one over the version that it was loaded as; a Conflict when somebody was quicker.
func (tx *Tx) SaveService(ctx context.Context, o *service.Owned) error {
	n, err := tx.Exec(ctx, `UPDATE service SET name = ?, name_key = ?, product = ?, state = ?, support_contact = ?, billing_contact = ?, renews_on = ?,
ends_on = ?, external_key = ?, cancelled = ?, version = version + 1, changed_at = ? WHERE org = ? AND id = ? AND version = ?`,
		o.Name, NameKey(o.Name), o.Product, o.State, o.Support, o.Billing, o.RenewsOn, o.EndsOn, o.Key, o.Cancelled, tx.Now(), o.Org, o.ID, o.Version)
	if IsUnique(err) {
		return errs.BadField("key", "service.error.key_taken")
	}
	if err != nil {
		return fmt.Errorf("save service: %w", err)
	}
	if n != 1 {
		return errs.InState("changed", "error.conflict")
	}
	o.Version, o.ChangedAt = o.Version+1, tx.Now()
	return nil
}

// ServiceQuery picks services of an organization. Empty fields do not filter.
type ServiceQuery struct {
	Kind    service.Kind
	Text    string
	State   service.State
	Contact id.Contact
	After   id.Service // of the page before
	Limit   int
}

// ServiceRow is a service with the cancellation that waits for its decision.
type ServiceRow struct {
	service.Owned
	Waiting *Waiting // nil without one
}

// Waiting is a cancellation that waits for its decision.
type Waiting struct {
	Change   id.Change
	By       id.Contact // who asked
	ByName   string
	LapsesAt time.Time
}

// One can wait for a service at a time.
const (
	waitingColumns = `COALESCE(waiting.id, ''), COALESCE(waiting.caller, ''), COALESCE(waiting.caller_name, ''), COALESCE(waiting.lapses_at, 0)`
	waitingJoin    = ` LEFT JOIN significant_change waiting ON waiting.org = service.org AND waiting.service = service.id AND waiting.service <> ''
AND waiting.state = 'pending' AND waiting.lapses_at > ?`
)

func scanServiceRow(r Scanner) (row ServiceRow, err error) {
	var w Waiting
	if row.Owned, err = scanService(r, &w.Change, &w.By, &w.ByName, &w.LapsesAt); err == nil && w.Change != "" {
		row.Waiting = &w
	}
	return row, err
}

// ListServices is one page of the services that match, by name, and how many match in all.
func (tx *Tx) ListServices(ctx context.Context, oid id.Organization, q ServiceQuery) (rows []ServiceRow, total int, err error) {
	where, args := []string{`service.org = ?`}, []any{oid}
	and := func(cond string, values ...any) { where, args = append(where, cond), append(args, values...) }
	if q.Kind != "" {
		and(`service.kind = ?`, q.Kind)
	}
	if key := NameKey(q.Text); key != "" {
		like := "%" + likeEscape(key) + "%"
		and(`(service.name_key LIKE ? ESCAPE '\' OR LOWER(service.product) LIKE ? ESCAPE '\')`, like, like)
	}
	if q.State != "" {
		and(`service.state = ?`, q.State)
	}
	if q.Contact != "" {
		and(`(service.support_contact = ? OR service.billing_contact = ?)`, q.Contact, q.Contact)
	}
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM service WHERE `+strings.Join(where, " AND "), args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count services: %w", err)
	}
	if q.After != "" {
		var key string
		err := tx.QueryRow(ctx, `SELECT name_key FROM service WHERE org = ? AND id = ?`, oid, q.After).Scan(&key)
		if errs.Is(err, errs.NotFound) {
			return nil, 0, errs.BadField("query.after", "error.invalid")
		}
		if err != nil {
			return nil, 0, err
		}
		and(`(service.name_key, service.id) > (?, ?)`, key, q.After)
	}
	rows, err = Collect(tx.Query(ctx, `SELECT `+serviceColumns+`, `+waitingColumns+` FROM service`+waitingJoin+` WHERE `+strings.Join(where, " AND ")+
		` ORDER BY service.name_key, service.id LIMIT ?`, append(append([]any{tx.Now()}, args...), q.Limit)...),
		func(r *Rows) (ServiceRow, error) { return scanServiceRow(r) })
	return rows, total, err
}

// ServicesOf are the services and domains that a contact is assigned to, by name.
func (tx *Tx) ServicesOf(ctx context.Context, oid id.Organization, c id.Contact) ([]service.Owned, error) {
	return Collect(tx.Query(ctx, `SELECT `+serviceColumns+` FROM service WHERE org = ? AND (support_contact = ? OR billing_contact = ?) ORDER BY name_key, id`,
		oid, c, c), func(r *Rows) (service.Owned, error) { return scanService(r) })
}

// UnassignContact takes a contact who is gone out of all services and domains.
func (tx *Tx) UnassignContact(ctx context.Context, oid id.Organization, c id.Contact) error {
	if _, err := tx.Exec(ctx, `UPDATE service SET support_contact = CASE WHEN support_contact = ? THEN '' ELSE support_contact END,
billing_contact = CASE WHEN billing_contact = ? THEN '' ELSE billing_contact END, version = version + 1, changed_at = ?
WHERE org = ? AND (support_contact = ? OR billing_contact = ?)`, c, c, tx.Now(), oid, c, c); err != nil {
		return fmt.Errorf("take a contact out of services: %w", err)
	}
	return nil
}

// ContactsByID are the contacts of the organization among the given ids, by name.
func (tx *Tx) ContactsByID(ctx context.Context, oid id.Organization, list ...id.Contact) ([]contact.Contact, error) {
	in, args := among(list)
	if in == "" {
		return nil, nil
	}
	return tx.contacts(ctx, `WHERE org = ? AND id IN (`+in+`) ORDER BY search_key, id`, append([]any{oid}, args...)...)
}

// RoutingContacts are the contacts whom a message can possibly go to, by id: among thousands only these are read. Whom it
// does go to is package routing's to say, of these as of all.
func (tx *Tx) RoutingContacts(ctx context.Context, oid id.Organization, m *routing.Message) ([]contact.Contact, error) {
	global := `assistance AND assistance_global`
	if m.Category == routing.Financial {
		global = `financial AND financial_global`
	}
	named := []id.Contact{}
	for _, c := range append([]id.Contact{m.Assigned, m.Opener, m.Author}, m.Copies...) {
		if c != "" {
			named = append(named, c)
		}
	}
	// Each branch has an index of its own.
	query := `WHERE id IN (SELECT id FROM contact WHERE org = ? AND owner UNION SELECT id FROM contact WHERE org = ? AND ` + global
	args := []any{oid, oid}
	if in, ids := among(named); in != "" {
		query += ` UNION SELECT id FROM contact WHERE org = ? AND id IN (` + in + `)`
		args = append(append(args, oid), ids...)
	}
	return tx.contacts(ctx, query+`) ORDER BY id`, args...)
}

// SubscribedContacts are contacts who asked for mail of the category, whatever becomes of it, by name.
func (tx *Tx) SubscribedContacts(ctx context.Context, oid id.Organization, c routing.Category, limit int) ([]contact.Contact, error) {
	asked := `assistance`
	if c == routing.Financial {
		asked = `financial`
	}
	return tx.contacts(ctx, `WHERE org = ? AND `+asked+` ORDER BY search_key, id LIMIT ?`, oid, limit)
}

// ServiceRow is one service with the cancellation that waits.
func (tx *Tx) ServiceRow(ctx context.Context, oid id.Organization, s id.Service) (ServiceRow, error) {
	return scanServiceRow(tx.QueryRow(ctx, `SELECT `+serviceColumns+`, `+waitingColumns+` FROM service`+waitingJoin+` WHERE service.org = ? AND service.id = ?`,
		tx.Now(), oid, s))
}

// among gives the placeholders and arguments of a list, "" for an empty one.
func among[T ~string](list []T) (string, []any) {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return strings.TrimPrefix(strings.Repeat(", ?", len(list)), ", "), args
}
