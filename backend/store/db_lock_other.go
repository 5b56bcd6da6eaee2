//go:build !linux && !darwin

package store

import "errors"

// instanceLock has no implementation here: the server runs on Linux, and elsewhere it only has to compile.
type instanceLock struct{ unclean bool }

func lockInstance(string) (*instanceLock, error) {
	return nil, errors.New("the server runs on Linux and macOS only: this system has no lock that ends with its process")
}

func (l *instanceLock) release(bool) error { return nil }
