package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/shared/access"
	"countersign/shared/errs"
	"countersign/shared/id"
)

const requestColumns = `id, org, state, source, role, note, phrase, requested, granted, named_only, created_at, lapses_at,
decided_at, decided_by, decided_by_name, starts_at, ends_at, ended_at, ended_by, ended_by_name, reason`

func scanRequest(row Scanner) (*access.Request, error) {
	var r access.Request
	var created, lapses, decided, starts, ends, ended int64
	err := row.Scan(&r.ID, &r.Org, &r.State, &r.Source, &r.Role, &r.Note, &r.Phrase, &r.Requested, &r.Granted, &r.NamedOnly,
		&created, &lapses, &decided, &r.DecidedBy.ID, &r.DecidedBy.Name, &starts, &ends, &ended, &r.EndedBy.ID, &r.EndedBy.Name, &r.Reason)
	if err != nil {
		return nil, err
	}
	r.CreatedAt, r.LapsesAt, r.DecidedAt = at(created), at(lapses), at(decided)
	r.StartsAt, r.EndsAt, r.EndedAt = at(starts), at(ends), at(ended)
	return &r, nil
}

// AccessRequest is one request of the organization with its requesters and the extension that waits.
func (tx *Tx) AccessRequest(ctx context.Context, org id.Organization, rid id.AccessRequest) (*access.Request, error) {
	list, err := tx.accessRequests(ctx, `WHERE org = ? AND id = ?`, org, rid)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, gone()
	}
	return &list[0], nil
}

// OpenAccess are the organization's requests that wait or run, oldest first.
func (tx *Tx) OpenAccess(ctx context.Context, org id.Organization) ([]access.Request, error) {
	return tx.accessRequests(ctx, `WHERE org = ? AND state IN ('pending', 'active') ORDER BY id`, org)
}

// DueAccess are open requests of all organizations that lapse or end at or before a time.
func (tx *Tx) DueAccess(ctx context.Context, now time.Time) ([]access.Request, error) {
	return tx.accessRequests(ctx, `WHERE (state = 'pending' AND lapses_at <= ?) OR (state = 'active' AND ends_at <= ?) ORDER BY id`,
		ms(now), ms(now))
}

// NextAccessEnd is when the next open request lapses or ends, or the next support session; zero when none is open.
func (tx *Tx) NextAccessEnd(ctx context.Context) (time.Time, error) {
	var next int64
	err := tx.QueryRow(ctx, `SELECT COALESCE(MIN(ending), 0) FROM (
SELECT CASE state WHEN 'pending' THEN lapses_at ELSE ends_at END AS ending FROM access_request WHERE state IN ('pending', 'active')
UNION ALL SELECT ends_at FROM support_session WHERE ended_at = 0) AS endings`).Scan(&next)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the next end of access: %w", err)
	}
	return at(next), nil
}

// PastAccess are the organization's requests that are over, newest first, made before one of them (or all).
func (tx *Tx) PastAccess(ctx context.Context, org id.Organization, before id.AccessRequest, limit int) ([]access.Request, error) {
	if before == "" {
		before = "g" // sorts after every UUID
	}
	return tx.accessRequests(ctx, `WHERE org = ? AND id < ? AND state NOT IN ('pending', 'active') ORDER BY id DESC LIMIT ?`, org, before, limit)
}

// OpenAccessOfAgent are open requests of all organizations that name the agent.
func (tx *Tx) OpenAccessOfAgent(ctx context.Context, s id.Staff) ([]access.Request, error) {
	return tx.accessRequests(ctx, `WHERE state IN ('pending', 'active') AND (
id IN (SELECT request FROM access_requester WHERE staff = ?) OR
id IN (SELECT request FROM access_extension WHERE staff = ? AND state = 'pending')) ORDER BY id`, s, s)
}

func (tx *Tx) accessRequests(ctx context.Context, where string, args ...any) ([]access.Request, error) {
	rows := tx.Query(ctx, `SELECT `+requestColumns+` FROM access_request `+where, args...)
	defer rows.Close()
	list := []access.Request{}
	for rows.Next() {
		r, err := scanRequest(rows)
		if err != nil {
			return nil, fmt.Errorf("read access request: %w", err)
		}
		list = append(list, *r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read access requests: %w", err)
	}
	rows.Close()
	if len(list) == 0 {
		return list, nil
	}
	for part := range slices.Chunk(list, fillAtOnce) {
		if err := tx.fillRequests(ctx, part); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// fillAtOnce bounds the arguments of a statement: SQLite takes 32,766.
const fillAtOnce = 1000

// fillRequests adds requesters and waiting extensions to all of them, in two statements.
func (tx *Tx) fillRequests(ctx context.Context, list []access.Request) error {
	place := make(map[id.AccessRequest]int, len(list))
	marks, args := strings.Repeat(", ?", len(list))[2:], make([]any, len(list))
	for i := range list {
		place[list[i].ID], args[i], list[i].Requesters = i, list[i].ID, []access.Requester{}
	}
	rows := tx.Query(ctx, `SELECT request, staff, login, name, at FROM access_requester WHERE request IN (`+marks+`) ORDER BY at, staff`, args...)
	defer rows.Close()
	for rows.Next() {
		var rid id.AccessRequest
		var q access.Requester
		var when int64
		if err := rows.Scan(&rid, &q.Staff, &q.Login, &q.Name, &when); err != nil {
			return fmt.Errorf("read requester: %w", err)
		}
		q.At = at(when)
		r := &list[place[rid]]
		r.Requesters = append(r.Requesters, q)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read requesters: %w", err)
	}
	rows.Close()

	more := tx.Query(ctx, `SELECT request, id, staff, login, name, at, asked, state FROM access_extension
WHERE state = 'pending' AND request IN (`+marks+`)`, args...)
	defer more.Close()
	for more.Next() {
		var rid id.AccessRequest
		var x access.Extension
		var when int64
		if err := more.Scan(&rid, &x.ID, &x.By.Staff, &x.By.Login, &x.By.Name, &when, &x.Asked, &x.State); err != nil {
			return fmt.Errorf("read extension: %w", err)
		}
		x.By.At = at(when)
		list[place[rid]].Extension = &x
	}
	return more.Err()
}

// AddAccessRequest writes a new request. When another waits already in the organization, it is a Conflict.
func (tx *Tx) AddAccessRequest(ctx context.Context, r *access.Request) error {
	_, err := tx.Exec(ctx, `INSERT INTO access_request (`+requestColumns+`)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Org, r.State, r.Source, r.Role, r.Note, r.Phrase, r.Requested, r.Granted, r.NamedOnly, ms(r.CreatedAt), ms(r.LapsesAt),
		ms(r.DecidedAt), r.DecidedBy.ID, r.DecidedBy.Name, ms(r.StartsAt), ms(r.EndsAt), ms(r.EndedAt), r.EndedBy.ID, r.EndedBy.Name, r.Reason)
	if IsUnique(err) {
		return errs.InState(string(access.Pending), "access.error.state.pending")
	}
	if err != nil {
		return fmt.Errorf("write access request: %w", err)
	}
	return tx.saveRequesters(ctx, r)
}

// SaveAccessRequest writes r over the row that is still in the state it was loaded in; when another act was faster, it
// is a Conflict with the state that act left.
func (tx *Tx) SaveAccessRequest(ctx context.Context, r *access.Request, loaded access.State) error {
	n, err := tx.Exec(ctx, `UPDATE access_request SET state = ?, granted = ?, named_only = ?, decided_at = ?, decided_by = ?,
decided_by_name = ?, starts_at = ?, ends_at = ?, ended_at = ?, ended_by = ?, ended_by_name = ?, reason = ?
WHERE org = ? AND id = ? AND state = ?`,
		r.State, r.Granted, r.NamedOnly, ms(r.DecidedAt), r.DecidedBy.ID, r.DecidedBy.Name, ms(r.StartsAt), ms(r.EndsAt), ms(r.EndedAt),
		r.EndedBy.ID, r.EndedBy.Name, r.Reason, r.Org, r.ID, loaded)
	if err != nil {
		return fmt.Errorf("save access request: %w", err)
	}
	if n == 0 {
		var now access.State
		if err := tx.QueryRow(ctx, `SELECT state FROM access_request WHERE org = ? AND id = ?`, r.Org, r.ID).Scan(&now); err != nil {
			return gone()
		}
		return errs.InState(string(now), "access.error.state."+string(now))
	}
	return tx.saveRequesters(ctx, r)
}

func (tx *Tx) saveRequesters(ctx context.Context, r *access.Request) error {
	keep := make([]any, 0, len(r.Requesters)+1)
	keep = append(keep, r.ID)
	for _, q := range r.Requesters {
		if _, err := tx.Exec(ctx, `INSERT INTO access_requester (request, staff, login, name, at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (request, staff) DO NOTHING`, r.ID, q.Staff, q.Login, q.Name, ms(q.At)); err != nil {
			return fmt.Errorf("save requester: %w", err)
		}
		keep = append(keep, q.Staff)
	}
	gone := `DELETE FROM access_requester WHERE request = ?`
	if len(r.Requesters) > 0 {
		gone += ` AND staff NOT IN (` + strings.Repeat(", ?", len(r.Requesters))[2:] + `)`
	}
	if _, err := tx.Exec(ctx, gone, keep...); err != nil {
		return fmt.Errorf("remove requesters: %w", err)
	}

	open := id.Extension("")
	if x := r.Extension; x != nil {
		open = x.ID
		if _, err := tx.Exec(ctx, `INSERT INTO access_extension (id, request, staff, login, name, at, asked, state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, x.ID, r.ID, x.By.Staff, x.By.Login, x.By.Name, ms(x.By.At), x.Asked, x.State); err != nil {
			return fmt.Errorf("save extension: %w", err)
		}
	}
	// What waited and is not the open one any more was decided (DecideExtension says how) or lapsed with its grant.
	if _, err := tx.Exec(ctx, `UPDATE access_extension SET state = 'lapsed' WHERE request = ? AND state = 'pending' AND id <> ?`, r.ID, open); err != nil {
		return fmt.Errorf("close extensions: %w", err)
	}
	return nil
}

// DecideExtension writes how an extension ended.
func (tx *Tx) DecideExtension(ctx context.Context, x access.Extension) error {
	n, err := tx.Exec(ctx, `UPDATE access_extension SET state = ? WHERE id = ? AND state = 'pending'`, x.State, x.ID)
	if err != nil {
		return fmt.Errorf("decide extension: %w", err)
	}
	if n == 0 {
		return errs.InState("none", "access.error.no_extension")
	}
	return nil
}

const sessionColumns = `id, request, org, staff, name, role, staff_session, viewing, started_at, ends_at, ended_at, ended_why`

func scanSupport(row Scanner) (*access.Session, error) {
	var s access.Session
	var started, ends, ended int64
	if err := row.Scan(&s.ID, &s.Request, &s.Org, &s.Staff, &s.Name, &s.Role, &s.StaffSession, &s.Viewing, &started, &ends, &ended, &s.EndedWhy); err != nil {
		return nil, err
	}
	s.StartedAt, s.EndsAt, s.EndedAt = at(started), at(ends), at(ended)
	return &s, nil
}

// AddSupportSession writes a new session with the hash of its token.
func (tx *Tx) AddSupportSession(ctx context.Context, s *access.Session, tokenHash string) error {
	_, err := tx.Exec(ctx, `INSERT INTO support_session (token_hash, `+sessionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tokenHash, s.ID, s.Request, s.Org, s.Staff, s.Name, s.Role, s.StaffSession, s.Viewing, ms(s.StartedAt), ms(s.EndsAt), ms(s.EndedAt), s.EndedWhy)
	if err != nil {
		return fmt.Errorf("write support session: %w", err)
	}
	return nil
}

// SaveSupportSession writes end, reason and open page of a session.
func (tx *Tx) SaveSupportSession(ctx context.Context, s *access.Session) error {
	if _, err := tx.Exec(ctx, `UPDATE support_session SET viewing = ?, ends_at = ?, ended_at = ?, ended_why = ? WHERE org = ? AND id = ?`,
		s.Viewing, ms(s.EndsAt), ms(s.EndedAt), s.EndedWhy, s.Org, s.ID); err != nil {
		return fmt.Errorf("save support session: %w", err)
	}
	return nil
}

// SupportSessionByToken finds the session of a token, open or ended.
func (tx *Tx) SupportSessionByToken(ctx context.Context, hash string) (*access.Session, error) {
	return scanSupport(tx.QueryRow(ctx, `SELECT `+sessionColumns+` FROM support_session WHERE token_hash = ?`, hash))
}

// SupportSession is one session, open or ended.
func (tx *Tx) SupportSession(ctx context.Context, sid id.SupportSession) (*access.Session, error) {
	return scanSupport(tx.QueryRow(ctx, `SELECT `+sessionColumns+` FROM support_session WHERE id = ?`, sid))
}

// OpenSessions are the sessions of a grant that were not ended yet, oldest first.
func (tx *Tx) OpenSessions(ctx context.Context, rid id.AccessRequest) ([]access.Session, error) {
	return tx.supportSessions(ctx, `WHERE request = ? AND ended_at = 0 ORDER BY id`, rid)
}

// OpenSessionsOfAgent are an agent's sessions, in all organizations, that were not ended yet.
func (tx *Tx) OpenSessionsOfAgent(ctx context.Context, s id.Staff) ([]access.Session, error) {
	return tx.supportSessions(ctx, `WHERE staff = ? AND ended_at = 0 ORDER BY id`, s)
}

// OpenSessionsOfSignIn are the sessions that hang on a sign-in and were not ended yet.
func (tx *Tx) OpenSessionsOfSignIn(ctx context.Context, s id.Session) ([]access.Session, error) {
	return tx.supportSessions(ctx, `WHERE staff_session = ? AND ended_at = 0 ORDER BY id`, s)
}

// DueSessions are open sessions whose own end has come although their grant may run on.
func (tx *Tx) DueSessions(ctx context.Context, now time.Time) ([]access.Session, error) {
	return tx.supportSessions(ctx, `WHERE ended_at = 0 AND ends_at <= ? ORDER BY id`, ms(now))
}

func (tx *Tx) supportSessions(ctx context.Context, where string, args ...any) ([]access.Session, error) {
	rows := tx.Query(ctx, `SELECT `+sessionColumns+` FROM support_session `+where, args...)
	defer rows.Close()
	list := []access.Session{}
	for rows.Next() {
		s, err := scanSupport(rows)
		if err != nil {
			return nil, fmt.Errorf("read support session: %w", err)
		}
		list = append(list, *s)
	}
	return list, rows.Err()
}
