package storetest

import (
	"fmt"

	"countersign/backend/inventory"
	"countersign/shared/number"

	"github.com/google/go-cmp/cmp"
)

// numbersAreAddedTogether: many at once are all made, or none of them.
func numbersAreAddedTogether(w *world) {
	many := func(n int) (list []*inventory.Record) {
		for i := range n {
			list = append(list, w.live(number.E164(fmt.Sprintf("+33%04d", i)), int64(i+1)))
		}
		return list
	}
	taken := w.live("+330060", 1)
	add := func(list []*inventory.Record) (clash bool) {
		w.update(func(s inventory.Store) (err error) {
			clash, err = s.AddNumbers(list...)
			return err
		})
		return clash
	}
	if add([]*inventory.Record{taken}) {
		w.Fatal("a free number clashes")
	}
	list := many(70) // the 61st is taken
	if !add(list) {
		w.Error("no clash with a number that lives")
	}
	for _, r := range list {
		if w.record(r.ID) != nil {
			w.Fatalf("%s was made beside one that clashes", r.E164)
		}
	}
	list = append(list[:60], list[61:]...)
	if add(list) {
		w.Error("69 free numbers clash")
	}
	for _, r := range list {
		if diff := cmp.Diff(r, w.record(r.ID)); diff != "" {
			w.Fatalf("%s was made otherwise:\n%s", r.E164, diff)
		}
	}
	twice := w.live("+339999", 1)
	again := *twice
	again.ID = w.numberID()
	if !add([]*inventory.Record{twice, &again}) || w.record(twice.ID) != nil {
		w.Error("a number was made twice")
	}
}
