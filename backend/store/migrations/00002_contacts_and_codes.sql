-- +goose Up

ALTER TABLE organization ADD COLUMN street TEXT NOT NULL DEFAULT '';
ALTER TABLE organization ADD COLUMN postcode TEXT NOT NULL DEFAULT '';
ALTER TABLE organization ADD COLUMN city TEXT NOT NULL DEFAULT '';
ALTER TABLE organization ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE organization ADD COLUMN fields TEXT NOT NULL DEFAULT '{}'; -- JSON object: key of the custom field to value
ALTER TABLE organization ADD COLUMN version BIGINT NOT NULL DEFAULT 1; -- of the account data, moved by each change of them
ALTER TABLE organization ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE organization ADD COLUMN changed_by TEXT NOT NULL DEFAULT '';
-- Misses before this time don't lock the organization's codes any more: somebody of it has looked.
ALTER TABLE organization ADD COLUMN misses_seen_at BIGINT NOT NULL DEFAULT 0;

ALTER TABLE contact ADD COLUMN kind TEXT NOT NULL DEFAULT 'individual' CHECK (kind IN ('individual', 'legal_entity'));
ALTER TABLE contact ADD COLUMN company TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN type TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN street TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN postcode TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN city TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN access BOOLEAN NOT NULL DEFAULT TRUE; -- access authorisation: invited or with a login
ALTER TABLE contact ADD COLUMN phone_chat_authority BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN assistance BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN assistance_isolated BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN assistance_global BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN financial BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN financial_isolated BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN financial_global BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
ALTER TABLE contact ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE contact ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN changed_by TEXT NOT NULL DEFAULT '';
-- What the search looks in: name, company and e-mail in lower case.
ALTER TABLE contact ADD COLUMN search_key TEXT NOT NULL DEFAULT '';
UPDATE contact SET search_key = LOWER(name || ' ' || email);
CREATE INDEX contact_list ON contact (org, search_key, id);
CREATE INDEX contact_email ON contact (org, email) WHERE email <> '';
CREATE INDEX token_contact ON token (contact) WHERE contact <> '';
-- The organization whose contact chose the first password, '' once the person chose one by a mailed link. Invitations to elsewhere
-- ask such a person for a password of their own.
ALTER TABLE login ADD COLUMN password_by TEXT NOT NULL DEFAULT '';

-- Definitions of custom fields. The built-in one of kind code is the Phone/Chat Code, of which only the label is stored.
CREATE TABLE custom_field (
    id              TEXT PRIMARY KEY,
    key             TEXT NOT NULL UNIQUE,
    label_en        TEXT NOT NULL,
    label_fr        TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('text', 'choice', 'date', 'code')),
    choices         TEXT NOT NULL, -- JSON array of strings
    on_organization BOOLEAN NOT NULL,
    on_contact      BOOLEAN NOT NULL,
    place           BIGINT NOT NULL,
    active          BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL
);
INSERT INTO custom_field (id, key, label_en, label_fr, kind, choices, on_organization, on_contact, place, active, created_at)
VALUES ('01900000-0000-7000-8000-000000000001', 'phone_chat_code', 'Phone/Chat Code', 'Code téléphone/chat', 'code', '[]', TRUE, TRUE, 0, TRUE, 0);

CREATE TABLE ownership_transfer (
    id          TEXT PRIMARY KEY,
    org         TEXT NOT NULL REFERENCES organization (id),
    from_id     TEXT NOT NULL,
    from_name   TEXT NOT NULL,
    to_id       TEXT NOT NULL,
    to_name     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'declined', 'withdrawn', 'lapsed')),
    created_at  BIGINT NOT NULL,
    lapses_at   BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    UNIQUE (org, id)
);
CREATE UNIQUE INDEX ownership_transfer_pending ON ownership_transfer (org) WHERE state = 'pending';

-- The key of an organization's codes, wrapped by the root key that root_key names.
CREATE TABLE org_key (
    org        TEXT PRIMARY KEY REFERENCES organization (id),
    root_key   TEXT NOT NULL,
    wrapped    TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Phone/Chat Codes that stand: the account-wide one (contact '') and those of contacts.
CREATE TABLE code (
    id          TEXT PRIMARY KEY,
    org         TEXT NOT NULL REFERENCES organization (id),
    contact     TEXT NOT NULL,
    version     BIGINT NOT NULL,
    root_key    TEXT NOT NULL, -- which the tag was made with
    sealed      TEXT NOT NULL, -- base64, to be shown again; '' once it is void
    tag         TEXT NOT NULL, -- base64, to be compared; '' once it is void
    generated   BOOLEAN NOT NULL, -- drawn from the list of words: it may be recognised by sound
    set_at      BIGINT NOT NULL,
    set_by      TEXT NOT NULL,
    set_by_name TEXT NOT NULL,
    void_at     BIGINT NOT NULL, -- after too many misses, or with a deactivated holder; 0: it counts
    released_at BIGINT NOT NULL, -- misses before don't lock any more
    matched_at  BIGINT NOT NULL, -- last success: misses before don't void any more
    revealed_at BIGINT NOT NULL,
    revealed_by TEXT NOT NULL,
    rotate_at   BIGINT NOT NULL, -- since when it should be changed, 0: no reason
    rotate_why  TEXT NOT NULL,   -- name of who could see it and may not any more
    UNIQUE (org, contact),
    UNIQUE (org, id)
);

-- Tags of a holder's last codes, so that none of them comes back. Each was made with the id of its own code.
CREATE TABLE code_history (
    org      TEXT NOT NULL REFERENCES organization (id),
    contact  TEXT NOT NULL,
    code     TEXT NOT NULL,
    version  BIGINT NOT NULL,
    root_key TEXT NOT NULL, -- which the tag was made with
    sealed   TEXT NOT NULL, -- base64: the hash that the tag was made of, for a new root key; never the code
    tag      TEXT NOT NULL,
    at       BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    PRIMARY KEY (org, contact, code)
);

-- The newest word of the record about a holder's code: a row that was put back from before doesn't agree with it.
CREATE INDEX audit_entry_code ON audit_entry (stream, object, seq) WHERE kind IN ('code.set', 'code.changed', 'code.removed', 'code.voided');

-- Every check of something heard. What was typed is never kept.
CREATE TABLE code_attempt (
    id           TEXT PRIMARY KEY,
    org          TEXT NOT NULL REFERENCES organization (id),
    contact      TEXT NOT NULL, -- holder that the try counts against, '' for the account-wide code
    staff        TEXT NOT NULL,
    verification TEXT NOT NULL,
    at           BIGINT NOT NULL,
    outcome      TEXT NOT NULL CHECK (outcome IN ('counted', 'match', 'no_match', 'locked', 'no_code')) -- counted: no answer yet, stands for a miss
);
CREATE INDEX code_attempt_holder ON code_attempt (org, contact, at);
CREATE INDEX code_attempt_staff ON code_attempt (staff, at);
CREATE INDEX code_attempt_org ON code_attempt (org, at);

-- One-time phrases. A contact has one at a time.
CREATE TABLE phrase (
    id         TEXT PRIMARY KEY,
    org        TEXT NOT NULL REFERENCES organization (id),
    contact    TEXT NOT NULL,
    tag        TEXT NOT NULL,
    root_key   TEXT NOT NULL,
    locale     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tries      BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL, -- used, replaced, dead after its tries, or denied; 0: open
    used_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX phrase_open ON phrase (org, contact) WHERE ended_at = 0;
CREATE INDEX phrase_made ON phrase (org, contact, created_at);

-- One call or chat in which an agent finds out who speaks. With matched_at it is the agent's receipt.
CREATE TABLE verification (
    id            TEXT PRIMARY KEY,
    org           TEXT NOT NULL REFERENCES organization (id),
    staff         TEXT NOT NULL REFERENCES staff (id),
    staff_name    TEXT NOT NULL,
    channel       TEXT NOT NULL CHECK (channel IN ('phone', 'chat')),
    ticket        TEXT NOT NULL,
    contact       TEXT NOT NULL, -- who the caller says they are
    contact_name  TEXT NOT NULL,
    counter       TEXT NOT NULL, -- counter-phrase that the agent reads out; it opens nothing
    started_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    outcome       TEXT NOT NULL CHECK (outcome IN ('', 'match', 'no_match', 'locked', 'no_code')),
    matched       TEXT NOT NULL CHECK (matched IN ('', 'own', 'account', 'phrase')),
    matched_at    BIGINT NOT NULL,
    receipt_until BIGINT NOT NULL, -- 0 without a match
    closed_at     BIGINT NOT NULL,
    denied_at     BIGINT NOT NULL, -- the customer said: that's not me
    UNIQUE (org, id)
);
CREATE INDEX verification_open ON verification (org, expires_at) WHERE closed_at = 0;
CREATE INDEX verification_due ON verification (expires_at) WHERE closed_at = 0;
CREATE INDEX verification_staff ON verification (staff, started_at) WHERE closed_at = 0;

-- Significant changes and cancellations that a verified caller asked for: the portal decides them.
CREATE TABLE significant_change (
    id              TEXT PRIMARY KEY,
    org             TEXT NOT NULL REFERENCES organization (id),
    verification    TEXT NOT NULL,
    staff           TEXT NOT NULL REFERENCES staff (id),
    staff_login     TEXT NOT NULL,
    staff_name      TEXT NOT NULL,
    caller          TEXT NOT NULL, -- contact that was verified
    caller_name     TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('change', 'cancellation')),
    subject         TEXT NOT NULL,
    note            TEXT NOT NULL,
    ticket          TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn', 'lapsed')),
    created_at      BIGINT NOT NULL,
    lapses_at       BIGINT NOT NULL,
    decided_at      BIGINT NOT NULL,
    decided_by      TEXT NOT NULL,
    decided_by_name TEXT NOT NULL,
    reason          TEXT NOT NULL,
    UNIQUE (org, id)
);
CREATE INDEX significant_change_org ON significant_change (org, id);
CREATE INDEX significant_change_open ON significant_change (state, lapses_at) WHERE state = 'pending';
CREATE INDEX significant_change_staff ON significant_change (staff, id);
CREATE INDEX significant_change_call ON significant_change (org, verification);

-- +goose Down
SELECT 1;
