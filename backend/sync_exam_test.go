package main_test

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// mortal is the program with failpoints, built once for the tests that kill it.
var mortal = sync.OnceValues(func() (string, error) {
	out := filepath.Join(filepath.Dir(binary), "countersign-mortal")
	build := exec.Command("go", "build", "-tags", "failpoints,sqlite_fts5", "-o", out, ".")
	build.Stderr = os.Stderr
	return out, build.Run()
})

// exam is a portal that dies again and again, and people who go on editing, on devices and online, through a bad network.
type exam struct {
	t     testing.TB
	h     *home
	p     *portal
	net   *bridge
	book  *ledger
	stock *stock
	org   id.Organization
	rng   *rand.Rand

	marie, jonas, paul *person // owner, administrator, somebody who may only read
	devices            []*app
	online             *app // a person without a copy, for calls

	ctx  context.Context // of the people's work
	rest context.CancelFunc
	work sync.WaitGroup
}

const examEvery = 15 * time.Millisecond // between two edits of one person

func newExam(t testing.TB) *exam {
	t.Helper()
	program, err := mortal()
	if err != nil {
		t.Fatal("build the program with failpoints: ", err)
	}
	x := &exam{t: t, h: newHome(t), net: newBridge(t, 1), book: newLedger(), rng: rand.New(rand.NewPCG(3, 4)),
		stock: &stock{programs: map[id.Program]id.BusinessUnit{}}}
	x.h.program = program
	x.serve("")
	sofia := x.p.signIn(api.AsStaff, "sofia@demo.example")
	x.org = sofia.organization("20418")
	x.signIn()
	for _, name := range []string{"Exam North", "Exam South"} {
		in := api.CreateUnitIn{Org: api.Org{Org: x.org}}
		in.Body.Name = name
		u := try(x.marie, api.CreateUnit, in)
		x.stock.units = append(x.stock.units, u.ID)
		pr := api.CreateProgramIn{Org: api.Org{Org: x.org}}
		pr.Body.BusinessUnit, pr.Body.DisplayName, pr.Body.CallPurpose = u.ID, "Winter", "survey"
		x.stock.programs[try(x.marie, api.CreateProgram, pr).ID] = u.ID
	}

	x.online = newApp(t, "online", nil, x.org, x.net, x.book, x.stock, 100)
	for _, name := range []string{"marie 1", "jonas 1", "paul 1", "marie 2", "jonas 2"} {
		x.add(name)
	}
	x.hand()
	t.Cleanup(func() {
		x.pause()
		for _, d := range x.devices {
			d.crash()
		}
	})
	return x
}

// add brings another device, named by its person.
func (x *exam) add(name string) *app {
	d := newApp(x.t, name, nil, x.org, x.net, x.book, x.stock, uint64(len(x.devices)))
	x.devices = append(x.devices, d)
	d.who = x.browser(d)
	d.start()
	return d
}

func (x *exam) browser(d *app) *person {
	who := map[byte]*person{'m': x.marie, 'j': x.jonas, 'p': x.paul}[d.name[0]]
	return x.net.carries(who)
}

// signIn signs everybody in at the portal that is there.
func (x *exam) signIn() {
	x.marie, x.jonas, x.paul = x.p.signIn(api.AsCustomer, "marie@demo.example"), x.p.signIn(api.AsCustomer, "jonas@demo.example"),
		x.p.signIn(api.AsCustomer, "paul@demo.example")
}

// hand gives the devices the sign-ins that are valid now.
func (x *exam) hand() {
	x.online.who = x.net.carries(x.jonas)
	for _, d := range x.devices {
		who := x.browser(d)
		d.do(func() {
			d.who = who
			d.step(replica.Event{SignedIn: true})
		})
	}
}

// serve starts the portal, to die at a failpoint when one is given, and tells the devices that the network is back. It is
// false when the portal died before it served.
func (x *exam) serve(failpoint string) bool {
	x.t.Helper()
	x.h.env = []string{"COUNTERSIGN_FAILPOINT=" + failpoint}
	x.p = x.h.start("--demo", "--log-level", "warn")
	if x.p.url == "" {
		if failpoint == "" || x.p.cmd.ProcessState.ExitCode() != -1 {
			x.t.Fatalf("the portal does not serve: %s", x.p.log)
		}
		return false
	}
	x.net.lead(x.p.url)
	x.nudge()
	return true
}

func (x *exam) nudge() {
	for _, d := range x.devices {
		d.tell(replica.Event{Nudge: true})
	}
}

// gone takes the network from a portal that was killed, by a failpoint or now. One that ended by itself failed.
func (x *exam) gone() {
	x.t.Helper()
	x.net.lead("")
	if status := x.p.end(syscall.SIGKILL); status != -1 {
		x.t.Fatalf("the portal was not killed, it ended with %d\n%s", status, x.p.log)
	}
	x.net.drop()
}

// resume lets people edit until pause.
func (x *exam) resume() {
	x.ctx, x.rest = context.WithCancel(x.t.Context())
	for _, d := range x.devices {
		x.work.Go(func() { d.edits(x.ctx, examEvery) })
	}
	x.work.Go(func() { x.online.editsOnline(x.ctx, examEvery) })
}

func (x *exam) pause() {
	if x.rest != nil {
		x.rest()
		x.work.Wait()
	}
}

const patience = 4 * time.Minute // until a test gives up on a slow machine

// settle waits, in a good network, until every device has nothing to send and all that the portal has.
func (x *exam) settle() {
	x.t.Helper()
	x.net.rough.Store(false)
	x.net.drop()
	end := time.After(patience)
	every := time.NewTicker(50 * time.Millisecond)
	defer every.Stop()
	for n := 0; ; n++ {
		if n%20 == 0 {
			x.nudge()
		}
		if head, epoch, ok := x.head(); ok && x.all(head, epoch) {
			return
		}
		select {
		case <-every.C:
		case <-end:
			for _, d := range x.devices {
				st, at := d.status()
				x.t.Logf("%s: %+v at %d of %s", d.name, st, at.Seq, at.Epoch)
			}
			x.t.Fatalf("the devices don't come to rest\n%s", x.p.log)
		}
	}
}

// head is where the portal's history stands: an edit of nothing tells it.
func (x *exam) head() (int64, replica.Epoch, bool) {
	in := api.EditNumbersIn{Org: api.Org{Org: x.org}}
	in.Body.Mutations = []api.NumberEdit{{Uid: newUid(), Op: replica.Remove, Rows: []replica.Edit{{ID: id.Number("01900000-0000-7000-8000-000000000000")}}}}
	out, err := insist(x.t.Context(), x.online, api.EditNumbers, in)
	return out.Head, out.Epoch, err == nil
}

func (x *exam) all(head int64, epoch replica.Epoch) bool {
	for _, d := range x.devices {
		if st, at := d.status(); st.Pending > 0 || at.Seq != head || at.Epoch != epoch || st.Preparing > 0 {
			return false
		}
	}
	return true
}

// judge stops the portal and holds everything that it and the devices have against each other and against the promises.
func (x *exam) judge() *truth {
	x.t.Helper()
	x.net.lead("")
	if status := x.p.end(syscall.SIGTERM); status != 0 {
		x.t.Errorf("exit status %d\n%s", status, x.p.log)
	}
	x.net.drop()
	tr := x.h.judged(x.org)
	x.h.judgePromises(tr, x.book)
	for _, d := range x.devices {
		x.h.judgeDevice(tr, d)
	}
	if status, out := x.h.run("audit", "verify"); status != 0 || strings.Contains(out, "BAD") {
		x.t.Errorf("the record: %s", out)
	}
	return tr
}
