package mail_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/backend/mail"
	"countersign/shared/i18n"

	gomessage "github.com/emersion/go-message/mail"
	"github.com/google/go-cmp/cmp"
)

func TestFileNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"trace.txt": "trace.txt", "Facture été 2026.pdf": "Facture été 2026.pdf", "../../etc/passwd": "passwd", `C:\Users\x\a.png`: "a.png", "": "file",
		"..": "file", ".bashrc": "bashrc", "a\r\nb.txt": "a  b.txt", "invoice\u202egnp.exe": "invoicegnp.exe", `a"b<c>.txt`: "a_b_c_.txt", "\xff.txt": "_.txt",
		strings.Repeat("é", 200) + ".pdf": strings.Repeat("é", 116) + ".pdf", strings.Repeat("x", 130): strings.Repeat("x", 120), "a.": "a.", "/": "_",
	} {
		if got := mail.FileName(in); got != want {
			t.Errorf("%q goes out as %q, want %q", in, got, want)
		}
	}
}

// Files go along as attachments that a mail program reads as they were, or not at all when they are too large.
func TestFilesGoAlong(t *testing.T) {
	t.Parallel()
	m := sample(mail.TicketMessage, i18n.EN, "answered")
	large := bytes.Repeat([]byte{0, 1, 2, '\n', '\r', '.', 255}, 300_000)
	m.Files = []mail.File{
		{Name: "trace.txt", Type: "text/plain; charset=utf-8", Data: []byte("one\ntwo\n.\n")},
		{Name: "Facture de l’été — " + strings.Repeat("très ", 15) + "longue.pdf", Type: "application/pdf", Data: large},
		{Name: "page.html", Type: "text/html", Data: []byte("<script>alert(1)</script>")},
		{Name: "empty.png", Type: "image/png"},
	}
	m.Args["files"] = "trace.txt\nFacture.pdf\npage.html\nempty.png"
	letter, err := renderer(t).Render(m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(letter.Text, "attached to this message:\n- trace.txt\n") {
		t.Errorf("the letter does not say that files go along:\n%s", letter.Text)
	}
	raw, err := mail.Compose(letter)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := mail.Compose(letter); !bytes.Equal(raw, again) {
		t.Error("the same letter gives other bytes")
	}

	want := []mail.File{
		{Name: "trace.txt", Type: "text/plain", Data: m.Files[0].Data}, {Name: m.Files[1].Name, Type: "application/pdf", Data: large},
		{Name: "page.html", Type: "application/octet-stream", Data: m.Files[2].Data}, {Name: "empty.png", Type: "image/png", Data: []byte{}},
	}
	texts, files := read(t, raw)
	if diff := cmp.Diff(files, want); diff != "" {
		t.Errorf("the files arrive as\n%.2000s", diff)
	}
	if len(texts) != 2 || strings.ReplaceAll(texts[0], "\r\n", "\n") != letter.Text {
		t.Errorf("the text arrives as %q", texts)
	}

	m.Files[1].Data = make([]byte, mail.MostFiles)
	if letter, err = renderer(t).Render(m); err != nil {
		t.Fatal(err)
	}
	if len(letter.Files) != 0 || !strings.Contains(letter.Text, "in the portal:\n- trace.txt\n") {
		t.Errorf("with too large files it carries %d and says\n%s", len(letter.Files), letter.Text)
	}
}

// read gives the texts and the files of a mail as another program reads them.
func read(t testing.TB, raw []byte) (texts []string, files []mail.File) {
	t.Helper()
	r, err := gomessage.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return texts, files
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(part.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch h := part.Header.(type) {
		case *gomessage.InlineHeader:
			texts = append(texts, string(data))
		case *gomessage.AttachmentHeader:
			name, err := h.Filename()
			if err != nil {
				t.Fatal(err)
			}
			media, _, err := h.ContentType()
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, mail.File{Name: name, Type: media, Data: data})
		}
	}
}
