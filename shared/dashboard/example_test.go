package dashboard_test

import (
	"fmt"

	"countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// A screen fills a list once, looks for what the person types, and puts rows again when they change.
func ExampleList() {
	l := dashboard.New("FR")
	l.SetNames([]number.Unit{{ID: "fr", Name: "Acme France"}}, nil, []number.Purpose{{Key: "sales"}, {Key: "support"}})
	for i, name := range []string{"Night line", "Reception", "Recording", "Record shop"} {
		l.Put(replica.View{Number: number.Number{ID: id.Number(fmt.Sprint("n", i)), E164: number.E164(fmt.Sprint("+3318488201", i)),
			DisplayName: name, CallPurpose: "sales", Status: number.Active, Place: number.Place{BusinessUnit: "fr"}}})
	}
	q := dashboard.Query{Text: "rec", Sort: dashboard.ByName}
	before := l.Find(q)
	picked := l.Select()
	picked.All(before)
	first := before.At(0)
	fmt.Println(before.Len(), first.E164.National(), first.DisplayName, before.Counts().Unit("fr"))

	l.Drop(first.ID) // somebody else removed it, while the pointer is on the row below
	v := before.At(2)
	v.DisplayName, v.Badge = "Wrecks", replica.SavedHere
	l.Put(v)
	after := l.Find(q)
	fmt.Println(after.Len(), after.At(1).DisplayName, "scroll by", dashboard.Shift(before, after, 1), "picked", picked.Len())
	// Output:
	// 3 01 84 88 20 11 Reception 3
	// 2 Wrecks scroll by -1 picked 2
}
