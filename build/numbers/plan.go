package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// described is a pattern of national numbers together with the lengths it allows.
type described struct {
	*pattern
	lengths uint32 // a bit for each, 0 for any
}

func describe(d *phonenumbers.PhoneNumberDesc) (described, error) {
	p, err := whole(d.GetNationalNumberPattern())
	return described{p, bits(d.GetPossibleLength())}, err
}

func bits(lengths []int32) uint32 {
	var b uint32
	for _, l := range lengths {
		if l < 0 { // the type does not exist; no number has this length
			l = 31
		}
		b |= 1 << l
	}
	return b
}

func (d described) match(ts threads, n int) bool {
	if d.lengths != 0 && d.lengths>>n&1 == 0 {
		return false
	}
	_, ok := d.pattern.match(ts, n, true)
	return ok
}

// types are the descriptions of which a valid number meets one, besides the general one.
func types(m *phonenumbers.PhoneMetadata) []*phonenumbers.PhoneNumberDesc {
	all := []*phonenumbers.PhoneNumberDesc{m.PremiumRate, m.TollFree, m.SharedCost, m.Voip, m.PersonalNumber, m.Pager, m.Uan, m.Voicemail, m.FixedLine}
	if !m.GetSameMobileAndFixedLinePattern() {
		all = append(all, m.Mobile)
	}
	return all
}

// plan is the numbering plan of a calling code: the regions that share it, the main one first, and how its numbers are
// written, which the main one says for all.
type plan struct {
	patterns []*pattern
	regions  []planned
	intl     []written
	national []written
}

// planned is a region within a plan; its patterns are named by their place in the plan's.
type planned struct {
	index   int // in the table, from 1
	leading int // -1 where the region is not told by the first digits
	general int
	types   []int
	desc    map[int]described
}

// written is one way to write numbers.
type written struct {
	leading int // -1 for all
	shape   *regexp.Regexp
	format  string
}

func (p *plan) add(q *pattern) int {
	p.patterns = append(p.patterns, q)
	return len(p.patterns) - 1
}

func (p *plan) addRegion(m *phonenumbers.PhoneMetadata, index int) error {
	r := planned{index: index, leading: -1, desc: map[int]described{}}
	if m.GetLeadingDigits() != "" {
		q, err := prefix(m.GetLeadingDigits())
		if err != nil {
			return err
		}
		r.leading = p.add(q)
	}
	for i, desc := range append([]*phonenumbers.PhoneNumberDesc{m.GeneralDesc}, types(m)...) {
		if desc.GetNationalNumberPattern() == "" {
			continue // a number that is no number at all
		}
		d, err := describe(desc)
		if err != nil {
			return err
		}
		at := p.add(d.pattern)
		r.desc[at] = d
		if i == 0 {
			r.general = at
		} else {
			r.types = append(r.types, at)
		}
	}
	p.regions = append(p.regions, r)
	return nil
}

func (p *plan) addFormats(m *phonenumbers.PhoneMetadata) error {
	for _, f := range m.NumberFormat {
		w, err := p.written(f)
		if err != nil {
			return err
		}
		if len(m.IntlNumberFormat) == 0 {
			p.intl = append(p.intl, w)
		}
		if rule := f.GetNationalPrefixFormattingRule(); rule != "" {
			// "$1" of the rule is the first group that the format writes, which is not always the number's first.
			at := strings.IndexByte(w.format, '$')
			first := w.format[at : at+2]
			w.format = w.format[:at] + strings.Replace(rule, "$1", first, 1) + w.format[at+2:]
		}
		p.national = append(p.national, w)
	}
	for _, f := range m.IntlNumberFormat {
		w, err := p.written(f)
		if err != nil {
			return err
		}
		p.intl = append(p.intl, w)
	}
	return nil
}

var shapeOfDigits = regexp.MustCompile(`^(\(\\d(\{\d+(,\d+)?\})?\))+$`)

func (p *plan) written(f *phonenumbers.NumberFormat) (written, error) {
	if !shapeOfDigits.MatchString(f.GetPattern()) {
		return written{}, fmt.Errorf("a format is of more than groups of digits: %q", f.GetPattern())
	}
	if strings.ContainsAny(f.GetFormat()+f.GetNationalPrefixFormattingRule(), lettersOfLayout) {
		return written{}, fmt.Errorf("a format writes letters: %q", f.GetFormat())
	}
	w := written{leading: -1, format: f.GetFormat()}
	if n := len(f.LeadingDigitsPattern); n > 0 { // the last is the most exact
		q, err := prefix(f.LeadingDigitsPattern[n-1])
		if err != nil {
			return w, err
		}
		w.leading = p.add(q)
	}
	// The shape is run over the letters of a layout instead of digits, which tells where each digit goes.
	w.shape = regexp.MustCompile("^(?:" + strings.ReplaceAll(f.GetPattern(), `\d`, `[a-q]`) + ")$")
	return w, nil
}

// region returns the place in the table of the region that a national number of n digits is valid in, or 0.
func (p *plan) region(ts []threads, n int) int {
	valid := func(r *planned) bool {
		return r.desc[r.general].match(ts[r.general], n) &&
			slices.ContainsFunc(r.types, func(at int) bool { return r.desc[at].match(ts[at], n) })
	}
	for i := range p.regions {
		r := &p.regions[i]
		switch {
		case len(p.regions) > 1 && r.leading >= 0:
			if _, ok := p.patterns[r.leading].match(ts[r.leading], n, true); !ok {
				continue
			}
			if !valid(r) {
				return 0
			}
			return r.index
		case valid(r):
			return r.index
		}
	}
	return 0
}

const lettersOfLayout = "abcdefghijklmnopq"

// layout writes a national number of n digits: a letter stands for the digit of its place, all else for itself.
func (p *plan) layout(ws []written, ts []threads, n int) string {
	letters := lettersOfLayout[:n]
	for _, w := range ws {
		if w.leading >= 0 {
			if _, ok := p.patterns[w.leading].match(ts[w.leading], n, true); !ok {
				continue
			}
		}
		if w.shape.MatchString(letters) {
			return w.shape.ReplaceAllString(letters, w.format)
		}
	}
	return letters
}
