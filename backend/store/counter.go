package store

import (
	"context"
	"fmt"
)

// Counters are named by what they count.
const (
	ticketNumbers = "ticket"
	searchRows    = "ticket_search"
	webhookEvents = "webhook"
)

// firstTicket is the number of an installation's first ticket: a customer need not see that it is the first.
const firstTicket = 1000

// next takes the next value of a counter, in the transaction of what it counts.
func (tx *Tx) next(ctx context.Context, name string, first int64) (n int64, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`,
		name, first).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("take the next %s: %w", name, err)
	}
	return n, nil
}
