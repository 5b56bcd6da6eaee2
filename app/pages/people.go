package pages

import (
	"time"

	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/org"
)

// asks is "Sofia Keller asks to sign in for 4 hours", with everybody who asks.
func asks(r *access.Request) string {
	return ui.T("shell.asks", "n", len(r.Requesters), "names", names(r), "duration", span(time.Duration(r.Requested)*time.Minute))
}

// asksMore is "Tom Becker asks for 1 hour more".
func asksMore(x *access.Extension) string {
	return ui.T("shell.asks_more", "name", x.By.Name, "duration", span(time.Duration(x.Asked)*time.Minute))
}

// names are the people of a request: "Sofia Keller", "Sofia Keller and Tom Becker".
func names(r *access.Request) string {
	list := make([]string, 0, len(r.Requesters))
	for _, q := range r.Requesters {
		list = append(list, q.Name)
	}
	return listed(list)
}

// listed joins names as a sentence does: "A", "A and B", "A, B and C".
func listed(list []string) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	text := list[0]
	for _, name := range list[1 : len(list)-1] {
		text += ", " + name
	}
	return ui.T("shell.and", "first", text, "last", list[len(list)-1])
}

// managedByName is how people call who manages an organization.
func managedByName(m org.ManagedBy) string { return ui.T("shell.managed_by." + string(m)) }
