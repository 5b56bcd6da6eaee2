// Package powercut proves that the store keeps what it acknowledged when the power fails. Killing a process shows
// nothing of that, because the kernel still writes what the process had handed over. So a child works under strace,
// and its log of writes and flushes is replayed up to a random moment: onto the "disk" goes what was flushed, or that
// and a random part of the rest, torn at sectors. What is found there is opened as after a real crash.
//
// It holds tests only. They need strace, and fail without it.
package powercut
