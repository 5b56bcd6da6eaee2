package portal_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/event"
)

// BenchmarkRecordedChange is a small recorded change through router and gate with no webhook, with some, and with some that
// don't want to be told of it: what telling costs the person who changes something. Nothing is sent.
func BenchmarkRecordedChange(b *testing.B) {
	for _, c := range []struct {
		name  string
		n     int
		types []event.Type
	}{{"none", 0, nil}, {"1", 1, nil}, {"10", 10, nil}, {"10_of_other_things", 10, []event.Type{event.InvoiceUpdated}}} {
		b.Run(c.name, func(b *testing.B) {
			w := New(b, WithLimits(unlimited))
			ada, marie := w.As(w.Ada), w.As(w.Marie)
			for i := range c.n {
				in := api.CreateWebhookIn{}
				in.Body.URL, in.Body.Types = fmt.Sprintf("https://crm%d.example.com/", i), c.types
				if c.types == nil {
					in.Body.Types = []event.Type{}
				}
				Must(Call(ada, api.CreateWebhook, in))
			}
			unit := func(name string) api.Unit {
				in := api.CreateUnitIn{Org: api.Org{Org: w.Acme}}
				in.Body.Name = name
				return Must(Call(marie, api.CreateUnit, in))
			}
			var people atomic.Int64
			b.ReportAllocs()
			b.SetParallelism(16) // so that many share a commit, and the disk does not decide
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				who := people.Add(1)
				u := unit(fmt.Sprint("Unit ", who))
				in := api.RenameUnitIn{UnitIn: api.UnitIn{Org: api.Org{Org: w.Acme}, Unit: u.ID}}
				for n := 0; pb.Next(); n++ {
					in.Body.Name, in.Body.Ver = fmt.Sprint("Unit ", who, " ", n), u.Ver
					u = Must(Call(marie, api.RenameUnit, in))
				}
			})
		})
	}
}
