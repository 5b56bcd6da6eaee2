-- +goose Up

-- One row: the newest guarded time, so that no restart with a wrong clock revives what had ended.
CREATE TABLE clock_mark (
    one  BIGINT PRIMARY KEY CHECK (one = 1),
    mark BIGINT NOT NULL
);

-- The head of each stream. Gapless: both counters move in the transaction of what they count.
CREATE TABLE stream (
    id        TEXT PRIMARY KEY,
    event_seq BIGINT NOT NULL,
    audit_seq BIGINT NOT NULL,
    audit_mac TEXT NOT NULL
);

CREATE TABLE event (
    stream TEXT NOT NULL REFERENCES stream (id),
    seq    BIGINT NOT NULL,
    kind   TEXT NOT NULL,
    org    TEXT NOT NULL,
    ref    TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (stream, seq)
);

CREATE TABLE audit_entry (
    stream     TEXT NOT NULL REFERENCES stream (id),
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    access_grant TEXT NOT NULL,
    session    TEXT NOT NULL,
    request    TEXT NOT NULL,
    address    TEXT NOT NULL,
    object     TEXT NOT NULL,
    detail     TEXT NOT NULL, -- JSON object of strings
    outcome    TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
    prev       TEXT NOT NULL,
    mac        TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
);

CREATE TABLE outbox_mail (
    id           TEXT PRIMARY KEY,
    created_at   BIGINT NOT NULL,
    recipient    TEXT NOT NULL,
    locale       TEXT NOT NULL,
    template     TEXT NOT NULL,
    args         TEXT NOT NULL, -- JSON object of strings
    sealed       TEXT NOT NULL, -- a token of the mail, sealed; '' without one
    dedupe_key   TEXT NOT NULL UNIQUE,
    attempts     BIGINT NOT NULL,
    next_at      BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL, -- 0: never
    sent_at      BIGINT NOT NULL,
    dead_at      BIGINT NOT NULL,
    last_error   TEXT NOT NULL
);
CREATE INDEX outbox_mail_due ON outbox_mail (next_at) WHERE sent_at = 0 AND dead_at = 0;

CREATE TABLE login (
    id             TEXT PRIMARY KEY,
    email          TEXT NOT NULL UNIQUE, -- lower case
    name           TEXT NOT NULL,
    locale         TEXT NOT NULL,
    password_hash  TEXT NOT NULL, -- '' until the invitation is accepted
    password_alone BOOLEAN NOT NULL, -- strong enough to be the only factor
    totp_sealed    TEXT NOT NULL, -- '' without a second factor
    totp_pending   TEXT NOT NULL, -- sealed secret that awaits its first code
    totp_step      BIGINT NOT NULL, -- last accepted step: none is accepted twice
    created_at     BIGINT NOT NULL
);

CREATE TABLE recovery_code (
    login   TEXT NOT NULL REFERENCES login (id),
    hash    TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (login, hash)
);

-- A sign-in. The token is kept only as a hash.
CREATE TABLE session (
    id           TEXT PRIMARY KEY,
    token_hash   TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL CHECK (kind IN ('customer', 'staff')),
    login        TEXT NOT NULL REFERENCES login (id),
    created_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    stepped_at   BIGINT NOT NULL, -- when the password was last entered
    address      TEXT NOT NULL,
    browser      TEXT NOT NULL, -- family and system, for people
    bound        TEXT NOT NULL, -- staff: address prefix and browser family that it is bound to
    ended_at     BIGINT NOT NULL,
    ended_why    TEXT NOT NULL
);
CREATE INDEX session_login ON session (login, kind, created_at);

-- What opens something once to whoever holds it: mailed links of invitations and resets, and the short time between a
-- right password and its second factor. Used by one conditional update. The token is kept only as a hash.
CREATE TABLE token (
    id           TEXT PRIMARY KEY,
    hash         TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL CHECK (kind IN ('invitation', 'reset', 'factor')),
    login        TEXT NOT NULL REFERENCES login (id),
    org          TEXT NOT NULL, -- of the contact that is invited; '' for staff
    contact      TEXT NOT NULL,
    door         TEXT NOT NULL, -- factor: where the password was entered
    inviter_kind TEXT NOT NULL, -- as in the audit
    inviter      TEXT NOT NULL,
    inviter_name TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT NOT NULL -- 0 while it can be used; also when it was replaced or withdrawn
);
CREATE INDEX token_login ON token (login) WHERE used_at = 0;

-- Buckets of the sign-in throttle.
CREATE TABLE attempt (
    bucket     TEXT PRIMARY KEY, -- hashed e-mail, address prefix or device
    times      TEXT NOT NULL,    -- when the tries were
    expires_at BIGINT NOT NULL
);
CREATE INDEX attempt_expired ON attempt (expires_at);

CREATE TABLE staff (
    id          TEXT PRIMARY KEY,
    login       TEXT NOT NULL UNIQUE REFERENCES login (id),
    name        TEXT NOT NULL,
    role        TEXT NOT NULL CHECK (role IN ('agent', 'lead', 'administrator')),
    active      BOOLEAN NOT NULL,
    accepted_at BIGINT NOT NULL, -- 0 until the invitation was accepted: till then they may nothing
    created_at  BIGINT NOT NULL
);

CREATE TABLE organization (
    id               TEXT PRIMARY KEY,
    name             TEXT NOT NULL,
    name_key         TEXT NOT NULL, -- lower case, for the search
    reference        TEXT NOT NULL UNIQUE,
    managed_by       TEXT NOT NULL CHECK (managed_by IN ('service_provider', 'customer')),
    managed_by_staff TEXT NOT NULL, -- who of the provider last had it changed
    managed_by_at    BIGINT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'closed')),
    region           TEXT NOT NULL,
    phone            TEXT NOT NULL,
    phone_digits     TEXT NOT NULL, -- E.164 without "+", for the search
    maximum_minutes  BIGINT NOT NULL,
    proposed_by      TEXT NOT NULL,
    proposed_by_name TEXT NOT NULL,
    proposed_at      BIGINT NOT NULL,
    created_at       BIGINT NOT NULL
);
CREATE INDEX organization_name ON organization (name_key);

CREATE TABLE contact (
    id           TEXT PRIMARY KEY,
    org          TEXT NOT NULL REFERENCES organization (id),
    login        TEXT REFERENCES login (id), -- without portal access, and until the invitation was accepted, none
    name         TEXT NOT NULL,
    email        TEXT NOT NULL,
    phone        TEXT NOT NULL,
    phone_digits TEXT NOT NULL,
    locale       TEXT NOT NULL,
    active       BOOLEAN NOT NULL,
    owner        BOOLEAN NOT NULL,
    roles        TEXT NOT NULL, -- JSON array
    overrides    TEXT NOT NULL, -- JSON object: right to allow or deny
    created_at   BIGINT NOT NULL,
    UNIQUE (org, id)
);
CREATE UNIQUE INDEX contact_login ON contact (login, org);
CREATE UNIQUE INDEX contact_owner ON contact (org) WHERE owner;
CREATE INDEX contact_phone ON contact (phone_digits) WHERE phone_digits <> '';

CREATE TABLE access_request (
    id              TEXT PRIMARY KEY,
    org             TEXT NOT NULL REFERENCES organization (id),
    state           TEXT NOT NULL,
    source          TEXT NOT NULL,
    role            TEXT NOT NULL,
    note            TEXT NOT NULL,
    phrase          TEXT NOT NULL,
    requested       BIGINT NOT NULL, -- minutes
    granted         BIGINT NOT NULL, -- minutes
    named_only      BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    lapses_at       BIGINT NOT NULL,
    decided_at      BIGINT NOT NULL,
    decided_by      TEXT NOT NULL,
    decided_by_name TEXT NOT NULL,
    starts_at       BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL,
    ended_by        TEXT NOT NULL,
    ended_by_name   TEXT NOT NULL,
    reason          TEXT NOT NULL,
    UNIQUE (org, id)
);
-- One card waits at a time; colleagues join it.
CREATE UNIQUE INDEX access_request_pending ON access_request (org) WHERE state = 'pending';
CREATE INDEX access_request_org ON access_request (org, id);
CREATE INDEX access_request_open ON access_request (state) WHERE state IN ('pending', 'active');

CREATE TABLE access_requester (
    request TEXT NOT NULL REFERENCES access_request (id),
    staff   TEXT NOT NULL REFERENCES staff (id),
    login   TEXT NOT NULL,
    name    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (request, staff)
);

CREATE TABLE access_extension (
    id      TEXT PRIMARY KEY,
    request TEXT NOT NULL REFERENCES access_request (id),
    staff   TEXT NOT NULL REFERENCES staff (id),
    login   TEXT NOT NULL,
    name    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    asked   BIGINT NOT NULL, -- minutes
    state   TEXT NOT NULL
);
CREATE UNIQUE INDEX access_extension_pending ON access_extension (request) WHERE state = 'pending';

CREATE TABLE support_session (
    id            TEXT PRIMARY KEY,
    token_hash    TEXT NOT NULL UNIQUE,
    request       TEXT NOT NULL REFERENCES access_request (id),
    org           TEXT NOT NULL REFERENCES organization (id),
    staff         TEXT NOT NULL REFERENCES staff (id),
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    staff_session TEXT NOT NULL REFERENCES session (id),
    viewing       TEXT NOT NULL,
    started_at    BIGINT NOT NULL,
    ends_at       BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL,
    ended_why     TEXT NOT NULL
);
CREATE INDEX support_session_open ON support_session (request) WHERE ended_at = 0;
CREATE INDEX support_session_staff_session ON support_session (staff_session) WHERE ended_at = 0;
CREATE INDEX support_session_staff ON support_session (staff) WHERE ended_at = 0;

-- +goose Down
SELECT 1;
