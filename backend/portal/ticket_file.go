package portal

import (
	"net/http"
	"path"
	"strings"

	"countersign/backend/har"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"
	"countersign/shared/text"
	"countersign/shared/ticket"
)

// Files of messages. One is uploaded first, by whoever will send the message, and belongs to nobody else until then.

// UploadFile takes a file of a contact.
func (s *Service) UploadFile(tx *Tx, in *api.UploadIn) (ticket.File, error) {
	if !tx.Rights.Has(perm.TicketsCreate) && !tx.Rights.Has(perm.TicketsUpdate) {
		return ticket.File{}, forbidden()
	}
	return tx.upload(in, store.Uploader{Side: ticket.ByContact, ID: string(tx.Contact.ID)})
}

// UploadStaffFile takes a file of a member of staff.
func (s *Service) UploadStaffFile(tx *Tx, in *api.UploadIn) (ticket.File, error) {
	if _, err := tx.Organization(tx, in.Org.Org); err != nil {
		return ticket.File{}, err
	}
	return tx.upload(in, store.Uploader{Side: ticket.ByStaff, ID: string(tx.Member.ID)})
}

func (tx *Tx) upload(in *api.UploadIn, by store.Uploader) (ticket.File, error) {
	f, err := tx.keepFile(in.Org.Org, by, in.Body.Name, in.Body.Data)
	if err != nil {
		return ticket.File{}, err
	}
	return *f, tx.record(change{stream: live.Of(in.Org.Org), kind: audit.FileUploaded, object: string(f.ID),
		detail: map[string]string{"name": f.Name, "bytes": itoa(int(f.Size))}})
}

// keepFile checks a file and writes it; the caller records it.
func (tx *Tx) keepFile(oid id.Organization, by store.Uploader, name string, data []byte) (*ticket.File, error) {
	switch {
	case tx.svc.DB.Disk().Low:
		return nil, errs.New(errs.ReadOnly, "job.error.disk")
	case len(data) == 0:
		return nil, errs.BadField("data", "ticket.error.file_empty")
	case len(data) > ticket.MaxFile:
		return nil, errs.BadField("data", "ticket.error.file_large", "max", ticket.MaxFile>>20)
	}
	waiting, err := tx.CountWaitingFiles(tx, oid, by)
	if err != nil {
		return nil, err
	}
	if waiting >= ticket.WaitingFiles {
		return nil, errs.InState("full", "ticket.error.files_wait", "max", ticket.WaitingFiles)
	}
	f := &ticket.File{ID: newID[id.Attachment](tx), Name: fileName(name), Type: mediaType(data)}
	if clean, n, ok := har.Strip(data); ok {
		data, f.Stripped, f.Type = clean, n, "application/json"
	}
	return f, tx.AddFile(tx, oid, by, f, data)
}

// mediaType is what the first bytes say, whatever the name does.
func mediaType(data []byte) string {
	t, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return t
}

// fileName makes a name harmless on any system: one part, nothing that can't be seen, not too long, never empty.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(text.Line(s), `\`, "/"))
	s = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, s), ". /")
	if runes := []rune(s); len(runes) > ticket.MaxFileName {
		ext := []rune(path.Ext(s))
		ext = ext[:min(len(ext), 20)]
		s = string(runes[:ticket.MaxFileName-len(ext)]) + string(ext)
	}
	if s == "" {
		return "file"
	}
	return s
}

// takeFiles gives a message the files that its author has uploaded for it.
func (tx *Tx) takeFiles(t *ticket.Ticket, m *ticket.Message, files []id.Attachment) error {
	if len(files) > ticket.MaxFiles {
		return errs.BadField("files", "ticket.error.files", "max", ticket.MaxFiles)
	}
	by, total := store.Uploader{Side: m.Author.Side, ID: m.Author.ID}, int64(0)
	for _, file := range files {
		f, err := tx.WaitingFile(tx, t.Org, by, file)
		if err != nil {
			return notThere(err, "files")
		}
		if total += f.Size; total > ticket.MaxFiled {
			return errs.BadField("files", "ticket.error.files_large", "max", ticket.MaxFiled>>20)
		}
		if err := tx.TakeFile(tx, t.Org, f.ID, t.ID, m.ID); err != nil {
			return notThere(err, "files")
		}
		m.Files = append(m.Files, *f)
	}
	return nil
}

// DropFile forgets a file that its contact has uploaded and not sent.
func (s *Service) DropFile(tx *Tx, in *api.DropFileIn) (api.None, error) {
	return api.None{}, tx.dropFile(in, store.Uploader{Side: ticket.ByContact, ID: string(tx.Contact.ID)})
}

// DropStaffFile is DropFile for staff.
func (s *Service) DropStaffFile(tx *Tx, in *api.DropFileIn) (api.None, error) {
	return api.None{}, tx.dropFile(in, store.Uploader{Side: ticket.ByStaff, ID: string(tx.Member.ID)})
}

func (tx *Tx) dropFile(in *api.DropFileIn, by store.Uploader) error {
	if _, err := tx.WaitingFile(tx, in.Org.Org, by, in.File); err != nil {
		return err
	}
	return tx.Tx.DropFile(tx, in.File)
}

// GetFile is a file of a ticket that the caller sees.
func (s *Service) GetFile(tx *Tx, in *api.FileIn) (api.Blob, error) {
	return tx.file(in, tx.sight(), false)
}

// GetStaffFile is a file of a ticket for staff, of notes too.
func (s *Service) GetStaffFile(tx *Tx, in *api.FileIn) (api.Blob, error) {
	return tx.file(in, store.Sight{}, true)
}

func (tx *Tx) file(in *api.FileIn, see store.Sight, notes bool) (api.Blob, error) {
	t, err := tx.Ticket(tx, in.Org.Org, in.Ticket, see)
	if err != nil {
		return api.Blob{}, err
	}
	f, of, err := tx.FileOf(tx, t.Org, t.ID, in.File)
	if err != nil {
		return api.Blob{}, err
	}
	m, err := tx.TicketMessage(tx, t.Org, t.ID, of)
	if err != nil {
		return api.Blob{}, err
	}
	if m.Kind == ticket.Note && !notes {
		return api.Blob{}, notFound()
	}
	data, err := tx.FileBytes(tx, &f)
	return api.Blob{Data: data, Name: f.Name}, err
}
