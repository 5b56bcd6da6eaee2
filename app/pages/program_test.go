package pages

// Pages are looked up as in the organizations' program.
func init() { program = ForOrganizations }
