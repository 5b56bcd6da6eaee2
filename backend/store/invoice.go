package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/invoice"
)

const invoiceColumns = `id, org, number, issued_on, due_on, currency, amount, state, paid_on, payment_url, document_url, lines, service, version, changed_at`

func scanInvoice(row Scanner, more ...any) (v invoice.Invoice, err error) {
	var lines string
	if err := row.Scan(append([]any{&v.ID, &v.Org, &v.Number, &v.IssuedOn, &v.DueOn, &v.Currency, &v.Amount, &v.State, &v.PaidOn, &v.PaymentURL,
		&v.DocumentURL, &lines, &v.Service, &v.Version, &v.ChangedAt}, more...)...); err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(lines), &v.Lines); err != nil {
		return v, fmt.Errorf("lines of invoice %s: %w", v.ID, err)
	}
	return v, nil
}

// Invoice is one invoice of the organization.
func (tx *Tx) Invoice(ctx context.Context, oid id.Organization, i id.Invoice) (*invoice.Invoice, error) {
	v, err := scanInvoice(tx.QueryRow(ctx, `SELECT `+invoiceColumns+` FROM invoice WHERE org = ? AND id = ?`, oid, i))
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// InvoiceByNumber is the invoice of the organization with a number.
func (tx *Tx) InvoiceByNumber(ctx context.Context, oid id.Organization, number string) (*invoice.Invoice, error) {
	v, err := scanInvoice(tx.QueryRow(ctx, `SELECT `+invoiceColumns+` FROM invoice WHERE org = ? AND number = ?`, oid, number))
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// AddInvoice writes a new one. A number that is taken is a bad field.
func (tx *Tx) AddInvoice(ctx context.Context, v *invoice.Invoice) error {
	v.Version, v.ChangedAt = 1, tx.Now()
	_, err := tx.Exec(ctx, `INSERT INTO invoice (`+invoiceColumns+`, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		v.ID, v.Org, v.Number, v.IssuedOn, v.DueOn, v.Currency, v.Amount, v.State, v.PaidOn, v.PaymentURL, v.DocumentURL, invoiceLines(v), v.Service,
		v.Version, v.ChangedAt, tx.Now())
	if IsUnique(err) {
		return errs.BadField("number", "invoice.error.number_taken")
	}
	if err != nil {
		return fmt.Errorf("write invoice: %w", err)
	}
	return nil
}

// SaveInvoice writes a changed one over the version that it was loaded as; a Conflict when somebody was quicker.
func (tx *Tx) SaveInvoice(ctx context.Context, v *invoice.Invoice) error {
	n, err := tx.Exec(ctx, `UPDATE invoice SET issued_on = ?, due_on = ?, currency = ?, amount = ?, state = ?, paid_on = ?, payment_url = ?,
document_url = ?, lines = ?, service = ?, version = version + 1, changed_at = ? WHERE org = ? AND id = ? AND version = ?`,
		v.IssuedOn, v.DueOn, v.Currency, v.Amount, v.State, v.PaidOn, v.PaymentURL, v.DocumentURL, invoiceLines(v), v.Service, tx.Now(), v.Org, v.ID, v.Version)
	if err != nil {
		return fmt.Errorf("save invoice: %w", err)
	}
	if n != 1 {
		return errs.InState("changed", "error.conflict")
	}
	v.Version, v.ChangedAt = v.Version+1, tx.Now()
	return nil
}

func invoiceLines(v *invoice.Invoice) string {
	lines := v.Lines
	if lines == nil {
		lines = []invoice.Line{}
	}
	b, err := json.Marshal(lines)
	if err != nil {
		panic("store: lines of an invoice have a JSON form: " + err.Error())
	}
	return string(b)
}

// InvoiceQuery picks invoices of an organization. Empty fields do not filter.
type InvoiceQuery struct {
	Text  string
	State invoice.State
	After id.Invoice // of the page before
	Limit int
}

// ListInvoices is one page of the invoices that match, newest first, without their lines.
func (tx *Tx) ListInvoices(ctx context.Context, oid id.Organization, q InvoiceQuery) ([]invoice.Invoice, error) {
	where, args := []string{`org = ?`}, []any{oid}
	and := func(cond string, values ...any) { where, args = append(where, cond), append(args, values...) }
	if text := strings.ToLower(strings.TrimSpace(q.Text)); text != "" {
		and(`LOWER(number) LIKE ? ESCAPE '\'`, "%"+likeEscape(text)+"%")
	}
	if q.State != "" {
		and(`state = ?`, q.State)
	}
	if q.After != "" {
		var day string
		err := tx.QueryRow(ctx, `SELECT issued_on FROM invoice WHERE org = ? AND id = ?`, oid, q.After).Scan(&day)
		if errs.Is(err, errs.NotFound) {
			return nil, errs.BadField("query.after", "error.invalid")
		}
		if err != nil {
			return nil, err
		}
		and(`(issued_on, id) < (?, ?)`, day, q.After)
	}
	return Collect(tx.Query(ctx, `SELECT `+strings.Replace(invoiceColumns, "lines", "'[]'", 1)+` FROM invoice WHERE `+strings.Join(where, " AND ")+
		` ORDER BY issued_on DESC, id DESC LIMIT ?`, append(args, q.Limit)...), func(r *Rows) (invoice.Invoice, error) { return scanInvoice(r) })
}

// Due is what is open in one currency.
type Due struct {
	Currency      string
	Open, Overdue int64
	Count         int
}

// InvoicesDue is what the organization has to pay, by currency; overdue is what was due before the day.
func (tx *Tx) InvoicesDue(ctx context.Context, oid id.Organization, now time.Time) ([]Due, error) {
	late := now.Add(-12 * time.Hour).UTC().Format(time.DateOnly) // as invoice.OverdueAt
	return Collect(tx.Query(ctx, `SELECT currency, SUM(amount), SUM(CASE WHEN due_on < ? THEN amount ELSE 0 END), COUNT(*) FROM invoice
WHERE org = ? AND state = 'open' GROUP BY currency ORDER BY currency`, late, oid), func(r *Rows) (d Due, err error) {
		return d, r.Scan(&d.Currency, &d.Open, &d.Overdue, &d.Count)
	})
}
