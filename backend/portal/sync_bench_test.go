package portal_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/inventory"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// plenty is a world with numbers in Acme.
type plenty struct {
	*backendtest.World
	marie *backendtest.Actor
	ids   []id.Number
	name  map[id.Number]string
	mid   replica.Mid
}

const benchDevice id.Device = "018f0000-0000-4000-8000-00000000000c"

func benchID(i int) id.Number { return id.Number(fmt.Sprintf("018f0000-0000-7000-8000-%012d", i)) }

func newPlenty(tb testing.TB, n int) *plenty {
	tb.Helper()
	many := server.Bucket{PerSecond: 1e9, Burst: 1e9}
	w := backendtest.New(tb, backendtest.WithLimits(server.Limits{Usual: many, Sync: many, Address: many}))
	p := &plenty{World: w, marie: w.As(w.Marie), name: map[id.Number]string{}}
	core := &inventory.Core{Key: []byte("k"), NewEpoch: func() replica.Epoch { return "e" }, Check: func(number.E164) number.Reason { return "" }}
	actor := inventory.Actor{Login: w.Marie.Login, Name: "Marie Dubois", Rights: perm.Everything()}
	for from := 0; from < n; from += 5000 {
		var list []number.Number
		for i := from; i < min(n, from+5000); i++ {
			p.ids = append(p.ids, benchID(i))
			list = append(list, number.Number{ID: benchID(i), E164: number.E164(fmt.Sprintf("+3318%07d", i)), CallPurpose: "survey", DisplayName: fmt.Sprintf("Agency %d", i%997)})
			p.name[benchID(i)] = list[len(list)-1].DisplayName
		}
		err := w.DB.Update(context.Background(), func(tx *store.Tx) error {
			tx.MarkRecorded()
			_, err := core.Add(tx.Inventory(context.Background(), w.Acme, core.NewEpoch), actor, list,
				func(i int) replica.Uid { return replica.Uid(fmt.Sprintf("%032x", from+i)) })
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return p
}

// pushes are 1,000 edits of as many numbers in five pushes.
func (p *plenty) pushes(run int) (list []replica.Push) {
	for range 5 {
		in := replica.Push{Client: benchDevice, Schema: 1, PrevMid: p.mid}
		for range 200 {
			p.mid++
			n := p.ids[int(p.mid)%(len(p.ids)/2)]
			was, name := p.name[n], fmt.Sprintf("Renamed %d", run)
			p.name[n] = name
			in.Mutations = append(in.Mutations, replica.Mutation{Mid: p.mid, Uid: replica.Uid(fmt.Sprintf("%032x", 1<<40+int(p.mid))), V: 1, Op: replica.Set,
				Rows: []replica.Edit{{ID: n, Was: &number.Fields{DisplayName: &was}}}, Set: &number.Fields{DisplayName: &name}})
		}
		list = append(list, in)
	}
	return list
}

// bareHistory is a history of a row for each change.
const bareHistory = `CREATE TABLE bare_change (org TEXT NOT NULL, seq BIGINT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, del BOOLEAN NOT NULL,
row TEXT NOT NULL, uid TEXT NOT NULL, login TEXT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL, chain TEXT NOT NULL, PRIMARY KEY (org, seq))`

// rawPush is what the store has to do for 200 edits, and no more: read and write each row, the history, the receipt and
// the record.
func (p *plenty) rawPush(run, part int) error {
	ctx := context.Background()
	return p.DB.Update(ctx, func(tx *store.Tx) error {
		tx.MarkRecorded()
		row := strings.Repeat("x", 200)
		for i := range 200 {
			at := run*1000 + part*200 + i
			n := p.ids[len(p.ids)/2+at%(len(p.ids)/2)]
			var e164, purpose, name, unit, program, status, by string
			var removed, ver, other, pv, nv, lv int64
			if err := tx.QueryRow(ctx, `SELECT e164, call_purpose, display_name, business_unit, program, status, removed_at, ver, by_login, other_ver,
purpose_ver, name_ver, place_ver FROM number WHERE org = ? AND id = ?`, string(p.Acme), string(n)).Scan(&e164, &purpose, &name, &unit, &program, &status,
				&removed, &ver, &by, &other, &pv, &nv, &lv); err != nil {
				return err
			}
			for _, q := range []struct {
				text string
				args []any
			}{
				{`UPDATE number SET display_name = ?, name_key = ?, ver = ?, name_ver = ? WHERE org = ? AND id = ?`,
					[]any{fmt.Sprintf("Raw %d", run), fmt.Sprintf("raw %d", run), ver + 1, nv + 1, string(p.Acme), string(n)}},
				{`INSERT INTO bare_change (org, seq, kind, id, del, row, uid, login, name, at, chain) VALUES (?, ?, 'number', ?, FALSE, ?, '', '', '', 0, '')`,
					[]any{string(p.Beta), at, string(n), row}},
				{`INSERT INTO sync_receipt (org, client, mid, uid, outcome, is_primary, total, at) VALUES (?, 'raw', ?, ?, ?, TRUE, '', 0)`,
					[]any{string(p.Beta), at, fmt.Sprintf("%032x", at), row[:80]}},
				{`INSERT INTO audit_entry (stream, seq, at, kind, actor_kind, actor, actor_name, access_grant, session, request, address, object, detail, outcome,
prev, mac) VALUES ('raw', ?, 0, 'number.changed', 'contact', ?, 'Marie Dubois', '', '', '12345678', '192.0.2.7', ?, ?, 'done', ?, ?)`,
					[]any{at + 1, string(n), string(n), row[:120], row[:64], row[:64]}},
			} {
				if _, err := tx.Exec(ctx, q.text, q.args...); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// BenchmarkPush brings 1,000 edits in five pushes over HTTP, beside the bare statements on the same store.
func BenchmarkPush(b *testing.B) {
	p := newPlenty(b, 10_000)
	p.Exec(`INSERT INTO stream (id, event_seq, audit_seq, audit_mac) VALUES ('raw', 0, 0, '')`)
	p.Exec(bareHistory)
	b.ReportAllocs()
	var whole, raw time.Duration
	run := 0
	for b.Loop() {
		run++
		calls := make([]api.Call, 0, 5)
		for _, in := range p.pushes(run) {
			c, err := api.SyncPush.Encode(api.SyncPushIn{Org: api.Org{Org: p.Acme}, Body: in})
			if err != nil {
				b.Fatal(err)
			}
			calls = append(calls, c)
		}
		began := time.Now()
		var answers [][]byte
		for _, c := range calls {
			c.Header[api.HeaderAs] = "customer"
			a, err := p.marie.Do(context.Background(), c)
			if err != nil || a.Status != 200 {
				b.Fatalf("%d %s %v", a.Status, a.Body, err)
			}
			answers = append(answers, a.Body)
		}
		whole += time.Since(began)
		for _, body := range answers {
			var out replica.PushAnswer
			if err := json.Unmarshal(body, &out); err != nil || len(out.Outcomes) != 200 || out.Outcomes[199].St != replica.Applied {
				b.Fatalf("%v %.300s", err, body)
			}
		}
		began = time.Now()
		for part := range 5 {
			if err := p.rawPush(run, part); err != nil {
				b.Fatal(err)
			}
		}
		raw += time.Since(began)
	}
	b.ReportMetric(float64(whole.Microseconds())/1000/float64(run), "push-ms")
	b.ReportMetric(float64(raw.Microseconds())/1000/float64(run), "raw-ms")
	b.ReportMetric(raw.Seconds()/whole.Seconds(), "of-raw")
}

// BenchmarkPull gets a page of 1,000 changes over HTTP, beside reading the same rows.
func BenchmarkPull(b *testing.B) {
	p := newPlenty(b, 10_000)
	cursor := p.cursorAt(b, 5000)
	p.Exec(bareHistory)
	for i, n := range p.ids {
		p.Exec(`INSERT INTO bare_change (org, seq, kind, id, del, row, uid, login, name, at, chain) VALUES (?, ?, 'number', ?, FALSE, ?, '', '', '', 0, '')`,
			p.Acme, i+1, n, strings.Repeat("x", 200))
	}
	call, err := api.SyncPull.Encode(api.SyncPullIn{Org: api.Org{Org: p.Acme}, Body: replica.Pull{Client: benchDevice, Schema: 1, Cursor: cursor, FirstMid: 1, ReceiptSum: replica.SumText(0)}})
	if err != nil {
		b.Fatal(err)
	}
	call.Header[api.HeaderAs] = "customer"
	b.ReportAllocs()
	var whole, raw time.Duration
	for b.Loop() {
		began := time.Now()
		a, err := p.marie.Do(context.Background(), call)
		whole += time.Since(began)
		if err != nil || a.Status != 200 || bytes.Count(a.Body, []byte(`"seq"`)) != 1000 {
			b.Fatalf("%d %.300s %v", a.Status, a.Body, err)
		}
		began = time.Now()
		rows := 0
		err = p.DB.View(context.Background(), func(tx *store.Tx) error {
			list, err := store.Collect(tx.Query(context.Background(), `SELECT seq, kind, id, del, row FROM bare_change WHERE org = ? AND seq > ? ORDER BY seq LIMIT 1000`, string(p.Acme), 5000),
				func(r *store.Rows) (c [3]string, err error) {
					var seq int64
					var del bool
					return c, r.Scan(&seq, &c[0], &c[1], &del, &c[2])
				})
			rows = len(list)
			return err
		})
		raw += time.Since(began)
		if err != nil || rows != 1000 {
			b.Fatal(rows, err)
		}
	}
	b.ReportMetric(float64(whole.Microseconds())/1000/float64(b.N), "pull-ms")
	b.ReportMetric(float64(raw.Microseconds())/1000/float64(b.N), "raw-ms")
	b.ReportMetric(raw.Seconds()/whole.Seconds(), "of-raw")
}

// cursorAt is the cursor after so many changes.
func (p *plenty) cursorAt(tb testing.TB, seq int) (cursor string) {
	tb.Helper()
	in := api.SyncPullIn{Org: api.Org{Org: p.Acme}, Body: replica.Pull{Client: benchDevice, Schema: 1, FirstMid: 1, ReceiptSum: replica.SumText(0)}}
	p.Exec(`UPDATE number_head SET seq = ?, chain = (SELECT SUBSTR(chains, (? - first_seq) * 16 + 1, 16) FROM number_history
WHERE org = number_head.org AND ? BETWEEN first_seq AND seq) WHERE org = ?`, seq, seq, seq, p.Acme)
	cursor = backendtest.Must(backendtest.Call(p.marie, api.SyncPull, in)).Snapshot.Cursor
	p.Exec(`UPDATE number_head SET seq = ?, chain = (SELECT SUBSTR(chains, (? - first_seq) * 16 + 1, 16) FROM number_history
WHERE org = number_head.org AND ? BETWEEN first_seq AND seq) WHERE org = ?`, len(p.ids), len(p.ids), len(p.ids), p.Acme)
	return cursor
}

// BenchmarkSnapshot makes the snapshot of 100,000 numbers.
func BenchmarkSnapshot(b *testing.B) {
	p := newPlenty(b, 100_000)
	core := &inventory.Core{Key: []byte("k"), NewEpoch: func() replica.Epoch { return "e" }}
	var sn *inventory.Snapshot
	b.ReportAllocs()
	for b.Loop() {
		err := p.DB.ViewWithin(context.Background(), time.Minute, func(tx *store.Tx) (err error) {
			sn, err = core.Snapshot(tx.Inventory(context.Background(), p.Acme, core.NewEpoch))
			return err
		})
		if err != nil || sn.Manifest.Rows < 100_000 {
			b.Fatal(err)
		}
	}
	plain, zipped := 0, 0
	for _, f := range sn.Frames {
		var z bytes.Buffer
		w, err := gzip.NewWriterLevel(&z, gzip.BestSpeed)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.Write(f); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		plain, zipped = plain+len(f), zipped+z.Len()
	}
	b.ReportMetric(float64(plain)/1e6, "MB")
	b.ReportMetric(float64(zipped)/1e6, "MB-gzip")
}
