package mailin

import "time"

// Parse makes sense of a message as it came over the wire, from the envelope's sender; now bounds what its date can be. An
// error is always a *Refusal. The attachments' data may be part of raw.
func Parse(raw []byte, from string, now time.Time) (*Message, error) {
	if len(raw) > MaxSize {
		return nil, tooLarge("The message is larger than 25 MB: send large files in another way.")
	}
	h, body, ok := readHeader(raw, maxHeader, maxFields)
	if !ok {
		return nil, tooLarge("The header of the message is too large: send it again as a new message.")
	}
	m := &Message{
		ID:           messageID(h, body),
		InReplyTo:    ids(h.Get("In-Reply-To")),
		References:   ids(h.Get("References")),
		EnvelopeFrom: from,
		Subject:      oneLine(decodeWords(h.Get("Subject")), maxSubject),
		Date:         date(h, now),
		Auto:         autoOf(h, from),
	}
	// What no person wrote is dropped whatever it looks like; nobody would read a refusal.
	var err error
	if m.From, err = sender(h); err != nil && m.Auto == Person {
		return nil, err
	}

	w := &walker{m: m}
	texts := w.walk(newPart(h, body, "text/plain"), 0)
	sealed, readable := w.encrypted, false
	for _, s := range texts {
		if !s.html && isArmored(s.text) {
			sealed = true
			continue
		}
		readable = readable || !s.blank()
	}
	if sealed && !readable && m.Auto == Person {
		return nil, &Refusal{Code: 554, Enhanced: [3]int{5, 6, 1},
			Text: "The message is encrypted, and the portal has no key for it: send it again without encryption."}
	}
	m.write(texts)
	return m, nil
}

// write makes the plain text of the sources, and of that what the person wrote. A text that is too long is kept as a file,
// too, unless what is missing is only history.
func (m *Message) write(texts []source) {
	p := &page{room: maxText}
	long := false
	for i, s := range texts {
		if n := len(p.lines); i > 0 && n > 0 && !p.lines[n-1].blank() {
			p.add(line{})
		}
		s.lines(p)
		long = long || s.cut
	}
	m.Whole = render(p.lines)
	kept := trim(p.lines, forwardSubject.MatchString(normal(m.Subject)))
	m.Text = render(kept)
	m.Trimmed = m.Text != m.Whole

	if !long && !p.full || len(kept) > 0 && kept[len(kept)-1].text != p.lines[len(p.lines)-1].text {
		return
	}
	for _, s := range texts {
		name, kind := "message.txt", "text/plain"
		if s.html {
			name, kind = "message.html", "text/html"
		}
		m.Attachments = append(m.Attachments, Attachment{Name: name, Type: kind, Data: s.raw})
	}
}
