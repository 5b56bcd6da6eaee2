package number_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"countersign/shared/number"
)

// typedNumbers are valid numbers of all regions in all spellings, as an imported list has them.
func typedNumbers() []spelled {
	g := newGenerator(rand.New(rand.NewPCG(3, 0)))
	list := make([]spelled, 0, 4096)
	for len(list) < cap(list) {
		c := g.number()
		if _, reason := number.Parse(c.text, c.region); reason == "" {
			list = append(list, c)
		}
	}
	return list
}

// BenchmarkParse reads and validates a number by the table and by the full library; the ratio is of the same run.
func BenchmarkParse(b *testing.B) {
	list := typedNumbers()
	ours := func(i int) bool {
		_, reason := number.Parse(list[i%len(list)].text, list[i%len(list)].region)
		return reason == ""
	}
	library := func(i int) bool {
		n, err := phonenumbers.Parse(list[i%len(list)].text, list[i%len(list)].region)
		return err == nil && phonenumbers.IsValidNumber(n)
	}
	for _, c := range []struct {
		name string
		read func(int) bool
	}{{"ours", ours}, {"library", library}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.read(i)
			}
		})
	}
	b.Run("ratio", func(b *testing.B) {
		var spent [2]time.Duration
		for i := 0; b.Loop(); i++ {
			for j, read := range []func(int) bool{ours, library} {
				begin := time.Now()
				for k := range 64 {
					read(64*i + k)
				}
				spent[j] += time.Since(begin)
			}
		}
		b.ReportMetric(float64(spent[1])/float64(spent[0]), "times-faster")
	})
}

func BenchmarkCheck(b *testing.B) {
	const e number.E164 = "+33184882010"
	b.ReportAllocs()
	for b.Loop() {
		if number.Check(e) != "" {
			b.Fatal(e)
		}
	}
}

func BenchmarkInternational(b *testing.B) {
	const e number.E164 = "+33184882010"
	b.ReportAllocs()
	for b.Loop() {
		if e.International() == "" {
			b.Fatal(e)
		}
	}
}
