package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// clients is how many connections read at once.
const clients = 32

// BenchmarkPointRead is a read behind sign-in and gate through the whole server, over real connections, beside the
// barest handler that answers with the same bytes: the ratio is what everything between costs.
func BenchmarkPointRead(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as serve does; it helps both sides
	w := backendtest.New(b, backendtest.WithLimits(unlimited))
	for _, c := range []struct {
		name string
		call api.Call
		who  *backendtest.Actor
	}{
		{"home", must(api.GetHome.Encode(api.Org{Org: w.Acme})), w.As(w.AddContact(w.Acme, "Bea Bill", perm.Billing))},
		{"remote_support", must(api.GetRemoteSupport.Encode(api.Org{Org: w.Acme})), w.As(w.Marie)},
	} {
		b.Run(c.name, func(b *testing.B) {
			ln := listen(b)
			go http.Serve(ln, w.Server)
			header := http.Header{}
			c.who.Sign(header)
			body := once(b, ln.Addr().String(), c.call.Path, header)

			bare := listen(b)
			go http.Serve(bare, bareJSON(body))
			portal, plain := &measured{}, &measured{}
			for range rounds { // in turn, so that whatever else the machine does is against both
				portal.load(b, ln.Addr().String(), c.call.Path, header)
				plain.load(b, bare.Addr().String(), c.call.Path, header)
			}
			b.ReportMetric(float64(len(body)), "bytes")
			b.ReportMetric(portal.rate(), "reads/s")
			b.ReportMetric(plain.rate(), "bare/s")
			b.ReportMetric(portal.rate()/plain.rate(), "ratio")
			b.ReportMetric(plain.cpu.Seconds()/portal.cpu.Seconds(), "cpu-ratio")
		})
	}
}

var unlimited = server.Limits{Steady: server.Bucket{PerSecond: 1e6, Burst: 1e6}, Usual: server.Bucket{PerSecond: 1e9, Burst: 1e9}, Costly: server.Bucket{PerSecond: 1e9, Burst: 1e9},
	Address: server.Bucket{PerSecond: 1e9, Burst: 1e9}}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func listen(tb testing.TB) net.Listener {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { ln.Close() })
	return ln
}

// bareJSON decodes nothing and looks nothing up: it writes a value as JSON.
func bareJSON(body []byte) http.Handler {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		panic(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	})
}

func once(tb testing.TB, addr, path string, header http.Header) []byte {
	tb.Helper()
	req, _ := http.NewRequest("GET", "http://"+addr+path, nil)
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 {
		tb.Fatalf("%d: %s", resp.StatusCode, body)
	}
	return body
}

const rounds = 10

// measured is how long a number of reads took, on the clock and of the processor.
type measured struct {
	n         int
	wall, cpu time.Duration
}

func (m *measured) rate() float64 { return float64(m.n) / m.wall.Seconds() }

// load reads over the clients' connections. The client writes prepared bytes and reads just what the answer's length
// says, so that it costs the machine as little as possible.
func (m *measured) load(b *testing.B, addr, path string, header http.Header) {
	var req bytes.Buffer
	r, _ := http.NewRequest("GET", "http://"+addr+path, nil)
	r.Header = header
	r.Write(&req)
	var wg sync.WaitGroup
	n := b.N/clients/rounds + 1
	start, before := time.Now(), processorTime()
	for range clients {
		wg.Go(func() { pound(b, addr, req.Bytes(), n) })
	}
	wg.Wait()
	m.n += n * clients
	m.wall += time.Since(start)
	m.cpu += processorTime() - before
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func pound(b *testing.B, addr string, req []byte, n int) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Error(err)
		return
	}
	defer conn.Close()
	buf := make([]byte, 64<<10)
	for range n {
		if _, err := conn.Write(req); err != nil {
			b.Error(err)
			return
		}
		if err := answer(conn, buf); err != nil {
			b.Error(err)
			return
		}
	}
}

func answer(conn net.Conn, buf []byte) error {
	have := 0
	for {
		n, err := conn.Read(buf[have:])
		if err != nil {
			return err
		}
		have += n
		head := bytes.Index(buf[:have], []byte("\r\n\r\n"))
		if head < 0 {
			continue
		}
		i := bytes.Index(buf[:head], []byte("Content-Length: "))
		length := 0
		for _, c := range buf[i+len("Content-Length: "):] {
			if c < '0' || c > '9' {
				break
			}
			length = length*10 + int(c-'0')
		}
		if have >= head+4+length {
			return nil
		}
	}
}

// BenchmarkRecordedChange is a change through the gate, with its audit entry and events, safe on the disk when answered,
// beside the barest upsert through the same writer: the ratio is what knowing who did what for whom costs.
func BenchmarkRecordedChange(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	const callers = 64
	w := backendtest.New(b, backendtest.WithLimits(unlimited))
	ctx, ada, sofia := b.Context(), w.As(w.Ada), w.As(w.Sofia)
	var inside []portal.Credential
	var orgs []id.Organization
	for i := range callers {
		var in api.CreateOrganizationIn
		in.Body.Name, in.Body.Reference, in.Body.ManagedBy, in.Body.Region = "Delta", strconv.Itoa(i), org.ServiceProvider, "FR"
		in.Body.OwnerName, in.Body.OwnerEmail, in.Body.Locale = "Dana Ortiz", "dana@example.test", "en"
		o := backendtest.Must(backendtest.Call(ada, api.CreateOrganization, in))
		e := backendtest.Must(sofia.EnterManaged(o.ID, "Ticket 1"))
		orgs = append(orgs, o.ID)
		inside = append(inside, portal.Credential{As: api.AsSupport, Session: login.HashToken(e.Token), Support: login.HashToken(e.Support),
			Bound: "192.0.2.0/24 Go"})
	}
	pages := 0
	recorded := func(caller, n int) error {
		in := api.ViewingIn{Org: api.Org{Org: orgs[caller]}}
		in.Body.Page = "page/" + strconv.Itoa(pages+n)
		_, err := portal.Run(ctx, w.Service, api.TellViewing, inside[caller], &in, w.Service.TellViewing)
		return err
	}
	raw := func(caller, n int) error {
		return w.DB.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.Touch(ctx, "INSERT INTO attempt (bucket, times, expires_at) VALUES (?, '', ?) ON CONFLICT (bucket) DO UPDATE SET expires_at = excluded.expires_at",
				fmt.Sprintf("%064d", (caller*7919+(pages+n)*104729)%10_000), n)
			return err
		})
	}
	of, plain := &measured{}, &measured{}
	for b.Loop() {
		const each = 20
		of.take(b, callers, each, recorded)
		plain.take(b, callers, each, raw)
		pages += each
	}
	b.ReportMetric(of.rate(), "changes/s")
	b.ReportMetric(plain.rate(), "upserts/s")
	b.ReportMetric(of.rate()/plain.rate(), "ratio")
	b.ReportMetric(plain.cpu.Seconds()/of.cpu.Seconds(), "cpu-ratio")
}

// take has each of the callers do a number of things, all at once.
func (m *measured) take(b *testing.B, callers, each int, do func(caller, n int) error) {
	var wg sync.WaitGroup
	start, before := time.Now(), processorTime()
	for c := range callers {
		wg.Go(func() {
			for n := range each {
				if err := do(c, n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	m.n += callers * each
	m.wall += time.Since(start)
	m.cpu += processorTime() - before
}
