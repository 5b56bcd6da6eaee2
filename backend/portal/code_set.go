package portal

import (
	"context"
	"strings"

	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/spoken"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/code"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
)

// codeWish is a Phone/Chat Code that somebody wants to set, change or remove.
type codeWish struct {
	org     id.Organization
	contact id.Contact       // holder; "" for the account-wide code, and for a contact that is not written yet
	setter  id.Contact       // who sets it
	subject *contact.Contact // holder as they will be after the same save; nil: as they are stored
	body    *api.CodeBody
	field   string // JSON path of the code in the request, for refusals
}

// preparedCode is a code that passed the rules and is hashed: what is slow has been done, the writer does the rest.
type preparedCode struct {
	codeWish
	id    id.Code
	plain vault.Secret
	hash  vault.CodeHash
}

// holds says whose code it is to be, for a contact that was not written when the code was prepared.
func (p *preparedCode) holds(c id.Contact) { p.contact = c }

// onFile is what a code is held against.
type onFile struct {
	file  *code.File
	past  []store.PastCode
	key   *vault.OrgKey // nil before the first code
	login string        // password hash of who sets it
}

// prepareCode holds a code against the rules and everything on file, and hashes it. What it refuses it names by reason
// at the wish's field, never by the text.
func (s *Service) prepareCode(ctx context.Context, w codeWish) (*preparedCode, error) {
	p := &preparedCode{codeWish: w}
	if w.body.Remove {
		if w.body.Code != "" {
			return nil, errs.BadField(w.field, "error.invalid")
		}
		return p, nil
	}
	known, err := s.onFile(ctx, w)
	if err != nil {
		return nil, err
	}
	if faults := code.Check(w.body.Code, known.file, s.codeOptions(w)); len(faults) > 0 {
		return nil, asFields(w.field, faults)
	}
	canonical, err := code.Canonical(w.body.Code, spoken.NFKC)
	if err != nil {
		return nil, asFields(w.field, []code.Fault{{Code: code.Character}})
	}

	turn, err := s.Hasher.Turn(ctx)
	if err != nil {
		return nil, err
	}
	faults := reused(turn, known, canonical)
	p.id = id.New[id.Code](s.DB.Clock().Now(), s.Rand)
	p.hash = vault.HashOf(turn.Spoken(canonical, string(p.id)))
	turn.End()
	if known.login != "" {
		verdict, err := s.Hasher.Verify(ctx, w.body.Code, known.login)
		if err != nil {
			return nil, err
		}
		if verdict.Match {
			faults = append(faults, code.Fault{Code: code.Password})
		}
	}
	if len(faults) > 0 {
		return nil, asFields(w.field, faults)
	}
	p.plain = vault.NewSecret(strings.TrimSpace(w.body.Code))
	return p, nil
}

func (s *Service) codeOptions(w codeWish) code.Options {
	return code.Options{NFKC: spoken.NFKC, Today: s.DB.Clock().Now(), You: string(w.setter), Holder: w.holder()}
}

// holder is how the rules know the holder; one who is not written yet has no id.
func (w *codeWish) holder() string {
	if w.contact == account && w.subject != nil {
		return "new"
	}
	return string(w.contact)
}

// reused tells whether one of the holder's last codes comes back.
func reused(turn *login.Turn, known *onFile, canonical string) []code.Fault {
	for i := range known.past {
		past := &known.past[i]
		h := vault.HashOf(turn.Spoken(canonical, string(past.Code)))
		if known.key != nil && known.key.Fits(pastPlace(past), h, past.Tag) {
			return []code.Fault{{Code: code.Reused}}
		}
	}
	return nil
}

func pastPlace(p *store.PastCode) vault.CodePlace {
	return vault.CodePlace{Org: string(p.Org), Holder: string(p.Contact), Code: string(p.Code), Version: p.Version}
}

// asFields names every fault at a field of the request.
func asFields(field string, faults []code.Fault) error {
	e := &errs.Error{Code: errs.Invalid, Key: "error.invalid"}
	for _, f := range faults {
		e.Fields = append(e.Fields, errs.Field{Path: field, Key: f.Key(), Args: f.Args})
	}
	return e
}

// onFile loads what the code is held against.
func (s *Service) onFile(ctx context.Context, w codeWish) (*onFile, error) {
	var out onFile
	err := s.DB.View(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: ctx, Org: w.org, svc: s}
		rows, err := st.OnFile(ctx, w.org)
		if err != nil {
			return err
		}
		about := s.about(rows, w)
		if w.body != nil {
			if about.Numbers, err = st.NumbersEnding(ctx, w.org, code.NumberEnds(w.body.Code, spoken.NFKC)); err != nil {
				return err
			}
		}
		out.file = code.NewFile(about, spoken.NFKC)
		if w.setter != "" {
			if err := out.password(tx, w); err != nil {
				return err
			}
		}
		if w.contact == account && w.subject != nil { // a contact that is not written yet has no past
			return nil
		}
		if out.past, err = st.PastCodes(ctx, w.org, w.contact); err != nil || len(out.past) == 0 {
			return err
		}
		out.key, err = tx.orgKey(w.org)
		return err
	})
	return &out, err
}

// password finds the password of who sets the code: it can't be the code, too.
func (f *onFile) password(tx *Tx, w codeWish) error {
	c, err := tx.ContactByID(tx, w.org, w.setter)
	if err != nil || c.Login == "" {
		return err
	}
	l, err := tx.Login(tx, c.Login)
	if err == nil {
		f.login = l.PasswordHash
	}
	return err
}

// about is everything on file, with the holder as they will be.
func (s *Service) about(rows []store.OnFile, w codeWish) code.About {
	about := code.About{Brands: []string{s.Settings.Brand}}
	for _, r := range rows {
		if w.subject != nil && r.ID != "" && r.ID == w.contact {
			continue
		}
		about.Subjects = append(about.Subjects, subjectOf(r))
	}
	if c := w.subject; c != nil {
		holder := subjectOf(store.OnFile{Name: c.Name, Company: c.Company, Email: c.Email, Phone: c.Phone, Postcode: c.Address.Postcode,
			Street: c.Address.Street})
		holder.ID = w.holder()
		about.Subjects = append(about.Subjects, holder)
	}
	return about
}

func subjectOf(r store.OnFile) code.Subject {
	s := code.Subject{ID: string(r.ID), Postcode: r.Postcode, Street: r.Street}
	for _, x := range []struct {
		text string
		into *[]string
	}{{r.Name, &s.Names}, {r.Company, &s.Companies}, {r.Email, &s.Emails}, {r.Phone, &s.Phones}, {r.Reference, &s.References}} {
		if x.text != "" {
			*x.into = append(*x.into, x.text)
		}
	}
	return s
}

// applyCode writes a prepared code, with history, record, mails and pokes. A code that is removed and isn't there is
// nothing to tell.
func (tx *Tx) applyCode(p *preparedCode) error {
	o, err := tx.Organization(tx, p.org)
	if err != nil {
		return err
	}
	old, err := tx.codeOf(p.org, p.contact)
	if err != nil || p.body.Remove && old == nil {
		return err
	}
	kind := audit.CodeSet
	switch {
	case p.body.Remove:
		kind, err = audit.CodeRemoved, tx.RemoveCode(tx, p.org, p.contact)
	default:
		if old.Stands() {
			kind = audit.CodeChanged
		}
		err = tx.writeCode(p, old)
	}
	if err != nil {
		return err
	}
	c, err := tx.codeChange(o, p.contact, kind)
	if err != nil {
		return err
	}
	if p.id != "" {
		c.detail["id"] = string(p.id)
	}
	c.mails, err = tx.toldOfCode(o, p.contact, letter{mail.CodeChanged, string(p.org), unique(tx), mail.Args{
		"what": strings.TrimPrefix(string(kind), "code."), "organization": o.Name, "holder": c.detail["holder"], "by": tx.Actor.Name, "at": mail.At(tx.Now())}})
	if err != nil {
		return err
	}
	return tx.record(c)
}

// writeCode seals the code for its place, puts it there and remembers it, so that it does not come back.
func (tx *Tx) writeCode(p *preparedCode, old *store.Code) error {
	key, err := tx.orgKey(p.org)
	if err != nil {
		return err
	}
	now := tx.Now()
	c := &store.Code{ID: p.id, Org: p.org, Contact: p.contact, Version: 1, RootKey: key.RootID(), Generated: p.body.Generated, SetAt: now,
		SetByName: tx.Actor.Name, ReleasedAt: now}
	if tx.Contact != nil {
		c.SetBy = tx.Contact.ID
	}
	if old != nil {
		c.Version = old.Version + 1
	}
	if c.Sealed, err = key.SealCode(place(c), p.plain, p.hash); err != nil {
		return err
	}
	c.Tag = key.Tag(place(c), p.hash)
	if err := tx.PutCode(tx, c); err != nil {
		return err
	}
	past := &store.PastCode{Org: c.Org, Contact: c.Contact, Code: c.ID, Version: c.Version, RootKey: c.RootKey, Tag: c.Tag, At: now, ByName: c.SetByName}
	if past.Sealed, err = key.SealHash(place(c), p.hash); err != nil {
		return err
	}
	return tx.AddPastCode(tx, past)
}

// SetMyCode sets, changes or removes the caller's own code.
func (s *Service) SetMyCode(ctx context.Context, cred Credential, in *api.SetMyCodeIn) (out api.MyCode, err error) {
	w := codeWish{org: in.Org.Org, body: &in.Body, field: "code"}
	err = s.update(ctx, api.SetMyCode.Spec, cred, w.org, func(tx *Tx) error {
		w.contact, w.setter = tx.Contact.ID, tx.Contact.ID
		return tx.maySetOwn()
	})
	if err != nil {
		return out, err
	}
	p, err := s.prepareCode(ctx, w)
	if err != nil {
		return out, err
	}
	err = s.update(ctx, api.SetMyCode.Spec, cred, w.org, func(tx *Tx) error {
		if err := tx.maySetOwn(); err != nil {
			return err
		}
		if tx.Contact.ID != p.contact { // the person is here as another contact now
			return changedMeanwhile("")
		}
		if err := tx.applyCode(p); err != nil {
			return err
		}
		out, err = tx.myCode()
		return err
	})
	return out, err
}

func (tx *Tx) maySetOwn() error {
	if tx.Contact == nil || !contact.SetsOwnCode(tx.Rights) {
		return forbidden()
	}
	return nil
}

// GenerateCode proposes a code that is easy to say and breaks no rule. Nothing is stored.
func (s *Service) GenerateCode(ctx context.Context, cred Credential, in *api.GenerateCodeIn) (api.CodeShown, error) {
	w := codeWish{org: in.Org.Org, contact: in.Body.Contact}
	err := s.view(ctx, api.GenerateCode.Spec, cred, w.org, func(tx *Tx) error {
		if tx.Contact == nil {
			return forbidden()
		}
		w.setter = tx.Contact.ID
		return nil
	})
	if err != nil {
		return api.CodeShown{}, err
	}
	known, err := s.onFile(ctx, w)
	if err != nil {
		return api.CodeShown{}, err
	}
	options := s.codeOptions(w)
	text, err := spoken.Draw(locale(in.Body.Locale), spoken.Standing, s.Rand, func(c string) bool { return len(code.Check(c, known.file, options)) > 0 })
	return api.CodeShown{Code: text}, err
}
