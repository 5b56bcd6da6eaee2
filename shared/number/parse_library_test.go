package number_test

import (
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"countersign/shared/number"
)

// readByLibrary is Parse as the full library does it.
func readByLibrary(text, region string) (number.E164, *phonenumbers.PhoneNumber, bool) {
	n, err := phonenumbers.Parse(text, region)
	if err != nil || n.Extension != nil || !phonenumbers.IsValidNumber(n) {
		return "", n, false
	}
	return number.E164(phonenumbers.Format(n, phonenumbers.E164)), n, true
}

// The table says what the full library says: which texts are a number and of which region, which numbers are valid, and
// how they are written (N10).
func TestAgreesWithLibrary(t *testing.T) {
	t.Parallel()
	texts := 1_000_000
	if testing.Short() {
		texts = 40_000
	}
	shards := max(runtime.GOMAXPROCS(0), 2)
	var tally tally
	var wg sync.WaitGroup
	for shard := range shards {
		wg.Go(func() {
			g := newGenerator(rand.New(rand.NewPCG(1, uint64(shard))))
			var own tallied
			for i := range texts / shards {
				own.compare(t, g.number())
				if i%20 == 0 {
					own.compare(t, g.hostile())
				}
			}
			tally.add(&own)
		})
	}
	wg.Wait()
	t.Logf("%d texts, of which %d valid; %d regions", tally.texts, tally.valid, len(tally.regions))
	for _, d := range differences {
		n := tally.known[d.why]
		t.Logf("%5d times: %s", n, d.why)
		if n == 0 && !testing.Short() {
			t.Error("there is no such difference")
		}
	}
	for _, region := range number.Regions() {
		// Western Sahara's numbers are all Morocco's too, which comes first.
		if made := tally.regions[region]; made == 0 && region != "EH" && !testing.Short() {
			t.Errorf("no valid number of %s was made", region)
		}
	}
}

type tallied struct {
	texts, valid int
	regions      map[string]int
	known        map[string]int
}

type tally struct {
	mu sync.Mutex
	tallied
}

func (all *tally) add(t *tallied) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.regions == nil {
		all.regions, all.known = map[string]int{}, map[string]int{}
	}
	all.texts += t.texts
	all.valid += t.valid
	for k, n := range t.regions {
		all.regions[k] += n
	}
	for k, n := range t.known {
		all.known[k] += n
	}
}

func (own *tallied) compare(t *testing.T, c spelled) {
	if own.regions == nil {
		own.regions, own.known = map[string]int{}, map[string]int{}
	}
	own.texts++
	want, n, valid := readByLibrary(c.text, c.region)
	got, reason := number.Parse(c.text, c.region)
	if got != want || valid != (reason == "") {
		if why := known(c, got, reason, want); why != "" {
			own.known[why]++
			return
		}
		t.Errorf("Parse(%q, %q) = %q, %q; the library says %q, %v", c.text, c.region, got, reason, want, valid)
		return
	}
	if !valid {
		return
	}
	own.valid++
	region := phonenumbers.GetRegionCodeForNumber(n)
	national := phonenumbers.Format(n, phonenumbers.NATIONAL)
	if strings.HasPrefix(national, "09 15-") && region == "AR" {
		// The library writes 9, which only callers from abroad dial, instead of the area: a slip in its translation from
		// Java, whose library writes "011 15-2345-6789".
		area, _, _ := strings.Cut(strings.TrimPrefix(phonenumbers.Format(n, phonenumbers.INTERNATIONAL), "+54 9 "), " ")
		national = "0" + area + strings.TrimPrefix(national, "09")
	}
	own.regions[region]++
	for _, f := range []struct{ what, got, want string }{
		{"Region", got.Region(), region},
		{"International", got.International(), phonenumbers.Format(n, phonenumbers.INTERNATIONAL)},
		{"National", got.National(), national},
		{"Check", string(number.Check(got)), ""},
		{"FromUint64", string(number.FromUint64(got.Uint64())), string(got)},
	} {
		if f.got != f.want {
			t.Errorf("%s of %s is %q, the library says %q", f.what, got, f.got, f.want)
		}
	}
}

// Check says of national numbers as they stand what the library says, and why not.
func TestCheckAgreesWithLibrary(t *testing.T) {
	t.Parallel()
	g := newGenerator(rand.New(rand.NewPCG(2, 0)))
	numbers := 200_000
	if testing.Short() {
		numbers = 20_000
	}
	reasons := map[phonenumbers.ValidationResult]number.Reason{
		phonenumbers.IS_POSSIBLE: number.NotPossible, phonenumbers.TOO_LONG: number.TooLong, phonenumbers.TOO_SHORT: number.TooShort,
		phonenumbers.IS_POSSIBLE_LOCAL_ONLY: number.TooShort, phonenumbers.INVALID_LENGTH: number.TooShort,
	}
	valid := 0
	for range numbers {
		k := &g.kinds[g.IntN(len(g.kinds))]
		national := g.national(k)
		if len(national) < 2 || len(national) > 17 {
			continue // the library can't hold it
		}
		code, err := strconv.Atoi(k.code)
		if err != nil {
			t.Fatal(err)
		}
		n, want := assembled(code, national), number.Reason("")
		if phonenumbers.IsValidNumber(n) {
			valid++
		} else {
			want = reasons[phonenumbers.IsPossibleNumberWithReason(n)]
		}
		if got := number.Check(number.E164("+" + k.code + national)); got != want {
			t.Errorf("Check(+%s %s) = %q, the library says %q", k.code, national, got, want)
		}
	}
	if valid < numbers/4 {
		t.Errorf("only %d of %d numbers were valid", valid, numbers)
	}
}

// assembled is the library's form of a number that was not parsed.
func assembled(code int, national string) *phonenumbers.PhoneNumber {
	n := &phonenumbers.PhoneNumber{CountryCode: new(int32(code))}
	rest := strings.TrimLeft(national[:len(national)-1], "0") + national[len(national)-1:]
	if zeros := len(national) - len(rest); zeros > 0 {
		n.ItalianLeadingZero, n.NumberOfLeadingZeros = new(true), new(int32(zeros))
	}
	value, err := strconv.ParseUint(rest, 10, 64)
	if err != nil {
		panic(err)
	}
	n.NationalNumber = &value
	return n
}
