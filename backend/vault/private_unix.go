//go:build unix

package vault

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkPrivate refuses a key file that anybody else could have read or put there.
func checkPrivate(path string, info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode != 0o600 && mode != 0o400 {
		return fmt.Errorf("the key file %s has mode %04o; only its owner may have access: chmod 600 %s", path, mode, path)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("the key file %s belongs to user %d, the server runs as %d; it must own the file",
			path, st.Uid, os.Geteuid())
	}
	return nil
}
