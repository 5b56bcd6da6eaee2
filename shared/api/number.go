package api

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
	"countersign/shared/sheet"
)

// NumberRow is a number with the names of what it stands in.
type NumberRow struct {
	number.Number
	International string `json:"international"` // as people read it: "+33 1 84 88 20 10"
	UnitName      string `json:"business_unit_name,omitempty"`
	ProgramName   string `json:"program_name,omitempty"`
}

// Numbers is a page of the list.
type Numbers struct {
	Numbers []NumberRow   `json:"numbers"`
	Epoch   replica.Epoch `json:"epoch,omitempty"`  // of the history that versions count in: a removal names it
	Total   int           `json:"total"`            // that match, on all pages
	Next    string        `json:"next,omitempty"`   // give it as after to go on
	Counts  *NumberCounts `json:"counts,omitempty"` // when asked for
}

// NumberCounts are how many numbers match, by what they are for, where they stand and how.
type NumberCounts struct {
	Purposes map[string]int          `json:"call_purposes"`
	Units    map[id.BusinessUnit]int `json:"business_units"` // "" for those in none
	Statuses map[number.Status]int   `json:"statuses"`
}

// Nowhere as a unit or program in a filter picks the numbers that stand in none.
const Nowhere = "none"

// NumberFilter picks numbers. Empty fields do not filter.
type NumberFilter struct {
	Query       string          `query:"q" maxLength:"120" doc:"A number in any format, part of one, of a display name or of a program's name"`
	CallPurpose string          `query:"call_purpose" maxLength:"60" doc:"Key of a call purpose"`
	Unit        id.BusinessUnit `query:"business_unit" maxLength:"36" doc:"Business unit, or none"`
	Program     id.Program      `query:"program" maxLength:"36" doc:"Program, or none"`
	Status      number.Status   `query:"status" maxLength:"10" doc:"pending, active, rejected or suspended"`
}

// NumberPage asks for a part of the list.
type NumberPage struct {
	NumberFilter
	Sort  string `query:"sort" maxLength:"20" doc:"number, name, call_purpose, business_unit, program or status; with - before it the other way round; numbers without a name, a unit or a program come last when sorted by it"`
	After string `query:"after" maxLength:"2000" doc:"Next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`

	Counts string `query:"counts" enum:"yes,no" default:"no" doc:"yes: count what matches by call purpose, business unit and status, too"`
}

type NumbersIn struct {
	Org
	NumberPage
}

type AllNumbersIn struct {
	Org
	After id.Number `query:"after" maxLength:"36" doc:"Next of the page before"`
}

// AllNumbers is a page of all numbers, by their ids. Numbers that change while the pages are read are as they are then.
type AllNumbers struct {
	Numbers []number.Number `json:"numbers"`
	Total   int             `json:"total"`            // on all pages
	Next    id.Number       `json:"next,omitempty"`   // give it as after to go on
	Epoch   replica.Epoch   `json:"epoch,omitempty"`  // of the history that versions count in: a removal names it
	Cursor  string          `json:"cursor,omitempty"` // what changes from here on, list-number-changes tells: that of the first page counts
}

type NumberChangesIn struct {
	Org
	After string `query:"after" maxLength:"200" doc:"Cursor of the first page of all numbers, or of the changes before"`
}

// NumberChanges is what became of the numbers since: each as it was after the last change that is told.
type NumberChanges struct {
	Numbers []number.Number `json:"numbers"`
	Removed []id.Number     `json:"removed"`
	Places  bool            `json:"places,omitempty"` // business units, programs or call purposes changed, too
	Epoch   replica.Epoch   `json:"epoch,omitempty"`
	Cursor  string          `json:"cursor,omitempty"` // give it as after to go on
	More    bool            `json:"more,omitempty"`
	Whole   bool            `json:"whole,omitempty"` // what changed is not known any more: read all numbers again
}

type NumberIn struct {
	Org
	Number id.Number `path:"number" format:"uuid" doc:"Number"`
}

// NumberCard is what "View Assignments" shows, and what happened to the number of late.
type NumberCard struct {
	NumberRow
	Business      string         `json:"business"`
	ProgramStarts time.Time      `json:"program_starts,omitzero"`
	ProgramEnds   time.Time      `json:"program_ends,omitzero"`
	RemovedAt     time.Time      `json:"removed_at,omitzero"`
	Assignments   []Assignment   `json:"assignments"` // the newest first
	Changes       []NumberChange `json:"changes"`     // the newest first: the last of each field, and of whoever else changed it
}

// Assignment is where a number stood from a time on; what it stood in has the name of that time.
type Assignment struct {
	number.Place
	UnitName    string    `json:"business_unit_name,omitempty"`
	ProgramName string    `json:"program_name,omitempty"`
	From        time.Time `json:"from"`
	By          string    `json:"by"`
}

// NumberChange is one step of a number's history.
type NumberChange struct {
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	What []string  `json:"what,omitempty"` // call_purpose, display_name, assignment; none: added, removed or restored
	// What stood after it; nil when the number was removed by it.
	After *number.Number `json:"after,omitempty"`
}

// NumberEdit is a mutation that a person makes online. Its uid makes it happen once, however often it is sent.
type NumberEdit struct {
	Uid      replica.Uid    `json:"uid" pattern:"^[0-9a-f]{32}$"`
	Op       replica.Op     `json:"op" enum:"number.create,number.set,number.remove,number.restore"`
	Rows     []replica.Edit `json:"rows" minItems:"1" maxItems:"500"`
	Set      *number.Fields `json:"set,omitempty" doc:"Of all rows that have no set of their own"`
	WasEpoch replica.Epoch  `json:"was_epoch,omitempty" maxLength:"64"`
	Group    string         `json:"group,omitempty" maxLength:"64"`
}

// MaxEditRows are the rows of all mutations of one call.
const MaxEditRows = 2000

type EditNumbersIn struct {
	Org
	Body struct {
		Mutations []NumberEdit `json:"mutations" minItems:"1" maxItems:"200"`
	}
}

// Edited tells what became of the mutations, in order.
type Edited struct {
	Outcomes []replica.Outcome `json:"outcomes"`
	Epoch    replica.Epoch     `json:"epoch"`
	Head     int64             `json:"head"`
}

// RemovedNumber can be restored until the given time.
type RemovedNumber struct {
	number.Number
	International string    `json:"international"`
	RemovedAt     time.Time `json:"removed_at"`
	RemovedBy     string    `json:"removed_by"`
	Until         time.Time `json:"until"`
}

// RemovedNumbers is a page of what was removed, the newest first.
type RemovedNumbers struct {
	Numbers []RemovedNumber `json:"numbers"`
	Next    string          `json:"next,omitempty"`
}

type RemovedIn struct {
	Org
	After string `query:"after" maxLength:"200" doc:"Next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type ExportNumbersIn struct {
	Org
	Body struct {
		Query       string          `json:"q,omitempty" maxLength:"120"`
		CallPurpose string          `json:"call_purpose,omitempty" maxLength:"60"`
		Unit        id.BusinessUnit `json:"business_unit,omitempty" maxLength:"36"`
		Program     id.Program      `json:"program,omitempty" maxLength:"36"`
		Status      number.Status   `json:"status,omitempty" maxLength:"10"`
		Sort        string          `json:"sort,omitempty" maxLength:"20"`
		Delimiter   sheet.Delimiter `json:"delimiter,omitempty" maxLength:"1" doc:"Comma when empty; spreadsheets set to French expect a semicolon"`
	}
}

// MaxExport are the numbers of one file; more is refused, and a filter makes it less.
const MaxExport = 250_000

var (
	ListNumbers = Endpoint[NumbersIn, Numbers]{Spec{Name: "list-numbers", Method: get, Path: orgPath + "/numbers",
		Summary: "Phone numbers, with search, filters and counts", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	ListAllNumbers = Endpoint[AllNumbersIn, AllNumbers]{Spec{Name: "list-all-numbers", Method: get, Path: orgPath + "/all-numbers",
		Summary: "All phone numbers in pages of 500, for who keeps a list", Policy: Policy{Right: perm.NumbersView}, Rate: Sync, Support: SupportAllowed}}
	ListNumberChanges = Endpoint[NumberChangesIn, NumberChanges]{Spec{Name: "list-number-changes", Method: get, Path: orgPath + "/number-changes",
		Summary: "What became of the phone numbers since all were listed, for who keeps that list up to date", Policy: Policy{Right: perm.NumbersView}, Rate: Sync, Support: SupportAllowed}}
	ListRemovedNumbers = Endpoint[RemovedIn, RemovedNumbers]{Spec{Name: "list-removed-numbers", Method: get, Path: orgPath + "/removed-numbers",
		Summary: "Numbers that were removed and can be restored", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	GetNumber = Endpoint[NumberIn, NumberCard]{Spec{Name: "get-number", Method: get, Path: orgPath + "/numbers/{number}",
		Summary: "View assignments: where a number stands and stood, and its last changes", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	EditNumbers = Endpoint[EditNumbersIn, Edited]{Spec{Name: "edit-numbers", Method: post, Path: orgPath + "/numbers/edit",
		Summary: "Add, change, remove and restore numbers; each mutation needs its own right and has its own outcome", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	ExportNumbers = Endpoint[ExportNumbersIn, Blob]{Spec{Name: "export-numbers", Method: post, Path: orgPath + "/numbers/export",
		Summary: "The numbers that match as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet and readable by the upload", Policy: Policy{Right: perm.NumbersExport}, StepUp: true, Rate: Costly}}
	ListStaffNumbers = Endpoint[NumbersIn, Numbers]{Spec{Name: "list-staff-numbers", Method: get, Path: staffOrg + "/numbers",
		Summary: "Staff: phone numbers of an organization", Policy: Policy{Staff: "agent"}}}
)
