package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/invoice"
	"countersign/shared/org"
	"countersign/shared/service"
)

// What the provider's other systems are told, found by the keys that they have for things.

// KnownOrganization is an organization with its account data and its owner.
type KnownOrganization struct {
	org.Organization
	Phone     string
	Address   contact.Address
	CreatedAt time.Time
	MovedAt   time.Time // when anything of this last changed

	OwnerName, OwnerEmail string
	OwnerAccepted         bool
}

const knownOrganizations = `SELECT ` + organizationColumns + `, organization.phone, organization.street, organization.postcode, organization.city,
organization.country, organization.created_at, organization.moved_at, COALESCE(owner.name, ''), COALESCE(owner.email, ''), owner.login IS NOT NULL
FROM organization LEFT JOIN contact AS owner ON owner.org = organization.id AND owner.owner `

func scanKnownOrganization(row Scanner) (*KnownOrganization, error) {
	var k KnownOrganization
	o, err := scanOrganization(row, &k.Phone, &k.Address.Street, &k.Address.Postcode, &k.Address.City, &k.Address.Country, &k.CreatedAt, &k.MovedAt,
		&k.OwnerName, &k.OwnerEmail, &k.OwnerAccepted)
	if err != nil {
		return nil, err
	}
	k.Organization = *o
	return &k, nil
}

// KnownOrganization is the organization with a reference.
func (tx *Tx) KnownOrganization(ctx context.Context, reference string) (*KnownOrganization, error) {
	return scanKnownOrganization(tx.QueryRow(ctx, knownOrganizations+`WHERE organization.reference = ?`, reference))
}

// KnownOrganizations is a page of organizations by reference, of which something changed since a time; zero for all.
func (tx *Tx) KnownOrganizations(ctx context.Context, after string, since time.Time, limit int) ([]*KnownOrganization, error) {
	return Collect(tx.Query(ctx, knownOrganizations+`WHERE organization.reference > ? AND organization.moved_at >= ? ORDER BY organization.reference LIMIT ?`,
		after, since, limit), func(r *Rows) (*KnownOrganization, error) { return scanKnownOrganization(r) })
}

// OrganizationsMoved is when any organization last changed. Changes commit in the order of their times, so one that is not
// seen yet is not older.
func (tx *Tx) OrganizationsMoved(ctx context.Context) (last time.Time, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(moved_at), 0) FROM organization`).Scan(&last)
	return last, err
}

// ReferenceTaken reports whether an organization has a reference that people don't tell from this one.
func (tx *Tx) ReferenceTaken(ctx context.Context, reference string) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM organization WHERE LOWER(reference) = ?)`, strings.ToLower(reference)).Scan(&yes)
	return yes, err
}

// ServicesByKey is a page of the services or domains that have a key, in its order.
func (tx *Tx) ServicesByKey(ctx context.Context, oid id.Organization, k service.Kind, after string, limit int) ([]service.Owned, error) {
	return Collect(tx.Query(ctx, `SELECT `+serviceColumns+` FROM service WHERE org = ? AND kind = ? AND external_key <> '' AND external_key > ?
ORDER BY external_key LIMIT ?`, oid, k, after, limit), func(r *Rows) (service.Owned, error) { return scanService(r) })
}

// InvoiceFor is an invoice with what it is for.
type InvoiceFor struct {
	invoice.Invoice
	Kind service.Kind // "" for none, or several
	Key  string
}

// InvoicesByNumber is a page of invoices in the order of their numbers, without their lines.
func (tx *Tx) InvoicesByNumber(ctx context.Context, oid id.Organization, after string, limit int) ([]InvoiceFor, error) {
	list, err := Collect(tx.Query(ctx, `SELECT `+strings.Replace(invoiceColumns, "lines", "'[]'", 1)+`, `+invoiceIsFor+` FROM invoice
WHERE org = ? AND number > ? ORDER BY number LIMIT ?`, oid, after, limit), func(r *Rows) (InvoiceFor, error) { return scanInvoiceFor(r) })
	if err != nil {
		return nil, fmt.Errorf("list invoices: %w", err)
	}
	return list, nil
}

// InvoiceFor is InvoiceByNumber with what it is for.
func (tx *Tx) InvoiceFor(ctx context.Context, oid id.Organization, number string) (*InvoiceFor, error) {
	v, err := scanInvoiceFor(tx.QueryRow(ctx, `SELECT `+invoiceColumns+`, `+invoiceIsFor+` FROM invoice WHERE org = ? AND number = ?`, oid, number))
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// invoiceIsFor is the kind and the key of what an invoice is for, with a colon between them.
const invoiceIsFor = `COALESCE((SELECT service.kind || ':' || service.external_key FROM service
WHERE service.org = invoice.org AND service.id = invoice.service), ':')`

func scanInvoiceFor(row Scanner) (v InvoiceFor, err error) {
	var is string
	if v.Invoice, err = scanInvoice(row, &is); err != nil {
		return v, err
	}
	kind, key, _ := strings.Cut(is, ":")
	v.Kind, v.Key = service.Kind(kind), key
	return v, nil
}
