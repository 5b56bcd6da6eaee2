package api

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// Unit is a business unit and what stands in it.
type Unit struct {
	number.Unit
	Programs int `json:"programs"`
	Numbers  int `json:"numbers"`
}

// Units are the business units by name.
type Units struct {
	Units []Unit `json:"business_units"`
}

type UnitIn struct {
	Org
	Unit id.BusinessUnit `path:"unit" format:"uuid" doc:"Business unit"`
}

type CreateUnitIn struct {
	Org
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"120"`
	}
}

type RenameUnitIn struct {
	UnitIn
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"120"`
		Ver  int64  `json:"ver" minimum:"1" doc:"Of the unit as it was shown"`
	}
}

// Program is a program and how many numbers stand in it.
type Program struct {
	number.Program
	Numbers int `json:"numbers"`
}

// Programs are programs by name.
type Programs struct {
	Programs []Program `json:"programs"`
}

type ProgramsIn struct {
	Org
	Unit id.BusinessUnit `query:"business_unit" maxLength:"36" doc:"Only of this business unit"`
}

type ProgramIn struct {
	Org
	Program id.Program `path:"program" format:"uuid" doc:"Program"`
}

// ProgramBody is what can be said of a program. It stays in its business unit: a program is what its numbers are assigned
// to there, and another unit's is another program.
type ProgramBody struct {
	DisplayName string    `json:"display_name" minLength:"1" maxLength:"120"`
	CallPurpose string    `json:"call_purpose" minLength:"1" maxLength:"60"`
	Starts      time.Time `json:"starts,omitzero" doc:"Absent: it has begun"`
	Ends        time.Time `json:"ends,omitzero" doc:"Absent: without an end"`
}

type CreateProgramIn struct {
	Org
	Body struct {
		ProgramBody
		BusinessUnit id.BusinessUnit `json:"business_unit" format:"uuid"`
	}
}

type UpdateProgramIn struct {
	ProgramIn
	Body struct {
		ProgramBody
		Ver int64 `json:"ver" minimum:"1" doc:"Of the program as it was shown"`
	}
}

// Purposes are the call purposes in order.
type Purposes struct {
	Purposes []number.Purpose `json:"call_purposes"`
}

type PurposeIn struct {
	Purpose string `path:"purpose" pattern:"^[a-z0-9_]{1,60}$" doc:"Key of a call purpose"`
}

type CreatePurposeIn struct {
	Body struct {
		LabelEN     string `json:"label_en" minLength:"1" maxLength:"60"`
		LabelFR     string `json:"label_fr" minLength:"1" maxLength:"60"`
		NeverPlaces bool   `json:"never_places,omitempty" doc:"Such a number places no calls, so no program takes it; can't be changed later"`
	}
}

type UpdatePurposeIn struct {
	PurposeIn
	Body struct {
		LabelEN string `json:"label_en" minLength:"1" maxLength:"60"`
		LabelFR string `json:"label_fr" minLength:"1" maxLength:"60"`
		Retired bool   `json:"retired,omitempty"`
	}
}

// MovePurposeIn puts a call purpose at a place among the others, the first being 0.
type MovePurposeIn struct {
	PurposeIn
	Body struct {
		Place int `json:"place" minimum:"0" maximum:"1000"`
	}
}

var (
	ListUnits = Endpoint[Org, Units]{Spec{Name: "list-business-units", Method: get, Path: orgPath + "/business-units",
		Summary: "Business units with counts", Policy: Policy{Right: perm.BusinessUnitsView}, Support: SupportAllowed}}
	CreateUnit = Endpoint[CreateUnitIn, Unit]{Spec{Name: "create-business-unit", Method: post, Path: orgPath + "/business-units",
		Summary: "Create a business unit", Policy: Policy{Right: perm.BusinessUnitsCreate}, Support: SupportAllowed}}
	RenameUnit = Endpoint[RenameUnitIn, Unit]{Spec{Name: "rename-business-unit", Method: put, Path: orgPath + "/business-units/{unit}",
		Summary: "Rename a business unit", Policy: Policy{Right: perm.BusinessUnitsUpdate}, Support: SupportAllowed}}
	DeleteUnit = Endpoint[UnitIn, None]{Spec{Name: "delete-business-unit", Method: del, Path: orgPath + "/business-units/{unit}",
		Summary: "Delete a business unit that is empty", Policy: Policy{Right: perm.BusinessUnitsDelete}, Support: SupportAllowed}}

	ListPrograms = Endpoint[ProgramsIn, Programs]{Spec{Name: "list-programs", Method: get, Path: orgPath + "/programs",
		Summary: "Programs with counts", Policy: Policy{Right: perm.ProgramsView}, Support: SupportAllowed}}
	CreateProgram = Endpoint[CreateProgramIn, Program]{Spec{Name: "create-program", Method: post, Path: orgPath + "/programs",
		Summary: "Create a program in a business unit", Policy: Policy{Right: perm.ProgramsCreate}, Support: SupportAllowed}}
	UpdateProgram = Endpoint[UpdateProgramIn, Program]{Spec{Name: "update-program", Method: put, Path: orgPath + "/programs/{program}",
		Summary: "Change a program; it stays in its business unit", Policy: Policy{Right: perm.ProgramsUpdate}, Support: SupportAllowed}}
	DeleteProgram = Endpoint[ProgramIn, None]{Spec{Name: "delete-program", Method: del, Path: orgPath + "/programs/{program}",
		Summary: "Delete a program without numbers", Policy: Policy{Right: perm.ProgramsDelete}, Support: SupportAllowed}}

	ListPurposes = Endpoint[Org, Purposes]{Spec{Name: "list-call-purposes", Method: get, Path: orgPath + "/call-purposes",
		Summary: "Call purposes, retired ones too, with labels", Policy: Policy{Member: true}, Support: SupportAllowed}}

	ListStaffUnits = Endpoint[Org, Units]{Spec{Name: "list-staff-business-units", Method: get, Path: staffOrg + "/business-units",
		Summary: "Staff: business units of an organization", Policy: Policy{Staff: org.Agent}}}
	CreateStaffUnit = Endpoint[CreateUnitIn, Unit]{Spec{Name: "create-staff-business-unit", Method: post, Path: staffOrg + "/business-units",
		Summary: "Lead: create a business unit", Policy: Policy{Staff: org.Lead}}}
	RenameStaffUnit = Endpoint[RenameUnitIn, Unit]{Spec{Name: "rename-staff-business-unit", Method: put, Path: staffOrg + "/business-units/{unit}",
		Summary: "Lead: rename a business unit", Policy: Policy{Staff: org.Lead}}}
	DeleteStaffUnit = Endpoint[UnitIn, None]{Spec{Name: "delete-staff-business-unit", Method: del, Path: staffOrg + "/business-units/{unit}",
		Summary: "Lead: delete a business unit that is empty", Policy: Policy{Staff: org.Lead}}}
	ListStaffPrograms = Endpoint[ProgramsIn, Programs]{Spec{Name: "list-staff-programs", Method: get, Path: staffOrg + "/programs",
		Summary: "Staff: programs of an organization", Policy: Policy{Staff: org.Agent}}}
	CreateStaffProgram = Endpoint[CreateProgramIn, Program]{Spec{Name: "create-staff-program", Method: post, Path: staffOrg + "/programs",
		Summary: "Lead: create a program", Policy: Policy{Staff: org.Lead}}}
	UpdateStaffProgram = Endpoint[UpdateProgramIn, Program]{Spec{Name: "update-staff-program", Method: put, Path: staffOrg + "/programs/{program}",
		Summary: "Lead: change a program", Policy: Policy{Staff: org.Lead}}}
	DeleteStaffProgram = Endpoint[ProgramIn, None]{Spec{Name: "delete-staff-program", Method: del, Path: staffOrg + "/programs/{program}",
		Summary: "Lead: delete a program without numbers", Policy: Policy{Staff: org.Lead}}}

	ListStaffPurposes = Endpoint[None, Purposes]{Spec{Name: "list-staff-call-purposes", Method: get, Path: "/api/staff/call-purposes",
		Summary: "All call purposes", Policy: Policy{Staff: org.Agent}}}
	CreatePurpose = Endpoint[CreatePurposeIn, number.Purpose]{Spec{Name: "create-call-purpose", Method: post, Path: "/api/staff/call-purposes",
		Summary: "Administrator: create a call purpose", Policy: Policy{Staff: org.Administrator}}}
	UpdatePurpose = Endpoint[UpdatePurposeIn, number.Purpose]{Spec{Name: "update-call-purpose", Method: put, Path: "/api/staff/call-purposes/{purpose}",
		Summary: "Administrator: relabel a call purpose, retire it or bring it back", Policy: Policy{Staff: org.Administrator}}}
	MovePurpose = Endpoint[MovePurposeIn, Purposes]{Spec{Name: "move-call-purpose", Method: put, Path: "/api/staff/call-purposes/{purpose}/place",
		Summary: "Administrator: change the order of call purposes", Policy: Policy{Staff: org.Administrator}}}
)
