//go:build unix

package hub

import "syscall"

const canTry = true

// tryWrite gives 0 and no error when the kernel takes nothing at the moment.
func tryWrite(fd uintptr, p []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), p)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}
