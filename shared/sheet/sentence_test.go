//go:build !js

package sheet

import (
	"testing"

	"countersign/shared/i18n"
	"countersign/shared/number"
)

// N08: every reason and every repair has its sentence in both languages.
func TestSentences(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Locales() {
		for _, r := range []number.Reason{
			number.NotANumber, number.TooShort, number.TooLong, number.InvalidCountry, number.NotPossible, number.SpreadsheetDamage, number.DuplicateInList,
			number.AlreadyHere, number.ExistsElsewhere, number.Allocated, number.NotFound, number.UnknownCallPurpose, number.CallPurposeRequired,
			number.DoNotOriginateInProgram, number.ProgramEnded, number.Forbidden, number.LimitExceeded, number.Conflict, number.InvalidName, number.UnclosedQuote,
		} {
			if !l.Has(r.Key()) {
				t.Errorf("%s lacks %s", l, r.Key())
			}
		}
		for _, r := range []Repair{Unwrapped, DecimalsGone, WrittenOut, PlusAdded, ZeroAdded} {
			if !l.Has(r.Key()) {
				t.Errorf("%s lacks %s", l, r.Key())
			}
		}
		if !l.Has("number.file.workbook") {
			t.Errorf("%s lacks the sentence about workbooks", l)
		}
	}
}
