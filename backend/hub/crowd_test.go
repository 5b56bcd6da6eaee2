//go:build unix

package hub_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// crowd is many clients in a process of their own, so that their memory and file descriptors do not count as the
// server's. They share its processors. The process speaks in lines: it dials when told "dial", and tells when all have
// their hello ("ready"), when as many frames more have come as there are clients ("all"), and when all are closed
// ("closed").
type crowd struct {
	b     *testing.B
	in    io.Writer
	lines *bufio.Scanner
}

const crowdAddress = "HUB_TEST_CROWD"

func TestMain(m *testing.M) {
	if address := os.Getenv(crowdAddress); address != "" {
		beCrowd(address)
		return
	}
	os.Exit(m.Run())
}

// gather starts n clients; the i-th asks for path(i).
func gather(b *testing.B, address string, n int) *crowd {
	b.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Fatal(err)
	}
	limit.Cur = limit.Max
	_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	if limit.Cur < uint64(n)+200 {
		b.Fatalf("%d open files allowed, %d needed: raise the hard limit", limit.Cur, n+200)
	}

	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crowdAddress+"="+fmt.Sprintf("%s %d", address, n))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return &crowd{b, in, bufio.NewScanner(out)}
}

func (c *crowd) dial() {
	c.b.Helper()
	fmt.Fprintln(c.in, "dial")
	c.wait("ready")
}

// wait skips other lines.
func (c *crowd) wait(line string) {
	c.b.Helper()
	for c.lines.Scan() {
		if c.lines.Text() == line {
			return
		}
	}
	c.b.Fatalf("the clients ended before %q", line)
}

func beCrowd(order string) {
	var address string
	var n int
	if _, err := fmt.Sscan(order, &address, &n); err != nil {
		panic(err)
	}
	var frames, closed, ready atomic.Int64
	var say sync.Mutex
	count := func(v *atomic.Int64, line string) {
		if v.Add(1)%int64(n) == 0 {
			say.Lock()
			fmt.Println(line)
			say.Unlock()
		}
	}

	for commands := bufio.NewScanner(os.Stdin); commands.Scan(); {
		dialing := make(chan struct{}, 64)
		for i := range n {
			dialing <- struct{}{}
			go func() {
				c, err := net.Dial("tcp", address)
				if err != nil {
					panic(err)
				}
				defer c.Close()
				fmt.Fprintf(c, "GET /%d HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
					"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", i, address)
				r := bufio.NewReaderSize(c, 1024)
				for line := ""; line != "\r\n"; {
					if line, err = r.ReadString('\n'); err != nil {
						panic(err)
					}
					if strings.HasPrefix(line, "HTTP/") && !strings.Contains(line, "101") {
						panic(line)
					}
				}
				first := true
				for readFrame(c, r) == nil {
					if first {
						first = false
						<-dialing
						count(&ready, "ready")
						continue
					}
					count(&frames, "all")
				}
				count(&closed, "closed")
			}()
		}
	}
}

// readFrame reads up to the next text message, and answers pings on the way.
func readFrame(c net.Conn, r *bufio.Reader) error {
	for {
		head, err := r.Peek(2)
		if err != nil {
			return err
		}
		kind, size, skip := head[0], int(head[1]), 2
		if size == 126 {
			if head, err = r.Peek(4); err != nil {
				return err
			}
			size, skip = int(head[2])<<8|int(head[3]), 4
		}
		if _, err := r.Discard(skip + size); err != nil {
			return err
		}
		switch kind {
		case 0x81:
			return nil
		case 0x89:
			if _, err := c.Write([]byte{0x8A, 0x80, 0, 0, 0, 0}); err != nil {
				return err
			}
		case 0x88:
			return io.EOF
		}
	}
}
