package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
)

const organizationColumns = `organization.id, organization.name, organization.reference, organization.managed_by,
organization.managed_by_staff, organization.managed_by_at, organization.state, organization.region, organization.maximum_minutes,
organization.proposed_by, organization.proposed_by_name, organization.proposed_at`

func scanOrganization(row Scanner, more ...any) (*org.Organization, error) {
	var o org.Organization
	var managedAt, minutes, proposedAt int64
	err := row.Scan(append([]any{&o.ID, &o.Name, &o.Reference, &o.ManagedBy, &o.ManagedByStaff, &managedAt, &o.State, &o.Region, &minutes,
		&o.ProposedBy, &o.ProposedByName, &proposedAt}, more...)...)
	if err != nil {
		return nil, err
	}
	o.ManagedByAt, o.ProposedAt, o.MaximumGrant = at(managedAt), at(proposedAt), time.Duration(minutes)*time.Minute
	return &o, nil
}

// Organization is one organization.
func (tx *Tx) Organization(ctx context.Context, oid id.Organization) (*org.Organization, error) {
	return scanOrganization(tx.QueryRow(ctx, `SELECT `+organizationColumns+` FROM organization WHERE id = ?`, oid))
}

// AddOrganization writes a new organization; phone is E.164, or "". A reference that is taken is a bad field.
func (tx *Tx) AddOrganization(ctx context.Context, o *org.Organization, phone string) error {
	_, err := tx.Exec(ctx, `INSERT INTO organization (id, name, name_key, reference, managed_by, managed_by_staff, managed_by_at, state,
region, phone, phone_digits, maximum_minutes, proposed_by, proposed_by_name, proposed_at, created_at, moved_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, ?, ?)`,
		o.ID, o.Name, strings.ToLower(o.Name), o.Reference, o.ManagedBy, o.ManagedByStaff, ms(o.ManagedByAt), o.State, o.Region, phone,
		Digits(phone), int64(o.MaximumGrant/time.Minute), ms(tx.Now()), ms(tx.Now()))
	if IsUnique(err) {
		return errs.BadField("reference", "organization.error.reference_taken")
	}
	if err != nil {
		return fmt.Errorf("write organization: %w", err)
	}
	return nil
}

// SaveOrganization writes who manages it, its state, its maximum and the proposal that waits.
func (tx *Tx) SaveOrganization(ctx context.Context, o *org.Organization) error {
	if _, err := tx.Exec(ctx, `UPDATE organization SET managed_by = ?, managed_by_staff = ?, managed_by_at = ?, state = ?, maximum_minutes = ?,
proposed_by = ?, proposed_by_name = ?, proposed_at = ?, moved_at = ? WHERE id = ?`,
		o.ManagedBy, o.ManagedByStaff, ms(o.ManagedByAt), o.State, int64(o.MaximumGrant/time.Minute),
		o.ProposedBy, o.ProposedByName, ms(o.ProposedAt), ms(tx.Now()), o.ID); err != nil {
		return fmt.Errorf("save organization: %w", err)
	}
	return nil
}

// DescribeOrganization writes its name and region, which the provider alone changes.
func (tx *Tx) DescribeOrganization(ctx context.Context, o *org.Organization) error {
	if _, err := tx.Exec(ctx, `UPDATE organization SET name = ?, name_key = ?, region = ?, moved_at = ? WHERE id = ?`,
		o.Name, strings.ToLower(o.Name), o.Region, tx.Now(), o.ID); err != nil {
		return fmt.Errorf("write name and region of an organization: %w", err)
	}
	return nil
}

// ownerMoved notes that what is told of an organization changed by its owner.
func (tx *Tx) ownerMoved(ctx context.Context, oid id.Organization) error {
	if _, err := tx.Exec(ctx, `UPDATE organization SET moved_at = ? WHERE id = ?`, tx.Now(), oid); err != nil {
		return fmt.Errorf("note a change of the owner: %w", err)
	}
	return nil
}

// Digits are the decimal digits of a phone number as it was written.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// OrganizationRow is an organization with its owner's name, for lists of staff.
type OrganizationRow struct {
	org.Organization
	OwnerName string
}

// OrganizationQuery picks organizations that have one of these; "" and none find nothing that way.
type OrganizationQuery struct {
	Exact    string        // id or reference
	Name     string        // a part of the name
	PhoneEnd string        // digits that a phone number of theirs or of a contact ends with
	Phones   []RegionPhone // a phone number of theirs or of a contact
}

// RegionPhone is a phone number as it is read in a region.
type RegionPhone struct{ Region, Digits string }

// FindOrganizations lists organizations by id or reference.
func (tx *Tx) FindOrganizations(ctx context.Context, exact string, limit int) ([]OrganizationRow, error) {
	return tx.OrganizationsLike(ctx, OrganizationQuery{Exact: exact}, limit)
}

// OrganizationsLike lists organizations that match, by name.
func (tx *Tx) OrganizationsLike(ctx context.Context, q OrganizationQuery, limit int) ([]OrganizationRow, error) {
	exact := strings.ToLower(q.Exact)
	where, args := []string{`organization.id = ?`, `LOWER(organization.reference) = ?`}, []any{exact, exact}
	if q.Name != "" {
		where, args = append(where, `name_key LIKE ? ESCAPE '\'`), append(args, "%"+likeEscape(strings.ToLower(q.Name))+"%")
	}
	if q.PhoneEnd != "" {
		where = append(where, `organization.phone_digits LIKE ?`,
			`organization.id IN (SELECT org FROM contact WHERE phone_digits <> '' AND phone_digits LIKE ?)`)
		args = append(args, "%"+q.PhoneEnd, "%"+q.PhoneEnd)
	}
	for _, p := range q.Phones {
		where = append(where, `(organization.region = ? AND (organization.phone_digits = ? OR
organization.id IN (SELECT org FROM contact WHERE phone_digits <> '' AND phone_digits = ?)))`)
		args = append(args, p.Region, p.Digits, p.Digits)
	}
	return tx.organizationRows(ctx, `WHERE `+strings.Join(where, " OR ")+` ORDER BY name_key LIMIT ?`, append(args, limit)...)
}

// Regions are the default regions that organizations have.
func (tx *Tx) Regions(ctx context.Context) ([]string, error) {
	return Collect(tx.Query(ctx, `SELECT DISTINCT region FROM organization ORDER BY region`), func(r *Rows) (region string, err error) {
		return region, r.Scan(&region)
	})
}

// OrganizationsWithOpenAccess lists those where something waits or runs, and those the agent asked about last.
func (tx *Tx) OrganizationsWithOpenAccess(ctx context.Context, s id.Staff, limit int) ([]OrganizationRow, error) {
	return tx.organizationRows(ctx, `WHERE organization.id IN (SELECT org FROM access_request WHERE state IN ('pending', 'active')) OR
organization.id IN (SELECT access_request.org FROM access_request JOIN access_requester ON access_requester.request = access_request.id
WHERE access_requester.staff = ?) ORDER BY name_key LIMIT ?`, s, limit)
}

func (tx *Tx) organizationRows(ctx context.Context, tail string, args ...any) ([]OrganizationRow, error) {
	rows := tx.Query(ctx, `SELECT `+organizationColumns+`, COALESCE(owner.name, '') FROM organization
LEFT JOIN contact AS owner ON owner.org = organization.id AND owner.owner `+tail, args...)
	defer rows.Close()
	var out []OrganizationRow
	for rows.Next() {
		var row OrganizationRow
		o, err := scanOrganization(rows, &row.OwnerName)
		if err != nil {
			return nil, fmt.Errorf("read organization: %w", err)
		}
		row.Organization = *o
		out = append(out, row)
	}
	return out, rows.Err()
}
