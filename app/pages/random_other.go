//go:build !js

package pages

import "crypto/rand"

func randomBytes(b []byte) { rand.Read(b) }
