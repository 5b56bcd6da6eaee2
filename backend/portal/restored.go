package portal

import (
	"context"
	"strconv"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/live"
)

// Restored makes a database safe to serve that a backup was put in place of. What was revoked, used or sent since the
// backup was taken is open again in it, so all of that dies: sign-ins, support sessions, requests and grants, calls and
// their receipts, one-time phrases, mailed links, API tokens, mails that waited, and bulk work on numbers that had not ended. People
// sign in anew; the record says why. Devices are told that the numbers' history is another one, and bring back what it lost
// of theirs.
func (s *Service) Restored(ctx context.Context, backup string) (store.Voided, error) {
	var out store.Voided
	err := s.system(ctx, func(tx *Tx) error {
		open, err := tx.OrganizationsOpen(tx)
		if err != nil {
			return err
		}
		for _, oid := range open {
			if err := tx.stopAccess(oid, "database_restored"); err != nil {
				return err
			}
		}
		if err := tx.stopJobs(); err != nil {
			return err
		}
		// After the access that ended: its mails are about the past, too.
		if out, err = tx.VoidAll(tx, "database_restored"); err != nil {
			return err
		}
		if err := tx.renameHistories(); err != nil {
			return err
		}
		return tx.record(change{stream: live.Provider, kind: audit.DatabaseRestored, detail: map[string]string{"backup": backup,
			"sign_ins": strconv.FormatInt(out.SignIns, 10), "links": strconv.FormatInt(out.Links, 10), "mails": strconv.FormatInt(out.Mails, 10),
			"tokens": strconv.FormatInt(out.Tokens, 10)}})
	})
	return out, err
}

// stopJobs ends all bulk work. It was asked for in another time: cancelled since, or by somebody who may not any more.
func (tx *Tx) stopJobs() error {
	for {
		list, err := tx.AllOpenJobs(tx, orgsAtOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			c, err := tx.endJob(&list[i], api.JobFailed, "job.problem.restored")
			if err != nil {
				return err
			}
			if err := tx.record(c); err != nil {
				return err
			}
		}
	}
}
