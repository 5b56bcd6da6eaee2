package mailin

// Trim makes plain text as a mail's is made, and cuts it.
func Trim(text string, forward bool) (whole, kept string) {
	p := &page{room: maxText}
	source{text: text}.lines(p)
	return render(p.lines), render(trim(p.lines, forward))
}

// HTML makes a document plain.
func HTML(doc string) string {
	p := &page{room: maxText}
	source{text: doc, html: true}.lines(p)
	return render(p.lines)
}

var (
	FileName = fileName
	KindOf   = kindOf
)

const (
	MaxHeader = maxHeader
	MaxFields = maxFields
	MaxParts  = maxParts
	MaxPart   = maxPart
	MaxText   = maxText
)
