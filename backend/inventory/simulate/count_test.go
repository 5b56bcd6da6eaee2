package simulate

import (
	"fmt"
	"reflect"
	"strings"

	"countersign/shared/number"
	"countersign/shared/replica"
)

// counts are how often what happened, so that it is evident that it does.
type counts struct {
	requests, lost, late, doubled, doubledAnswers, truncated, portals, refused, wired, offline, strangePokes           int
	tabCrashes, freezes, lockless, thefts, powerLosses, evictions, images, clones, quotas, ioErrors, refusedTx, unread int
	kills, killsAfter, backups, restores, announced, prunes, forgotten, snapshots, chunksGone, bigs                    int
	rightsChanged, accessEnded, signInsExpired, signOuts, upgrades, bugs, holidays                                     int

	edits, bursts, saved, notSaved, undos, online, bulks, takenOut, places, resolved  int
	resent, copies, gaps, forked, forks, renumbered, requeued                         int
	dropped, wipes, lostPushes, swaps, compactions, rollbacks, noticed, epochs, views int
	resetReplaced, resetPruned, resetUnknown                                          int
	applied, merged, noop, rejected                                                   int
	conflicts, alreadyHere, elsewhere, allocated, forbidden, gone, otherwise          int
}

func (c *counts) outcome(st replica.State) {
	switch st {
	case replica.Applied:
		c.applied++
	case replica.Merged:
		c.merged++
	case replica.Noop:
		c.noop++
	case replica.Rejected:
		c.rejected++
	}
}

func (c *counts) reason(r number.Reason) {
	switch r {
	case number.Conflict:
		c.conflicts++
	case number.AlreadyHere:
		c.alreadyHere++
	case number.ExistsElsewhere:
		c.elsewhere++
	case number.Allocated:
		c.allocated++
	case number.Forbidden:
		c.forbidden++
	case number.NotFound:
		c.gone++
	default:
		c.otherwise++
	}
}

func (c *counts) reset(why string) {
	switch why {
	case replica.ResetReplaced:
		c.resetReplaced++
	case replica.ResetPruned:
		c.resetPruned++
	default:
		c.resetUnknown++
	}
}

// add sums up two worlds.
func (c *counts) add(o *counts) {
	a, b := reflect.ValueOf(c).Elem(), reflect.ValueOf(o).Elem()
	for i := range a.NumField() {
		f := a.Field(i)
		*(*int)(f.Addr().UnsafePointer()) += int(b.Field(i).Int())
	}
}

// missing names what never happened.
func (c *counts) missing() (out []string) {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if v.Field(i).Int() == 0 {
			out = append(out, v.Type().Field(i).Name)
		}
	}
	return out
}

func (c *counts) String() string {
	v := reflect.ValueOf(c).Elem()
	var b strings.Builder
	for i := range v.NumField() {
		fmt.Fprintf(&b, "%s %d", v.Type().Field(i).Name, v.Field(i).Int())
		if i%8 == 7 {
			b.WriteByte('\n')
		} else {
			b.WriteString("  ")
		}
	}
	return b.String()
}
