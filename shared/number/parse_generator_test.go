package number_test

import (
	"math/rand/v2"
	"regexp/syntax"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"countersign/shared/number"
)

// generator makes numbers of all regions: of the metadata's patterns, near them and far from them, in all spellings.
type generator struct {
	*rand.Rand
	regions []string
	kinds   []kind
}

// kind is a type of numbers of a region or of a calling code without one.
type kind struct {
	region  string
	code    string
	trunk   string
	out     *syntax.Regexp
	dialed  *syntax.Regexp // what may stand before a national number
	shape   *syntax.Regexp
	lengths []int32
}

// spelled is a text that was typed, and where.
type spelled struct{ text, region string }

func newGenerator(r *rand.Rand) *generator {
	g := &generator{Rand: r, regions: append(number.Regions(), "", "001", "ZZ")}
	coll, err := phonenumbers.MetadataCollection()
	if err != nil {
		panic(err)
	}
	for _, m := range coll.Metadata {
		k := kind{region: m.GetId(), code: strconv.Itoa(int(m.GetCountryCode())), trunk: m.GetNationalPrefix(),
			out: parsed(m.GetInternationalPrefix()), dialed: parsed(m.GetNationalPrefixForParsing()), lengths: m.GeneralDesc.PossibleLength}
		for _, d := range []*phonenumbers.PhoneNumberDesc{m.GeneralDesc, m.FixedLine, m.Mobile, m.TollFree, m.PremiumRate, m.SharedCost, m.PersonalNumber,
			m.Voip, m.Pager, m.Uan, m.Voicemail} {
			if p := d.GetNationalNumberPattern(); p != "" && p != "NA" {
				k.shape = parsed(d.GetNationalNumberPattern())
				g.kinds = append(g.kinds, k)
			}
		}
	}
	return g
}

func parsed(expr string) *syntax.Regexp {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err)
	}
	return re
}

// number returns a number in a spelling.
func (g *generator) number() spelled {
	k := &g.kinds[g.IntN(len(g.kinds))]
	return g.spell(k, g.national(k))
}

// national returns the digits of a national number: mostly a good one, often one that is nearly good, sometimes any.
func (g *generator) national(k *kind) string {
	switch g.IntN(10) {
	case 0:
		return g.digits(int(k.lengths[g.IntN(len(k.lengths))]))
	case 1:
		return g.digits(1 + g.IntN(18))
	}
	var b strings.Builder
	g.match(&b, k.shape)
	s := b.String()
	for g.IntN(3) == 0 {
		s = g.mutate(s)
	}
	return s
}

func (g *generator) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(g.IntN(10))
	}
	return string(b)
}

func (g *generator) mutate(s string) string {
	at := g.IntN(len(s) + 1)
	before, after := s[:at], s[at:]
	cut := after
	if cut != "" {
		cut = cut[1:]
	}
	switch g.IntN(4) {
	case 0:
		return before + cut
	case 1:
		return before + g.digits(1) + after
	case 2:
		return g.digits(1) + s
	}
	return before + g.digits(1) + cut
}

// match writes a text that the expression matches.
func (g *generator) match(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		at := g.IntN(len(re.Rune) / 2)
		low, high := re.Rune[2*at], re.Rune[2*at+1]
		b.WriteRune(low + g.Int32N(high-low+1))
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			g.match(b, sub)
		}
	case syntax.OpAlternate:
		g.match(b, re.Sub[g.IntN(len(re.Sub))])
	case syntax.OpQuest:
		if g.IntN(2) == 0 {
			g.match(b, re.Sub[0])
		}
	case syntax.OpRepeat:
		for range re.Min + g.IntN(re.Max-re.Min+1) {
			g.match(b, re.Sub[0])
		}
	case syntax.OpEmptyMatch, syntax.OpEndText:
	default:
		panic("no rule for " + re.String())
	}
}

// spell writes a national number as people do: with or without the calling code, with what they dial before it, in groups.
func (g *generator) spell(k *kind, national string) spelled {
	var b strings.Builder
	region := k.region
	if g.IntN(5) == 0 {
		region = g.regions[g.IntN(len(g.regions))]
	}
	switch g.IntN(8) {
	case 0, 1:
		b.WriteString("+" + k.code)
	case 2:
		b.WriteString("+" + k.code + k.trunk)
	case 3:
		abroad := k.out
		if g.IntN(3) == 0 {
			abroad = g.kinds[g.IntN(len(g.kinds))].out
		}
		g.match(&b, abroad)
		b.WriteString(k.code)
	case 4:
		b.WriteString(k.code)
	case 5:
		b.WriteString(k.trunk)
	case 6:
		g.match(&b, k.dialed)
	}
	b.WriteString(national)
	text := b.String()
	if g.IntN(50) == 0 {
		text = "+" + text
	}
	return spelled{g.grouped(text), region}
}

// grouped puts between the digits what people put there.
func (g *generator) grouped(s string) string {
	if g.IntN(3) > 0 {
		return s
	}
	between := []string{" ", "-", ".", "/", "(", ")", "\u00a0", "\u2011", "\u2013", "  ", " - ", "["}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && r != '+' && g.IntN(4) == 0 {
			b.WriteString(between[g.IntN(len(between))])
		}
		if r >= '0' && r <= '9' && g.IntN(40) == 0 {
			r += '０' - '0'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hostile returns a text that mixes a number with what doesn't belong in it.
func (g *generator) hostile() spelled {
	c := g.number()
	pieces := []string{"x", "ext. 5", " x12", "#", "*", "~", ";ext=3", ",,", "e", "E+11", "+", "＋", "++", "A", "abc", "FLOWERS", "'", "\"", "=", "-", "(0)",
		"((", ")", "]", "\t", "\n", "\r\n", "\x00", "\u200e", "\u202a", "\u202c", "\ufeff", "\u00ad", "\u200b", "\u2028", "\u3000", "٣", "۴", "９", "०", "𝟗", "½",
		"²", "é", "😀", "\xff", "\xe2\x80", "tel:", ";phone-context=+1", ";isub=1", ".0", ",0", "/x", "0", "00", "000000000000000000000000", strings.Repeat(" ", 250), " ", "\u202f", "·", "−", "ー"}
	runes := []rune(c.text)
	for range 1 + g.IntN(3) {
		at := g.IntN(len(runes) + 1)
		switch g.IntN(3) {
		case 0:
			at = 0
		case 1:
			at = len(runes)
		}
		c.text = string(runes[:at]) + pieces[g.IntN(len(pieces))] + string(runes[at:])
		if g.IntN(20) == 0 {
			c.text = strings.Repeat(c.text, 1+g.IntN(12))
		}
		runes = []rune(c.text)
	}
	return c
}
