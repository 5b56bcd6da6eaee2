-- +goose Up

-- Numbers that count up by one, such as those of tickets: moved in the transaction of what they count.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- What an organization has from the provider: services (hosting packages, lines) and domains.
CREATE TABLE service (
    id              TEXT PRIMARY KEY,
    org             TEXT NOT NULL REFERENCES organization (id),
    kind            TEXT NOT NULL CHECK (kind IN ('service', 'domain')),
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL, -- lower case
    product         TEXT NOT NULL, -- what it is: "Managed hosting L"
    state           TEXT NOT NULL CHECK (state IN ('pending', 'active', 'suspended', 'ending', 'ended')),
    support_contact TEXT NOT NULL, -- '': deactivated
    billing_contact TEXT NOT NULL, -- '': deactivated
    renews_on       TEXT NOT NULL, -- YYYY-MM-DD, '' unknown
    ends_on         TEXT NOT NULL, -- YYYY-MM-DD, '' without an end
    external_key    TEXT NOT NULL, -- what the provider's billing system calls it, '' for none
    cancelled       BOOLEAN NOT NULL DEFAULT FALSE, -- a cancellation was approved here, and the billing system has not followed yet
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    UNIQUE (org, id)
);
CREATE INDEX service_list ON service (org, kind, name_key, id);
CREATE UNIQUE INDEX service_key ON service (org, kind, external_key) WHERE external_key <> '';
CREATE INDEX service_support ON service (org, support_contact) WHERE support_contact <> '';
CREATE INDEX service_billing ON service (org, billing_contact) WHERE billing_contact <> '';

-- Which tickets a contact with the right to read them sees: all, or their own and those of services assigned to them.
ALTER TABLE contact ADD COLUMN ticket_scope TEXT NOT NULL DEFAULT 'all' CHECK (ticket_scope IN ('all', 'assigned'));
-- Who gets mail of the whole account, found without reading everybody.
CREATE INDEX contact_assistance ON contact (org, id) WHERE assistance AND assistance_global;
CREATE INDEX contact_financial ON contact (org, id) WHERE financial AND financial_global;

CREATE TABLE ticket (
    id            TEXT PRIMARY KEY,
    org           TEXT NOT NULL REFERENCES organization (id),
    number        BIGINT NOT NULL UNIQUE,
    service       TEXT NOT NULL, -- '': of none
    category      TEXT NOT NULL CHECK (category IN ('technical', 'commercial', 'financial')),
    subject       TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('open', 'pending', 'on_hold', 'closed')),
    waiting_since BIGINT NOT NULL, -- for whoever the state says; when it was closed for a closed one
    opener        TEXT NOT NULL,
    opener_name   TEXT NOT NULL,
    assignee      TEXT NOT NULL, -- staff, '': nobody yet
    assignee_name TEXT NOT NULL,
    copies        TEXT NOT NULL, -- JSON array of contacts that get its mail besides
    messages      BIGINT NOT NULL, -- in it, notes and events too
    version       BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    changed_at    BIGINT NOT NULL, -- when the customer last saw something new in it
    closed_at     BIGINT NOT NULL,
    UNIQUE (org, id)
);
CREATE INDEX ticket_list ON ticket (org, changed_at, id);
CREATE INDEX ticket_queue ON ticket (state, waiting_since, id);
CREATE INDEX ticket_all ON ticket (changed_at, id);
CREATE INDEX ticket_assignee ON ticket (assignee, state, waiting_since, id) WHERE assignee <> '';
CREATE INDEX ticket_service ON ticket (org, service) WHERE service <> '';

CREATE TABLE ticket_message (
    id          TEXT PRIMARY KEY,
    ticket      TEXT NOT NULL REFERENCES ticket (id),
    org         TEXT NOT NULL,
    seq         BIGINT NOT NULL, -- in the ticket, from 1
    kind        TEXT NOT NULL CHECK (kind IN ('reply', 'note', 'event')), -- note: for staff alone
    author_kind TEXT NOT NULL CHECK (author_kind IN ('contact', 'staff', 'system')),
    author      TEXT NOT NULL,
    author_name TEXT NOT NULL,
    via         TEXT NOT NULL CHECK (via IN ('portal', 'mail')),
    body        TEXT NOT NULL, -- of an event its name
    mail_id     TEXT NOT NULL, -- Message-ID that it came with, '' otherwise
    trimmed     BOOLEAN NOT NULL, -- quoted text was cut off
    search      BIGINT NOT NULL UNIQUE, -- its row in ticket_search
    at          BIGINT NOT NULL,
    UNIQUE (ticket, seq)
);
CREATE INDEX ticket_message_by_mail ON ticket_message (org, author, at) WHERE via = 'mail';
-- A mail that comes twice is one message.
CREATE UNIQUE INDEX ticket_message_mail ON ticket_message (ticket, author, mail_id) WHERE mail_id <> '';

-- The words of messages. The scope is one word: "o" and the organization for what its contacts may read, "n" and the
-- organization for notes. No content is kept twice.
CREATE VIRTUAL TABLE ticket_search USING fts5 (scope, words, content = '', columnsize = 0, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2');

-- Files of messages. Until a message takes one, ticket and message are '' and it is forgotten after a day.
CREATE TABLE attachment (
    id         TEXT PRIMARY KEY,
    org        TEXT NOT NULL REFERENCES organization (id),
    ticket     TEXT NOT NULL,
    message    TEXT NOT NULL,
    by_kind    TEXT NOT NULL CHECK (by_kind IN ('contact', 'staff')),
    by_id      TEXT NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL, -- by its first bytes, whatever its name says
    size       BIGINT NOT NULL,
    stripped   BIGINT NOT NULL, -- secrets that were taken out of it
    created_at BIGINT NOT NULL
);
CREATE INDEX attachment_message ON attachment (ticket, message) WHERE ticket <> '';
CREATE INDEX attachment_waiting ON attachment (created_at) WHERE ticket = '';
CREATE INDEX attachment_of ON attachment (org, by_id) WHERE ticket = '';

CREATE TABLE attachment_part (
    attachment TEXT NOT NULL REFERENCES attachment (id),
    no         BIGINT NOT NULL,
    data       BLOB NOT NULL,
    PRIMARY KEY (attachment, no)
);

-- Who an address for replies stands for. The address itself is not kept. After a change of keys a contact has two.
CREATE TABLE ticket_address (
    hash       TEXT PRIMARY KEY,
    org        TEXT NOT NULL REFERENCES organization (id),
    ticket     TEXT NOT NULL REFERENCES ticket (id),
    contact    TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE canned_answer (
    id         TEXT PRIMARY KEY,
    title      TEXT NOT NULL,
    title_key  TEXT NOT NULL UNIQUE,
    body_en    TEXT NOT NULL,
    body_fr    TEXT NOT NULL,
    version    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

CREATE TABLE invoice (
    id           TEXT PRIMARY KEY,
    org          TEXT NOT NULL REFERENCES organization (id),
    number       TEXT NOT NULL,
    issued_on    TEXT NOT NULL, -- YYYY-MM-DD
    due_on       TEXT NOT NULL, -- YYYY-MM-DD
    currency     TEXT NOT NULL, -- ISO 4217
    amount       BIGINT NOT NULL, -- in the currency's smallest unit; negative for a credit note
    state        TEXT NOT NULL CHECK (state IN ('open', 'paid', 'void')),
    paid_on      TEXT NOT NULL, -- YYYY-MM-DD, '' unless paid
    payment_url  TEXT NOT NULL,
    document_url TEXT NOT NULL,
    lines        TEXT NOT NULL, -- JSON array
    service      TEXT NOT NULL, -- '': of none, or of several
    version      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, number)
);
CREATE INDEX invoice_list ON invoice (org, issued_on, id);

-- How a mail stands in a conversation: its own id, those before it, and where answers go. '' for all others.
ALTER TABLE outbox_mail ADD COLUMN thread TEXT NOT NULL DEFAULT ''; -- JSON

-- Credentials of the provider's other systems. The token is kept only as a hash.
CREATE TABLE api_token (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE,
    scopes       TEXT NOT NULL, -- JSON array
    made_by      TEXT NOT NULL REFERENCES staff (id),
    made_by_name TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL, -- 0: never
    used_at      BIGINT NOT NULL,
    revoked_at   BIGINT NOT NULL
);

-- What their calls with a key were answered, to be answered again when a call is sent again.
CREATE TABLE idempotency_key (
    token      TEXT NOT NULL REFERENCES api_token (id),
    name       TEXT NOT NULL,
    sum        TEXT NOT NULL, -- over what was asked: another call must have another key
    answer     TEXT NOT NULL, -- JSON
    created_at BIGINT NOT NULL,
    PRIMARY KEY (token, name)
);
CREATE INDEX idempotency_key_old ON idempotency_key (created_at);

-- When anything last changed of what those systems are told of an organization: its data, its state, its owner.
ALTER TABLE organization ADD COLUMN moved_at BIGINT NOT NULL DEFAULT 0;
UPDATE organization SET moved_at = CASE WHEN changed_at > created_at THEN changed_at ELSE created_at END;
CREATE INDEX organization_moved ON organization (moved_at);

-- Where the provider's other systems are told what happens.
CREATE TABLE webhook (
    id           TEXT PRIMARY KEY,
    url          TEXT NOT NULL,
    types        TEXT NOT NULL, -- JSON array of event types, [] for all
    sealed       TEXT NOT NULL, -- the secret that signs
    former       TEXT NOT NULL, -- the secret before it, sealed; '' for none
    former_until BIGINT NOT NULL, -- it signs too as long as this
    active       BOOLEAN NOT NULL,
    why          TEXT NOT NULL, -- the server deactivated it: 'gone', 'failing'; '' otherwise
    failing      BIGINT NOT NULL, -- since when nothing was delivered, 0: it works
    version      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL -- name
);

CREATE TABLE webhook_delivery (
    id           TEXT PRIMARY KEY,
    webhook      TEXT NOT NULL REFERENCES webhook (id),
    event        TEXT NOT NULL, -- the same for all that are told of it
    seq          BIGINT NOT NULL, -- events count up in the order of their commits
    type         TEXT NOT NULL,
    payload      TEXT NOT NULL, -- JSON, as it is signed
    created_at   BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    next_at      BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    dead_at      BIGINT NOT NULL,
    status       BIGINT NOT NULL, -- of the last answer, 0: none came
    last_error   TEXT NOT NULL,
    UNIQUE (webhook, seq)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook, next_at, seq) WHERE delivered_at = 0 AND dead_at = 0;
CREATE INDEX webhook_delivery_dead ON webhook_delivery (dead_at) WHERE dead_at > 0;

-- Significant changes can be asked for in the portal, too: then there is no agent and no call, and a service is meant.
CREATE TABLE significant_change_new (
    id              TEXT PRIMARY KEY,
    org             TEXT NOT NULL REFERENCES organization (id),
    verification    TEXT NOT NULL, -- '': asked for in the portal
    staff           TEXT REFERENCES staff (id),
    staff_login     TEXT NOT NULL,
    staff_name      TEXT NOT NULL,
    caller          TEXT NOT NULL, -- contact that was verified, or asked in the portal
    caller_name     TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('change', 'cancellation')),
    service         TEXT NOT NULL, -- that a cancellation in the portal is of
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
INSERT INTO significant_change_new (id, org, verification, staff, staff_login, staff_name, caller, caller_name, kind, service, subject, note, ticket,
    state, created_at, lapses_at, decided_at, decided_by, decided_by_name, reason)
SELECT id, org, verification, staff, staff_login, staff_name, caller, caller_name, kind, '', subject, note, ticket,
    state, created_at, lapses_at, decided_at, decided_by, decided_by_name, reason FROM significant_change;
DROP TABLE significant_change;
ALTER TABLE significant_change_new RENAME TO significant_change;
CREATE INDEX significant_change_org ON significant_change (org, id);
CREATE INDEX significant_change_open ON significant_change (state, lapses_at) WHERE state = 'pending';
CREATE INDEX significant_change_staff ON significant_change (staff, id) WHERE staff IS NOT NULL;
CREATE INDEX significant_change_call ON significant_change (org, verification) WHERE verification <> '';
-- One cancellation of a service waits at a time.
CREATE UNIQUE INDEX significant_change_service ON significant_change (org, service) WHERE service <> '' AND state = 'pending';

-- +goose Down
SELECT 1;
