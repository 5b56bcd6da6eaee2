// Command trace does what needs the runtime's tables: it grows stacks, collects garbage on them, sorts by reflection,
// recovers from a panic and tells where that was.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

func main() {
	done := make(chan int)
	go func() { done <- deep(20_000) }()
	fmt.Println("deep", <-done)

	out, err := json.Marshal(map[string]any{"b": []int{1, 2}, "a": struct{ Name string }{"x"}})
	fmt.Println(string(out), err)

	fmt.Println(recovered())

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
