package mail

var (
	ShowMoment = showMoment
	ShowSpan   = showSpan
)

// ArgNames are the arguments of a template but its link.
func ArgNames(t Template) []string {
	var names []string
	for name := range specs[t].args {
		names = append(names, name)
	}
	return names
}

// SpecCount is how many templates are declared.
func SpecCount() int { return len(specs) }

// Compose gives the bytes of a letter as they go to the server.
func Compose(l Letter) ([]byte, error) {
	m, err := compose(l)
	return m.data, err
}

// FileName is a name as it goes out.
var FileName = fileName
