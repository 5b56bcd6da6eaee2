// Package sheet reads lists of phone numbers as people have them, in CSV files of any spreadsheet, and writes files that a
// spreadsheet opens without running anything in them or spoiling a phone number. It reads in pieces of any size and holds
// no file in memory. What a number is, and what becomes of it, is not decided here: the caller gives the rule that reads
// one, and takes the entries.
//
// The way in is List: bytes → decoder → Reader (rows) → Mapping (which column is what) → Entry. The way out is Writer,
// with Rejected on top.
package sheet

import "countersign/shared/errs"

// Limits of what is read. A row over MaxRow or of too many fields is told as one row with the reason limit_exceeded and is
// not kept.
const (
	MaxRows   = 100_000
	MaxRow    = 64 << 10 // bytes of UTF-8, without the line break
	maxFields = 4096     // of a row
)

// sampleSize is how much of a file is looked at before its delimiter is settled.
const sampleSize = MaxRow

// ErrWorkbook is returned for a file that is a spreadsheet's own (.xlsx, .ods, .xls) and not a CSV file.
var ErrWorkbook error = errs.New(errs.Invalid, "number.file.workbook")

// Delimiter is the character between the fields of a row.
type Delimiter string

const (
	Detect    Delimiter = "" // found out from the beginning of the file
	Comma     Delimiter = ","
	Semicolon Delimiter = ";"
	Tab       Delimiter = "\t"
	Bar       Delimiter = "|"
	None      Delimiter = "none" // one column
)

// Known reports whether d is one of the above.
func (d Delimiter) Known() bool {
	switch d {
	case Detect, Comma, Semicolon, Tab, Bar, None:
		return true
	}
	return false
}

// byte is what the cutter compares with. A line break ends the row before it could end a field, so it stands for None.
func (d Delimiter) byte() byte {
	if len(d) == 1 {
		return d[0]
	}
	return '\n'
}
