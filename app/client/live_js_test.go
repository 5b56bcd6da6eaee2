//go:build js && wasm

package client

import (
	"syscall/js"
	"testing"
	"time"
)

// X01, X03: the browser's WebSocket behind the client's interface. The server is played by a class that stands in
// place of the browser's.
func TestBrowserSocket(t *testing.T) {
	js.Global().Call("eval", `
		globalThis.realWebSocket = globalThis.WebSocket
		globalThis.WebSocket = class extends EventTarget {
			constructor(url) { super(); this.url = url; this.sent = []; this.readyState = 0; globalThis.lastSocket = this }
			send(text) { if (this.readyState !== 1) throw new Error("not open"); this.sent.push(text) }
			close(code) { this.closedWith = code; this.readyState = 3 }
			hear(data) { this.dispatchEvent(new MessageEvent("message", {data})) }
			hangUp(code, reason) { this.readyState = 3; this.dispatchEvent(Object.assign(new Event("close"), {code, reason})) }
		}
		if (!globalThis.addEventListener) {
			globalThis.page = new EventTarget()
			for (const f of ["addEventListener", "removeEventListener", "dispatchEvent"]) globalThis[f] = page[f].bind(page)
		}
		if (!globalThis.location) globalThis.location = {protocol: "https:", host: "portal.example"}`)
	defer js.Global().Call("eval", `globalThis.WebSocket = globalThis.realWebSocket`)

	in := newInbox()
	s, err := browserDial("/api/live?as=staff&after=-1", in)
	if err != nil {
		t.Fatal(err)
	}
	far := js.Global().Get("lastSocket")
	scheme := map[string]string{"https:": "wss://", "http:": "ws://"}[js.Global().Get("location").Get("protocol").String()]
	if got, want := far.Get("url").String(), scheme+js.Global().Get("location").Get("host").String()+"/api/live?as=staff&after=-1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	s.Send(`{"t":"ping"}`) // while it opens: dropped, not thrown
	far.Set("readyState", 1)
	s.Send(`{"t":"ping"}`)
	if n := far.Get("sent").Length(); n != 1 {
		t.Errorf("%d messages sent", n)
	}

	far.Call("hear", `{"t":"hello"}`)
	far.Call("hear", js.Global().Get("ArrayBuffer").New(3))
	far.Call("hangUp", 4001, "live.end.expired")
	far.Call("hear", "too late")
	select {
	case <-in.ring:
	case <-time.After(time.Second):
		t.Fatal("nothing heard")
	}
	want := []heardEvent{{text: `{"t":"hello"}`}, {closed: true, code: 4001, reason: "live.end.expired"}}
	got := in.take()
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v", got)
	}

	s.Close()
	s.Close()
	if far.Get("closedWith").Int() != 1000 {
		t.Error("not closed")
	}

	if s, err = browserDial("/api/live?as=staff", newInbox()); err != nil {
		t.Fatal(err)
	}
	js.Global().Call("dispatchEvent", js.Global().Get("Event").New("pagehide"))
	if far = js.Global().Get("lastSocket"); far.Get("closedWith").IsUndefined() {
		t.Error("the page was left with an open socket")
	}

	js.Global().Call("eval", `globalThis.WebSocket = class { constructor() { throw new Error("refused by policy") } }`)
	if _, err := browserDial("/api/live?as=staff", in); err == nil {
		t.Error("no error")
	}
}
