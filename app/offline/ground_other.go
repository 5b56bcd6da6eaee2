//go:build !js

package offline

import (
	"crypto/rand"
	"time"

	"countersign/app/client"
)

// browserGround has no browser here: nothing is kept, and every store fails.
func browserGround() *Ground {
	never := func(func()) func() { return func() {} }
	return &Ground{
		Store:      OpenStore,
		Databases:  Databases,
		Queued:     Queued,
		Line:       func(string, func([]byte)) Line { return alone{} },
		Visible:    func() bool { return true },
		OnVisible:  never,
		OnFreeze:   func(func(bool)) func() { return func() {} },
		OnNetwork:  never,
		OnReturn:   client.OnReturn,
		Soon:       func(f func()) { time.AfterFunc(0, f) },
		After:      after,
		Protected:  func(func(bool)) {},
		Protect:    func(func(bool)) {},
		Note:       func(string) string { return "" },
		SetNote:    func(string, string) {},
		RandomBits: func(b []byte) { rand.Read(b) },
	}
}

// alone is the line of the only tab.
type alone struct{}

func (alone) Hold(bool, func(), func()) bool { return false }
func (alone) LetGo()                         {}
func (alone) Send([]byte)                    {}
func (alone) Close()                         {}
