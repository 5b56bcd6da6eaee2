package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/nyaruka/phonenumbers"
)

func made(t *testing.T) *table {
	t.Helper()
	coll, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	made, err := newTable(coll.Metadata)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// A newer version of the metadata comes with its table.
func TestTableIsOfTheMetadata(t *testing.T) {
	want, err := made(t).code()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../shared/number/table.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("shared/number/table.go is not what the metadata makes: run go generate in shared/number")
	}
}

// What the browser loads of it stays small.
func TestTableIsSmall(t *testing.T) {
	const budget = 80 << 10
	table := made(t)
	b := new(bytes.Buffer)
	w := brotli.NewWriterLevel(b, brotli.BestCompression)
	part := func(what string, raw []byte) {
		before := b.Len()
		if _, err := w.Write(raw); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%-8s %6d bytes, %5d of brotli", what, len(raw), b.Len()-before)
	}
	part("states", table.packed())
	var outcomes, layouts, regions []byte
	for _, o := range table.outcomes {
		for _, v := range []int{o.region, o.intl, o.national} {
			outcomes = binary.LittleEndian.AppendUint16(outcomes, uint16(v))
		}
	}
	for _, s := range table.layouts {
		layouts = binary.LittleEndian.AppendUint64(append(layouts, s...), uint64(len(layouts)))
		layouts = binary.LittleEndian.AppendUint64(layouts, uint64(len(s)))
	}
	for _, r := range table.regions {
		for _, s := range []string{r.GetId(), r.rewrite} {
			regions = binary.LittleEndian.AppendUint64(append(regions, s...), uint64(len(regions)))
			regions = binary.LittleEndian.AppendUint64(regions, uint64(len(s)))
		}
		for _, v := range []int{int(r.GetCountryCode()), r.general, r.trunk, r.out} {
			regions = binary.LittleEndian.AppendUint16(regions, uint16(v))
		}
		regions = binary.LittleEndian.AppendUint32(regions, bits(r.GeneralDesc.PossibleLength))
		regions = binary.LittleEndian.AppendUint32(regions, bits(r.GeneralDesc.PossibleLengthLocalOnly))
	}
	var codes [1000]byte
	var letters [26 * 26]byte
	for i, r := range table.regions {
		if id := r.GetId(); id != nowhere {
			letters[int(id[0]-'A')*26+int(id[1]-'A')] = byte(i + 1)
		}
		if r.main {
			codes[r.GetCountryCode()] = byte(i + 1)
		}
	}
	part("places", append(codes[:], letters[:]...))
	part("outcomes", outcomes)
	part("layouts", layouts)
	part("regions", regions)
	if b.Len() > budget {
		t.Errorf("the table is %d bytes of brotli, more than %d", b.Len(), budget)
	}
}

// The preferred alternative wins, not the longest, as with the library's expressions.
func TestPatternPrefersAsWritten(t *testing.T) {
	for _, c := range []struct {
		expr, text string
		want       int // digits of the match, -1 for none
	}{
		{"00|009", "0091", 2},
		{"009|00", "0091", 3},
		{"0?1", "12", 1},
		{"(?:0|1)", "2", -1},
		{`(\d{3})$|1`, "123", 3},
		{`(\d{3})$|1`, "1234", 1},
	} {
		p, err := compile(c.expr, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := -1
		ts := p.start()
		for n := 0; ; n++ {
			if _, ok := p.match(ts, n, n == len(c.text)); ok {
				got = n
			}
			if n == len(c.text) {
				break
			}
			ts = p.step(ts, c.text[n], n+1)
		}
		if got != c.want {
			t.Errorf("%q matches %d digits of %s, want %d", c.expr, got, c.text, c.want)
		}
	}
}
