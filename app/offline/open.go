package offline

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/app/client"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const prefix = "sync:"

// nameOf is the name of the database of a login and an organization.
func nameOf(login id.Login, org id.Organization) string {
	return prefix + string(login) + ":" + string(org)
}

// parseName reads the name of a database; false when it is none of a copy.
func parseName(name string) (id.Login, id.Organization, bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	login, org, both := strings.Cut(rest, ":")
	return id.Login(login), id.Organization(org), ok && both
}

// outNote is where it is noted when a person signed out: a tab that slept meanwhile can tell by it why its database is gone.
func outNote(login id.Login) string { return "out:" + string(login) }

var opened struct {
	sync.Mutex
	copies []*Copy
	tended map[*client.Session]id.Login // whose databases were looked through
	left   map[*client.Session]bool     // signed out
}

// Open gives the copy of an organization's numbers that this browser keeps for the caller, the same one each time until it
// is closed. It is nil where none is kept: before it is known who is there, for staff, in support sessions, while looking as
// somebody else, and without the right to view the numbers.
func Open(s *client.Session, org id.Organization) *Copy {
	me := s.Me()
	if s.Borrowed() || me == nil || me.Login == "" {
		return nil
	}
	g := ground
	tend(g, s)
	seat := s.At(client.Place{As: s.As, Org: org})
	if !seat.Can(perm.NumbersView) {
		return nil
	}
	return find(g, s, me, org, seat.Rights)
}

// find gives the copy that is open, or starts another one: nobody finds one that was not started. It is nil once the caller
// signed out.
func find(g *Ground, s *client.Session, me *api.Me, org id.Organization, rights int) *Copy {
	opened.Lock()
	defer opened.Unlock()
	if opened.left[s] {
		return nil
	}
	for i, c := range opened.copies {
		if c.session != s || c.login != me.Login || c.org != org {
			continue
		}
		if !c.Status().Wiped || c.rights == rights {
			return c
		}
		opened.copies = append(opened.copies[:i:i], opened.copies[i+1:]...) // access ended, and came back
		break
	}
	region := ""
	for i := range me.Organizations {
		if me.Organizations[i].Org == org {
			region = me.Organizations[i].Region
		}
	}
	c := newCopy(g, s, me.Login, me.Email, org, region)
	c.rights = rights
	c.start()
	opened.copies = append(opened.copies, c)
	return c
}

func forgetCopy(gone *Copy) {
	opened.Lock()
	defer opened.Unlock()
	for i, c := range opened.copies {
		if c == gone {
			opened.copies = append(opened.copies[:i:i], opened.copies[i+1:]...)
			return
		}
	}
}

func copiesOf(s *client.Session) (list []*Copy) {
	opened.Lock()
	defer opened.Unlock()
	for _, c := range opened.copies {
		if c.session == s {
			list = append(list, c)
		}
	}
	return list
}

// Pending is how many edits wait on this device to be judged by the server, in all copies that are open.
func Pending() (n int) {
	opened.Lock()
	list := append([]*Copy(nil), opened.copies...)
	opened.Unlock()
	for _, c := range list {
		n += c.unsent()
	}
	return n
}

// Unsent is how many edits of the caller wait on this device, in all their organizations.
func Unsent(s *client.Session) (n int) {
	for _, c := range copiesOf(s) {
		n += c.unsent()
	}
	return n
}

func (c *Copy) unsent() int {
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	if c.h.emptied {
		return 0
	}
	return c.h.last.Pending + len(c.h.doing)
}

// tend looks once through the databases of this browser. Of the caller's own those are opened that have edits to be sent,
// and those of organizations that the caller may not see any more, so that the server has them wiped; of others only the
// note beside them is read.
func tend(g *Ground, s *client.Session) {
	me := s.Me()
	if _, fresh := s.Fresh(); !fresh || me == nil {
		return
	}
	opened.Lock()
	again := opened.tended[s] == me.Login || opened.left[s]
	if opened.tended == nil {
		opened.tended = map[*client.Session]id.Login{}
	}
	opened.tended[s] = me.Login
	opened.Unlock()
	if again {
		return
	}
	g.Databases(func(names []string) {
		var others []Others
		for _, name := range names {
			login, org, ok := parseName(name)
			switch {
			case !ok:
			case login != me.Login:
				if n := readNote(g, name); n.Unsent > 0 {
					others = addOthers(others, n)
				}
			case !s.At(client.Place{As: s.As, Org: org}).Can(perm.NumbersView):
				openFor(g, s, me, org)
			default:
				g.Queued(name, func(unsent int, _ error) { // one that can't be read now waits for the next start
					if unsent > 0 {
						openFor(g, s, me, org)
					}
				})
			}
		}
		for _, c := range copiesOf(s) {
			c.h.do(func() {
				c.others = others
				c.h.news.Status = true
			})
		}
	})
}

func addOthers(list []Others, n note) []Others {
	for i := range list {
		if list[i].Email == n.Email {
			list[i].Unsent += n.Unsent
			return list
		}
	}
	return append(list, Others{n.Email, n.Unsent})
}

func openFor(g *Ground, s *client.Session, me *api.Me, org id.Organization) {
	find(g, s, me, org, s.At(client.Place{As: s.As, Org: org}).Rights)
}

// outTime is how long a sign-out waits for the databases to be gone. A frozen tab that has one open delays it; the browser
// deletes it then as soon as it can.
const outTime = 5 * time.Second

// SignOut deletes every copy of the caller in this browser, in all its tabs, with what was not sent: ask first. Nothing is
// kept or opened for the session afterwards. done is called when the databases are gone, or can't be for now; others says
// that copies of other people stay, or that it is not known.
func SignOut(ctx app.Context, s *client.Session, done func(_ app.Context, others bool)) {
	me := s.Me()
	var first sync.Once
	once := func(others bool) {
		first.Do(func() { ctx.Dispatch(func(ctx app.Context) { done(ctx, others) }) })
	}
	g := ground
	if s.Borrowed() || me == nil || me.Login == "" {
		g.Databases(func(names []string) { once(len(names) > 0) })
		return
	}
	opened.Lock()
	if opened.left == nil {
		opened.left = map[*client.Session]bool{}
	}
	opened.left[s] = true
	opened.Unlock()
	g.SetNote(outNote(me.Login), strconv.FormatInt(time.Now().UnixMilli(), 10))
	g.After(outTime, func() { once(true) })
	eraseAll(g, s, me.Login, once)
}

// eraseAll erases the databases of a login; others says whether there are any of another one.
func eraseAll(g *Ground, s *client.Session, login id.Login, done func(others bool)) {
	others := false
	names := map[string]bool{}
	for _, c := range copiesOf(s) {
		names[c.h.name] = true
		forgetCopy(c)
		c.stop()
		c.h.do(c.h.gone)
	}
	g.Databases(func(list []string) {
		for _, name := range list {
			if l, _, ok := parseName(name); ok && l == login {
				names[name] = true
			} else if ok {
				others = true
			}
		}
		var mu sync.Mutex
		left := len(names) + 1
		one := func() {
			mu.Lock()
			defer mu.Unlock()
			if left--; left == 0 {
				done(others)
			}
		}
		for name := range names {
			erase(g, name, one)
		}
		one()
	})
}

// erase empties a database, so that nobody who has it open brings anything back, and deletes it.
func erase(g *Ground, name string, done func()) {
	line := g.Line(name, func([]byte) {})
	line.Send([]byte{msgGone})
	g.SetNote(name, "")
	store := g.Store(name)
	drop := func() {
		store.Drop(func(err error) {
			if err != nil {
				app.Log("the copy of the numbers was not deleted:", err)
			}
			line.Close()
			done()
		})
	}
	var wipe func(tries int)
	wipe = func(tries int) {
		store.Load(func(s *replica.Stored, err error) {
			if err != nil || tries == 0 {
				drop()
				return
			}
			store.Commit(&replica.Tx{If: replica.Guard{Generation: s.Meta.Generation}, Strict: true, Wipe: true}, func(_ Committed, why string) {
				if why == replica.FailedStale {
					wipe(tries - 1)
					return
				}
				drop()
			})
		})
	}
	wipe(3)
}
