package inventory

import (
	"countersign/shared/audit"
	"countersign/shared/replica"
)

// Rotate gives the organization's history a new epoch when cursor proves that it went back, which is judged again here;
// without a cursor, always. It begins the history of an organization that has none.
func (c *Core) Rotate(s Store, cursor string) ([]Act, error) {
	h, err := s.Head()
	if err != nil {
		return nil, err
	}
	var at replica.CursorParts
	if cursor != "" {
		var st standing
		if at, st, err = c.stand(s, h, cursor); err != nil || st != rolled {
			return nil, err
		}
	}
	next := *h
	next.Epoch = c.epochAfter(s.Now(), h.Epoch, at.Epoch)
	if err := s.SetHead(&next); err != nil {
		return nil, err
	}
	return []Act{{Kind: audit.NumbersReplaced, Object: string(s.Org())}}, nil
}
