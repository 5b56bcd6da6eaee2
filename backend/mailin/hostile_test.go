package mailin_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"countersign/backend/mailin"
)

func b64(s string) string {
	text := base64.StdEncoding.EncodeToString([]byte(s))
	var b strings.Builder
	for len(text) > 76 {
		b.WriteString(text[:76] + "\n")
		text = text[76:]
	}
	return b.String() + text + "\n"
}

// nested puts a text into that many parts in parts.
func nested(depth int) []byte {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\n\nat the bottom\n")
	for i := depth - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "--b%d--\n", i)
	}
	header, body, _ := strings.Cut(b.String(), "\n\n")
	return letter(header+"\n", body)
}

// Whatever is sent, it is read within its bounds, and what is left out is named.
func TestHostile(t *testing.T) {
	t.Parallel()

	t.Run("deep_nesting", func(t *testing.T) {
		if m := parse(t, nested(10)); m.Text != "at the bottom" || len(m.Dropped) != 0 {
			t.Errorf("ten deep: %q, %q", m.Text, m.Dropped)
		}
		for _, depth := range []int{11, 1000, 20_000} {
			if m := parse(t, nested(depth)); m.Text != "" || len(m.Dropped) != 1 {
				t.Errorf("%d deep: %q, %q", depth, m.Text, m.Dropped)
			}
		}
	})

	t.Run("a_hundred_thousand_parts", func(t *testing.T) {
		parts := make([]string, 100_000)
		for i := range parts {
			parts[i] = "Content-Type: image/png\nContent-Disposition: attachment\n\nx"
		}
		parts[0] = "Content-Type: text/plain\n\nHello"
		m := parse(t, multipart(parts...))
		if m.Text != "Hello" || len(m.Attachments) != mailin.MaxParts-1 || len(m.Dropped) != 1 {
			t.Errorf("%q, %d attachments, dropped %q", m.Text, len(m.Attachments), m.Dropped)
		}
	})

	t.Run("floods_of_headers", func(t *testing.T) {
		for name, header := range map[string]string{
			"many":        strings.Repeat("X: y\n", mailin.MaxFields),
			"large":       "X: " + strings.Repeat("y", mailin.MaxHeader) + "\n",
			"folded":      "X: a\n" + strings.Repeat(" y\n", mailin.MaxHeader/2),
			"folded base": strings.Repeat(" \n", mailin.MaxHeader),
		} {
			_, err := mailin.Parse(letter(header, "x"), "marie@acme.example", noon)
			refused(t, err, 552)
			m := parse(t, multipart("Content-Type: text/plain\n\nHello", header+"Content-Disposition: attachment\n\nx"))
			if m.Text != "Hello" || len(m.Attachments)+len(m.Dropped) != 1 {
				t.Errorf("%s: %q, %d attachments, dropped %q", name, m.Text, len(m.Attachments), m.Dropped)
			}
		}
		m := parse(t, letter("References: "+strings.Repeat("<a@b> ", 30_000)+"\nX-Long: "+strings.Repeat("y", 50_000)+"\n", "x"))
		if len(m.References) != 100 {
			t.Errorf("%d references", len(m.References))
		}
	})

	t.Run("too_large", func(t *testing.T) {
		_, err := mailin.Parse(make([]byte, mailin.MaxSize+1), "marie@acme.example", noon)
		refused(t, err, 552)
	})

	t.Run("a_part_over_its_limit_is_named_and_left_out", func(t *testing.T) {
		// In 25 MB no encoding of mails makes more than fits, so only what isn't encoded can go over it.
		m := parse(t, multipart("Content-Type: text/plain\n\nSee the film.", "Content-Type: video/mp4\nContent-Disposition: attachment; filename=\"film.mp4\"\n\n"+
			strings.Repeat("x", mailin.MaxPart+1)))
		if m.Text != "See the film." || len(m.Attachments) != 0 || len(m.Dropped) != 1 || m.Dropped[0] != "film.mp4" {
			t.Errorf("%q, %d attachments, dropped %q", m.Text, len(m.Attachments), m.Dropped)
		}
	})

	t.Run("zip_bombs_stay_what_they_are", func(t *testing.T) {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		z.Write(make([]byte, 50<<20))
		z.Close()
		m := parse(t, multipart("Content-Type: text/plain\n\nx", "Content-Type: application/gzip; name=bomb.gz\nContent-Transfer-Encoding: base64\n\n"+b64(b.String())))
		if len(m.Attachments) != 1 || !bytes.Equal(m.Attachments[0].Data, b.Bytes()) {
			t.Errorf("%d attachments", len(m.Attachments))
		}
	})

	t.Run("injection", func(t *testing.T) {
		m := parse(t, letter("Subject: second\nMessage-ID: <2@other.example>\nIn-Reply-To: <a@b\x00c> <d@e.example\n > <f g@h.example> <\u202e@x>\n", "x"))
		if m.Subject != "Calls fail" || m.ID != "1@acme.example" || strings.Join(m.InReplyTo, "|") != "d@e.example|fg@h.example" {
			t.Errorf("%q, %q, %q", m.Subject, m.ID, m.InReplyTo)
		}
		raw := strings.Replace(string(letter("", "x")), "Calls fail", "=?utf-8?Q?a=0D=0ABcc:_x@y.example=00=E2=80=AE?=", 1)
		if m := parse(t, []byte(raw)); m.Subject != "a Bcc: x@y.example" {
			t.Errorf("subject %q", m.Subject)
		}
	})

	t.Run("long_lines_and_nothing_at_all", func(t *testing.T) {
		m := parse(t, letter("", strings.Repeat("a", 10<<20)))
		if len(m.Text) > mailin.MaxText || len(m.Attachments) != 1 {
			t.Errorf("%d bytes, %d attachments", len(m.Text), len(m.Attachments))
		}
		for _, raw := range []string{"", "\r\n", "\n\n\n", "x", "From", ":", "\x00", " \n \n", "From : a@b.example"} {
			m, err := mailin.Parse([]byte(raw), "a@b.example", noon)
			if err == nil && m.From.Address == "" {
				t.Errorf("%q was taken without a sender", raw)
			}
		}
		parse(t, []byte("From: a@b.example"))
	})
}

// bombs make messages of about a size that try to be more.
func bombs(room int) map[string]func() []byte {
	fill := func(s string) string { return strings.Repeat(s, room/len(s)) }
	rich := "Content-Type: text/html; charset=utf-8\n"
	return map[string]func() []byte{
		"base64": func() []byte {
			return letter("Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n", strings.Repeat(strings.Repeat("A", 76)+"\r\n", room/78))
		},
		"base64 text": func() []byte { return letter("Content-Transfer-Encoding: base64\n", fill("Cg==")) },
		"quoted": func() []byte {
			return letter("Content-Transfer-Encoding: quoted-printable\n", strings.Repeat(strings.Repeat("=41", 24)+"=\r\n", room/75))
		},
		"one line":     func() []byte { return letter("", fill("a")) },
		"empty lines":  func() []byte { return letter("", strings.Repeat("\r\n", room/2)) },
		"quotes":       func() []byte { return letter("", fill(">")) },
		"quoted lines": func() []byte { return letter("", strings.Repeat(">\r\n", room/3)) },
		"wide charset": func() []byte { return letter("Content-Type: text/plain; charset=windows-1252\n", fill("\x80")) },
		"flowed": func() []byte {
			return letter("Content-Type: text/plain; format=flowed\n", strings.Repeat("a \r\n", room/4))
		},
		"elements":       func() []byte { return letter(rich, fill("<b>")) },
		"formatting":     func() []byte { return letter(rich, strings.Repeat("<font color=a><i><u>", 100)+fill("<p>x")) },
		"blockquotes":    func() []byte { return letter(rich, fill("<blockquote>x")) },
		"lists":          func() []byte { return letter(rich, fill("<ul><li>x")) },
		"tables":         func() []byte { return letter(rich, fill("<table><tr><td>x")) },
		"attributes":     func() []byte { return letter(rich, "<div "+fill("a=b ")+">x") },
		"links":          func() []byte { return letter(rich, fill("<a href=https://x.example/>")) },
		"entities":       func() []byte { return letter(rich, fill("&ngE;")) },
		"breaks":         func() []byte { return letter(rich, fill("<br>")) },
		"comment":        func() []byte { return letter(rich, "<!--"+fill("x")) },
		"marks":          func() []byte { return letter("", strings.Repeat("a##-\r\n", room/6)) },
		"attributions":   func() []byte { return letter("", strings.Repeat("On a@b\r\n", room/8)) },
		"prose":          func() []byte { return letter("", strings.Repeat("On 1 a wrote:\r\n", room/15)) },
		"prose, quoted":  func() []byte { return letter("", strings.Repeat("On 1 a wrote:\r\n> x\r\n", room/20)) },
		"separators":     func() []byte { return letter("", strings.Repeat("----Original Message----\r\n>x\r\n", room/30)) },
		"signatures":     func() []byte { return letter("", strings.Repeat("-- \r\n", room/5)) },
		"signatures, on": func() []byte { return letter("", strings.Repeat("-- \r\n"+strings.Repeat("a\r\n", 20), room/65)) },
		"phones":         func() []byte { return letter("", strings.Repeat("Sent from my iPhone\r\n", room/21)) },
		"open marks":     func() []byte { return letter("", strings.Repeat("##-"+strings.Repeat("a", 50)+"\r\n", room/55)) },
		"long marks":     func() []byte { return letter("", strings.Repeat("a ##- "+strings.Repeat("a", 1000)+"\r\n", room/1010)) },
		"labels":         func() []byte { return letter("", strings.Repeat("From: a\r\nSent: b\r\n", room/18)) },
		"boundaries": func() []byte {
			return letter("Content-Type: multipart/mixed; boundary=x\n", strings.Repeat("--x\r\n", room/5))
		},
		"half a boundry": func() []byte {
			return letter("Content-Type: multipart/mixed; boundary=x\n", "--x\r\n"+strings.Repeat("--xx\r\n", room/6))
		},
		"words": func() []byte {
			return []byte(strings.Replace(string(letter("", "x")), "Calls fail", strings.Repeat("=?utf-8?Q?=41?= ", 15_000), 1))
		},
		"parameters": func() []byte { return letter("Content-Type: text/plain"+strings.Repeat("; a*1*=x", 25_000)+"\n", "x") },
		"comments": func() []byte {
			return []byte(strings.Replace(string(letter("", "x")), "Marie Dubois", strings.Repeat("(", 900), 1))
		},
	}
}

// TH20: no message, however made, costs more than 64 MiB above its own size, and none takes long.
func TestBombsCostNoMemory(t *testing.T) {
	const allowed = 64 << 20
	room := mailin.MaxSize - 4096
	if underRace {
		room = 100_000
	}
	for name, build := range bombs(room) {
		raw := build()
		var before, after runtime.MemStats
		start := time.Now()
		runtime.GC()
		runtime.ReadMemStats(&before)
		m, err := mailin.Parse(raw, "marie@acme.example", noon)
		runtime.ReadMemStats(&after)
		total := after.TotalAlloc - before.TotalAlloc
		if !underRace && total > uint64(len(raw))+allowed {
			t.Errorf("%s: %d MiB were allocated for a message of %d MiB", name, total>>20, len(raw)>>20)
		}
		took := time.Since(start)
		t.Logf("%-14s %3d MiB for %2d MiB, %v", name, total>>20, len(raw)>>20, took.Round(time.Millisecond))
		if took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		if err != nil || len(m.Whole) > mailin.MaxText || !utf8.ValidString(m.Whole) {
			t.Errorf("%s: %v, or a text that is too long", name, err)
		}
	}
}
