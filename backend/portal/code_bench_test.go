package portal_test

import (
	"testing"

	. "countersign/backend/backendtest"
	"countersign/backend/login"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/verification"
)

// realCost gives the world the hashes of a real server.
func realCost(w *World) {
	w.Service.Hasher = login.NewHasher(w.Keys.Derive(vault.Pepper), login.StandardCost)
}

// One check of a caller with all that belongs to it: both transactions, and the eight hashes at their real cost behind
// the gate, without the least time that an answer takes.
func BenchmarkCheckCaller(b *testing.B) {
	w := New(b, WithLimits(unlimited))
	realCost(w)
	if err := trySetShared(w.As(w.Marie), sharedCode, false); err != nil {
		b.Fatal(err)
	}
	Must(setOwn(w.As(w.Marie), ownCode))
	sofia := w.As(w.Sofia)
	for b.Loop() {
		call := Must(start(sofia, w.Marie))
		if got := sayOwn(sofia, call); got.Outcome != verification.Match {
			b.Fatalf("the right code gives %s", got.Outcome)
		}
	}
}

func sayOwn(a *Actor, c api.AgentCall) api.AgentCall { return Must(say(a, c, ownCode)) }

// What a check costs beside the hashes.
func BenchmarkCheckCallerWithoutHashing(b *testing.B) {
	w := New(b, WithLimits(unlimited))
	Must(setOwn(w.As(w.Marie), ownCode))
	sofia := w.As(w.Sofia)
	for b.Loop() {
		if got := sayOwn(sofia, Must(start(sofia, w.Marie))); got.Outcome != verification.Match {
			b.Fatalf("the right code gives %s", got.Outcome)
		}
	}
}

// Showing a code: the password was entered, the row is genuine, the code opens.
func BenchmarkRevealCode(b *testing.B) {
	w := New(b, WithLimits(unlimited))
	marie := w.As(w.Marie)
	Must(setOwn(marie, ownCode))
	for b.Loop() {
		Must(Call(marie, api.RevealMyCode, api.Org{Org: w.Acme}))
	}
}
