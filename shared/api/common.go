package api

import "countersign/shared/id"

// Org is the organization in the path; every input of an organization's endpoint embeds it.
type Org struct {
	Org id.Organization `path:"org" format:"uuid" doc:"Organization"`
}

// ID is the organization that the call is about; "" when it is about none.
func (o Org) OrgID() id.Organization { return o.Org }

// Page asks for a part of a list from the newest back.
type Page struct {
	Before int64 `query:"before" minimum:"0" doc:"Only entries below this sequence number; 0 starts at the newest"`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Entries at most"`
}

// Problem is the body of every refusal (RFC 9457). Code is stable; Detail is a sentence in the caller's language.
type Problem struct {
	Type       string         `json:"type"`
	Title      string         `json:"title"`
	Status     int            `json:"status"`
	Detail     string         `json:"detail"`
	Code       string         `json:"code"`
	Ref        string         `json:"ref,omitempty"`         // what the log has of it, to be quoted to support
	State      string         `json:"state,omitempty"`       // conflict: the state the thing is in
	RetryAfter int            `json:"retry_after,omitempty"` // seconds
	Errors     []ProblemField `json:"errors,omitempty"`
}

// ProblemField is one wrong input. Location is its JSON path below the body ("minutes"), or "path.org", "query.limit".
type ProblemField struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}
