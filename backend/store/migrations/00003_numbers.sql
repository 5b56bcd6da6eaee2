-- +goose Up

-- Where each organization's history of numbers stands (package inventory). Gapless: seq moves in the transaction of the
-- change it counts.
CREATE TABLE number_head (
    org         TEXT PRIMARY KEY REFERENCES organization (id),
    epoch       TEXT NOT NULL, -- another one when history was replaced
    seq         BIGINT NOT NULL,
    chain       TEXT NOT NULL, -- 16 hexadecimal digits
    min_seq     BIGINT NOT NULL, -- changes up to it were forgotten
    durable_seq BIGINT NOT NULL, -- in a backup
    live        BIGINT NOT NULL, -- numbers
    digest      TEXT NOT NULL, -- sum of their hashes, 16 hexadecimal digits
    online_mid  BIGINT NOT NULL
);

CREATE TABLE call_purpose (
    key          TEXT PRIMARY KEY,
    labels       TEXT NOT NULL, -- JSON object: language to label
    never_places BOOLEAN NOT NULL, -- no calls are placed from such a number, so no program takes it
    retired      BOOLEAN NOT NULL,
    position     BIGINT NOT NULL
);
INSERT INTO call_purpose (key, labels, never_places, retired, position) VALUES
    ('charity', '{"en":"Charity","fr":"Organisme caritatif"}', FALSE, FALSE, 0),
    ('customer_service', '{"en":"Customer Service","fr":"Service client"}', FALSE, FALSE, 1),
    ('debt_collection', '{"en":"Debt Collection","fr":"Recouvrement"}', FALSE, FALSE, 2),
    ('informational', '{"en":"Informational/Notification","fr":"Information et notification"}', FALSE, FALSE, 3),
    ('multi_use', '{"en":"Multi-Use Line","fr":"Ligne à usages multiples"}', FALSE, FALSE, 4),
    ('political', '{"en":"Political","fr":"Politique"}', FALSE, FALSE, 5),
    ('prison', '{"en":"Prison","fr":"Établissement pénitentiaire"}', FALSE, FALSE, 6),
    ('survey', '{"en":"Survey","fr":"Sondage"}', FALSE, FALSE, 7),
    ('telemarketing', '{"en":"Telemarketing","fr":"Démarchage téléphonique"}', FALSE, FALSE, 8),
    ('do_not_originate', '{"en":"Do Not Originate","fr":"N’émet jamais d’appel"}', TRUE, FALSE, 9);

CREATE TABLE business_unit (
    id         TEXT PRIMARY KEY,
    org        TEXT NOT NULL REFERENCES organization (id),
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL, -- lower case: a name exists once in an organization
    ver        BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, name_key)
);

CREATE TABLE program (
    id            TEXT PRIMARY KEY,
    org           TEXT NOT NULL REFERENCES organization (id),
    business_unit TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    call_purpose  TEXT NOT NULL REFERENCES call_purpose (key),
    starts        BIGINT NOT NULL, -- 0: has begun
    ends          BIGINT NOT NULL, -- 0: without an end
    ver           BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, business_unit, name_key),
    FOREIGN KEY (org, business_unit) REFERENCES business_unit (org, id)
);

-- Rows of removed numbers stay as tombstones.
CREATE TABLE number (
    org           TEXT NOT NULL REFERENCES organization (id),
    id            TEXT NOT NULL,
    e164          TEXT NOT NULL,
    call_purpose  TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    name_key      TEXT NOT NULL, -- number.SearchKey of the name
    business_unit TEXT NOT NULL, -- '': none
    program       TEXT NOT NULL, -- '': none
    status        TEXT NOT NULL CHECK (status IN ('pending', 'active', 'rejected', 'suspended', 'removed')),
    removed_at    BIGINT NOT NULL, -- 0 while it lives
    ver           BIGINT NOT NULL, -- seq of its last change
    by_login      TEXT NOT NULL, -- who made it
    other_ver     BIGINT NOT NULL, -- of the last change before by somebody else
    purpose_ver   BIGINT NOT NULL,
    name_ver      BIGINT NOT NULL,
    place_ver     BIGINT NOT NULL,
    PRIMARY KEY (org, id)
);
-- A number exists once in the installation.
CREATE UNIQUE INDEX number_e164 ON number (e164) WHERE removed_at = 0;
-- The list by number, and with all that filters ask for, so that searching reads no more than the index. A bulk import
-- adds to its end, being sorted.
CREATE INDEX number_list ON number (org, e164, status, call_purpose, business_unit, program, name_key, removed_at) WHERE removed_at = 0;
-- The list by name. Most numbers have none.
CREATE INDEX number_name ON number (org, name_key, e164) WHERE removed_at = 0 AND name_key <> '';
-- What was removed of late.
CREATE INDEX number_removed ON number (org, removed_at, id) WHERE removed_at > 0;

-- How many live numbers there are of each kind: what lists count and sort by follows from it without looking at the numbers.
-- It moves with the head.
CREATE TABLE number_tally (
    org           TEXT NOT NULL,
    call_purpose  TEXT NOT NULL,
    business_unit TEXT NOT NULL,
    program       TEXT NOT NULL,
    status        TEXT NOT NULL,
    n             BIGINT NOT NULL,
    PRIMARY KEY (org, call_purpose, business_unit, program, status)
);

-- The history: each row is what stood after the change.
CREATE TABLE number_change (
    org     TEXT NOT NULL,
    seq     BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    del     BOOLEAN NOT NULL,
    row     TEXT NOT NULL, -- JSON; '' when it is gone
    uid     TEXT NOT NULL,
    login   TEXT NOT NULL,
    name    TEXT NOT NULL, -- of the login at that time
    at      BIGINT NOT NULL,
    chain   TEXT NOT NULL,
    PRIMARY KEY (org, seq)
);

-- Where a number stood, and since when; what it was assigned to keeps its name here.
CREATE TABLE number_assignment (
    org           TEXT NOT NULL,
    number        TEXT NOT NULL,
    from_at       BIGINT NOT NULL,
    seq           BIGINT NOT NULL,
    business_unit TEXT NOT NULL,
    unit_name     TEXT NOT NULL,
    program       TEXT NOT NULL,
    program_name  TEXT NOT NULL,
    by_name       TEXT NOT NULL,
    PRIMARY KEY (org, number, seq)
);

CREATE TABLE sync_device (
    org       TEXT NOT NULL,
    client    TEXT NOT NULL,
    login     TEXT NOT NULL,
    lmid      BIGINT NOT NULL,
    first_mid BIGINT NOT NULL,
    ack_mid   BIGINT NOT NULL,
    schema    BIGINT NOT NULL,
    browser   TEXT NOT NULL,
    seen_at   BIGINT NOT NULL,
    pending   BIGINT NOT NULL,
    PRIMARY KEY (org, client)
);
CREATE INDEX sync_device_login ON sync_device (login, org);

-- One outcome for each mutation, for ever the same.
CREATE TABLE sync_receipt (
    org       TEXT NOT NULL,
    client    TEXT NOT NULL, -- 'online' for edits that came without a device
    mid       BIGINT NOT NULL,
    uid       TEXT NOT NULL,
    outcome   TEXT NOT NULL, -- JSON
    is_primary BOOLEAN NOT NULL,
    total     TEXT NOT NULL, -- running sum, 16 hexadecimal digits
    at        BIGINT NOT NULL,
    PRIMARY KEY (org, client, mid)
);
CREATE UNIQUE INDEX sync_receipt_uid ON sync_receipt (org, uid) WHERE is_primary;

CREATE TABLE sync_attention (
    id          TEXT PRIMARY KEY,
    org         TEXT NOT NULL,
    login       TEXT NOT NULL,
    number      TEXT NOT NULL, -- that it is about; '' when it is about several
    device      TEXT NOT NULL,
    item        TEXT NOT NULL, -- JSON
    created_at  BIGINT NOT NULL,
    resolved_at BIGINT NOT NULL, -- 0 while it waits
    resolution  TEXT NOT NULL,
    resolved_by TEXT NOT NULL
);
CREATE INDEX sync_attention_open ON sync_attention (org, login, number) WHERE resolved_at = 0;

CREATE TABLE sync_attention_ver (
    org   TEXT NOT NULL,
    login TEXT NOT NULL,
    ver   BIGINT NOT NULL,
    PRIMARY KEY (org, login)
);

-- Bulk work: a file or a list, its parts while it is brought up, and what became of its rows.
CREATE TABLE number_job (
    id            TEXT PRIMARY KEY,
    org           TEXT NOT NULL REFERENCES organization (id),
    kind          TEXT NOT NULL CHECK (kind IN ('add', 'delete')),
    state         TEXT NOT NULL CHECK (state IN ('receiving', 'waiting', 'running', 'done', 'cancelled', 'failed')),
    level         TEXT NOT NULL, -- delete: business, business_unit or program
    business_unit TEXT NOT NULL, -- that is added to or taken from; '': none
    program       TEXT NOT NULL,
    call_purpose  TEXT NOT NULL, -- of rows without one
    region        TEXT NOT NULL, -- of numbers without a country, as it was at the start
    file          TEXT NOT NULL, -- its name; '' for a list
    bytes         BIGINT NOT NULL, -- announced
    reading       TEXT NOT NULL, -- JSON: delimiter and mapping of columns that the person chose
    layout        TEXT NOT NULL, -- JSON: how the file was understood; '' before it was read
    list_sum      TEXT NOT NULL, -- over the rows in the order of work: a job that goes on goes on with the same ones
    login         TEXT NOT NULL, -- whose rights it runs with; '' from the command line
    session       TEXT NOT NULL, -- support session it was begun in
    access_grant  TEXT NOT NULL,
    actor_kind    TEXT NOT NULL,
    actor         TEXT NOT NULL,
    name          TEXT NOT NULL,
    rows          BIGINT NOT NULL,
    handled       BIGINT NOT NULL,
    applied       BIGINT NOT NULL,
    rejected      BIGINT NOT NULL,
    reasons       TEXT NOT NULL, -- JSON object: reason to count
    problem       TEXT NOT NULL, -- failed: key of the catalogue
    created_at    BIGINT NOT NULL,
    queued_at     BIGINT NOT NULL,
    started_at    BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL,
    UNIQUE (org, id)
);
CREATE INDEX number_job_open ON number_job (state, queued_at) WHERE state IN ('receiving', 'waiting', 'running');
CREATE INDEX number_job_ended ON number_job (ended_at) WHERE ended_at > 0;

CREATE TABLE number_job_part (
    job  TEXT NOT NULL REFERENCES number_job (id),
    n    BIGINT NOT NULL,
    size BIGINT NOT NULL,
    data TEXT NOT NULL, -- base64
    PRIMARY KEY (job, n)
);

CREATE TABLE number_job_batch (
    job           TEXT NOT NULL REFERENCES number_job (id),
    n             BIGINT NOT NULL, -- handled rows before it
    applied_rows  BIGINT NOT NULL,
    rejected_rows BIGINT NOT NULL,
    applied       TEXT NOT NULL, -- numbers, one a line
    rejected      TEXT NOT NULL, -- JSON array of rows with reasons
    PRIMARY KEY (job, n)
);

-- +goose Down
SELECT 1;
