package inventory

import (
	"countersign/shared/audit"
)

// Rotate gives the organization's history a new epoch when cursor proves that it went back, which is judged again here;
// without a cursor, always. It begins the history of an organization that has none.
func (c *Core) Rotate(s Store, cursor string) ([]Act, error) {
	h, err := s.Head()
	if err != nil {
		return nil, err
	}
	if cursor != "" {
		_, st, err := c.stand(s, h, cursor)
		if err != nil || st != rolled {
			return nil, err
		}
	}
	next := *h
	next.Epoch = c.NewEpoch()
	if err := s.SetHead(&next); err != nil {
		return nil, err
	}
	return []Act{{Kind: audit.NumbersReplaced, Object: string(s.Org())}}, nil
}
