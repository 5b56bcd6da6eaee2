//go:build js && wasm

package client

import (
	"context"
	"errors"
	"syscall/js"

	"countersign/shared/api"
)

// fetcher calls by the browser's fetch. Cookies travel by themselves; nothing is taken from or put into a cache.
type fetcher struct{}

func browserTransport() api.Transport { return fetcher{} }

// Do implements api.Transport.
func (fetcher) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	header := js.Global().Get("Object").New()
	for k, v := range c.Header {
		header.Set(k, v)
	}
	abort := js.Global().Get("AbortController").New()
	options := js.Global().Get("Object").New()
	options.Set("method", c.Method)
	options.Set("headers", header)
	options.Set("credentials", "same-origin")
	options.Set("cache", "no-store")
	options.Set("redirect", "error")
	options.Set("signal", abort.Get("signal"))
	if c.Body != nil {
		options.Set("body", string(c.Body))
	}

	response, err := await(ctx, js.Global().Call("fetch", c.Path, options), abort)
	if err != nil {
		return api.Answer{}, err
	}
	buffer, err := await(ctx, response.Call("arrayBuffer"), abort)
	if err != nil {
		return api.Answer{}, err
	}
	bytes := js.Global().Get("Uint8Array").New(buffer)
	body := make([]byte, bytes.Length())
	js.CopyBytesToGo(body, bytes)
	return api.Answer{Status: response.Get("status").Int(), Body: body}, nil
}

// await waits for a promise, or aborts what it stands for when ctx ends first.
func await(ctx context.Context, promise, abort js.Value) (js.Value, error) {
	type result struct {
		value js.Value
		err   error
	}
	settled := make(chan result, 1) // one of the two handlers fills it, whether or not anybody waits still
	var yes, no js.Func
	release := func() { yes.Release(); no.Release() }
	yes = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- result{value: args[0]}
		release()
		return nil
	})
	no = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- result{err: errors.New(args[0].Call("toString").String())}
		release()
		return nil
	})
	promise.Call("then", yes, no)

	select {
	case r := <-settled:
		return r.value, r.err
	case <-ctx.Done():
		abort.Call("abort")
		return js.Undefined(), ctx.Err()
	}
}
