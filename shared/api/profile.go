package api

import (
	"time"

	"countersign/shared/contact"
	"countersign/shared/field"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// Profile is the account data of an organization with its custom fields. Codes are only spoken of.
type Profile struct {
	org.Organization
	Phone     string            `json:"phone,omitempty"`
	Address   contact.Address   `json:"address"`
	Owner     string            `json:"owner"`
	CreatedAt time.Time         `json:"created_at"`
	Fields    map[string]string `json:"fields,omitempty"`
	Code      CodeState         `json:"code"`
	SeenBy    []Viewer          `json:"seen_by"` // who may see the account-wide code now
	Version   int64             `json:"version"`
	ChangedAt time.Time         `json:"changed_at,omitzero"`
	ChangedBy string            `json:"changed_by,omitempty"`
	Now       time.Time         `json:"now"`
}

// Viewer is somebody who may see the account-wide code.
type Viewer struct {
	Contact id.Contact `json:"contact"`
	Name    string     `json:"name"`
}

type UpdateProfileIn struct {
	Org
	Body struct {
		Phone   string            `json:"phone,omitempty" maxLength:"40"`
		Address contact.Address   `json:"address,omitzero"`
		Fields  map[string]string `json:"fields,omitempty"`
		Code    *CodeBody         `json:"code,omitempty" doc:"A new account-wide Phone/Chat Code; without it the code stays"`
		Version int64             `json:"version" minimum:"1" doc:"Of the profile as it was shown"`
	}
}

// Fields are the definitions of custom fields, in order.
type Fields struct {
	Fields []field.Field `json:"fields"`
}

type FieldIn struct {
	Field id.CustomField `path:"field" format:"uuid" doc:"Custom field"`
}

// FieldBody is what an administrator says of a custom field.
type FieldBody struct {
	LabelEN        string   `json:"label_en" minLength:"1" maxLength:"60"`
	LabelFR        string   `json:"label_fr" minLength:"1" maxLength:"60"`
	Choices        []string `json:"choices,omitempty" maxItems:"100"`
	OnOrganization bool     `json:"on_organization,omitempty"`
	OnContact      bool     `json:"on_contact,omitempty"`
	Active         bool     `json:"active,omitempty"`
}

type DefineFieldIn struct {
	Body struct {
		FieldBody
		Kind field.Kind `json:"kind" enum:"text,choice,date"`
	}
}

type UpdateFieldIn struct {
	FieldIn
	Body FieldBody
}

// MoveFieldIn puts a field at a place among the others, the first being 0.
type MoveFieldIn struct {
	FieldIn
	Body struct {
		Place int `json:"place" minimum:"0" maximum:"1000"`
	}
}

var (
	GetProfile = Endpoint[Org, Profile]{Spec{Name: "get-profile", Method: get, Path: orgPath + "/profile",
		Summary: "The account data and custom fields of the organization", Policy: Policy{Right: perm.ProfileView}, Support: SupportAllowed}}
	UpdateProfile = Endpoint[UpdateProfileIn, Profile]{Spec{Name: "update-profile", Method: put, Path: orgPath + "/profile",
		Summary: "Change account data and custom fields; a code asks for the password again", Policy: Policy{Right: perm.ProfileUpdate}, Support: SupportAllowed, Rate: Costly}}
	ListFields = Endpoint[Org, Fields]{Spec{Name: "list-fields", Method: get, Path: orgPath + "/fields",
		Summary: "Definitions of the custom fields in use", Policy: Policy{Member: true}, Support: SupportAllowed}}

	ListStaffFields = Endpoint[None, Fields]{Spec{Name: "list-staff-fields", Method: get, Path: "/api/staff/fields",
		Summary: "All definitions of custom fields", Policy: Policy{Staff: org.Agent}}}
	DefineField = Endpoint[DefineFieldIn, field.Field]{Spec{Name: "define-field", Method: post, Path: "/api/staff/fields",
		Summary: "Administrator: define a custom field", Policy: Policy{Staff: org.Administrator}}}
	UpdateField = Endpoint[UpdateFieldIn, field.Field]{Spec{Name: "update-field", Method: put, Path: "/api/staff/fields/{field}",
		Summary: "Administrator: change labels, choices and use of a custom field, or retire it", Policy: Policy{Staff: org.Administrator}}}
	MoveField = Endpoint[MoveFieldIn, Fields]{Spec{Name: "move-field", Method: put, Path: "/api/staff/fields/{field}/place",
		Summary: "Administrator: change the order of custom fields", Policy: Policy{Staff: org.Administrator}}}
)
