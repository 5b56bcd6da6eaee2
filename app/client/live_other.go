//go:build !js

package client

import "errors"

// Outside a browser there is nothing to dial with: tests and the desktop window bring their own.
func browserDial(string, *Inbox) (Socket, error) { return nil, errors.New("not in a browser") }
