package portal

import (
	"context"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/live"
	"countersign/shared/perm"
	"countersign/shared/significant"
	"countersign/shared/verification"
)

// GetHome is what needs the person's attention, and who is in the organization.
func (s *Service) GetHome(tx *Tx, in *api.Org) (api.Home, error) {
	out := api.Home{Pending: []access.Request{}, More: []access.Request{}, Active: []api.Grant{}, Changes: []significant.Change{},
		Calls: []verification.Verification{}}
	offer, err := tx.offer(in.Org)
	if err != nil {
		return out, err
	}
	if offer != nil && tx.Contact != nil && offer.To == tx.Contact.ID { // a support session is nobody's contact
		out.Transfer = offer
	}
	if err := tx.homeCodes(&out); err != nil {
		return out, err
	}
	if tx.Rights.Has(perm.TicketsView) {
		if out.Tickets.Count, out.Tickets.Since, err = tx.CountWaiting(tx, in.Org, tx.sight()); err != nil {
			return out, err
		}
	}
	if !tx.Rights.Has(perm.RemoteSupportView) {
		return out, nil
	}
	pending, active, err := tx.open(in.Org)
	if err != nil {
		return out, err
	}
	out.Active = active
	if tx.Rights.Has(perm.RemoteSupportApprove) {
		out.Pending = pending
		for _, g := range active {
			if g.Extension != nil {
				out.More = append(out.More, g.Request)
			}
		}
	}
	return out, nil
}

// ListAudit pages through the organization's record.
func (s *Service) ListAudit(tx *Tx, in *api.AuditIn) (api.Activity, error) {
	return tx.auditPage(live.Of(in.Org.Org), in.Page, in.AuditFilter)
}

// ListStaffAudit pages through the provider's record, or an organization's.
func (s *Service) ListStaffAudit(tx *Tx, in *api.StaffAuditIn) (api.Activity, error) {
	stream := live.Provider
	if in.Org != "" {
		if _, err := tx.Organization(tx, in.Org); err != nil {
			return api.Activity{}, err
		}
		stream = live.Of(in.Org)
	}
	return tx.auditPage(stream, in.Page, in.AuditFilter)
}

func (tx *Tx) auditPage(stream live.Stream, p api.Page, f api.AuditFilter) (api.Activity, error) {
	entries, more, err := tx.AuditEntries(tx, store.AuditQuery{Stream: stream, Before: p.Before, Limit: p.Limit,
		Kind: f.Kind, Actor: f.Actor, From: f.From, To: f.To, Text: f.Text})
	if entries == nil {
		entries = []audit.Entry{}
	}
	return api.Activity{Entries: entries, More: more}, err
}

// VerifyAudit walks the organization's whole chain.
func (s *Service) VerifyAudit(tx *Tx, in *api.Org) (api.AuditHead, error) {
	head, fault, err := Walk(tx, tx.Tx, s.auditKey, live.Of(in.Org))
	out := api.AuditHead{Head: head, Verified: fault == nil}
	if fault != nil {
		out.Fault = fault.Error()
	}
	return out, err
}

// ExportAudit gives the organization's record as CSV (RFC 4180). A cell that a spreadsheet would take for a formula
// gets an apostrophe before it. The export is itself recorded, as its last line's successor or later. It is written
// while the writer serves others: a long record must not keep a revocation waiting.
func (s *Service) ExportAudit(ctx context.Context, cred Credential, in *api.Org) (api.AuditExport, error) {
	var out api.AuditExport
	var last int64
	err := s.view(ctx, api.ExportAudit.Spec, cred, in.Org, func(tx *Tx) error {
		o, err := tx.Organization(tx, in.Org)
		if err != nil {
			return err
		}
		out.Name = "audit-" + o.Reference + "-" + tx.Now().Format("2006-01-02") + ".csv"
		out.CSV, last, err = tx.auditCSV(live.Of(in.Org))
		return err
	})
	if err != nil {
		return api.AuditExport{}, err
	}
	err = s.update(ctx, api.ExportAudit.Spec, cred, in.Org, func(tx *Tx) error {
		return tx.record(change{stream: live.Of(in.Org), kind: audit.AuditExported, detail: map[string]string{"entries": strconv.FormatInt(last, 10)}})
	})
	if err != nil { // nothing leaves unrecorded
		return api.AuditExport{}, err
	}
	return out, nil
}

// auditCSV writes a stream's record out and gives the number of its last entry.
func (tx *Tx) auditCSV(stream live.Stream) (text string, last int64, err error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	w.Write([]string{"seq", "time", "kind", "outcome", "actor_kind", "actor", "actor_name", "grant", "session", "address", "object", "detail", "mac"})
	for {
		part, err := tx.AuditAfter(tx, stream, last, 500)
		if err != nil {
			return "", 0, err
		}
		for _, e := range part {
			row := []string{strconv.FormatInt(e.Seq, 10), time.UnixMilli(e.At).UTC().Format(time.RFC3339), string(e.Kind), string(e.Outcome),
				string(e.Actor.Kind), e.Actor.ID, e.Actor.Name, string(e.Grant), string(e.Session), e.Address, e.Object, details(e.Detail), e.MAC}
			for i := range row {
				row[i] = plainCell(row[i])
			}
			w.Write(row)
			last = e.Seq
		}
		if len(part) < 500 {
			break
		}
	}
	w.Flush()
	return b.String(), last, w.Error()
}

func details(m map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, k+"="+m[k])
	}
	return strings.Join(parts, "; ")
}

// plainCell keeps a spreadsheet from reading a cell as a formula.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\x00", rune(s[0])) {
		return "'" + s
	}
	return s
}
