package portal

import (
	"time"

	"countersign/backend/store"
	"countersign/shared/id"
)

// How often a caller may be wrong. The counts are rows, so they outlive a restart; they are read in the transaction that
// writes the try before anything is compared, so that no number of tries at once gets one more.
const (
	aDay = 24 * time.Hour

	holderMisses = 5  // of one code in a day: it answers locked
	voidMisses   = 20 // of one code since it last matched: it is void
	orgMisses    = 15 // of an organization in a day: its standing codes answer locked

	agentMisses = 8 // of one agent in agentWindow: that agent checks nothing for agentPause
	agentWindow = 15 * time.Minute
	agentPause  = time.Hour

	phraseLife  = 10 * time.Minute
	phraseTries = 3
	phrasesHour = 6 // that a contact may ask for in an hour

	// settleWithin is how long an answer can take. What has none by then never gets one: the server was stopped.
	settleWithin = time.Minute
)

// limit is how far the misses of a day have come.
type limit struct {
	count  int
	misses []store.Miss
	most   int
}

func limitOf(misses []store.Miss, most int) limit { return limit{len(misses), misses, most} }

// reached reports whether the limit locks.
func (l limit) reached() bool { return l.count >= l.most }

// left is how many more misses lock.
func (l limit) left() int { return max(l.most-l.count, 0) }

// till is when enough misses are a day old.
func (l limit) till() time.Time {
	if !l.reached() {
		return time.Time{}
	}
	return l.misses[l.count-l.most].At.Add(aDay)
}

// holderLimit counts the misses that lock a code.
func (tx *Tx) holderLimit(c *store.Code) (limit, error) {
	misses, err := tx.Misses(tx, c.Org, c.Contact, later(tx.Now().Add(-aDay), c.ReleasedAt))
	return limitOf(misses, holderMisses), err
}

// voidLimit counts those that make it void.
func (tx *Tx) voidLimit(c *store.Code) (limit, error) {
	misses, err := tx.Misses(tx, c.Org, c.Contact, later(c.MatchedAt, c.SetAt))
	return limitOf(misses, voidMisses), err
}

// orgLimit counts those that lock all codes of an organization.
func (tx *Tx) orgLimit(oid id.Organization) (limit, error) {
	seen, err := tx.MissesSeen(tx, oid)
	if err != nil {
		return limit{}, err
	}
	misses, err := tx.MissesOfOrganization(tx, oid, later(tx.Now().Add(-aDay), seen))
	return limitOf(misses, orgMisses), err
}

// pausedTill is until when an agent checks nothing, zero when they may.
func (tx *Tx) pausedTill(s id.Staff) (time.Time, error) {
	misses, err := tx.MissesOfAgent(tx, s, tx.Now().Add(-agentWindow-agentPause))
	return pauseOf(misses, tx.Now()), err
}

// pauseOf finds the last time that too many misses came together.
func pauseOf(misses []store.Miss, now time.Time) (till time.Time) {
	for i := agentMisses - 1; i < len(misses); i++ {
		if misses[i].At.Sub(misses[i-agentMisses+1].At) < agentWindow {
			till = misses[i].At.Add(agentPause)
		}
	}
	if !till.After(now) {
		return time.Time{}
	}
	return till
}

// answered leaves out what is still being compared.
func answered(misses []store.Miss, now time.Time) []store.Miss {
	var out []store.Miss
	for _, m := range misses {
		if !m.Open || now.Sub(m.At) >= settleWithin {
			out = append(out, m)
		}
	}
	return out
}

// crossed reports whether the last of the answered misses is the one that reached a limit: it is told once.
func crossed(misses []store.Miss, most int, now time.Time) bool {
	return len(answered(misses, now)) == most
}
