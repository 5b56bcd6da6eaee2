//go:build js && wasm

package client

import (
	"syscall/js"

	"countersign/app/ui"
)

// browserSocket is the browser's own WebSocket.
type browserSocket struct {
	ws       js.Value
	handlers map[string]js.Func
	left     js.Func // of the window
}

// browserDial opens a WebSocket to the server that the page came from.
func browserDial(path string, in *Inbox) (socket Socket, err error) {
	defer func() {
		if p := recover(); p != nil { // a policy of the page or of the browser forbids it
			err = js.Error{Value: js.ValueOf("no WebSocket")}
		}
	}()
	location := js.Global().Get("location")
	scheme := "ws://"
	if location.Get("protocol").String() == "https:" {
		scheme = "wss://"
	}
	s := &browserSocket{ws: js.Global().Get("WebSocket").New(scheme + location.Get("host").String() + path), handlers: map[string]js.Func{}}
	s.on("message", func(e js.Value) {
		if data := e.Get("data"); data.Type() == js.TypeString {
			in.Message(data.String())
		}
	})
	s.on("close", func(e js.Value) {
		s.forget()
		in.Closed(e.Get("code").Int(), e.Get("reason").String())
	})
	// A browser may keep a page that was left, with its open socket, to come back to. Closed here, the place at the server
	// is free at once. The page is told here too, since no event of the socket reaches it any more: come back to, it connects
	// again from where it was.
	s.left = js.FuncOf(func(js.Value, []js.Value) any {
		defer ui.Recover()
		s.ws.Call("close", 1000)
		s.forget()
		in.Closed(1001, "")
		return nil
	})
	js.Global().Call("addEventListener", "pagehide", s.left)
	return s, nil
}

func (s *browserSocket) on(event string, handle func(js.Value)) {
	s.handlers[event] = js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer ui.Recover()
		handle(args[0])
		return nil
	})
	s.ws.Call("addEventListener", event, s.handlers[event])
}

// forget gives the handlers back to the browser. Go keeps them otherwise.
func (s *browserSocket) forget() {
	if s.handlers != nil {
		js.Global().Call("removeEventListener", "pagehide", s.left)
		s.left.Release()
	}
	for event, f := range s.handlers {
		s.ws.Call("removeEventListener", event, f)
		f.Release()
	}
	s.handlers = nil
}

// Send implements Socket. A socket that is not open throws, or drops what is sent.
func (s *browserSocket) Send(text string) {
	defer ui.Recover()
	if s.ws.Get("readyState").Int() == 1 {
		s.ws.Call("send", text)
	}
}

// Close implements Socket.
func (s *browserSocket) Close() {
	defer ui.Recover()
	s.forget()
	s.ws.Call("close", 1000)
}
