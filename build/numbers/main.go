// Command numbers writes the table of phone rules that shared/number reads, from the metadata of Google's libphonenumber
// as github.com/nyaruka/phonenumbers carries it.
//
//	cd shared/number && go generate
//
// All regular expressions of the metadata become states of one automaton over digits: which numbers are valid, in which
// region, and how they are written; what general shape a region's numbers have; what is dialed before a number within a
// country and out of it.
package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: numbers TABLE.go")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "write the table of numbers:", err)
		os.Exit(1)
	}
}

func run(file string) error {
	coll, err := phonenumbers.MetadataCollection()
	if err != nil {
		return err
	}
	t, err := newTable(coll.Metadata)
	if err != nil {
		return err
	}
	code, err := t.code()
	if err != nil {
		return err
	}
	return os.WriteFile(file, code, 0o644)
}

// table is what is written.
type table struct {
	*automaton
	regions  []region
	root     int
	outcomes []outcome
	layouts  []string
}

// region is a line of the table: a country or territory, or a calling code of none.
type region struct {
	*phonenumbers.PhoneMetadata
	general, trunk, out int // where the automaton begins
	rewrite             string
	main                bool // speaks for its calling code
}

// outcome is what a valid number is: of which region, and written how.
type outcome struct{ region, intl, national int }

// mostDigits is how many an int64 can hold, unless they begin with 9.
const mostDigits = 19

const nowhere = "001" // the region of calling codes that belong to no country

func newTable(all []*phonenumbers.PhoneMetadata) (*table, error) {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b *phonenumbers.PhoneMetadata) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.GetId(), b.GetId()), cmp.Compare(a.GetCountryCode(), b.GetCountryCode()))
	})
	t := &table{automaton: newAutomaton()}
	for _, m := range all {
		r := region{PhoneMetadata: m}
		if err := t.shapes(&r); err != nil {
			return nil, fmt.Errorf("%s: %w", m.GetId(), err)
		}
		t.regions = append(t.regions, r)
	}
	return t, t.plans()
}

// order puts what belongs to no country last.
func order(m *phonenumbers.PhoneMetadata) int {
	if m.GetId() == nowhere {
		return 1
	}
	return 0
}

// plans makes the states of all valid numbers, calling code first.
func (t *table) plans() error {
	roots := map[string]int{}
	for code := 1; code < 1000; code++ {
		ids := phonenumbers.GetRegionCodesForCountryCode(code)
		if len(ids) == 0 {
			continue
		}
		p := new(plan)
		for _, id := range ids {
			at := slices.IndexFunc(t.regions, func(r region) bool { return r.GetId() == id && int(r.GetCountryCode()) == code })
			if at < 0 {
				return fmt.Errorf("%s has no rules for +%d", id, code)
			}
			if err := p.addRegion(t.regions[at].PhoneMetadata, at+1); err != nil {
				return err
			}
			if len(p.regions) == 1 {
				t.regions[at].main = true
				if err := p.addFormats(t.regions[at].PhoneMetadata); err != nil {
					return err
				}
			}
		}
		roots[strconv.Itoa(code)] = t.determine(p.patterns, maxNational, func(ts []threads, n int) uint16 {
			region := p.region(ts, n)
			if region == 0 {
				return 0
			}
			if digits := strconv.Itoa(code); len(digits)+n > mostDigits || len(digits)+n == mostDigits && digits[0] == '9' {
				panic(fmt.Sprintf("+%d has numbers of %d digits, which are no int64", code, n))
			}
			return t.outcome(outcome{region, t.layout(p.layout(p.intl, ts, n)), t.layout(p.layout(p.national, ts, n))})
		})
	}
	t.root = t.trie(roots, "")
	return nil
}

func (t *table) trie(roots map[string]int, code string) int {
	if at, ok := roots[code]; ok {
		return at
	}
	var n node
	for d := range n.next {
		if next := code + strconv.Itoa(d); len(next) <= 3 {
			n.next[d] = t.trie(roots, next)
		}
	}
	return t.add(n)
}

func (t *table) outcome(o outcome) uint16 {
	at := slices.Index(t.outcomes, o)
	if at < 0 {
		at = len(t.outcomes)
		t.outcomes = append(t.outcomes, o)
	}
	return uint16(at + 1)
}

func (t *table) layout(s string) int {
	at := slices.Index(t.layouts, s)
	if at < 0 {
		at = len(t.layouts)
		t.layouts = append(t.layouts, s)
	}
	return at
}
