package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/id"
	"countersign/shared/ticket"
)

const fileColumns = `id, name, type, size, stripped`

// filePart is how many bytes of a file one row holds.
const filePart = 256 << 10

// Uploader is who brought a file.
type Uploader struct {
	Side ticket.Side
	ID   string
}

// AddFile writes a file that no message has taken yet.
func (tx *Tx) AddFile(ctx context.Context, oid id.Organization, by Uploader, f *ticket.File, data []byte) error {
	f.Size = int64(len(data))
	if _, err := tx.Exec(ctx, `INSERT INTO attachment (id, org, ticket, message, by_kind, by_id, name, type, size, stripped, created_at)
VALUES (?, ?, '', '', ?, ?, ?, ?, ?, ?, ?)`, f.ID, oid, by.Side, by.ID, f.Name, f.Type, f.Size, f.Stripped, tx.Now()); err != nil {
		return fmt.Errorf("write attachment: %w", err)
	}
	for no := 0; len(data) > 0; no++ {
		n := min(filePart, len(data))
		if _, err := tx.Exec(ctx, `INSERT INTO attachment_part (attachment, no, data) VALUES (?, ?, ?)`, f.ID, no, data[:n]); err != nil {
			return fmt.Errorf("write attachment: %w", err)
		}
		data = data[n:]
	}
	return nil
}

// WaitingFile is a file of the uploader that no message has taken.
func (tx *Tx) WaitingFile(ctx context.Context, oid id.Organization, by Uploader, f id.Attachment) (*ticket.File, error) {
	var out ticket.File
	err := tx.QueryRow(ctx, `SELECT `+fileColumns+` FROM attachment WHERE org = ? AND id = ? AND ticket = '' AND by_kind = ? AND by_id = ?`,
		oid, f, by.Side, by.ID).Scan(&out.ID, &out.Name, &out.Type, &out.Size, &out.Stripped)
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// CountWaitingFiles counts the uploader's files that no message has taken.
func (tx *Tx) CountWaitingFiles(ctx context.Context, oid id.Organization, by Uploader) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM attachment WHERE org = ? AND by_id = ? AND ticket = '' AND by_kind = ?`, oid, by.ID, by.Side).Scan(&n)
	return n, err
}

// TakeFile gives a file that waits to a message.
func (tx *Tx) TakeFile(ctx context.Context, oid id.Organization, f id.Attachment, t id.Ticket, m id.Message) error {
	n, err := tx.Exec(ctx, `UPDATE attachment SET ticket = ?, message = ? WHERE org = ? AND id = ? AND ticket = ''`, t, m, oid, f)
	if err != nil {
		return fmt.Errorf("give an attachment to its message: %w", err)
	}
	if n != 1 {
		return gone()
	}
	return nil
}

// FileOf is a file of a ticket with the message that has it.
func (tx *Tx) FileOf(ctx context.Context, oid id.Organization, t id.Ticket, f id.Attachment) (file ticket.File, m id.Message, err error) {
	err = tx.QueryRow(ctx, `SELECT message, `+fileColumns+` FROM attachment WHERE org = ? AND ticket = ? AND id = ? AND ticket <> ''`, oid, t, f).
		Scan(&m, &file.ID, &file.Name, &file.Type, &file.Size, &file.Stripped)
	return file, m, err
}

// FilesOfMessage are the files of a message, without their bytes.
func (tx *Tx) FilesOfMessage(ctx context.Context, t id.Ticket, m id.Message) ([]ticket.File, error) {
	return Collect(tx.Query(ctx, `SELECT `+fileColumns+` FROM attachment WHERE ticket = ? AND message = ? AND ticket <> '' ORDER BY id`, t, m), func(r *Rows) (f ticket.File, err error) {
		return f, r.Scan(&f.ID, &f.Name, &f.Type, &f.Size, &f.Stripped)
	})
}

// FileBytes are the bytes of a file that the caller has found to be allowed.
func (tx *Tx) FileBytes(ctx context.Context, f *ticket.File) ([]byte, error) {
	data := make([]byte, 0, f.Size)
	rows := tx.Query(ctx, `SELECT data FROM attachment_part WHERE attachment = ? ORDER BY no`, f.ID)
	defer rows.Close()
	for rows.Next() {
		var part []byte
		if err := rows.Scan(&part); err != nil {
			return nil, fmt.Errorf("read attachment: %w", err)
		}
		data = append(data, part...)
	}
	return data, rows.Err()
}

// DropFile forgets a file that no message has taken.
func (tx *Tx) DropFile(ctx context.Context, f id.Attachment) error {
	if _, err := tx.Touch(ctx, `DELETE FROM attachment_part WHERE attachment = ? AND EXISTS (SELECT 1 FROM attachment WHERE id = ? AND ticket = '')`, f, f); err != nil {
		return fmt.Errorf("forget an attachment: %w", err)
	}
	if _, err := tx.Touch(ctx, `DELETE FROM attachment WHERE id = ? AND ticket = ''`, f); err != nil {
		return fmt.Errorf("forget an attachment: %w", err)
	}
	return nil
}

// DropWaitingFiles forgets files that no message has taken since before, some at a time, and tells how many.
func (tx *Tx) DropWaitingFiles(ctx context.Context, before time.Time) (int, error) {
	old, err := Collect(tx.Query(ctx, `SELECT id FROM attachment WHERE ticket = '' AND created_at < ? LIMIT 50`, before), func(r *Rows) (f id.Attachment, err error) {
		return f, r.Scan(&f)
	})
	if err != nil {
		return 0, err
	}
	for _, f := range old {
		if err := tx.DropFile(ctx, f); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
