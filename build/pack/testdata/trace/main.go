// Command trace does what needs the runtime's tables and every way through a function: it grows stacks, collects garbage
// on them, sorts by reflection, asks values for their types and methods, goes on where goroutines had been interrupted, jumps in all directions, recovers from
// panics and tells where one was.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

func main() {
	done := make(chan int)
	go func() { done <- deep(20_000) }()
	fmt.Println("deep", <-done)

	out, err := json.Marshal(map[string]any{"b": []int{1, 2}, "a": struct{ Name string }{"x"}})
	fmt.Println(string(out), err)

	fmt.Println(recovered())
	fmt.Println("interrupted", interrupted(500))
	fmt.Println("jumps", jumps(1000))
	for i := range 4 {
		fmt.Println("nil", i, nilPanics(i, &node{next: &node{}}))
	}

	fmt.Println(types())
	fmt.Println("literals", literals(2000))

	_, file, line, ok := runtime.Caller(0)
	fmt.Println("called from", file, line, ok)
}

//go:noinline
func deep(n int) int {
	if n == 0 {
		runtime.GC()
		return 0
	}
	kept := new(int)
	*kept = n
	return deep(n-1) + *kept - n + 1
}

func recovered() (told string) {
	defer func() {
		cause := recover()
		told = fmt.Sprint(cause, " in explode: ", strings.Contains(string(debug.Stack()), "main.explode[...]("))
	}()
	explode[map[string]int](nil)
	return ""
}

//go:noinline
func explode[T any](of *struct {
	err error
	t   T
}) {
	of.err = errors.New("never")
}

// interrupted has goroutines wait for each other in the middle of calls, loops and deferred functions.
func interrupted(n int) (sum int) {
	in, out := make(chan int), make(chan int)
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			for v := range in {
				out <- add(v, func() int { runtime.Gosched(); return v })
			}
		})
	}
	go func() {
		defer func() {
			wait.Wait()
			close(out)
		}()
		defer close(in)
		for i := range n {
			in <- i
		}
	}()
	for v := range out {
		sum += v
	}
	return sum
}

//go:noinline
func add(a int, b func() int) int {
	defer runtime.Gosched()
	if a%2 == 0 {
		return a + b()
	}
	return b() - 2*a
}

// jumps goes forward, backward, over and out of loops; what it comes to depends on every turn.
func jumps(n int) (h uint32) {
	h = 2166136261
outer:
	for i := 0; i < n; i++ {
		switch {
		case i%15 == 0:
			continue outer
		case i%5 == 0 && h%2 == 0:
			for j := range i {
				if j > 7 || h%31 == 3 {
					break
				}
				h = h*16777619 ^ uint32(j)
			}
			fallthrough
		case i%3 == 0:
			h ^= uint32(len(fmt.Sprint(i)))
		default:
			h = h*16777619 ^ uint32(i)
		}
		for k := i; k > 0; k /= 3 {
			if h%7 == 0 {
				goto next
			}
			h += uint32(k)
			if h%1000 == 999 {
				break outer
			}
		}
	next:
		h++
	}
	return h
}

type node struct {
	pad  [40]int
	next *node
	name string
}

// nilPanics meets a nil pointer in one of several places. The deferred function collects garbage over what is there.
func nilPanics(at int, n *node) (told string) {
	kept := []string{"kept", fmt.Sprint(at)}
	defer func() {
		runtime.GC()
		_ = deep(300)
		told = fmt.Sprint(recover() != nil, kept, len(told))
	}()
	if at == 0 {
		n = nil
	}
	told += n.name
	if at == 1 {
		n.next = nil
	}
	told += n.next.name + "x"
	if at == 2 {
		told += n.next.next.name
	}
	told += "y"
	return told
}

type (
	named    interface{ Name() string }
	sized    interface{ Size() int }
	labelled interface {
		named
		sized
		Label() string // which nobody calls
	}
	file  struct{ N, S string }
	count int
	both  struct {
		file
		*count
	}
	empty struct{}
)

func (f file) Name() string   { return f.N }
func (f file) Unused() string { return f.S }
func (c *count) Size() int    { return int(*c) }
func (c *count) Name() string { return "count" }
func (both) Name() string     { return "both" }
func (both) Label() string    { return "" }

// types asks for what is only known when the program runs: dynamic types, their methods, equality, names and fields.
func types() (told string) {
	n := count(3)
	values := []any{1, "s", file{"a", "b"}, &file{"c", "d"}, &n, both{file{"e", "f"}, &n}, empty{}, []count{1}, map[file]*count{{"k", ""}: nil},
		func(int) error { return nil }, struct {
			X int `json:"x"`
			Y *file
		}{1, nil}, errors.New("e"), [2]any{1, file{}}, make(chan empty), named(&n)}
	seen := map[any]int{}
	for i, v := range values {
		switch v := v.(type) {
		case int, string, *empty:
			told += "plain "
		case labelled:
			told += "labelled " + v.Name() + fmt.Sprint(v.Size())
		case sized:
			told += "sized " + fmt.Sprint(v.Size())
		case *file:
			told += "pointer " + v.Unused()
		case named:
			told += "named " + v.Name()
		case error:
			told += "error " + v.Error()
		}
		if n, ok := v.(interface {
			Name() string
			Unused() string
		}); ok {
			told += " unused " + n.Name()
		}
		if n, ok := v.(named); ok {
			switch n.(type) {
			case *count:
				told += " is a count"
			case both:
				told += " is both"
			}
		}
		t := reflect.TypeOf(v)
		if t.Comparable() {
			seen[v] += i
		}
		told += fmt.Sprintf(" %T %v %v %v\n", v, t.Kind(), reflect.PointerTo(t), reflect.SliceOf(t) == reflect.TypeOf([]file{}))
		if t.Kind() == reflect.Struct {
			for i := range t.NumField() {
				told += fmt.Sprintln(t.Field(i).Name, t.Field(i).Type, t.Field(i).Tag)
			}
		}
	}
	func() {
		defer func() { told += fmt.Sprintln(recover()) }()
		told += values[0].(labelled).Label()
	}()
	return told + fmt.Sprint(seen[1], seen[file{"a", "b"}], seen[empty{}], seen[[2]any{1, file{}}])
}

// literals has functions keep their variables while garbage is collected.
func literals(n int) (sum int) {
	var all []func() int
	for i := range n {
		text, list, one := fmt.Sprint(i), []*int{new(int)}, file{S: strings.Repeat("x", i%7)}
		*list[0] = i
		all = append(all, func() int { return len(text) + *list[0] + len(one.S) })
		if i%500 == 0 {
			runtime.GC()
		}
	}
	runtime.GC()
	for _, f := range all {
		sum += f()
	}
	return sum
}
