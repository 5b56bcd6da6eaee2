package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
)

// queryOf is what the address asks the list for.
func queryOf(at client.Place) dashboard.Query {
	sort, descending := strings.CutPrefix(at.Param("sort"), "-")
	return dashboard.Query{
		Text: at.Param("q"), CallPurpose: at.Param("call_purpose"), Unit: id.BusinessUnit(at.Param("business_unit")), Program: id.Program(at.Param("program")),
		Status: number.Status(at.Param("status")), Sync: dashboard.Sync(at.Param("sync")), Sort: dashboard.Sort(sort), Descending: descending,
	}
}

// addressOf is the page's address for a query.
func addressOf(at client.Place, q dashboard.Query) string {
	sort := string(q.Sort)
	if q.Descending {
		sort = "-" + sort
	}
	if sort == string(dashboard.ByNumber) {
		sort = ""
	}
	return at.With("q", q.Text, "call_purpose", q.CallPurpose, "business_unit", string(q.Unit), "program", string(q.Program),
		"status", string(q.Status), "sync", string(q.Sync), "sort", sort)
}

// filtersOf is how many filters are on besides the text.
func filtersOf(q dashboard.Query) (n int) {
	for _, on := range []bool{q.CallPurpose != "", q.Unit != "", q.Program != "", q.Status != "", q.Sync != ""} {
		if on {
			n++
		}
	}
	return n
}
