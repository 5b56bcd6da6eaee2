package number

import "testing"

// TH20: a name can't be made to read as another one by what turns the direction of text.
func TestNamesKeepTheirDirectionTH20(t *testing.T) {
	for _, s := range []string{"a\u202eb", "\u2066x\u2069", "x\u200f", "a\u061cb", "a\nb", "a\x00"} {
		if r := CheckName(s, MaxDisplayName); r != LimitExceeded {
			t.Errorf("%+q: %q", s, r)
		}
	}
	for _, s := range []string{"", "Réception", "מוקד", "الاستقبال", "前台 📞"} {
		if r := CheckName(s, MaxDisplayName); r != "" {
			t.Errorf("%+q: %q", s, r)
		}
	}
}
