package number

import (
	"strings"
	"testing"
)

// TH20, N02: a name is one line of what can be seen, so it can't be made to read as another one.
func TestNamesAreOneLineOfWhatIsSeenTH20(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"a\u202eb", "\u2066x\u2069", "x\u200f", "a\u061cb", "a\nb", "a\tb", "a\x00", "a\x7f", "a\u0085b", "a\u2028b", "a\u2029b",
		"a\u200bb", "a\ufeffb", "a\u2060b", "a\u00adb", "a\u3164b", "a\U000e0041b", " ", "   ", "\u00a0", "\u3000", "\u200d", "\u2800", "\ufe0f",
		"a\xffb", "\xc3", strings.Repeat("é", MaxDisplayName+1),
	} {
		if r := CheckName(s, MaxDisplayName); r != InvalidName {
			t.Errorf("%+q: %q", s, r)
		}
	}
	for _, s := range []string{
		"", "Réception", "Re\u0301ception", "מוקד", "الاستقبال", "前台 📞", "می\u200cخواهم", "👩\u200d💻", "☎\ufe0f", "a\u00a0b", " a ", "\ufffd", "°", "Acme (Paris)",
		strings.Repeat("é", MaxDisplayName),
	} {
		if r := CheckName(s, MaxDisplayName); r != "" {
			t.Errorf("%+q: %q", s, r)
		}
	}
}
