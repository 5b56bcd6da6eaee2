package portal_test

import (
	"context"
	"strconv"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/live"
	"countersign/shared/service"
)

// A service that the billing system sends: new, changed, and as it is there already; beside a bare upsert of the same row,
// and one that is recorded, each in a transaction of its own.
func BenchmarkPutService(b *testing.B) {
	key := func(i int) string { return "k-" + strconv.Itoa(i) }
	for _, c := range []struct {
		name string
		in   func(i int) api.PutServiceIn
	}{
		{"new", func(i int) api.PutServiceIn { return aService(key(i)) }},
		{"changed", func(i int) api.PutServiceIn {
			in := aService("k")
			in.Body.Product = strconv.Itoa(i)
			return in
		}},
		{"unchanged", func(int) api.PutServiceIn { return aService("k") }},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := New(b, WithLimits(unlimited))
			system := w.System(api.ServicesWrite)
			Must(Call(system, api.PutProviderService, aService("k")))
			for i := 0; b.Loop(); i++ {
				Must(Call(system, api.PutProviderService, c.in(i)))
			}
		})
	}
	for _, recorded := range []bool{false, true} {
		name := "bare_upsert"
		if recorded {
			name = "recorded_upsert"
		}
		b.Run(name, func(b *testing.B) {
			w := New(b)
			for i := 0; b.Loop(); i++ {
				err := w.DB.Update(b.Context(), func(tx *store.Tx) error {
					_, err := tx.Touch(context.Background(), `INSERT INTO service (id, org, kind, name, name_key, product, state, support_contact, billing_contact,
renews_on, ends_on, external_key, version, created_at, changed_at) VALUES (?, ?, 'service', 'web-01', 'web-01', 'Hosting L', ?, '', '', '', '', ?, 1, 0, 0)
ON CONFLICT (org, kind, external_key) WHERE external_key <> '' DO UPDATE SET product = excluded.product`, key(i), w.Acme, service.Active, key(i))
					if err != nil || !recorded {
						return err
					}
					return tx.Record(context.Background(), w.Keys.Derive(vault.Audit), store.Change{Entry: audit.Entry{Stream: live.Of(w.Acme),
						Kind: audit.ServiceCreated, Actor: audit.Actor{Kind: audit.BySystem}}})
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
