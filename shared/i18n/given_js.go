package i18n

var given = map[Locale]*catalogue{}

func (l Locale) catalogue() *catalogue { return given[l] }

// Use gives the sentences of a language, as Sentences makes them. Without them every key shows itself.
func Use(l Locale, sentences string) { given[l] = newCatalogue(sentences) }

// Given reports whether the sentences of a language are there.
func Given(l Locale) bool { return given[l] != nil }
