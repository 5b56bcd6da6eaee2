package login_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/login"
	"countersign/shared/errs"
)

var cheap = login.Cost{MemoryKiB: 64, Iterations: 1}

var pepper = []byte("a pepper of thirty-two bytes 0123")

func TestHasher(t *testing.T) {
	t.Parallel()
	h := login.NewHasher(pepper, cheap)
	const password = "blue kettle walks home"
	hash, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}

	verify := func(h *login.Hasher, password, hash string) login.Verdict {
		t.Helper()
		v, err := h.Verify(t.Context(), password, hash)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}

	if got, want := verify(h, password, hash), (login.Verdict{Match: true}); got != want {
		t.Errorf("right password: got %+v, want %+v", got, want)
	}
	for _, wrong := range []string{"", "blue kettle walks hom", "Blue kettle walks home", password + " ", " " + password} {
		if verify(h, wrong, hash).Match {
			t.Errorf("%q matches: sign-in passwords compare exactly", wrong)
		}
	}
	if verify(login.NewHasher([]byte("another pepper"), cheap), password, hash).Match {
		t.Error("TH7: matches without the pepper")
	}
	if again, _ := h.Hash(t.Context(), password); again == hash {
		t.Error("two hashes of one password are equal")
	}
	if strings.Contains(hash, password) || !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("not the PHC string of the cost: %s", hash)
	}

	t.Run("another_cost_is_stale", func(t *testing.T) {
		dearer := login.NewHasher(pepper, login.Cost{MemoryKiB: 128, Iterations: 2})
		if got, want := verify(dearer, password, hash), (login.Verdict{Match: true, Stale: true}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got := verify(dearer, "wrong", hash); got.Stale || got.Match {
			t.Errorf("a wrong password says %+v", got)
		}
	})

	t.Run("TH18_unknown_login_never_matches", func(t *testing.T) {
		for _, p := range []string{"", password, "x"} {
			if verify(h, p, "").Match {
				t.Errorf("%q matches nothing", p)
			}
		}
	})

	t.Run("a_damaged_hash_is_an_error", func(t *testing.T) {
		for _, bad := range []string{"x", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=0,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=1,p=0$AAAA$AAAA", "$argon2id$v=19$m=4000000,t=1,p=1$AAAA$AAAA"} {
			if v, err := h.Verify(t.Context(), password, bad); err == nil || v.Match {
				t.Errorf("%s: got %+v, %v", bad, v, err)
			}
		}
	})
}

// TH18: an unknown login costs what a known one costs. Compared is what argon2id was asked for, not wall time.
func TestUnknownLoginCostsTheSame(t *testing.T) {
	h := login.NewHasher(pepper, login.Cost{MemoryKiB: 8 << 10, Iterations: 1})
	hash, err := h.Hash(t.Context(), "blue kettle walks home")
	if err != nil {
		t.Fatal(err)
	}
	allocated := func(hash string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := h.Verify(t.Context(), "some password", hash); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) >> 20
	}
	known, unknown := allocated(hash), allocated("")
	if known < 8 || known != unknown {
		t.Errorf("a known login takes %d MiB, an unknown one %d MiB", known, unknown)
	}
}

// F15: no more run at once than there are cores, no more wait than the queue holds, and none waits for ever.
func TestHasherUnderFlood(t *testing.T) {
	t.Parallel()
	h := login.NewHasher(pepper, login.Cost{MemoryKiB: 4 << 10, Iterations: 1})
	const flood = 400
	var done, refused atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range flood {
		wg.Go(func() {
			<-start
			_, err := h.Verify(t.Context(), fmt.Sprint("password ", i), "")
			switch {
			case err == nil:
				done.Add(1)
			case errs.Is(err, errs.Unavailable):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	if done.Load() == 0 || done.Load()+refused.Load() != flood {
		t.Errorf("%d done, %d refused of %d", done.Load(), refused.Load(), flood)
	}
	if _, err := h.Verify(t.Context(), "after", ""); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}

func TestHasherGivesUp(t *testing.T) {
	t.Parallel()

	t.Run("after_two_seconds_in_the_queue", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := login.NewHasher(pepper, cheap)
			release := h.Occupy()
			start := time.Now()
			_, err := h.Hash(t.Context(), "x")
			if !errs.Is(err, errs.Unavailable) {
				t.Errorf("got %v, want unavailable", err)
			}
			if waited := time.Since(start); waited != 2*time.Second {
				t.Errorf("waited %v", waited)
			}
			release()
			if _, err := h.Hash(t.Context(), "x"); err != nil {
				t.Errorf("with free cores: %v", err)
			}
		})
	})

	t.Run("at_once_when_the_queue_is_full", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := login.NewHasher(pepper, cheap)
			release := h.Occupy()
			defer release()
			for range 64 {
				go h.Hash(t.Context(), "x")
			}
			synctest.Wait()
			start := time.Now()
			if _, err := h.Hash(t.Context(), "x"); !errs.Is(err, errs.Unavailable) {
				t.Errorf("got %v, want unavailable", err)
			}
			if waited := time.Since(start); waited != 0 {
				t.Errorf("waited %v", waited)
			}
		})
	})

	t.Run("when_the_request_is_gone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := login.NewHasher(pepper, cheap)
			release := h.Occupy()
			defer release()
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := h.Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want canceled", err)
			}
		})
	})
}

func BenchmarkVerify(b *testing.B) {
	h := login.NewHasher(pepper, login.StandardCost)
	hash, err := h.Hash(b.Context(), "blue kettle walks home")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if v, err := h.Verify(b.Context(), "blue kettle walks home", hash); err != nil || !v.Match {
			b.Fatal(v, err)
		}
	}
}
