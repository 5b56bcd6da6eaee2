//go:build !js

package client

import (
	"context"
	"errors"

	"countersign/shared/api"
)

// Outside a browser there is nothing to fetch with: tests bring their transport with NewSession.
type nowhere struct{}

func browserTransport() api.Transport { return nowhere{} }

// Do implements api.Transport.
func (nowhere) Do(context.Context, api.Call) (api.Answer, error) {
	return api.Answer{}, errors.New("not in a browser")
}
