package api

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/sheet"
)

// Limits of bulk work. A list or file of more is refused as a whole; all within them that is valid is applied, whatever
// becomes of the rest.
const (
	JobBytes    = 25 << 20  // of a file
	JobPart     = 512 << 10 // bytes of each part but the last
	JobRows     = sheet.MaxRows
	JobListRows = 1000 // of a list that is given in the call itself
	JobKeptDays = 30   // how long results can be read
)

// JobKind is what a job does with its numbers.
type JobKind string

const (
	JobAdd    JobKind = "add"
	JobDelete JobKind = "delete"
)

// Level is from where numbers are taken: out of a program, out of a unit and its programs, or out of the business, which
// deletes them. They stay in the levels above.
type Level string

const (
	LevelBusiness Level = "business"
	LevelUnit     Level = "business_unit"
	LevelProgram  Level = "program"
)

// JobState is where a job stands.
type JobState string

const (
	JobReceiving JobState = "receiving" // parts are missing, or it was not told to run
	JobWaiting   JobState = "waiting"   // for the organization's other jobs
	JobRunning   JobState = "running"
	JobDone      JobState = "done"
	JobCancelled JobState = "cancelled" // what was applied stays
	JobFailed    JobState = "failed"    // Problem tells why; what was applied stays
)

// Ended reports whether nothing happens to the job any more.
func (s JobState) Ended() bool { return s == JobDone || s == JobCancelled || s == JobFailed }

// Job is one piece of bulk work. Applied and Rejected add up to Handled; rows beyond it are not handled (yet).
type Job struct {
	ID           id.Job          `json:"id"`
	Kind         JobKind         `json:"kind"`
	State        JobState        `json:"state"`
	Level        Level           `json:"level,omitempty"` // delete
	BusinessUnit id.BusinessUnit `json:"business_unit,omitempty"`
	Program      id.Program      `json:"program,omitempty"`
	CallPurpose  string          `json:"call_purpose,omitempty"`
	File         string          `json:"file,omitempty"` // "" for a list
	Bytes        int64           `json:"bytes,omitempty"`
	By           string          `json:"by"`

	Rows        int                   `json:"rows"` // 0 before the file was read
	Handled     int                   `json:"handled"`
	Applied     int                   `json:"applied"`
	Rejected    int                   `json:"rejected"`
	Reasons     map[number.Reason]int `json:"reasons,omitempty"`      // of the rejected
	RestSeconds int                   `json:"rest_seconds,omitempty"` // running: how long it may still take
	Problem     string                `json:"problem,omitempty"`      // failed: key of the catalogue

	CreatedAt time.Time `json:"created_at"`
	StartedAt time.Time `json:"started_at,omitzero"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	KeptUntil time.Time `json:"kept_until,omitzero"` // its results
}

// Jobs are an organization's, newest first.
type Jobs struct {
	Jobs []Job  `json:"jobs"`
	Next string `json:"next,omitempty"` // give it as before to go on
}

// JobUpload is a job with what is there of its file: parts are numbered from 0, and all but the last have PartBytes.
type JobUpload struct {
	Job       Job   `json:"job"`
	PartBytes int   `json:"part_bytes"`
	Parts     int   `json:"parts"`
	Have      []int `json:"have"`
}

// RejectedRow is a row of which nothing was applied.
type RejectedRow struct {
	Line   int           `json:"line"` // in the file or list, from 1
	Text   string        `json:"text"` // of the number, as it was written
	E164   number.E164   `json:"e164,omitempty"`
	Reason number.Reason `json:"reason"`
	What   string        `json:"what,omitempty"`       // not_found: "number", "business_unit" or "program"
	First  int           `json:"first,omitempty"`      // duplicate_in_list: the line that has the number first
	Other  id.Number     `json:"other,omitempty"`      // already_here, exists_elsewhere: the number that is there
	Place  *number.Place `json:"assignment,omitempty"` // and where it stands: offer "reassign here"
}

// JobResults are a page of what became of a job's rows: numbers that were added or removed, and rows that were rejected.
type JobResults struct {
	Job      Job           `json:"job"`
	Applied  []number.E164 `json:"applied"`
	Rejected []RejectedRow `json:"rejected"`
	Next     string        `json:"next,omitempty"` // give it as after to go on
}

// RejectedFile is a piece of a CSV file of rejected rows, to be mended and sent again. Pieces are put together as they
// come.
type RejectedFile struct {
	Name string `json:"name"`
	CSV  string `json:"csv"`
	Next string `json:"next,omitempty"` // give it as after for the next piece
}

// AddOptions are where added numbers go and what they are for. Columns of a file may say otherwise row by row.
type AddOptions struct {
	CallPurpose  string          `json:"call_purpose,omitempty" maxLength:"60" doc:"Of rows that name none"`
	BusinessUnit id.BusinessUnit `json:"business_unit,omitempty" maxLength:"36"`
	Program      id.Program      `json:"program,omitempty" maxLength:"36" doc:"Of the business unit"`
}

// DeleteOptions are what numbers are taken from.
type DeleteOptions struct {
	Level        Level           `json:"level" enum:"business,business_unit,program"`
	BusinessUnit id.BusinessUnit `json:"business_unit,omitempty" maxLength:"36" doc:"For level business_unit"`
	Program      id.Program      `json:"program,omitempty" maxLength:"36" doc:"For level program"`
}

// FileOptions announce a file and say how it is to be read. What is not said is found out.
type FileOptions struct {
	File      string          `json:"file" minLength:"1" maxLength:"255" doc:"Its name"`
	Bytes     int64           `json:"bytes" minimum:"1" doc:"Its size"`
	Delimiter sheet.Delimiter `json:"delimiter,omitempty" maxLength:"4"`
	Mapping   *sheet.Mapping  `json:"mapping,omitempty" doc:"Which column holds what"`
}

type AddListIn struct {
	Org
	Body struct {
		AddOptions
		Job     id.Job   `json:"job,omitempty" doc:"UUID made by the caller: the same list with it again, after an answer was lost, gives the same results"`
		Numbers []string `json:"numbers" minItems:"1" maxItems:"1000" doc:"As people write them"`
	}
}

type DeleteListIn struct {
	Org
	Body struct {
		DeleteOptions
		Job     id.Job   `json:"job,omitempty" doc:"UUID made by the caller: the same list with it again, after an answer was lost, gives the same results"`
		Numbers []string `json:"numbers" minItems:"1" maxItems:"1000" doc:"As people write them"`
	}
}

type AddFileIn struct {
	Org
	Body struct {
		AddOptions
		FileOptions
	}
}

type DeleteFileIn struct {
	Org
	Body struct {
		DeleteOptions
		FileOptions
	}
}

type JobIn struct {
	Org
	Job id.Job `path:"job" format:"uuid" doc:"Job"`
}

type JobPartIn struct {
	JobIn
	N    int `path:"n" minimum:"0" maximum:"49" doc:"Number of the part, from 0"`
	Body struct {
		Data []byte `json:"data" doc:"Base64"`
	}
}

type JobsIn struct {
	Org
	Before id.Job `query:"before" doc:"Only jobs begun before this one"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type JobResultsIn struct {
	JobIn
	After string `query:"after" maxLength:"40" doc:"Next of the page before"`
	Only  string `query:"only" maxLength:"8" doc:"applied or rejected: only these"`
	Limit int    `query:"limit" minimum:"1" maximum:"2000" default:"500" doc:"Rows at most"`
}

type RejectedFileIn struct {
	JobIn
	After string `query:"after" maxLength:"40" doc:"Next of the piece before"`
}

var (
	AddNumberList = Endpoint[AddListIn, JobResults]{Spec{Name: "add-number-list", Method: post, Path: orgPath + "/number-lists/add",
		Summary: "Add a short list of numbers; answers with what became of each", Policy: Policy{Right: perm.NumbersCreate}, Support: SupportAllowed}}
	DeleteNumberList = Endpoint[DeleteListIn, JobResults]{Spec{Name: "delete-number-list", Method: post, Path: orgPath + "/number-lists/delete",
		Summary: "Remove a short list of numbers; answers with what became of each; from a unit or program also needs the right to change numbers", Policy: Policy{Right: perm.NumbersDelete}, Support: SupportAllowed}}
	AddNumberFile = Endpoint[AddFileIn, JobUpload]{Spec{Name: "add-number-file", Method: post, Path: orgPath + "/number-files/add",
		Summary: "Announce a file of numbers to add; needs the right to create numbers, too", Policy: Policy{Right: perm.NumbersImport}, Support: SupportAllowed}}
	DeleteNumberFile = Endpoint[DeleteFileIn, JobUpload]{Spec{Name: "delete-number-file", Method: post, Path: orgPath + "/number-files/delete",
		Summary: "Announce a file of numbers to remove; from a unit or program also needs the right to change numbers", Policy: Policy{Right: perm.NumbersDelete}, Support: SupportAllowed}}
	PutJobPart = Endpoint[JobPartIn, JobUpload]{Spec{Name: "put-number-job-part", Method: put, Path: orgPath + "/number-jobs/{job}/parts/{n}",
		Summary: "Bring up a part of a job's file, in any order; the same part again replaces it; for whoever announced it, with the rights of the job", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	GetJobUpload = Endpoint[JobIn, JobUpload]{Spec{Name: "get-number-job-upload", Method: get, Path: orgPath + "/number-jobs/{job}/parts",
		Summary: "Which parts of a job's file are there", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	RunJob = Endpoint[JobIn, Job]{Spec{Name: "run-number-job", Method: post, Path: orgPath + "/number-jobs/{job}/run",
		Summary: "Run a job whose file is complete, after the organization's other jobs; for whoever announced it, with the rights of the job", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	CancelJob = Endpoint[JobIn, Job]{Spec{Name: "cancel-number-job", Method: post, Path: orgPath + "/number-jobs/{job}/cancel",
		Summary: "Stop a job; what was applied stays; needs the rights of the job", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	GetJob = Endpoint[JobIn, Job]{Spec{Name: "get-number-job", Method: get, Path: orgPath + "/number-jobs/{job}",
		Summary: "How far a job is", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	ListJobs = Endpoint[JobsIn, Jobs]{Spec{Name: "list-number-jobs", Method: get, Path: orgPath + "/number-jobs",
		Summary: "Bulk work on numbers, newest first", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	GetJobResults = Endpoint[JobResultsIn, JobResults]{Spec{Name: "get-number-job-results", Method: get, Path: orgPath + "/number-jobs/{job}/results",
		Summary: "What became of a job's rows", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
	GetRejectedFile = Endpoint[RejectedFileIn, RejectedFile]{Spec{Name: "get-number-job-rejected", Method: get, Path: orgPath + "/number-jobs/{job}/rejected",
		Summary: "A job's rejected rows as CSV, to be mended and sent again", Policy: Policy{Right: perm.NumbersView}, Support: SupportAllowed}}
)
