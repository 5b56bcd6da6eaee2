package portal_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
)

// stockedWith is a world whose Acme has n numbers in 20 units of 5 programs, every other one named.
func stockedWith(b *testing.B, n int) (w *backendtest.World) {
	b.Helper()
	many := server.Bucket{PerSecond: 1e9, Burst: 1e9}
	w = backendtest.New(b, backendtest.WithLimits(server.Limits{Usual: many, Costly: many, Address: many}))
	ctx := context.Background()
	purposes := []string{"survey", "charity", "political", "customer_service", "multi_use"}
	row := func(i int) string { return fmt.Sprintf("018f0000-0000-7000-8000-%012d", i) }
	for from := 0; from < n; from += 20_000 { // a writer's transaction each
		err := w.DB.Update(ctx, func(tx *store.Tx) error {
			tx.MarkRecorded()
			for u := 0; from == 0 && u < 20; u++ {
				unit := number.Unit{ID: id.BusinessUnit(row(u)), Name: fmt.Sprintf("Unit %d", u*7%20)}
				if err := tx.AddBusinessUnit(ctx, w.Acme, &unit); err != nil {
					return err
				}
				for p := range 5 {
					if err := tx.AddProgram(ctx, w.Acme, &number.Program{ID: id.Program(row(u*5 + p)), BusinessUnit: unit.ID, DisplayName: fmt.Sprintf("Program %d", p), CallPurpose: "survey"}); err != nil {
						return err
					}
				}
			}
			if from == 0 {
				if _, err := tx.Exec(ctx, `INSERT INTO number_head (org, epoch, seq, chain, min_seq, durable_seq, live, digest, online_mid)
VALUES (?, '0123456789abcdef', 1, '0000000000000000', 0, 0, ?, '0000000000000000', 0)`, w.Acme, n); err != nil {
					return err
				}
			}
			for i := from; i < min(from+20_000, n); i++ {
				name := ""
				if i%2 == 0 {
					name = fmt.Sprintf("line %d", i*7919%n)
				}
				if _, err := tx.Exec(ctx, `INSERT INTO number (org, id, e164, call_purpose, display_name, name_key, business_unit, program, status, removed_at, ver,
by_login, other_ver, purpose_ver, name_ver, place_ver) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'active', 0, 1, '', 0, 0, 0, 0)`,
					string(w.Acme), row(i), fmt.Sprintf("+331%08d", i*37), purposes[i%5], name, name, row(i%20), row(i%100)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	err := w.DB.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Touch(ctx, recount)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return w
}

// BenchmarkNumberList reads pages of 100,000 and of 1,000,000 numbers through router and gate, and the same pages by the
// bare statement. What is searched for is only somewhere in a number or name, or begins it, or is one.
func BenchmarkNumberList(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		w := stockedWith(b, n)
		marie := w.As(w.Marie)
		middle := fmt.Sprintf("+331%08d", n/2*37)
		for _, c := range []struct {
			name string
			page api.NumberPage
			bare *store.NumberQuery
		}{
			{"first", api.NumberPage{}, &store.NumberQuery{Sort: store.SortNumber}},
			{"deep", api.NumberPage{After: mark(b, number.E164(middle))}, &store.NumberQuery{Sort: store.SortNumber, After: &store.NumberMark{E164: number.E164(middle)}}},
			{"whole_number", api.NumberPage{NumberFilter: api.NumberFilter{Query: middle}}, &store.NumberQuery{Text: &store.NumberText{Exact: number.E164(middle)}}},
			{"begins", api.NumberPage{NumberFilter: api.NumberFilter{Query: middle[:8]}}, &store.NumberQuery{Text: &store.NumberText{Begins: middle[1:8]}}},
			{"digits", api.NumberPage{NumberFilter: api.NumberFilter{Query: "77700"}}, &store.NumberQuery{Text: &store.NumberText{Digits: "77700", Name: "77700"}}},
			{"name", api.NumberPage{NumberFilter: api.NumberFilter{Query: "line 4242"}}, &store.NumberQuery{Text: &store.NumberText{Name: "line 4242"}}},
			{"by_name", api.NumberPage{Sort: "-name"}, &store.NumberQuery{Sort: store.SortName, Desc: true}},
			{"by_unit", api.NumberPage{Sort: "business_unit"}, &store.NumberQuery{Sort: store.SortUnit}},
			{"by_status", api.NumberPage{Sort: "status"}, &store.NumberQuery{Sort: store.SortStatus}},
			{"by_program", api.NumberPage{Sort: "-program"}, &store.NumberQuery{Sort: store.SortProgram, Desc: true}},
			{"in_unit", api.NumberPage{NumberFilter: api.NumberFilter{Unit: "018f0000-0000-7000-8000-000000000007"}, Counts: "yes"}, nil},
			{"counted", api.NumberPage{Counts: "yes"}, nil},
			{"counted_search", api.NumberPage{NumberFilter: api.NumberFilter{Query: "+33 1"}, Counts: "yes"}, nil},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, c.name), func(b *testing.B) {
				for b.Loop() {
					got, err := backendtest.Call(marie, api.ListNumbers, api.NumbersIn{Org: api.Org{Org: w.Acme}, NumberPage: c.page})
					if err != nil || len(got.Numbers) == 0 || got.Total < len(got.Numbers) {
						b.Fatalf("%d of %d, %v", len(got.Numbers), got.Total, err)
					}
				}
				if c.bare == nil {
					return
				}
				per := b.Elapsed() / time.Duration(b.N)
				b.StopTimer()
				c.bare.Limit = 51
				rounds, began := 0, time.Now()
				for rounds == 0 || time.Since(began) < 200*time.Millisecond {
					err := w.DB.View(context.Background(), func(tx *store.Tx) error {
						rows, err := tx.ListNumbers(context.Background(), w.Acme, *c.bare)
						if err == nil && len(rows) == 0 {
							b.Fatal("no rows")
						}
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
					rounds++
				}
				b.ReportMetric(float64(per)/float64(time.Since(began)/time.Duration(rounds)), "x-bare")
			})
		}
	}
}

// mark is the address of the page after a number.
func mark(b *testing.B, e number.E164) string {
	b.Helper()
	return base64.RawURLEncoding.EncodeToString([]byte(`{"n":"` + string(e) + `"}`))
}
