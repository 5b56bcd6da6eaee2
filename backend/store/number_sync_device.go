package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"countersign/backend/failpoint"
	"countersign/backend/inventory"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/replica"
)

const deviceColumns = `client, login, lmid, first_mid, ack_mid, schema, browser, seen_at, pending`

func scanDevice(row Scanner, more ...any) (d inventory.Device, err error) {
	err = row.Scan(append([]any{(*string)(&d.Client), (*string)(&d.Login), (*int64)(&d.Lmid), (*int64)(&d.FirstMid), (*int64)(&d.AckMid), &d.Schema,
		&d.Browser, &d.SeenAt, &d.Pending}, more...)...)
	return d, err
}

func (s *numbers) Device(c id.Device) (*inventory.Device, error) {
	d, err := scanDevice(s.tx.QueryRow(s.ctx, `SELECT `+deviceColumns+` FROM sync_device WHERE org = ? AND client = ?`, string(s.org), string(c)))
	return maybe(&d, err)
}

func (s *numbers) Devices() ([]inventory.Device, error) {
	return Collect(s.tx.Query(s.ctx, `SELECT `+deviceColumns+` FROM sync_device WHERE org = ? ORDER BY client`, string(s.org)),
		func(r *Rows) (inventory.Device, error) { return scanDevice(r) })
}

func (s *numbers) PutDevice(d *inventory.Device) error {
	_, err := s.tx.Touch(s.ctx, `INSERT INTO sync_device (org, client, login, lmid, first_mid, ack_mid, schema, browser, seen_at, pending)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (org, client) DO UPDATE SET login = excluded.login, lmid = excluded.lmid, first_mid = excluded.first_mid,
ack_mid = excluded.ack_mid, schema = excluded.schema, browser = excluded.browser, seen_at = excluded.seen_at, pending = excluded.pending`,
		string(s.org), string(d.Client), string(d.Login), int64(d.Lmid), int64(d.FirstMid), int64(d.AckMid), d.Schema, d.Browser, d.SeenAt, d.Pending)
	return fault("write a device", err)
}

// SyncDevice is a device with the name of its login, as the organization's contact has it where there is one.
type SyncDevice struct {
	inventory.Device
	Name string
}

// SyncDevices are the devices of an organization, of one login or ("") of all, the one that was seen last first.
func (tx *Tx) SyncDevices(ctx context.Context, oid id.Organization, l id.Login) ([]SyncDevice, error) {
	where, args := "", []any{string(oid)}
	if l != "" {
		where, args = ` AND sync_device.login = ?`, append(args, string(l))
	}
	return Collect(tx.Query(ctx, `SELECT client, sync_device.login, lmid, first_mid, ack_mid, schema, browser, seen_at, pending,
COALESCE(contact.name, login.name, '') FROM sync_device LEFT JOIN login ON login.id = sync_device.login
LEFT JOIN contact ON contact.org = sync_device.org AND contact.login = sync_device.login
WHERE sync_device.org = ?`+where+` ORDER BY seen_at DESC, client LIMIT 1000`, args...),
		func(r *Rows) (d SyncDevice, err error) {
			d.Device, err = scanDevice(r, &d.Name)
			return d, err
		})
}

// SyncKnown reports whether a login ever kept a copy of the organization's numbers on a device.
func (tx *Tx) SyncKnown(ctx context.Context, oid id.Organization, l id.Login) (bool, error) {
	var one int
	err := tx.QueryRow(ctx, `SELECT 1 FROM sync_device WHERE login = ? AND org = ? LIMIT 1`, string(l), string(oid)).Scan(&one)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

const receiptColumns = `client, outcome, is_primary, total, at`

func scanReceipt(row Scanner) (inventory.Receipt, error) {
	var r inventory.Receipt
	var outcome, total string
	if err := row.Scan((*string)(&r.Client), &outcome, &r.Primary, &total, &r.At); err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(outcome), &r.Outcome); err != nil {
		return r, fmt.Errorf("read an outcome: %w", err)
	}
	return r, readTotal(&r.Sum, total)
}

func readTotal(to *uint64, s string) error {
	sum, ok := replica.ParseSum(s)
	if !ok {
		return fmt.Errorf("a total of receipts is no sum: %q", s)
	}
	*to = sum
	return nil
}

func (s *numbers) ReceiptOf(u replica.Uid) (*inventory.Receipt, error) {
	r, err := scanReceipt(s.tx.QueryRow(s.ctx, `SELECT `+receiptColumns+` FROM sync_receipt WHERE org = ? AND uid = ? AND is_primary`,
		string(s.org), string(u)))
	return maybe(&r, err)
}

func (s *numbers) Receipts(c id.Device, from, to replica.Mid) ([]inventory.Receipt, error) {
	return Collect(s.tx.Query(s.ctx, `SELECT `+receiptColumns+` FROM sync_receipt WHERE org = ? AND client = ? AND mid >= ? AND mid <= ? ORDER BY mid`,
		string(s.org), string(c), int64(from), int64(to)), func(r *Rows) (inventory.Receipt, error) { return scanReceipt(r) })
}

func (s *numbers) SumBelow(c id.Device, mid replica.Mid) (sum uint64, err error) {
	var total string
	err = s.tx.QueryRow(s.ctx, `SELECT total FROM sync_receipt WHERE org = ? AND client = ? AND mid < ? ORDER BY mid DESC LIMIT 1`,
		string(s.org), string(c), int64(mid)).Scan(&total)
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	if err == nil {
		err = readTotal(&sum, total)
	}
	return sum, err
}

func (s *numbers) AddReceipt(r *inventory.Receipt) error {
	outcome, err := outcomeJSON(&r.Outcome)
	if err != nil {
		return err
	}
	_, err = s.tx.Touch(s.ctx, `INSERT INTO sync_receipt (org, client, mid, uid, outcome, is_primary, total, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		string(s.org), string(r.Client), int64(r.Outcome.Mid), string(r.Outcome.Uid), outcome, r.Primary, replica.SumText(r.Sum), r.At)
	failpoint.Hit("number.receipt")
	return fault("write a receipt", err)
}

// outcomeJSON is the JSON of an outcome, by hand where nothing went wrong.
func outcomeJSON(o *replica.Outcome) (string, error) {
	if o.Rejected != 0 || len(o.Faults) > 0 || o.Technical != "" || o.Attention != "" {
		b, err := json.Marshal(o)
		return string(b), err
	}
	b := make([]byte, 0, 128)
	b = strconv.AppendInt(append(b, `{"mid":`...), int64(o.Mid), 10)
	b = appendText(append(b, `,"uid":`...), string(o.Uid))
	b = appendText(append(b, `,"st":`...), string(o.St))
	b = strconv.AppendInt(append(b, `,"seq":`...), o.Seq, 10)
	if o.Applied != 0 {
		b = strconv.AppendInt(append(b, `,"applied":`...), int64(o.Applied), 10)
	}
	return string(append(b, '}')), nil
}

// appendText writes a JSON string.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf && !utf8.ValidString(s) {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic("store: a string has a JSON form: " + err.Error())
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
