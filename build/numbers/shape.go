package main

import (
	"fmt"
	"regexp"
	"strings"
)

// What the automaton says of a text that a region's trunk prefix was sought in; shared/number reads them.
const (
	stripped  = 1    // the match is taken away
	rewritten = 0x80 // the match becomes the rewrite and its group, which begins at bits 2 to 6 and ends bits 0 and 1 before it
)

// shapes makes the states of what a region's numbers look like in general and of what is dialed before them.
func (t *table) shapes(r *region) error {
	general, err := whole(r.GeneralDesc.GetNationalNumberPattern())
	if err != nil {
		return err
	}
	r.general = t.determine([]*pattern{general}, maxNational, func(ts []threads, n int) uint16 {
		if _, ok := general.match(ts[0], n, true); ok {
			return 1
		}
		return 0
	})
	if r.GetInternationalPrefix() != "" {
		out, err := compile(r.GetInternationalPrefix(), 0)
		if err != nil {
			return err
		}
		r.out = t.determine([]*pattern{out}, maxNational, func(ts []threads, n int) uint16 {
			_, ok := out.match(ts[0], n, false)
			_, atEnd := out.match(ts[0], n, true)
			if ok != atEnd {
				panic("an international prefix asks for the end of the number")
			}
			if ok {
				return 1
			}
			return 0
		})
	} else if r.GetId() != nowhere {
		return fmt.Errorf("there is no way to call abroad")
	}
	return t.trunkPrefix(r)
}

// trunkPrefix makes the states of what is dialed before a national number within the country, and before an area code, a
// carrier or a local number.
func (t *table) trunkPrefix(r *region) error {
	expr, rule := r.GetNationalPrefixForParsing(), r.GetNationalPrefixTransformRule()
	if expr == "" {
		return nil
	}
	group := 0
	if rule != "" {
		group = regexp.MustCompile(expr).NumSubexp()
		digits, ok := strings.CutSuffix(rule, fmt.Sprintf("$%d", group))
		if !ok || strings.Contains(digits, "$") {
			return fmt.Errorf("the rule %q for %q is not digits and the last group", rule, expr)
		}
		r.rewrite = digits
	}
	p, err := compile(expr, group)
	if err != nil {
		return err
	}
	action := func(ts threads, n int, atEnd bool) uint16 {
		m, ok := p.match(ts, n, atEnd)
		switch {
		case !ok:
			return 0
		case m.end < 0:
			return stripped
		case m.begin > 15 || n-m.end > 3:
			panic(fmt.Sprintf("%s: a group is out of reach", expr))
		}
		return rewritten | uint16(m.begin)<<2 | uint16(n-m.end)
	}
	r.trunk = t.determine([]*pattern{p}, maxNational+8, func(ts []threads, n int) uint16 {
		return action(ts[0], n, false) | action(ts[0], n, true)<<8
	})
	return nil
}
