package store

import (
	"fmt"
	"os"
	"syscall"
)

// networkFileSystems have no locks or no flush that a database could rely on. Values are from statfs(2).
var networkFileSystems = map[uint32]string{
	0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "CIFS", 0xfe534d42: "SMB2", 0x5346414f: "AFS", 0x6b414653: "kAFS",
	0x01021997: "9P", 0x00c36400: "Ceph", 0x65735546: "FUSE", 0x0bd00bd0: "Lustre", 0x01161970: "GFS2",
	0x7461636f: "OCFS2", 0x73757245: "Coda", 0x564c: "NCP", 0x786f4256: "VirtualBox shared folder",
	0xbacbacbc: "VMware shared folder", 0x47504653: "GPFS",
}

func checkFileSystem(dir string) error {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return fmt.Errorf("look at the file system of the data directory: %w", err)
	}
	return checkFileSystemType(dir, uint32(s.Type))
}

func checkFileSystemType(dir string, magic uint32) error {
	if name, ok := networkFileSystems[magic]; ok {
		return fmt.Errorf("%w: %s is on %s, which can lose or mix up what is written", ErrFileSystem, dir, name)
	}
	return nil
}

// freeSpace counts what this user may still write.
func freeSpace(dir string) (free, total int64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	return int64(s.Bavail) * s.Bsize, int64(s.Blocks) * s.Bsize, nil
}

func allocate(f *os.File, size int64) error { return syscall.Fallocate(int(f.Fd()), 0, 0, size) }
