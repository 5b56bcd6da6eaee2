-- +goose Up

-- The history of numbers: each row is a stretch of changes that one person made in one transaction, with what stood after
-- each of them. A file of 100,000 numbers is some hundred rows. The next step fills it from number_change, which it
-- replaces.
CREATE TABLE number_history (
    org       TEXT NOT NULL,
    seq       BIGINT NOT NULL, -- of its last change
    first_seq BIGINT NOT NULL,
    login     TEXT NOT NULL,
    name      TEXT NOT NULL, -- of the login at that time
    at        BIGINT NOT NULL,
    uids      TEXT NOT NULL, -- of each change, one a line
    chains    TEXT NOT NULL, -- after each change, 16 hexadecimal digits each
    frame     TEXT NOT NULL, -- replica.AppendFrame of the changes, base64
    PRIMARY KEY (org, seq)
);

-- What is looked for again and again: bulk work that has not ended, and attention items that are past their time.
DROP INDEX number_job_open;
CREATE INDEX number_job_open ON number_job (org, created_at) WHERE ended_at = 0;
CREATE INDEX sync_attention_resolved ON sync_attention (resolved_at) WHERE resolved_at > 0;

-- Whether a number was moved there: FALSE where it stood from when it was added, or brought back.
ALTER TABLE number_assignment ADD COLUMN moved BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE number_assignment SET moved = FALSE WHERE seq =
    (SELECT MIN(a.seq) FROM number_assignment AS a WHERE a.org = number_assignment.org AND a.number = number_assignment.number);

-- +goose Down
SELECT 1;
