package portal

import (
	"context"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/errs"
)

// FilesOf are the files of the message that a mail is about, for the outbox to send along: all, or none when they are too
// much for a mail. A file that is gone is no reason to keep the words back.
func (s *Service) FilesOf(ctx context.Context, t *mail.Thread) (files []mail.File, err error) {
	err = s.DB.View(ctx, func(tx *store.Tx) error {
		list, err := tx.FilesOfMessage(ctx, t.Ticket, t.Message)
		if err != nil {
			return err
		}
		total := int64(0)
		for i := range list {
			total += list[i].Size
		}
		if total > mail.MostFiles {
			return nil
		}
		for i := range list {
			data, err := tx.FileBytes(ctx, &list[i])
			if errs.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			files = append(files, mail.File{Name: list[i].Name, Type: list[i].Type, Data: data})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return files, nil
}
