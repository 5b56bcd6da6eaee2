package api

import (
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/sheet"
)

// PreviewBytes is how much of a file is enough to tell how it is to be read.
const PreviewBytes = 64 << 10

// FilePreviewIn asks how a file would be read. What is not said of it is found out.
type FilePreviewIn struct {
	Org
	Body struct {
		Kind      JobKind         `json:"kind" enum:"add,delete" doc:"What is to be done with its numbers"`
		Data      []byte          `json:"data" doc:"Base64: its beginning, 64 KiB at most"`
		More      bool            `json:"more,omitempty" doc:"The file goes on behind these bytes"`
		Delimiter sheet.Delimiter `json:"delimiter,omitempty" maxLength:"4"`
		Mapping   *sheet.Mapping  `json:"mapping,omitempty" doc:"Which column holds what"`

		BusinessUnit id.BusinessUnit `json:"business_unit,omitempty" maxLength:"36" doc:"Where programs are looked for that rows name without a business unit"`
	}
}

// FilePreview is how a file would be read, for a person to correct. Announced with this delimiter and mapping, the whole
// file is read like its beginning.
type FilePreview struct {
	Encoding  sheet.Encoding  `json:"encoding"`
	Delimiter sheet.Delimiter `json:"delimiter"`
	Mapping   sheet.Mapping   `json:"mapping"`
	Columns   int             `json:"columns"`
	Header    []string        `json:"header,omitempty"`
	Rows      []PreviewRow    `json:"rows"` // the first ones; none in a file without numbers
}

// PreviewRow is a row with what its number is read as. Long cells are cut.
type PreviewRow struct {
	Line     int           `json:"line"`
	Cells    []string      `json:"cells"`
	E164     number.E164   `json:"e164,omitempty"`
	Reason   number.Reason `json:"reason,omitempty"` // why the row would be rejected, as far as the file alone tells
	What     string        `json:"what,omitempty"`   // not_found: "business_unit" or "program"
	First    int           `json:"first,omitempty"`  // duplicate_in_list: the line that has the number first
	Repaired sheet.Repair  `json:"repaired,omitempty"`
}

// PreviewNumberFile reads the beginning of a file and keeps nothing of it.
var PreviewNumberFile = Endpoint[FilePreviewIn, FilePreview]{Spec{Name: "preview-number-file", Method: post, Path: orgPath + "/number-files/preview",
	Summary: "How the beginning of a file would be read; with the rights that the work on it needs", Policy: Policy{Right: perm.NumbersView},
	Support: SupportAllowed, Reads: true, Body: 128 << 10}}
