package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// patch is a file of the standard library as the WebAssembly has it. What it does for the portal is the same.
type patch struct {
	file string // below src
	sum  string // SHA-256 of the file in the Go that we know
	new  string // the whole file, or "" when only parts change
	part []change
}

type change struct{ old, new string }

var patches = []patch{
	{
		// Go writes a sort of 4 KB for every type of elements that is sorted, and another for stable ones.
		file: "slices/zsortanyfunc.go", sum: "50398783e085ac9cc1d7c6249ebe75a5cc4425dcdc6a4cc448ea6e7179126492", new: sortAny,
	},
	{
		file: "slices/zsortordered.go", sum: "f6d8d5df558075ca8299a89f9b5beda3ca7d1ddc7858dc2e52eee44e4dfdd7a9", new: sortOrdered,
	},
	{
		// In WebAssembly a program counter tells the function's number, and the table by number has no gaps. The search
		// through the other table is as fast, but it has 320 bytes for every function. build/pack leaves it out, and puts
		// there what unpackFuncs reads. It checks the order of functions, too, which is then as it was written here.
		file: "runtime/symtab.go", sum: "556bdcf7743dc7be1c7c6bef9f95b968879c152696a4fa96afb6b6c48e2f45e9",
		part: []change{
			{`	x := uintptr(pcOff) + datap.text - datap.minpc // TODO`, `	if GOARCH == "wasm" {
		funcoff := datap.ftab[pcOff-datap.ftab[0].entryoff].funcoff
		return funcInfo{(*_func)(unsafe.Pointer(&datap.pclntable[funcoff])), datap}
	}

	x := uintptr(pcOff) + datap.text - datap.minpc // TODO`},
			{`	// ftab is lookup table for function by program counter.
	nftab := len(datap.ftab) - 1
	for i := 0; i < nftab; i++ {`, `	nftab := len(datap.ftab) - 1
	packed := unpackFuncs(datap)
	for i := 0; i < nftab && !packed; i++ {`},
			{"func moduledataverify1(", unpackFuncs + "func moduledataverify1("},
		},
	},
	{
		// Addresses tell types apart as well as hashes do, which do not compress. build/pack leaves most of them out.
		file: "runtime/iface.go", sum: "dc54b64c1bb6ac5c0e2cf765aee4b9465f5be86a472227af14c0a75c085eece5",
		part: []change{{"return uintptr(inter.Type.Hash ^ typ.Hash)",
			"return uintptr((uint64(uintptr(unsafe.Pointer(inter)))<<32 | uint64(uintptr(unsafe.Pointer(typ)))) * 0x9e3779b97f4a7c15 >> 40)",
		}},
	},
	{
		// Nobody can ask a browser for an execution trace, nor a line for every collection of garbage.
		file: "runtime/traceruntime.go", sum: "9cc5ffc359ac31558fdc2cf721ce70df38f9cfe0c28aef9755f71250a56ae0cb",
		part: []change{
			{"return trace.enabled\n", "return false\n"},
			{"return trace.enabledWithAllocFree\n", "return false\n"},
			{"return trace.shutdown.Load()\n", "return false\n"},
		},
	},
	{
		// A browser has no environment, and go.mod asks for no old behavior, so that every setting is the default. What
		// reads them brings stack hashes along.
		file: "internal/godebug/godebug.go", sum: "cd492e76ae63872ac4310fc09b2e097229588dbf114d14d713be3f027b0233c8", new: godebug,
	},
	{
		// A browser has checked its addresses of IPv6, and what checks them weighs as much as all of URLs.
		file: "net/url/url.go", sum: "7bec001746c2cd512275c7269bc293f3d36cb004ddb193d736e02e361a3778aa",
		part: []change{
			{"\t\"net/netip\"\n", ""},
			{`		addr, err := netip.ParseAddr(unescapedHostname)
		if err != nil {
			return "", fmt.Errorf("invalid host: %w", err)
		}
		if addr.Is4() {
			return "", errors.New("invalid IP-literal")
		}
`, ""},
		},
	},
	{
		file: "runtime/proc.go", sum: "b0ea864c1dd251cd9146644863ae9126ca57761dff05862dc80ab0799925fec6",
		part: []change{{"func schedtrace(detailed bool) {\n", "func schedtrace(detailed bool) {\n\tif GOARCH == \"wasm\" {\n\t\treturn\n\t}\n"}},
	},
	{
		file: "runtime/mgc.go", sum: "8ac2523177e5915edfaf4e122a903eceef08b5abd765f8d7ed96a8cc1ed3a504",
		part: []change{{"\tif debug.gctrace > 0 {\n\t\tutil := int", "\tif GOARCH != \"wasm\" && debug.gctrace > 0 {\n\t\tutil := int"}},
	},
}

// patchStd writes the patched files below dir and overlay.json, which has the go command use them; own is where our
// own packages are, which are made thinner, or "".
func patchStd(dir, own string) error {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	source := filepath.Join(strings.TrimSpace(string(out)), "src")
	replace := map[string]string{}
	for _, p := range patches {
		original := filepath.Join(source, filepath.FromSlash(p.file))
		code, err := os.ReadFile(original)
		if err != nil {
			return err
		}
		if code, err = p.apply(code); err != nil {
			return err
		}
		target, err := filepath.Abs(filepath.Join(dir, "_std", filepath.FromSlash(p.file)))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, code, 0o644); err != nil {
			return err
		}
		replace[original] = target
	}
	if own != "" {
		if err := thinOwn(own, dir, replace); err != nil {
			return err
		}
	}
	overlay, err := json.MarshalIndent(map[string]any{"Replace": replace}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644)
}

// apply refuses a file of another Go: somebody has to look whether what changed there matters.
func (p patch) apply(code []byte) ([]byte, error) {
	sum := sha256.Sum256(code)
	if got := hex.EncodeToString(sum[:]); got != p.sum {
		return nil, fmt.Errorf("%s is not that of Go 1.26.8, which build/slim knows: look whether what is changed there still is right, "+
			"run the tests, and write down that its sum is %s", p.file, got)
	}
	if p.new != "" {
		return []byte(p.new), nil
	}
	for _, c := range p.part {
		if n := bytes.Count(code, []byte(c.old)); n != 1 {
			return nil, fmt.Errorf("%s has %q %d times, not once", p.file, c.old, n)
		}
		code = bytes.Replace(code, []byte(c.old), []byte(c.new), 1)
	}
	return code, nil
}

// unpackFuncs is the other half of packRecords in build/pack/columns.go.
const unpackFuncs = `// packedColumn is a position in one of the columns that records were packed in.
type packedColumn struct {
	at   uintptr
	last uint32
}

func (c *packedColumn) next() (v uint32) {
	for shift := 0; ; shift += 7 {
		b := *(*uint8)(unsafe.Pointer(c.at))
		c.at++
		v |= uint32(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
}

func (c *packedColumn) rising() uint32 {
	d := c.next()
	v := c.last + (d>>1 ^ -(d & 1))
	if v > c.last {
		c.last = v
	}
	return v
}

func (c *packedColumn) fact() uint32 {
	d := c.next()
	if d == 0 {
		return ^uint32(0)
	}
	d--
	v := c.last + (d>>1 ^ -(d & 1))
	c.last = max(c.last, v)
	return v
}

// unpackFuncs writes the records of functions, and ftab, from the columns that stand in place of findfunctab.
func unpackFuncs(datap *moduledata) bool {
	const counts, flags, name, args, deferred, stack, live, facts, columns = 0, 1, 2, 3, 4, 5, 6, 7, 11
	head := (*[2 + columns]uint32)(unsafe.Pointer(datap.findfunctab))
	off, number := head[0], head[1]
	if off == 0 {
		return false
	}
	var cols [columns]packedColumn
	for i := range cols {
		cols[i].at = datap.findfunctab + uintptr(head[2+i])
	}
	for i := range len(datap.ftab) - 1 {
		f := (*_func)(unsafe.Pointer(&datap.pclntable[off]))
		datap.ftab[i].entryoff, datap.ftab[i].funcoff = number, off
		kind := (*[2]uint8)(unsafe.Pointer(cols[flags].at))
		count := (*[2]uint8)(unsafe.Pointer(cols[counts].at))
		cols[flags].at += 2
		cols[counts].at += 2
		f.entryOff = number
		f.nameOff = int32(cols[name].rising())
		f.args = int32(cols[args].next())
		f.deferreturn = cols[deferred].next()
		f.pcsp = cols[stack].rising()
		f.npcdata = uint32(count[0])
		f.funcID, f.flag = abi.FuncID(kind[0]), abi.FuncFlag(kind[1])
		f.nfuncdata = count[1]

		tables := uintptr(unsafe.Pointer(f)) + unsafe.Sizeof(*f)
		if f.npcdata > abi.PCDATA_StackMapIndex {
			*(*uint32)(unsafe.Pointer(tables + 4*abi.PCDATA_StackMapIndex)) = cols[live].rising()
		}
		tables += 4 * uintptr(f.npcdata)
		for n := range uintptr(f.nfuncdata) {
			v := ^uint32(0)
			switch {
			case n < 3:
				v = cols[facts+n].fact()
			case n == abi.FUNCDATA_OpenCodedDeferInfo:
				v = cols[facts+3].fact()
			}
			*(*uint32)(unsafe.Pointer(tables + 4*n)) = v
		}
		off += (uint32(unsafe.Sizeof(*f)) + 4*(f.npcdata+uint32(f.nfuncdata)) + 7) &^ 7
		number++
	}
	return true
}

`

const godebug = `package godebug

type Setting struct{ name string }

func New(name string) *Setting { return &Setting{name} }

func (s *Setting) Name() string       { return s.name }
func (s *Setting) Undocumented() bool { return false }
func (s *Setting) String() string     { return s.name + "=" }
func (s *Setting) IncNonDefault()     {}
func (s *Setting) Value() string      { return "" }
`
