package mailin

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// markup is what a mail program says of a part of a document, by the names it gives.
type markup struct {
	quote  bool // it is quoted
	hidden bool
	role   role
}

func markupOf(t html.Token) (m markup) {
	style := strings.ToLower(strings.ReplaceAll(attr(t, "style"), " ", ""))
	m.hidden = strings.Contains(style, "display:none")
	id := strings.TrimPrefix(attr(t, "id"), "x_") // Outlook on the web renames what it quotes
	class := strings.Fields(attr(t, "class"))
	if len(class) > 20 {
		class = class[:20]
	}

	switch {
	case t.DataAtom == atom.Blockquote:
		// Without a border it is how Gmail indents.
		m.quote = attr(t, "type") == "cite" || !strings.Contains(style, "border:none")
	case attr(t, "name") == "quote" && strings.Contains(style, "border-left"):
		m.quote = true // GMX and web.de
	}
	switch {
	case id == "divRplyFwdMsg", id == "OLK_SRC_BODY_SECTION", id == "mail-editor-reference-message-container":
		m.role = history // Outlook: on the web, on phones, on the Mac
	case id == "reply-intro":
		m.role = attribution // Roundcube
	case id == "AppleMailSignature", id == "composer_signature":
		m.role = signature // iPhones, Samsung
	case t.DataAtom == atom.Div && strings.Contains(style, "border:none;border-top:solid") && strings.Contains(style, "padding:3.0pt0"):
		m.role = history // Outlook's desktop program draws this line above From:, in whatever language
	}
	for _, c := range class {
		switch strings.TrimPrefix(c, "x_") {
		case "gmail_attr", "moz-cite-prefix":
			m.role = attribution
		case "gmail_signature", "gmail_signature_prefix", "moz-signature", "protonmail_signature_block", "k9mail-signature":
			m.role = signature
		case "yahoo_quoted", "OutlookMessageHeader":
			m.role = history
		case "preheader":
			m.hidden = true
		}
		if strings.HasSuffix(c, "yahoo_quoted") { // with a prefix that changes from mail to mail
			m.role = history
		}
	}
	return m
}

// attr is an attribute's value, bounded.
func attr(t html.Token, name string) string {
	for i, a := range t.Attr {
		if i > 100 {
			break
		}
		if a.Key == name {
			return a.Val[:min(len(a.Val), 4*maxLink)]
		}
	}
	return ""
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Embed, atom.Input, atom.Param, atom.Source, atom.Track, atom.Frame, atom.Keygen:
		return true
	}
	return false
}

// isBlock reports whether an element stands on lines of its own.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Center, atom.Dd, atom.Details, atom.Dir, atom.Div, atom.Dl,
		atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5,
		atom.H6, atom.Header, atom.Legend, atom.Listing, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Plaintext, atom.Pre,
		atom.Section, atom.Summary, atom.Table, atom.Caption, atom.Tr, atom.Ul, atom.Xmp, atom.Option:
		return true
	}
	return false
}

// hasMargin reports whether browsers put space above an element. Outlook writes each line as a paragraph without.
func hasMargin(t html.Token) bool {
	switch t.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Dl:
		return true
	case atom.P:
		return !isTight(t)
	}
	return false
}

func isTight(t html.Token) bool {
	style := strings.ToLower(strings.ReplaceAll(attr(t, "style"), " ", ""))
	return strings.Contains(attr(t, "class"), "Mso") || strings.Contains(style, "margin:0") || strings.Contains(style, "margin-bottom:0")
}
